import type { ErrorClass } from '../../../src/wechatpay/errors';

/** One documented answer: call, HTTP status, code, WeChat Pay's text, and what has to come of it. */
export type Documented = readonly [
  call: string,
  status: number,
  code: string | undefined,
  text: string,
  errorClass: ErrorClass,
  remedy: RegExp,
];

/** The same without its call. */
type Answer = readonly [number, string | undefined, string, ErrorClass, RegExp];

/** Answers that each of some calls may give. */
export function of(calls: readonly string[], answers: readonly Answer[]): readonly Documented[] {
  return calls.flatMap((call) => answers.map((answer): Documented => [call, ...answer]));
}
