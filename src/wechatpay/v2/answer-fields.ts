import { WechatPayError } from '../errors';
import { textOf, type Fields } from './fields';

/** Which answer is being read, for errors. */
export interface AnswerSource {
  /** The call as people name it: `pay/orderquery`. */
  readonly name: string;
  /** WeChat Pay's `Request-ID`. */
  readonly requestId?: string;
}

/** @throws WechatPayError `OUTCOME_UNKNOWN` when a signed answer lacks a field that it always has. */
export function required(fields: Fields, source: AnswerSource, name: string): string {
  const value = textOf(fields, name);
  if (value === undefined) throw unreadable(source, name, 'a value');
  return value;
}

/** @throws WechatPayError `OUTCOME_UNKNOWN` when a signed answer says another value than we sent; it may say none. */
export function requireSame(fields: Fields, source: AnswerSource, name: string, ours: string | undefined): void {
  const theirs = textOf(fields, name);
  if (ours !== undefined && theirs !== undefined && theirs !== ours) {
    throw unreadable(source, name, 'the value we sent');
  }
}

/** A signed answer that is not understood. Values stay out: nothing is known here about how personal they are. */
export function unreadable({ name, requestId }: AnswerSource, field: string, expected: string): WechatPayError {
  return new WechatPayError(
    'OUTCOME_UNKNOWN',
    `${name}: a signed answer is not understood; ${field}: expected ${expected}`,
    {
      call: name,
      httpStatus: 200,
      requestId,
      remedy: 'Ask with the query what was done; if it stays so, report it to WeChat Pay with the request id.',
    },
  );
}
