/** How the payer opens the cashier. `JSAPI` covers pages inside WeChat and mini-programs; `MWEB` is H5. */
export type TradeType = 'JSAPI' | 'NATIVE' | 'APP' | 'MWEB';

/**
 * An order that is paid and signed in one step, in WeChat Pay's own names.
 *
 * Fields marked *filled in* may be left out: they are fixed once, before anything is sent, and never change afterwards.
 * Every text is UTF-8 with characters of at most three bytes and without control characters.
 *
 * Source: WeChat Pay, entrusted payment, "pay with contract signing" (`POST /pay/contractorder`).
 */
export interface ContractOrder {
  /** The official account, mini-program or mobile app; at most 32 characters. */
  readonly appid: string;
  /** Merchant number, 10 digits. */
  readonly mch_id: string;
  /** Must equal `mch_id`. Filled in. */
  readonly contract_mchid?: string;
  /** Must equal `appid`. Filled in. */
  readonly contract_appid?: string;
  /** Our order number, unique per merchant number for ever; at most 32 of `0-9 A-Z a-z _ - | * @`. */
  readonly out_trade_no: string;
  /** Terminal or shop, `WEB` for web pages; at most 32 characters. */
  readonly device_info?: string;
  /** What the payer reads, at most 127 bytes; without `&` and `=`. */
  readonly body: string;
  /** Item list, at most 8192 bytes. */
  readonly detail?: string;
  /** Comes back in the payment notification, at most 127 bytes; without `&` and `=`. Nothing personal. */
  readonly attach?: string;
  /** Where the payment notification goes; at most 256 characters, no query string. Filled in. */
  readonly notify_url?: string;
  /** Amount in fen, at least 1. The currency is CNY. */
  readonly total_fee: number;
  /** One address: the payer's for JSAPI, APP and MWEB, our server's for NATIVE. */
  readonly spbill_create_ip: string;
  /** When the order was made: `yyyyMMddHHmmss`, Beijing time. Filled in. */
  readonly time_start?: string;
  /** Until when it can be paid: `yyyyMMddHHmmss`, Beijing time, more than a minute after `time_start`. Filled in. */
  readonly time_expire?: string;
  /** Coupon tag, at most 32 characters. */
  readonly goods_tag?: string;
  readonly trade_type: TradeType;
  /** Product behind the QR code, at most 32 characters; required for NATIVE. */
  readonly product_id?: string;
  /** `no_credit`: no credit cards. */
  readonly limit_pay?: 'no_credit';
  /** The payer under `appid`, at most 128 characters; required for JSAPI. Personal. */
  readonly openid?: string;
  /** Contract template, decimal text. */
  readonly plan_id: string;
  /** Our contract number, at most 32 letters and digits; never used before. */
  readonly contract_code: string;
  /** Our serial number of the signing: decimal text, 1 to 9223372036854775807, unique per merchant. Filled in. */
  readonly request_serial?: string;
  /** What the payer reads on the signing page, at most 32 characters; never the WeChat nickname. Personal. */
  readonly contract_display_account: string;
  /** Where the contract notification goes; as `notify_url`. Filled in. */
  readonly contract_notify_url?: string;
}

/** Fields of {@link ContractOrder} that may be left out and are fixed before anything is sent. */
export type FilledInField =
  | 'contract_mchid'
  | 'contract_appid'
  | 'notify_url'
  | 'contract_notify_url'
  | 'time_start'
  | 'time_expire'
  | 'request_serial';

/** An order nothing of which will change any more: what every attempt sends, except the nonce. */
export type FrozenContractOrder = ContractOrder & Readonly<Required<Pick<ContractOrder, FilledInField>>>;

/** Answer to the order call: the order exists and can be paid; `presign` says whether a contract can come of it. */
export interface ContractOrderAnswer {
  /** Payment session, lives two hours. */
  readonly prepay_id: string;
  readonly trade_type: string;
  /** NATIVE: content of the QR code, lives two hours. */
  readonly code_url?: string;
  /** MWEB: page to open, lives five minutes. */
  readonly mweb_url?: string;
  /** `contract_result_code`; a missing one counts as `FAIL`. */
  readonly presign: 'SUCCESS' | 'FAIL';
  readonly contract_err_code?: string;
  readonly contract_err_code_des?: string;
  /** Missing in genuine answers whose pre-signing failed. */
  readonly out_trade_no?: string;
}

