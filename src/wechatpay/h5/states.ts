/** What an application's state means: `pending` and `review` wait, `approved` and `rejected` are decided. */
export type H5StateKind = 'pending' | 'review' | 'approved' | 'rejected';

export interface H5StateMeaning {
  readonly kind: H5StateKind;
  readonly meaning: string;
  readonly remedy?: string;
}

/** Source: WeChat Pay Global APIv3, H5 Payment Authorization, field `applyment_state`. */
export const H5_STATES = {
  PENDING: {
    kind: 'pending',
    meaning: 'Queued; the form is created within about a minute.',
    remedy: 'If it lasts, check the onboarding of the sub-merchant or its signing with the parent merchant.',
  },
  UNDER_REVIEW: { kind: 'review', meaning: 'A reviewer looks at it, usually for about three working days.' },
  APPROVED: { kind: 'approved', meaning: 'Accepted.' },
  REJECTED: {
    kind: 'rejected',
    meaning: 'Refused; the reason is in audit_reject_detail.',
    remedy: 'Correct what the reviewer names and resubmit the same application.',
  },
} as const satisfies Readonly<Record<string, H5StateMeaning>>;

/** Kind of a state. One that is not known counts as pending, with `known: false`: a person should look. */
export function h5StateKind(state: string): { readonly kind: H5StateKind; readonly known: boolean } {
  return Object.hasOwn(H5_STATES, state)
    ? { kind: H5_STATES[state as keyof typeof H5_STATES].kind, known: true }
    : { kind: 'pending', known: false };
}

/** `level` orders the permissions: a higher one covers what a lower one allows; 0 allows nothing. */
export interface AuthorizationMeaning {
  readonly level: 0 | 1 | 2 | 3;
  readonly meaning: string;
}

/** Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Query permission", field `authorization_state`. */
export const AUTHORIZATION_STATES = {
  UNAUTHORIZED: { level: 0, meaning: 'No H5 permission.' },
  UNDER_PUNISHMENT: { level: 0, meaning: 'The sub-merchant is under penalty.' },
  AUTHORITY_TO_TEST: { level: 1, meaning: 'Permission with the ultra-low limit of a web site not launched yet.' },
  FORMAL_AUTHORITY: { level: 2, meaning: 'Permission with the ordinary limit.' },
  AUTHORIZED: { level: 3, meaning: 'Permission without limit.' },
} as const satisfies Readonly<Record<string, AuthorizationMeaning>>;

const WANTED_LEVEL: Readonly<Record<string, number>> = { UN_LAUNCHED_WEBSITE_LIMIT: 1, NORMAL_LIMIT: 2, NO_LIMIT: 3 };

/**
 * Whether a permission already gives what an application asks for.
 *
 * @param transactionLimitType of the application; `NORMAL_LIMIT` when left out
 * @param authorizationState as WeChat Pay states it; one that is not known covers nothing
 */
export function permissionCovers(transactionLimitType: string | undefined, authorizationState: string): boolean {
  const limit = transactionLimitType ?? 'NORMAL_LIMIT';
  const wanted = Object.hasOwn(WANTED_LEVEL, limit) ? WANTED_LEVEL[limit] : undefined;
  if (wanted === undefined || !Object.hasOwn(AUTHORIZATION_STATES, authorizationState)) return false;
  return AUTHORIZATION_STATES[authorizationState as keyof typeof AUTHORIZATION_STATES].level >= wanted;
}

/** The application that WeChat Pay makes by itself once one for NO_LIMIT is approved. */
export const LIMIT_REMOVAL = 'APPLY_FOR_RELIEVE_LIMITED';

/** Whether an approval is followed by a second, automatic application. */
export function bringsLimitRemoval(application: {
  readonly applyment_type?: string;
  readonly transaction_limit_type?: string;
}): boolean {
  return application.transaction_limit_type === 'NO_LIMIT' && application.applyment_type !== LIMIT_REMOVAL;
}

export type RefusalMeaning = 'already-authorized' | 'in-process';

/**
 * Texts by which an INVALID_REQUEST of the create call means something other than a refusal. One code covers all of
 * them, so only the text can tell; what is not listed is never taken for a success.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Create an application", error codes.
 */
export const REFUSAL_MEANINGS: readonly (readonly [RegExp, RefusalMeaning])[] = [
  [/ha(?:s|ve) (?:got )?the payment permission already/i, 'already-authorized'],
  [/already (?:has|have|had|got) (?:the |an? )?(?:h5 )?(?:payment )?(?:permission|authority)/i, 'already-authorized'],
  [/already (?:has|have|had) (?:the )?["“]?(?:no transaction limit|unlimited)/i, 'already-authorized'],
  [/已(?:经)?(?:有|拥有|具有|具备|开通|获得|获取).{0,12}权限/, 'already-authorized'],
  [/已(?:经)?(?:是)?.{0,6}(?:无限额|不限额)/, 'already-authorized'],
  [/application (?:form )?(?:is )?in (?:the )?process(?: has)?(?: already)?(?: been)? submitted/i, 'in-process'],
  [/(?:form|application) in (?:the )?process/i, 'in-process'],
  [/(?:处理中|审核中|流程中|在途|进行中).{0,8}(?:申请|单)/, 'in-process'],
  [/(?:申请单?|单).{0,8}(?:处理中|审核中|流程中|进行中)/, 'in-process'],
];

/** What the message of an INVALID_REQUEST means beyond a refusal, in English or Chinese. */
export function refusalMeaning(message: string): RefusalMeaning | undefined {
  return REFUSAL_MEANINGS.find(([pattern]) => pattern.test(message))?.[1];
}
