import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsModification,
  CustomsOrderKey,
  CustomsRecord,
  CustomsRepush,
} from '../wechatpay/customs/types';
import type { H5Amendment, H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import type { H5DomainModification, H5DomainRecord } from '../wechatpay/h5-domain/types';
import type {
  ContractNotification,
  ContractOrder,
  ContractOrderAnswer,
  ContractRecord,
  FrozenContractOrder,
  OrderRecord,
  PaymentNotification,
} from '../wechatpay/contract-order/schema';
import type { ContractVerdict } from '../wechatpay/contract-order/compare';
import type { Debit, DebitRecord, FrozenDebit } from '../wechatpay/debit/types';
import type { Cashier, CustomsRequest, IdentityResult } from './results';

/*
 * Names and inputs of the activities. They are public contract: an input that waits in a history may be a month old when
 * a newer worker takes it, so fields are only ever added, and only as optional ones.
 */

/** How a waiting activity is to ask. Times are milliseconds since the epoch, taken from the workflow's clock. */
export interface Waiting {
  /** When this wait began: the poll schedule counts from here, whatever was re-scheduled since. */
  readonly since: number;
  /** Fixed interval in milliseconds instead of the schedule. */
  readonly pollEvery?: number;
  /** What the operator has been told of already: not returned for again, and taken back once it is over. */
  readonly operatorTold?: Trouble;
}

/** Why a person should look at a wait: a key or permission is wrong, or WeChat Pay takes longer than it ever should. */
export type Trouble = 'configuration' | 'slow';

/**
 * What a waiting activity brings back: a state that differs from the last one seen, a reason for a person to look, or that
 * the trouble the operator was told of is over.
 */
export type Observation<Record_> =
  | { readonly record: Record_ }
  | { readonly needsOperator: string; readonly trouble: Trouble }
  | { readonly recovered: true };

/** A create-like call that cannot go on until a person repairs something, see {@link Observation}. */
export type Submitted<Answer> =
  /** `afterReset`: as the activity was told it, for a workflow that decides by it, see {@link Earlier}. */
  | { readonly answer: Answer; readonly afterReset?: true }
  | { readonly needsOperator: string; readonly trouble: 'configuration' };

/** What an activity that sends cannot see by itself: activities of the same request before it. */
export interface Earlier {
  /** One was ended to call a person. */
  readonly operatorTold?: boolean;
  /** The workflow was reset: what the run before this one sent is not in this one's history. */
  readonly afterReset?: boolean;
}

export interface CustomsActivities {
  /** Asks first; adopts an equal record, refuses a different one as Conflict, declares an absent one. */
  submitDeclaration(
    input: Earlier & {
      readonly declaration: CustomsDeclaration;
      readonly adopt?: boolean;
    },
  ): Promise<Submitted<CustomsRecord>>;
  /** Waits until the declaration's state differs from `seen`. */
  awaitDeclarationResult(input: {
    readonly declaration: CustomsOrderKey;
    readonly seen: string;
    /** The record before the last push or modification; for some minutes it does not count as an answer to that. */
    readonly pushedFrom?: CustomsRecord;
    readonly waiting: Waiting;
  }): Promise<Observation<CustomsRecord>>;
  /** Asks once, now. */
  queryDeclaration(input: { readonly declaration: CustomsOrderKey }): Promise<CustomsRecord | null>;
  /**
   * Asks for the record that a modification or a re-push is to start from. Validates it; no record is InvalidInput, a
   * record of other numbers a Conflict.
   */
  snapshotDeclaration(
    input: ({ readonly modification: CustomsModification } | { readonly repush: CustomsRepush }) & Earlier,
  ): Promise<Submitted<CustomsRecord>>;
  /**
   * Modifies the record, asking first: sends only while it still has the values of `snapshot`, five times at most. Wanted
   * values are done; any others are a Conflict.
   */
  submitModification(
    input: Earlier & {
      readonly modification: CustomsModification;
      readonly snapshot: CustomsRecord;
    },
  ): Promise<Submitted<Corrected>>;
  /** Pushes again because somebody asked for it: sends once, whatever becomes of the answer. */
  submitRepush(
    input: Earlier & {
      readonly repush: CustomsRepush;
      readonly snapshot: CustomsRecord;
    },
  ): Promise<Submitted<Corrected>>;
  /** Pushes again; `snapshot` is the record it starts from, so that a lost answer can be told apart. */
  repushDeclaration(input: {
    readonly repush: CustomsRepush;
    readonly snapshot: CustomsRecord;
    /** How often it may be sent when answers are lost. Default 2. */
    readonly sends?: number;
    readonly afterReset?: boolean;
  }): Promise<CustomsRecord>;
  /** Asks whether the sealed identity is the payer's. A refusal is an outcome, never an error. */
  verifyIdentity(input: { readonly verification: CertificateVerification }): Promise<IdentityResult>;
}

/** What became of a modification or a re-push. */
export interface Corrected {
  /** WeChat Pay's answer to it, or the record that shows it; with UNKNOWN the record of before. */
  readonly record: CustomsRecord;
  /** The record right before it was sent. */
  readonly before: CustomsRecord;
  readonly request: CustomsRequest;
}

/** Answer of the H5 create call, or what is known instead of it. */
export type H5Submission =
  | { readonly kind: 'APPLIED'; readonly record: H5ApplicationRecord }
  | { readonly kind: 'ALREADY_AUTHORIZED'; readonly authorization_state?: string; readonly message?: string }
  | H5NumberUnknown;

/** It was sent, the answer was lost, and WeChat Pay has no search by sub-merchant: wait for the notification. */
export interface H5NumberUnknown {
  readonly kind: 'ID_UNKNOWN';
  readonly reason: string;
  /** What is in process was provably not sent by this process: it is ours only if it has the same data. */
  readonly nothingSent?: true;
}

/** What became of an amendment. */
export type H5AmendmentSubmission =
  | { readonly kind: 'AMENDED'; readonly record: H5ApplicationRecord }
  /** A reviewer has rejected it again, for another reason. */
  | { readonly kind: 'REJECTED_AGAIN'; readonly record: H5ApplicationRecord }
  /** Sent as often as it may be, without an answer, and still rejected for the old reason. */
  | { readonly kind: 'UNSETTLED'; readonly reason: string };

export type H5DomainSubmission = { readonly kind: 'APPLIED'; readonly record: H5DomainRecord } | H5NumberUnknown;

/** State of an application or a domain modification and, once approved, what the sub-merchant may do. */
export interface ReviewOf<Record_> {
  readonly record: Record_;
  readonly authorization_state?: string;
}
export type H5Review = ReviewOf<H5ApplicationRecord>;
export type H5DomainReview = ReviewOf<H5DomainRecord>;

export interface H5Activities {
  submitH5Application(
    input: Earlier & {
      readonly application: H5Application;
      readonly mchid: string;
      readonly adopt?: boolean;
    },
  ): Promise<Submitted<H5Submission>>;
  awaitH5Result(input: {
    readonly mchid: string;
    readonly applyment_id: string;
    readonly seen: string;
    /** The rejection that an amendment corrects; for some minutes it does not count as an answer to that amendment. */
    readonly amendedFrom?: { readonly audit_reject_detail?: string };
    readonly waiting: Waiting;
  }): Promise<Observation<H5Review>>;
  /** While the id is unknown: waits until the permission itself covers what was applied for. */
  awaitH5Permission(input: {
    readonly mchid: string;
    readonly application: Pick<H5Application, 'sub_mchid' | 'transaction_limit_type'>;
    readonly waiting: Waiting;
  }): Promise<Observation<{ readonly authorization_state: string }>>;
  queryH5Application(input: { readonly mchid: string; readonly applyment_id: string }): Promise<H5Review | null>;
  /** Validates an amendment and looks at what it is to correct, before anything is sent; null when there is none. */
  snapshotH5Application(input: H5AmendmentOf): Promise<Submitted<H5ApplicationRecord | null>>;
  /** Asks first; sends only while the record is still the rejected one of `snapshot`. */
  amendH5Application(
    input: H5AmendmentOf & { readonly snapshot: H5ApplicationRecord },
  ): Promise<Submitted<H5AmendmentSubmission>>;
  /** Sends; a repeat is told apart by its `out_applyment_id`, because WeChat Pay has no query by it. */
  submitH5DomainModification(
    input: Earlier & {
      readonly mchid: string;
      readonly modification: H5DomainModification;
      readonly adopt?: boolean;
    },
  ): Promise<Submitted<H5DomainSubmission>>;
  awaitH5DomainResult(input: {
    readonly mchid: string;
    readonly applyment_id: string;
    readonly seen: string;
    readonly waiting: Waiting;
  }): Promise<Observation<H5DomainReview>>;
  queryH5DomainModification(input: {
    readonly mchid: string;
    readonly applyment_id: string;
  }): Promise<H5DomainReview | null>;
}

/** An amendment, with what it belongs to. */
export interface H5AmendmentOf extends Earlier {
  readonly mchid: string;
  readonly sub_mchid: string;
  readonly applyment_id: string;
  readonly amendment: H5Amendment;
}

export interface ContractOrderActivities {
  submitContractOrder(
    input: Earlier & {
      readonly order: FrozenContractOrder;
      readonly adopt?: boolean;
    },
  ): Promise<Submitted<ContractOrderSubmitted>>;
  /** Waits until the order is paid or closed. */
  awaitPayment(input: {
    readonly order: FrozenContractOrder;
    readonly seen: string;
    readonly waiting: Waiting;
  }): Promise<Observation<OrderRecord>>;
  queryOrder(input: { readonly order: FrozenContractOrder }): Promise<OrderRecord | null>;
  /** Closes and asks until the query agrees: the record says CLOSED, or paid when the payment was faster. */
  closeOrder(input: { readonly order: FrozenContractOrder }): Promise<OrderRecord>;
  /** Waits until the contract is signed. */
  awaitContract(input: {
    readonly order: FrozenContractOrder;
    readonly waiting: Waiting;
  }): Promise<Observation<ContractRecord>>;
  queryContract(input: ContractName): Promise<ContractRecord | null>;
  /** Waits until the contract looks other than `seen`, for instance ended; asks at `waiting.pollEvery`. */
  awaitContractEnd(input: {
    readonly contract: KnownContract;
    /** How it looked when it was asked for last. */
    readonly seen: ContractVerdict;
    readonly waiting: Waiting;
  }): Promise<Observation<ContractRecord | null>>;
  /** Signs the front end's parameters; an expired prepay id is fetched again with the identical request. */
  openCashier(input: {
    readonly order: FrozenContractOrder;
    readonly submitted: ContractOrderSubmitted;
    readonly spbill_create_ip?: string;
  }): Promise<{ readonly cashier: Cashier; readonly submitted: ContractOrderSubmitted }>;
  /** Ends it and asks until the query agrees; null when WeChat Pay knows no such contract, Conflict when it is another. */
  terminateContract(input: KnownContract & { readonly remark: string }): Promise<ContractRecord | null>;
}

/** What names a contract in every call. */
export interface ContractName {
  readonly mch_id: string;
  readonly appid: string;
  readonly plan_id: string;
  readonly contract_code: string;
}

/** A contract with what was learnt when it was signed: an answer about another one contradicts it. */
export interface KnownContract extends ContractName {
  readonly contract_id?: string;
  readonly openid?: string;
}

/** The first answer to an order, with the time it came, because what it holds expires. */
export interface ContractOrderSubmitted {
  /** Absent when the order turned out to be paid or closed already. */
  readonly answer?: ContractOrderAnswer;
  /** When the answer came, milliseconds since the epoch. */
  readonly answeredAt: number;
  /** The order as the query showed it, when it existed before. */
  readonly order?: OrderRecord;
}

export interface DebitActivities {
  /**
   * Asks first; adopts an equal debit, refuses a different one as Conflict, applies for an absent one unless WeChat Pay
   * states that its contract has ended. One that was accepted and is not shown yet has `trade_state` ACCEPT.
   */
  submitDebit(
    input: Earlier & {
      readonly debit: FrozenDebit;
      readonly adopt?: boolean;
    },
  ): Promise<Submitted<DebitRecord>>;
  /** Waits until the debit's `trade_state` differs from `seen`. */
  awaitDebitResult(input: {
    readonly debit: Debit;
    readonly seen: string;
    readonly waiting: Waiting;
  }): Promise<Observation<DebitRecord>>;
  /** Asks once, now. */
  queryDebit(input: { readonly debit: Debit }): Promise<DebitRecord | null>;
}

/** Run beside the workflows, because they only read configuration. */
export interface LocalActivities {
  /** Fills in what may be left out; called once, before anything is sent. */
  completeContractOrder(input: { readonly order: ContractOrder }): Promise<FrozenContractOrder>;
  completeDebit(input: { readonly debit: Debit }): Promise<FrozenDebit>;
  completeH5Application(input: { readonly mchid: string; readonly application: H5Application }): Promise<H5Application>;
  completeH5DomainModification(input: {
    readonly mchid: string;
    readonly modification: H5DomainModification;
  }): Promise<H5DomainModification>;
}

/** A payment as the order needs it, whether it was notified or asked for. */
export type Payment = Pick<PaymentNotification | OrderRecord, 'transaction_id' | 'total_fee' | 'time_end' | 'openid'>;
/** A signing as the order needs it, whether it was notified or asked for. */
export type Signing = Pick<
  ContractNotification | ContractRecord,
  'contract_id' | 'contract_code' | 'plan_id' | 'openid' | 'contract_expired_time'
>;
