import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { FAILURE_TYPES } from '../interface';
import type { FailureType, Refusal } from '../interface';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import type { ErrorClass } from '../wechatpay/errors';
import type { Attempt } from './attempt';
import { clipped, configurationDelay, transportDelay } from './schedule';

/** What each class of error is in Temporal: its type, whether the request was provably not acted on, and the next try. */
const RULES: Readonly<Record<ErrorClass, { type: FailureType; final: boolean; notActedOn: boolean }>> = {
  INPUT: { type: FAILURE_TYPES.invalidInput, final: true, notActedOn: true },
  CONFLICT: { type: FAILURE_TYPES.conflict, final: true, notActedOn: true },
  REFUSED: { type: FAILURE_TYPES.refused, final: true, notActedOn: true },
  NOT_FOUND: { type: FAILURE_TYPES.refused, final: true, notActedOn: true },
  CONFIGURATION: { type: FAILURE_TYPES.configuration, final: false, notActedOn: true },
  RATE_LIMITED: { type: FAILURE_TYPES.rateLimited, final: false, notActedOn: true },
  UNAVAILABLE: { type: FAILURE_TYPES.unavailable, final: false, notActedOn: true },
  OUTCOME_UNKNOWN: { type: FAILURE_TYPES.outcomeUnknown, final: false, notActedOn: false },
  // A refusal in WeChat Pay's words: every attempt asks first, as slowly as for a wrong key, until a person has read it.
  UNDOCUMENTED: { type: FAILURE_TYPES.configuration, final: false, notActedOn: true },
};

/** Whether only a person can make the next attempt a better one. */
export function needsPerson(error: unknown): error is WechatPayError {
  return error instanceof WechatPayError && RULES[error.errorClass].type === FAILURE_TYPES.configuration;
}

/** Whether the answer proves that WeChat Pay did not act on the request. */
export function provesNothingDone(error: unknown): boolean {
  return error instanceof WechatPayError && RULES[error.errorClass].notActedOn;
}

/**
 * The one place where an error becomes a failure in history: built from an allow-list, so that no transport error with
 * its headers and body can get there. Every retryable one carries its own delay.
 */
export function toFailure(error: WechatPayError, attempt: Attempt): ApplicationFailure {
  const { type, final } = RULES[error.errorClass];
  return ApplicationFailure.create({
    type,
    message: messageOf(error),
    nonRetryable: final,
    details: detailsOf(error),
    ...(final ? {} : { nextRetryDelay: clipped(retryDelay(error, attempt), attempt.remaining()) }),
  });
}

function retryDelay(error: WechatPayError, attempt: Attempt): number {
  const { errorClass, retryAfterMs } = error;
  const random = Math.random();
  if (needsPerson(error)) return configurationDelay(attempt.misconfiguredFor(), random);
  const delay = transportDelay(attempt.elapsed(), random);
  if (errorClass === 'RATE_LIMITED') return Math.max(delay, retryAfterMs ?? 10_000);
  return delay;
}

function messageOf({ message, call, code, requestId, remedy }: WechatPayError): string {
  const facts = [
    call === undefined || message.includes(call) ? undefined : call,
    code === undefined || message.includes(code) ? undefined : code,
    requestId === undefined || message.includes(requestId) ? undefined : `Request-ID ${requestId}`,
  ].filter((fact) => fact !== undefined);
  const context = facts.length === 0 ? '' : ` (${facts.join(', ')})`;
  return `${message}${context}${remedy === undefined || message.includes(remedy) ? '' : ` ${remedy}`}`;
}

function detailsOf(error: WechatPayError): unknown[] {
  if (error instanceof InvalidInputError) return [error.problems];
  if (error instanceof DifferenceError) return [error.fields];
  const refusal: Refusal = {
    ...(error.code === undefined ? {} : { code: error.code }),
    message: error.message,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
  };
  return [refusal];
}

/** Asked, still the same: benign, so that it counts as no error, and written for the operator who reads it. */
export function stillPending(message: string, delay: number): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.stillPending,
    message,
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: delay,
  });
}

class DifferenceError extends WechatPayError {
  constructor(
    message: string,
    readonly fields: readonly string[],
  ) {
    super('CONFLICT', message, {
      remedy: 'Nothing was sent. Compare both, and change the existing one if ours is right.',
    });
  }
}

/** The business key is taken by other data. Values of the fields are business numbers and amounts, nothing personal. */
export function differs(
  what: string,
  differences: readonly { readonly field: string; readonly ours?: unknown; readonly theirs?: unknown }[],
): WechatPayError {
  const fields = differences.map(({ field, ours, theirs }) =>
    ours === undefined && theirs === undefined ? field : `${field} (ours ${text(ours)}, theirs ${text(theirs)})`,
  );
  return new DifferenceError(
    `${what} exists with other data: ${fields.join(', ')}.`,
    differences.map(({ field }) => field),
  );
}

function text(value: unknown): string {
  return value === undefined ? 'absent' : (JSON.stringify(value) ?? 'absent').slice(0, 64);
}
