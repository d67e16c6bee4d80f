/**
 * - `made` – the money was taken.
 * - `open` – it may still be taken.
 * - `failed` – it will never be taken under this number; another attempt needs a new one.
 */
export type DebitStateKind = 'made' | 'open' | 'failed';

export interface DebitState {
  readonly kind: DebitStateKind;
  readonly meaning: string;
  /** A person should look. */
  readonly unexpected?: true;
}

/** `trade_state` of `/pay/paporderquery`. Source: WeChat Pay, "query a debit". */
export const DEBIT_STATES: Readonly<Record<string, DebitState>> = {
  ACCEPT: { kind: 'open', meaning: 'accepted; made 24 hours after the payer was told' },
  NOTPAY: { kind: 'open', meaning: 'being made' },
  SUCCESS: { kind: 'made', meaning: 'made' },
  REFUND: { kind: 'made', meaning: 'made, and refunded or being refunded, at least in part' },
  PAY_FAIL: { kind: 'failed', meaning: 'failed' },
  // Older lists of WeChat Pay have this name.
  PAYERROR: { kind: 'failed', meaning: 'failed' },
  CLOSED: { kind: 'failed', meaning: 'closed' },
};

/** The table's entry; a state nobody documented is open and for a person. */
export function debitState(state: string): DebitState {
  return Object.hasOwn(DEBIT_STATES, state)
    ? DEBIT_STATES[state]!
    : { kind: 'open', meaning: 'not documented', unexpected: true };
}
