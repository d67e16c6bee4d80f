/** What can really happen at WeChat Pay, whatever the caller was told. */
export type Effect =
  | 'declared'
  | 'pushed'
  | 'modified'
  | 'identity-checked'
  | 'applied'
  | 'resubmitted'
  | 'approved'
  | 'uploaded'
  | 'ordered'
  | 'paid'
  | 'closed'
  | 'signed'
  | 'terminated'
  | 'debit-accepted'
  | 'debited';

/** How often one effect happened to one business key. Business numbers only, nothing personal. */
export interface LedgerEntry {
  readonly effect: Effect;
  readonly mchid: string;
  /**
   * The business key: `{customs}/{transaction_id}[/{sub_order_no}]`, `{sub_mchid}/{applyment_type}`,
   * `{out_applyment_id}`, `{out_trade_no}`, `{plan_id}/{contract_code}`, or the digest of a file.
   */
  readonly key: string;
  readonly count: number;
  /** ISO 8601 UTC, simulated time. */
  readonly first: string;
  readonly last: string;
}

/** Written where an effect happens and nowhere else, so that no answer, lost or forged, can change it. */
export class Ledger {
  readonly #entries = new Map<string, LedgerEntry>();

  record(effect: Effect, mchid: string, key: string, at: number): void {
    const id = JSON.stringify([effect, mchid, key]);
    const known = this.#entries.get(id);
    const time = new Date(at).toISOString();
    this.#entries.set(
      id,
      known
        ? { ...known, count: known.count + 1, last: time }
        : { effect, mchid, key, count: 1, first: time, last: time },
    );
  }

  entries(filter: { effect?: string; key?: string; mchid?: string } = {}): LedgerEntry[] {
    return [...this.#entries.values()].filter(
      (entry) =>
        (filter.effect === undefined || entry.effect === filter.effect) &&
        (filter.key === undefined || entry.key === filter.key) &&
        (filter.mchid === undefined || entry.mchid === filter.mchid),
    );
  }

  clear(): void {
    this.#entries.clear();
  }
}
