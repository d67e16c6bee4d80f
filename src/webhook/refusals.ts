import type { NotificationRefusedError } from '../wechatpay/v3/notification';
import type { V2NotificationRefusal } from '../wechatpay/v2/notification';

/** Why a request was not acknowledged. Closed, so that it can label a metric. */
export type RefusalReason =
  | NotificationRefusedError['reason']
  | V2NotificationRefusal
  | 'unknown-route'
  | 'unknown-merchant'
  | 'method'
  | 'media-type'
  | 'too-large'
  | 'too-many-headers'
  /** A valid signature of this merchant over a message that names another merchant. */
  | 'foreign-merchant'
  /** The keys to verify it with could not be had in time. */
  | 'keys-unavailable'
  /** Temporal did not accept it in time. */
  | 'not-accepted'
  /** Temporal is given as many at a time as it may be; this one was verified, and not given to it. */
  | 'busy'
  | 'internal';

/** Ends the handling of a request with a status other than 200. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    readonly reason: RefusalReason,
    /** Name of the error behind it, for the log; never its text. */
    readonly errorName?: string,
  ) {
    super(reason);
  }
}
