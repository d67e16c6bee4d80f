/** The calls as people name them. */
export type CallName =
  | 'customs/declare'
  | 'customs/query'
  | 'customs/modify'
  | 'customs/redeclare'
  | 'customs/verify-certificate'
  | 'h5/create'
  | 'h5/query'
  | 'h5/modify'
  | 'h5/permission'
  | 'h5-domain/create'
  | 'h5-domain/query'
  | 'h5-domain/modify'
  | 'media/upload'
  | 'certificates'
  | 'pay/contractorder'
  | 'pay/orderquery'
  | 'pay/closeorder'
  | 'pay/pappayapply'
  | 'pay/paporderquery'
  | 'papay/querycontract'
  | 'papay/deletecontract';

/** How often a call was made, in all (without key) and with each business number. */
export interface CallCount {
  readonly call: CallName;
  readonly key?: string;
  readonly count: number;
}

const KEY_FIELDS = [
  ...['out_trade_no', 'transaction_id', 'sub_order_no', 'sub_order_id', 'order_no'],
  ...['sub_mchid', 'applyment_id', 'out_applyment_id', 'contract_code', 'contract_id'],
];

/** The business numbers of a request. */
export function keysOf(fields: Readonly<Record<string, unknown>>): string[] {
  return KEY_FIELDS.map((name) => fields[name]).filter((value): value is string => typeof value === 'string');
}

export class CallCounter {
  readonly #counts = new Map<string, CallCount>();

  add(call: CallName, keys: readonly string[]): void {
    for (const key of [undefined, ...new Set(keys)]) {
      const id = JSON.stringify([call, key ?? null]);
      const count = (this.#counts.get(id)?.count ?? 0) + 1;
      this.#counts.set(id, key === undefined ? { call, count } : { call, key, count });
    }
  }

  list(filter: { call?: string; key?: string } = {}): CallCount[] {
    return [...this.#counts.values()].filter(
      ({ call, key }) =>
        (filter.call === undefined || call === filter.call) && (filter.key === undefined || key === filter.key),
    );
  }

  clear(): void {
    this.#counts.clear();
  }
}
