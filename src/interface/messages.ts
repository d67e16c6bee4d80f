import type { H5ReviewNotification } from '../wechatpay/h5/schema';
import type { DebitNotification } from '../wechatpay/debit/types';
import type { H5DomainReviewNotification } from '../wechatpay/h5-domain/types';
import type { ContractNotification, PaymentNotification } from '../wechatpay/contract-order/schema';
import type { ContractOptions } from './inputs';
import type { Refusal, UnclaimedOpening, WorkflowResult } from './results';

export const SIGNALS = {
  h5Reviewed: 'h5Reviewed',
  paymentNotified: 'paymentNotified',
  contractNotified: 'contractNotified',
  debitNotified: 'debitNotified',
} as const;

export const UPDATES = {
  submitted: 'submitted',
  cashier: 'cashier',
  refresh: 'refresh',
  attachApplication: 'attachApplication',
  closeOrder: 'closeOrder',
  terminate: 'terminate',
  resolve: 'resolve',
} as const;

export const QUERIES = { status: 'status' } as const;

/** A notification that was verified (and, for v3, decrypted) before it became this. */
export interface VerifiedNotification<Kind extends string, Data> {
  /** v3: the notification's own id. v2: SHA-256 of the sorted fields. Handlers ignore an id they know. */
  readonly id: string;
  /** When the webhook took it, ISO 8601 UTC. */
  readonly receivedAt: string;
  /** When WeChat Pay made it, as it came. */
  readonly createTime?: string;
  readonly kind: Kind;
  readonly data: Data;
}

export type H5Reviewed = VerifiedNotification<'h5', H5ReviewNotification>;
/** Also through the signal `h5Reviewed`, to another workflow. */
export type H5DomainReviewed = VerifiedNotification<'h5-domain', H5DomainReviewNotification>;
export type DebitNotified = VerifiedNotification<'debit', DebitNotification>;
export type PaymentNotified = VerifiedNotification<'payment', PaymentNotification>;
export type ContractNotified = VerifiedNotification<'contract', ContractNotification>;

/**
 * What an order tells the contract that came of it, through the signal `contractNotified`; the client tells it the same
 * way what it is to be watched with. What is absent changes nothing.
 */
export type ContractHandedOver = VerifiedNotification<
  'order',
  {
    readonly appid: string;
    readonly out_trade_no?: string;
    readonly openid?: string;
    readonly contract_id?: string;
    readonly options?: ContractOptions;
  }
>;

/** Any notification, as `unclaimedNotification` keeps it. */
export type AnyNotification = H5Reviewed | H5DomainReviewed | PaymentNotified | ContractNotified | DebitNotified;

/** Answer of the query `status`. */
export interface WorkflowStatus {
  readonly flow: string;
  /** `SUBMITTING`, a WeChat Pay state, or an outcome. */
  readonly state: string;
  /** When that state began, ISO 8601 UTC. */
  readonly since: string;
  readonly needsOperator: boolean;
  /** Why a person should look. */
  readonly reason?: string;
  /** The final result, once there is one. */
  readonly result?: WorkflowResult;
}

/** What the caller's `onResult` activity receives, at least once. */
export interface ResultEvent {
  /** Stable across repeats: de-duplicate on it. */
  readonly eventId: string;
  readonly flow: string;
  readonly workflowId: string;
  readonly runId: string;
  readonly reference?: string;
  /** For an unclaimed notification also its opening, which is no result yet. */
  readonly result: WorkflowResult | UnclaimedOpening;
}

/**
 * First answer of the update `submitted`, in WeChat Pay's names. `state` is `REFUSED` when WeChat Pay said no, and
 * `ALREADY_AUTHORIZED` or `SUBMITTED_ID_UNKNOWN` for an H5 application without a number.
 */
export type FirstAnswer<Answer extends object> =
  (Answer & { readonly state: string }) | ({ readonly state: 'REFUSED' | 'UNDECIDED' } & Refusal);
