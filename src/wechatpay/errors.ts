/**
 * What a caller should do about a failed call. One class per reaction, see `api/v3-rules` section 8 and
 * `docs/explanation/retry-safety.md`:
 *
 * - `INPUT` – the request is wrong; nothing was done, repeating it is useless.
 * - `CONFLICT` – the business key is taken by other data; a person decides.
 * - `REFUSED` – WeChat Pay said no for a business reason; final.
 * - `NOT_FOUND` – a query found no such record.
 * - `CONFIGURATION` – key, serial, permission or registration is wrong; nothing was done, a person repairs it.
 * - `RATE_LIMITED` – nothing was done, come back later.
 * - `UNAVAILABLE` – the request provably never reached WeChat Pay; repeat it as it is.
 * - `OUTCOME_UNKNOWN` – it may have been done: ask first, then repeat the identical request.
 * - `UNDOCUMENTED` – WeChat Pay said no in a way no page describes: ask first, then a person reads it; never final.
 */
export type ErrorClass =
  | 'INPUT'
  | 'CONFLICT'
  | 'REFUSED'
  | 'NOT_FOUND'
  | 'CONFIGURATION'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'OUTCOME_UNKNOWN'
  | 'UNDOCUMENTED';

/** Facts about a failed call that are safe to show: no key, no body, no Authorization value, no personal data. */
export interface WechatPayErrorFacts {
  /** The call, as people name it: `customs declare`, `pay/orderquery`. */
  readonly call?: string;
  readonly httpStatus?: number;
  /** `code` (v3) or `err_code` (v2) as it came. */
  readonly code?: string;
  /** WeChat Pay's `Request-ID` header; their support asks for it. */
  readonly requestId?: string;
  /** From `Retry-After`, capped at five minutes. Milliseconds. */
  readonly retryAfterMs?: number;
  /** What to do about it, one sentence. */
  readonly remedy?: string;
}

/** The one error that `src/wechatpay` throws about WeChat Pay's answers; never carries the transport's error object. */
export class WechatPayError extends Error implements WechatPayErrorFacts {
  override readonly name: string = 'WechatPayError';
  readonly call?: string;
  readonly httpStatus?: number;
  readonly code?: string;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
  readonly remedy?: string;

  constructor(
    readonly errorClass: ErrorClass,
    message: string,
    facts: WechatPayErrorFacts = {},
  ) {
    super(message);
    this.call = facts.call;
    this.httpStatus = facts.httpStatus;
    this.code = facts.code;
    this.requestId = facts.requestId;
    this.retryAfterMs = facts.retryAfterMs;
    this.remedy = facts.remedy;
  }
}

/** What a query found; `undefined` when WeChat Pay answers that there is no such record. */
export async function answerOrNothing<Answer>(asked: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof WechatPayError && error.errorClass === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/** One thing wrong with an input. */
export interface Problem {
  /** Stable code for programs: `required`, `length`, `characters`, `enum`, `sum`, `check-digit`, ... */
  readonly code: string;
  /** JSON path of the field: `$.declaration.order_fee`, `$.application.domains[0]`. */
  readonly path: string;
  /** What would have been right. */
  readonly expected: string;
  /** What came; masked for personal data and secrets, cut at 64 characters. Absent when the field was absent. */
  readonly got?: string;
  /** What to do. */
  readonly remedy: string;
}

/** All problems of one input at once. Nothing was sent and nothing was started. */
export class InvalidInputError extends WechatPayError {
  override readonly name = 'InvalidInputError';

  constructor(
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    super('INPUT', describeProblems(subject, problems));
  }
}

/** The text of {@link InvalidInputError}: one line per problem, the same wherever it is shown. */
export function describeProblems(subject: string, problems: readonly Problem[]): string {
  const lines = problems.map(
    ({ path, expected, got, remedy }) =>
      `${path}: expected ${expected}${got === undefined ? '' : `, got ${got}`}. ${remedy}`,
  );
  return `invalid ${subject}: ${problems.length} problem${problems.length === 1 ? '' : 's'}\n${lines.join('\n')}`;
}
