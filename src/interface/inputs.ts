import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsModification,
  CustomsRepush,
  SealedIdentity,
} from '../wechatpay/customs/types';
import type { Debit } from '../wechatpay/debit/types';
import type { H5Amendment, H5Application } from '../wechatpay/h5/types';
import type { H5DomainModification } from '../wechatpay/h5-domain/types';
import type { ContractOrder } from '../wechatpay/contract-order/types';
import type { AnyNotification } from './messages';

/** A span of time as Temporal writes it: `30s`, `10 minutes`, `7 days`. */
export type DurationText = string;

/** The caller's activity that is told the result, at least once. */
export interface OnResult {
  readonly taskQueue: string;
  readonly activity: string;
}

/** Options every workflow understands. */
export interface CommonOptions {
  /**
   * Limit of the whole wait; afterwards the outcome is UNDECIDED. Default: customs `7 days`, H5 `30 days`, payment
   * `time_expire`, debit `3 days`.
   */
  readonly giveUpAfter?: DurationText;
  /** A fixed interval between polls instead of the product's schedule. For demos, tests and urgent cases. */
  readonly pollEvery?: DurationText;
  /** Only watch what WeChat Pay already has; never send. Default `false`. */
  readonly adopt?: boolean;
  /** The caller's own id, at most 64 characters; searchable through `WxKeys`. Nothing personal. */
  readonly reference?: string;
  readonly onResult?: OnResult;
}

export interface CustomsOptions extends CommonOptions {
  /** Automatic re-pushes from EXCEPT, 0 to 3. Default 1. */
  readonly repushes?: number;
  /** Wait before the first automatic re-push, doubling for each further one. Default `10 minutes`. */
  readonly repushAfter?: DurationText;
}

export interface ContractOrderOptions extends CommonOptions {
  /** How long a signing is waited for after the payment. Default `2 hours`. */
  readonly contractWait?: DurationText;
  /** What to do when the pre-signing failed: sell without a contract, or close the order. Default `continue`. */
  readonly presignFailure?: 'continue' | 'close';
}

/** A contract has no end of its waiting, and nothing is sent to begin it. */
export interface ContractOptions extends Pick<CommonOptions, 'reference' | 'onResult'> {
  /** Asks WeChat Pay for the contract at that interval, `7 days` for instance. Unset: only when it would expire. */
  readonly pollEvery?: DurationText;
}

export interface CustomsDeclarationInput {
  readonly declaration: CustomsDeclaration;
  /** Ask, once the record exists, whether this person is the payer. Sealed by the client; never plain text. */
  readonly identity?: SealedIdentity;
  readonly options?: CustomsOptions;
}

/** A correction of a declaration that exists. `options.repushes` counts for what follows, as in a declaration. */
export interface CustomsModificationInput {
  readonly modification: CustomsModification;
  readonly options?: CustomsOptions;
}

/** A new push of a declaration whose information was lost at customs. */
export interface CustomsRepushInput {
  readonly repush: CustomsRepush;
  readonly options?: CustomsOptions;
}

/** It asks whatever the options are, and as seldom as it can: each question sends personal data. */
export type IdentityOptions = Omit<CommonOptions, 'adopt' | 'pollEvery'>;

export interface IdentityVerificationInput {
  readonly verification: CertificateVerification;
  readonly options?: IdentityOptions;
}

export interface H5ApplicationInput {
  /** The institution or service provider whose key signs; `application.sub_mchid` is the merchant concerned. */
  readonly mchid: string;
  readonly application: H5Application;
  readonly options?: CommonOptions;
}

/** Corrected data of an application that a reviewer rejected. */
export interface H5AmendmentInput {
  readonly mchid: string;
  readonly sub_mchid: string;
  /** Decimal text: the number may exceed 2^53. */
  readonly applyment_id: string;
  readonly amendment: H5Amendment;
  readonly options?: CommonOptions;
}

export interface H5DomainModificationInput {
  readonly mchid: string;
  readonly modification: H5DomainModification;
  readonly options?: CommonOptions;
}

/** A debit on a signed contract. */
export interface ContractDebitInput {
  readonly debit: Debit;
  readonly options?: CommonOptions;
}

export interface ContractOrderInput {
  readonly order: ContractOrder;
  readonly options?: ContractOrderOptions;
}

/** What is known of a contract when it starts being watched. */
export interface ContractInput {
  readonly mch_id: string;
  readonly plan_id: string;
  readonly contract_code: string;
  readonly appid?: string;
  readonly openid?: string;
  readonly contract_id?: string;
  readonly out_trade_no?: string;
  readonly options?: ContractOptions;
  /** `yyyy-MM-dd HH:mm:ss` Beijing time, as it came: WeChat Pay is asked then whether it has been renewed. */
  readonly contract_expired_time?: string;
  /** Ids of notifications already acted on; carried over when the run continues as new. */
  readonly seen?: readonly string[];
  /** Why a person should look; carried over when the run continues as new. */
  readonly attention?: string;
}

export interface UnclaimedNotificationInput {
  readonly mchid: string;
  readonly notification: AnyNotification;
  /** Why nobody took it: `no open workflow ...`, `total_fee 1 differs from the order's 888`. */
  readonly reason: string;
  /** Who is told, when it is kept and when it is resolved. */
  readonly options?: Pick<CommonOptions, 'reference' | 'onResult'>;
}
