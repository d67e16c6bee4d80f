import type { OrderRecord } from '../contract-order/types';
import type { PaymentDetails } from '../v2/payment-details';

/**
 * A debit on a signed contract, in WeChat Pay's own names. The same `mch_id` and `out_trade_no` are debited once only.
 *
 * Every text is UTF-8 with characters of at most three bytes and without control characters.
 *
 * Source: WeChat Pay, entrusted payment, "apply for a debit" (`POST /pay/pappayapply`).
 */
export interface Debit {
  /** The official account, mini-program or mobile app of the contract; at most 32 characters. */
  readonly appid: string;
  /** Merchant number, 10 digits. */
  readonly mch_id: string;
  /** WeChat Pay's number of the contract, at most 32 characters. */
  readonly contract_id: string;
  /** Our order number, unique per merchant number for ever; at most 32 of `0-9 A-Z a-z _ - | * @`. */
  readonly out_trade_no: string;
  /** What the payer reads, at most 127 bytes; without `&` and `=`. */
  readonly body: string;
  /** Item list, at most 8192 bytes. */
  readonly detail?: string;
  /** Comes back in the debit notification, at most 127 bytes; without `&` and `=`. Nothing personal. */
  readonly attach?: string;
  /** Amount in fen, at least 1. */
  readonly total_fee: number;
  /** Default `CNY`. */
  readonly fee_type?: 'CNY';
  /** Address of the server that asks for the debit; one IPv4 or IPv6 address. */
  readonly spbill_create_ip: string;
  /** Coupon tag, at most 32 characters. */
  readonly goods_tag?: string;
  /** Where the debit notification goes; at most 256 characters, no query string. Filled in. */
  readonly notify_url?: string;
  /** `Y`: the payer can ask for an electronic invoice. */
  readonly receipt?: 'Y';
}

/** A debit nothing of which will change any more: what every attempt sends, except the nonce. */
export type FrozenDebit = Debit & Readonly<Required<Pick<Debit, 'notify_url'>>>;

/**
 * WeChat Pay's record of a debit: an order whose `trade_state` is one of `DEBIT_STATES`; a value outside that table is open.
 * `trade_type` is `PAP`.
 *
 * Source: WeChat Pay, "query a debit" (`POST /pay/paporderquery`).
 */
export interface DebitRecord extends OrderRecord {
  /** WeChat Pay's number of the contract. */
  readonly contract_id?: string;
}

/** What a verified debit notification says of the debit it is about. */
interface NotifiedDebit {
  readonly appid: string;
  readonly mch_id: string;
  readonly out_trade_no: string;
  readonly contract_id?: string;
  /** `SUCCESS` or `PAY_FAIL`; missing in genuine messages about failures. */
  readonly trade_state?: string;
}

/** The debit was made. */
export interface DebitMade extends NotifiedDebit, PaymentDetails {
  readonly made: true;
  readonly openid: string;
  readonly trade_type: 'PAP';
  /** Fen. */
  readonly total_fee: number;
  /** WeChat Pay's payment number, 28 digits. */
  readonly transaction_id: string;
  readonly attach?: string;
  /** `yyyyMMddHHmmss`, Beijing time, as it came. */
  readonly time_end: string;
  /** `Y`: the payer paid back what WeChat Pay had advanced; the debit itself was made before. */
  readonly user_repaid?: string;
}

/** The debit was not made, or nobody can tell by this message: the query decides. */
export interface DebitNotMade extends NotifiedDebit {
  readonly made: false;
  /** Shown to people, never decided by: a failure with code `0` was seen. */
  readonly err_code?: string;
  readonly err_code_des?: string;
}

/**
 * A verified debit notification. Other than for orders, failures are notified too.
 *
 * Source: WeChat Pay, "debit result notification".
 */
export type DebitNotification = DebitMade | DebitNotMade;
