/** One part of a workflow id: percent-encoded, except the characters an `out_trade_no` may hold. Never contains `/`. */
function part(value: string): string {
  return encodeURIComponent(value)
    .replace(/[!'()~.]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%7C', '|')
    .replaceAll('%40', '@');
}

function join(...parts: readonly string[]): string {
  return parts.map(part).join('/');
}

/** What names one declaration at WeChat Pay. */
export interface DeclarationKey {
  readonly mchid: string;
  readonly customs: string;
  readonly transaction_id: string;
  readonly sub_order_no?: string;
}

function joinDeclared(first: string, { mchid, customs, transaction_id, sub_order_no }: DeclarationKey): string {
  return join(first, mchid, customs, transaction_id, ...(sub_order_no === undefined ? [] : [sub_order_no]));
}

/** The only place that builds workflow ids: business numbers, nothing personal. */
export const workflowIds = {
  customs: (k: DeclarationKey): string => joinDeclared('customs', k),
  identity: (k: DeclarationKey): string => joinDeclared('identity', k),
  h5: (k: { mchid: string; sub_mchid: string }): string => join('h5', k.mchid, k.sub_mchid),
  h5Domain: (k: { mchid: string; out_applyment_id: string }): string => join('h5-domain', k.mchid, k.out_applyment_id),
  contractOrder: (k: { mch_id: string; out_trade_no: string }): string =>
    join('contract-order', k.mch_id, k.out_trade_no),
  contract: (k: { mch_id: string; plan_id: string; contract_code: string }): string =>
    join('contract', k.mch_id, k.plan_id, k.contract_code),
  debit: (k: { mch_id: string; out_trade_no: string }): string => join('debit', k.mch_id, k.out_trade_no),
  unclaimed: (k: { kind: string; mchid: string; id: string }): string => join('unclaimed', k.kind, k.mchid, k.id),
} as const;
