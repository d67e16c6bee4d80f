/**
 * Types of the `ApplicationFailure`s that activities and workflows raise. They are never encrypted, so they are all
 * an operator needs without a codec server.
 */
export const FAILURE_TYPES = {
  /** Final: the input is wrong; the message lists every problem with its JSON path. */
  invalidInput: 'WechatPay.InvalidInput',
  /** Final: the business key is taken by other data; the message names the differing fields. */
  conflict: 'WechatPay.Conflict',
  /** Final, becomes an outcome: WeChat Pay said no for a business reason. */
  refused: 'WechatPay.Refused',
  /** Retried slowly: key, serial, permission or registration is wrong and a person has to repair it. */
  configuration: 'WechatPay.Configuration',
  /** Retried after the wait WeChat Pay asks for. */
  rateLimited: 'WechatPay.RateLimited',
  /** Retried: the request never reached WeChat Pay. */
  unavailable: 'WechatPay.Unavailable',
  /** Retried: it may have been done, so the next attempt asks first. */
  outcomeUnknown: 'WechatPay.OutcomeUnknown',
  /** Benign: asked, still the same. */
  stillPending: 'WechatPay.StillPending',
} as const;

export type FailureType = (typeof FAILURE_TYPES)[keyof typeof FAILURE_TYPES];
