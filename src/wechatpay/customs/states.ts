/**
 * What a customs state means for the one who waits.
 *
 * - `pending` – keep asking.
 * - `success` – customs has the payment record; the state may still be re-pushed or modified.
 * - `failed` – customs refused; the data or the filing has to be corrected.
 * - `exceptional` – the customs interface failed; a re-push is meant for it.
 */
export type CustomsStateKind = 'pending' | 'success' | 'failed' | 'exceptional';

export interface CustomsStateMeaning {
  readonly kind: CustomsStateKind;
  readonly meaning: string;
  readonly remedy?: string;
}

/** Source: WeChat Pay Global APIv3, Customs Declaration, "Query a declaration", field `state`. */
export const CUSTOMS_STATES = {
  UNDECLARED: {
    kind: 'pending',
    meaning: 'Accepted, waiting to be sent to customs; this takes a few minutes.',
  },
  PROCESSING: { kind: 'pending', meaning: 'Sent, waiting for customs.' },
  SUBMITTED: { kind: 'pending', meaning: 'Modified or declared again, waiting for customs.' },
  SUCCESS: { kind: 'success', meaning: 'Customs accepted the payment record. The goods are not cleared by this.' },
  FAIL: {
    kind: 'failed',
    meaning: 'Customs rejected the payment record; the reason is in the explanation.',
    remedy: 'Correct the data with a modification, or correct the filing at customs and re-push.',
  },
  EXCEPT: {
    kind: 'exceptional',
    meaning: 'The customs interface was broken or unreachable.',
    remedy: 'Re-push later.',
  },
} as const satisfies Readonly<Record<string, CustomsStateMeaning>>;

export type CustomsState = keyof typeof CUSTOMS_STATES;

/** Kind of a state. One that is not known counts as pending, with `known: false`: a person should look. */
export function customsStateKind(state: string): { readonly kind: CustomsStateKind; readonly known: boolean } {
  return Object.hasOwn(CUSTOMS_STATES, state)
    ? { kind: CUSTOMS_STATES[state as CustomsState].kind, known: true }
    : { kind: 'pending', known: false };
}
