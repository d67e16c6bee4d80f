import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsRecord,
  CustomsRepush,
} from '../wechatpay/customs/schema';
import type { H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import type {
  ContractNotification,
  ContractOrder,
  ContractOrderAnswer,
  ContractRecord,
  FrozenContractOrder,
  OrderRecord,
  PaymentNotification,
} from '../wechatpay/contract-order/schema';
import type { Cashier, IdentityResult } from './results';

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
  /** The workflow has told the operator already; do not return for that again. */
  readonly operatorTold?: boolean;
}

/** What a waiting activity brings back: a state that differs from the last one seen, or a reason for a person to look. */
export type Observation<Record_> = { readonly record: Record_ } | { readonly needsOperator: string };

/** A create-like call that cannot go on until a person repairs something, see {@link Observation}. */
export type Submitted<Answer> = { readonly answer: Answer } | { readonly needsOperator: string };

export interface CustomsActivities {
  /** Asks first; adopts an equal record, refuses a different one as Conflict, declares an absent one. */
  submitDeclaration(input: {
    readonly declaration: CustomsDeclaration;
    readonly adopt?: boolean;
    readonly operatorTold?: boolean;
  }): Promise<Submitted<CustomsRecord>>;
  /** Waits until the declaration's state differs from `seen`. */
  awaitDeclarationResult(input: {
    readonly declaration: CustomsDeclaration;
    readonly seen: string;
    /** The record before the last push; for some minutes it does not count as an answer to that push. */
    readonly pushedFrom?: CustomsRecord;
    readonly waiting: Waiting;
  }): Promise<Observation<CustomsRecord>>;
  /** Asks once, now. */
  queryDeclaration(input: { readonly declaration: CustomsDeclaration }): Promise<CustomsRecord | null>;
  /** Pushes again, once; `snapshot` is the record it starts from, so that a lost answer can be told apart. */
  repushDeclaration(input: {
    readonly repush: CustomsRepush;
    readonly snapshot: CustomsRecord;
  }): Promise<CustomsRecord>;
  /** Asks whether the sealed identity is the payer's. A refusal is an outcome, never an error. */
  verifyIdentity(input: { readonly verification: CertificateVerification }): Promise<IdentityResult>;
}

/** Answer of the H5 create call, or what is known instead of it. */
export type H5Submission =
  | { readonly kind: 'APPLIED'; readonly record: H5ApplicationRecord }
  | { readonly kind: 'ALREADY_AUTHORIZED'; readonly authorization_state?: string; readonly message?: string }
  /** It was sent, the answer was lost, and WeChat Pay has no search by sub-merchant: wait for the notification. */
  | { readonly kind: 'ID_UNKNOWN'; readonly reason: string };

/** State of an application and, once approved, what the sub-merchant may do. */
export interface H5Review {
  readonly record: H5ApplicationRecord;
  readonly authorization_state?: string;
}

export interface H5Activities {
  submitH5Application(input: {
    readonly application: H5Application;
    readonly mchid: string;
    readonly adopt?: boolean;
    readonly operatorTold?: boolean;
  }): Promise<Submitted<H5Submission>>;
  awaitH5Result(input: {
    readonly mchid: string;
    readonly applyment_id: string;
    readonly seen: string;
    readonly waiting: Waiting;
  }): Promise<Observation<H5Review>>;
  /** While the id is unknown: waits until the permission itself covers what was applied for. */
  awaitH5Permission(input: {
    readonly mchid: string;
    readonly application: H5Application;
    readonly waiting: Waiting;
  }): Promise<Observation<{ readonly authorization_state: string }>>;
  queryH5Application(input: { readonly mchid: string; readonly applyment_id: string }): Promise<H5Review | null>;
}

export interface ContractOrderActivities {
  submitContractOrder(input: {
    readonly order: FrozenContractOrder;
    readonly adopt?: boolean;
    readonly operatorTold?: boolean;
  }): Promise<Submitted<ContractOrderSubmitted>>;
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
  queryContract(input: {
    readonly mch_id: string;
    readonly appid: string;
    readonly plan_id: string;
    readonly contract_code: string;
  }): Promise<ContractRecord | null>;
  /** Signs the front end's parameters; an expired prepay id is fetched again with the identical request. */
  openCashier(input: {
    readonly order: FrozenContractOrder;
    readonly submitted: ContractOrderSubmitted;
    readonly spbill_create_ip?: string;
  }): Promise<{ readonly cashier: Cashier; readonly submitted: ContractOrderSubmitted }>;
  terminateContract(input: {
    readonly mch_id: string;
    readonly appid: string;
    readonly plan_id: string;
    readonly contract_code: string;
    readonly remark: string;
  }): Promise<ContractRecord | null>;
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

/** Run beside the workflows, because they only read configuration. */
export interface LocalActivities {
  /** Fills in what may be left out; called once, before anything is sent. */
  completeContractOrder(input: { readonly order: ContractOrder }): Promise<FrozenContractOrder>;
  completeH5Application(input: { readonly mchid: string; readonly application: H5Application }): Promise<H5Application>;
}

/** A payment as the order needs it, whether it was notified or asked for. */
export type Payment = Pick<PaymentNotification | OrderRecord, 'transaction_id' | 'total_fee' | 'time_end' | 'openid'>;
/** A signing as the order needs it, whether it was notified or asked for. */
export type Signing = Pick<
  ContractNotification | ContractRecord,
  'contract_id' | 'contract_code' | 'plan_id' | 'openid'
>;
