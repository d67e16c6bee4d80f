import type { CustomsRecord } from '../wechatpay/customs/schema';

/** Text of a refusal, as WeChat Pay gave it, and what to do. */
export interface Refusal {
  readonly code?: string;
  readonly message?: string;
  readonly remedy?: string;
}

export type IdentityOutcome = 'SAME' | 'DIFFERENT' | 'UNCHECKED' | 'REFUSED' | 'SEAL_AGAIN';

export interface IdentityResult extends Refusal {
  readonly outcome: IdentityOutcome;
}

export interface CustomsResult extends Refusal {
  readonly outcome: 'SUCCESS' | 'FAIL' | 'EXCEPT' | 'REFUSED' | 'UNDECIDED';
  /** WeChat Pay's last answer, in its own names. Absent when nothing was ever recorded. */
  readonly record?: CustomsRecord;
  /** Customs' own words about the state. */
  readonly explanation?: string;
  /** Answer to the identity question, if one was asked. Its failure never fails the declaration. */
  readonly identity?: { readonly outcome: IdentityOutcome; readonly code?: string };
  /** Of a modification or a re-push: what became of its request. */
  readonly request?: CustomsRequest;
}

/**
 * What became of the request of a modification or a re-push: WeChat Pay has it; nothing was sent, because the record is as
 * it should be or has moved on by itself; or its answer was lost and the record does not tell.
 */
export type CustomsRequest = 'SENT' | 'NOT_NEEDED' | 'UNKNOWN';

/** First answer of a modification or a re-push: the record as it is then, and what became of the request. */
export type CorrectedRecord = CustomsRecord & { readonly request: CustomsRequest };

export interface H5Result extends Refusal {
  readonly outcome: 'APPROVED' | 'REJECTED' | 'ALREADY_AUTHORIZED' | 'REFUSED' | 'UNDECIDED';
  /** Decimal text: the number may exceed 2^53. */
  readonly applyment_id?: string;
  /** The reviewer's reason, with REJECTED. */
  readonly audit_reject_detail?: string;
  /** The sub-merchant's permission afterwards, as WeChat Pay states it. */
  readonly authorization_state?: string;
  /** ALREADY_AUTHORIZED: false, because no application was made and so the domains were not changed. */
  readonly domainsApplied?: boolean;
  /** Result of the limit removal that NO_LIMIT creates. */
  readonly limitRemoval?: { readonly outcome: 'APPROVED' | 'REJECTED' | 'UNDECIDED'; readonly applyment_id?: string };
}

export interface ContractOrderResult extends Refusal {
  readonly payment: 'PAID' | 'NOT_PAID' | 'REFUSED' | 'UNDECIDED';
  readonly contract: 'SIGNED' | 'NOT_SIGNED' | 'PRESIGN_FAILED' | 'UNDECIDED';
  /** WeChat Pay's payment number, 28 digits. */
  readonly transaction_id?: string;
  /** Paid amount in fen. */
  readonly total_fee?: number;
  /** When it was paid, `yyyyMMddHHmmss` Beijing time, as it came. */
  readonly time_end?: string;
  readonly contract_id?: string;
  readonly contract_code?: string;
  readonly plan_id?: string;
  /** Why the pre-signing failed. */
  readonly contract_err_code?: string;
  readonly contract_err_code_des?: string;
}

export interface ContractResult {
  readonly outcome: 'TERMINATED';
  readonly contract_id?: string;
  /** 1 expired, 2 by the user, 3 by us, 4 in the merchant platform, 5 account closed. */
  readonly contract_termination_mode?: string;
  /** Beijing time, as it came. */
  readonly terminated_at?: string;
}

export interface ContractDebitResult extends Refusal {
  readonly outcome: 'SUCCESS' | 'PAY_FAIL' | 'REFUSED' | 'UNDECIDED';
  /** WeChat Pay's payment number, 28 digits. */
  readonly transaction_id?: string;
  /** Debited amount in fen. */
  readonly total_fee?: number;
  /** When it was debited, `yyyyMMddHHmmss` Beijing time, as it came. */
  readonly time_end?: string;
  readonly contract_id?: string;
}

export interface UnclaimedResult {
  readonly outcome: 'RESOLVED';
  readonly note: string;
}

/** What `onResult` is told when a notification is kept: a person has to look, and nothing is resolved yet. */
export interface UnclaimedOpening {
  readonly outcome: 'UNCLAIMED';
  /** `payment`, `contract`, `h5`, `h5-domain` or `debit`. */
  readonly kind: string;
  readonly reason: string;
}

export type WorkflowResult =
  | CustomsResult
  | IdentityResult
  | H5Result
  | ContractOrderResult
  | ContractResult
  | ContractDebitResult
  | UnclaimedResult;

/** Answer of the update `submitted` on a contract order: what a cashier can be opened with, and the pre-signing. */
export interface ContractOrderSubmission {
  readonly trade_type: string;
  /** Absent, like `presign`, for an order that was only found, paid or closed. */
  readonly prepay_id?: string;
  readonly presign?: 'SUCCESS' | 'FAIL';
  readonly contract_err_code?: string;
  readonly contract_err_code_des?: string;
}

/** Answer of the update `cashier`: everything a front end needs to open WeChat Pay. */
export interface Cashier {
  readonly trade_type: string;
  readonly prepay_id: string;
  /** JSAPI (and mini-program) and APP: the signed parameter set, to be passed on unchanged. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** NATIVE: content of the QR code. */
  readonly code_url?: string;
  /** MWEB: page to open; lives five minutes. */
  readonly mweb_url?: string;
  /** When it can no longer be opened, ISO 8601 UTC. */
  readonly expiresAt: string;
  /** `FAIL`: the order can be paid, but no contract will come of it. */
  readonly presign: 'SUCCESS' | 'FAIL';
  readonly contract_err_code?: string;
  readonly contract_err_code_des?: string;
}
