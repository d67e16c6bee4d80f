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
  /** Whether a re-push is documented from here. */
  readonly repushable?: true;
}

/** Source: WeChat Pay Global APIv3, Customs Declaration, "Query a declaration", field `state`. */
export const CUSTOMS_STATES = {
  UNDECLARED: {
    kind: 'pending',
    meaning: 'Accepted, waiting to be sent to customs; this takes a few minutes.',
  },
  PROCESSING: { kind: 'pending', meaning: 'Sent, waiting for customs.' },
  SUBMITTED: { kind: 'pending', meaning: 'Modified or declared again, waiting for customs.' },
  SUCCESS: {
    kind: 'success',
    meaning: 'Customs accepted the payment record. The goods are not cleared by this.',
    repushable: true,
  },
  FAIL: {
    kind: 'failed',
    meaning: 'Customs rejected the payment record; the reason is in the explanation.',
    remedy:
      'Correct the data and modify the declaration. Where only the filing at customs was wrong, correct it there; ' +
      'no documented call sends the same data again from FAIL, so ask WeChat Pay.',
  },
  EXCEPT: {
    kind: 'exceptional',
    meaning: 'The customs interface was broken or unreachable.',
    remedy: 'Re-push later.',
    repushable: true,
  },
} as const satisfies Readonly<Record<string, CustomsStateMeaning>>;

export type CustomsState = keyof typeof CUSTOMS_STATES;

/** Kind of a state. One that is not known counts as pending, with `known: false`: a person should look. */
export function customsStateKind(state: string): { readonly kind: CustomsStateKind; readonly known: boolean } {
  return Object.hasOwn(CUSTOMS_STATES, state)
    ? { kind: CUSTOMS_STATES[state as CustomsState].kind, known: true }
    : { kind: 'pending', known: false };
}

/** States from which a re-push is documented. Source: WeChat Pay Global APIv3, Customs Declaration, "Re-push a declaration". */
export const REPUSHABLE_STATES: readonly string[] = Object.entries<CustomsStateMeaning>(CUSTOMS_STATES)
  .filter(([, { repushable }]) => repushable === true)
  .map(([state]) => state);

/**
 * Customs' own words that the documentation explains, Chinese as they come or in its English. Customs writes free text, so
 * most have no row.
 *
 * Source: WeChat Pay Global, Customs Declaration, FAQ.
 */
const EXPLAINED: readonly { readonly says: RegExp; readonly remedy: string }[] = [
  {
    says: /不是.{0,8}电商平台企业|非.{0,4}电商平台企业|not an e-?commerce platform enterprise/i,
    remedy:
      'The registration number is one of another role. Correct the filing at customs and on the merchant platform, ' +
      'then modify the declaration with the right merchant_customs_no.',
  },
  {
    says: /支付(?:信息|单|数据).{0,4}不存在|payment information does not exist/i,
    remedy:
      'Compare the numbers in your own declaration to customs with those declared here: of a split order they are ' +
      'sub_order_no and sub_order_id. If they are the same, customs has lost the record.',
  },
];

/** What to do about a state that is no success; customs' explanation may say more than the state. */
export function customsRemedy(state: string, explanation = ''): string | undefined {
  const meaning = Object.hasOwn(CUSTOMS_STATES, state) ? CUSTOMS_STATES[state as CustomsState] : undefined;
  if (meaning?.kind === 'failed') {
    const explained = EXPLAINED.find(({ says }) => says.test(explanation));
    if (explained !== undefined) return explained.remedy;
  }
  return (meaning as CustomsStateMeaning | undefined)?.remedy;
}