/**
 * WeChat Pay's record of an order. Everything beyond `trade_state` and `out_trade_no` is only there once it was paid.
 *
 * Source: WeChat Pay, "query order" (`POST /pay/orderquery`).
 */
export interface OrderRecord {
  /** See `TRADE_STATES`; a value outside that table is open. */
  readonly trade_state: string;
  readonly trade_state_desc?: string;
  readonly out_trade_no: string;
  readonly appid?: string;
  readonly mch_id?: string;
  /** WeChat Pay's payment number, 28 digits. Always there with `SUCCESS`. */
  readonly transaction_id?: string;
  /** Fen. Always there with `SUCCESS`. */
  readonly total_fee?: number;
  /** Fen paid in cash, that is without coupons. */
  readonly cash_fee?: number;
  readonly fee_type?: string;
  readonly openid?: string;
  readonly trade_type?: string;
  readonly bank_type?: string;
  readonly attach?: string;
  /** `yyyyMMddHHmmss`, Beijing time, as it came. */
  readonly time_end?: string;
}

/**
 * A verified payment notification. It is only ever sent for a payment that succeeded.
 *
 * Source: WeChat Pay, "payment result notification".
 */
export interface PaymentNotification {
  readonly appid: string;
  readonly mch_id: string;
  readonly openid: string;
  /** `JSAPI`, `NATIVE`, `APP`, `MWEB`; `PAP` for a later debit. */
  readonly trade_type: string;
  readonly bank_type?: string;
  /** Amount of the order in fen. */
  readonly total_fee: number;
  /** Fen paid in cash, that is without coupons. */
  readonly cash_fee?: number;
  readonly fee_type?: string;
  /** WeChat Pay's payment number, 28 digits. */
  readonly transaction_id: string;
  readonly out_trade_no: string;
  readonly attach?: string;
  /** `yyyyMMddHHmmss`, Beijing time, as it came. */
  readonly time_end: string;
  /** Documented for debits only; a hint elsewhere. */
  readonly contract_id?: string;
}

/**
 * WeChat Pay's record of a contract. Times are `yyyy-MM-dd HH:mm:ss` Beijing time, as they came.
 *
 * Source: WeChat Pay, "query contract" (`POST /papay/querycontract`).
 */
export interface ContractRecord {
  /** See `CONTRACT_STATES`: `0` is the good value. */
  readonly contract_state: string;
  readonly contract_id: string;
  readonly plan_id: string;
  readonly contract_code: string;
  readonly request_serial?: string;
  readonly appid?: string;
  readonly mch_id?: string;
  readonly openid?: string;
  readonly contract_signed_time?: string;
  readonly contract_expired_time?: string;
  readonly contract_terminated_time?: string;
  /** See `CONTRACT_TERMINATION_MODES`. */
  readonly contract_termination_mode?: string;
  readonly contract_termination_remark?: string;
}

/**
 * A verified contract notification: signed (`ADD`) or terminated (`DELETE`).
 *
 * Source: WeChat Pay, "contract signing and termination notification".
 */
export interface ContractNotification {
  readonly mch_id: string;
  readonly change_type: 'ADD' | 'DELETE';
  readonly contract_id: string;
  readonly plan_id: string;
  readonly contract_code: string;
  readonly openid: string;
  /** When it was signed or terminated: `yyyy-MM-dd HH:mm:ss`, Beijing time, as it came. */
  readonly operate_time: string;
  readonly request_serial?: string;
  readonly appid?: string;
  readonly contract_expired_time?: string;
  /** With `DELETE`, see `CONTRACT_TERMINATION_MODES`. */
  readonly contract_termination_mode?: string;
}

/** A field in which what WeChat Pay states differs from what we ordered. Values of personal fields are left out. */
export interface Difference {
  readonly field: string;
  readonly ours?: string | number;
  readonly theirs?: string | number;
}
