import type { PaymentDetails } from '../v2/payment-details';

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

/**
 * Answer to the order call: the order exists and can be paid; `presign` says whether a contract can come of it. Echoes of
 * the order are compared with it and left out.
 *
 * Source: WeChat Pay, "pay with contract signing" (`POST /pay/contractorder`).
 */
export interface ContractOrderAnswer {
  /** Payment session, at most 64 characters, lives two hours. */
  readonly prepay_id: string;
  readonly trade_type: string;
  /** NATIVE: content of the QR code, lives two hours. No limit of length is relied on. */
  readonly code_url?: string;
  /** MWEB: page to open, lives five minutes. No limit either: WeChat Pay's own sample breaks its 64 characters. */
  readonly mweb_url?: string;
  /** `contract_result_code`; a missing one counts as `FAIL`. */
  readonly presign: 'SUCCESS' | 'FAIL';
  /** At most 32 characters. `SYSTEMERROR` means a wrong set-up of the contract half more often than a fault. */
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
export interface OrderRecord extends PaymentDetails {
  /** See `TRADE_STATES`; a value outside that table is open. */
  readonly trade_state: string;
  /** At most 256 characters, Chinese. */
  readonly trade_state_desc?: string;
  readonly out_trade_no: string;
  readonly appid?: string;
  readonly mch_id?: string;
  /** WeChat Pay's payment number, 28 digits. Always there with `SUCCESS`. */
  readonly transaction_id?: string;
  /** Fen. Always there with `SUCCESS`. */
  readonly total_fee?: number;
  /** The payer under `appid`, at most 128 characters. Personal. */
  readonly openid?: string;
  /** `JSAPI`, `NATIVE`, `APP`, `MWEB`; `MICROPAY`, `FACEPAY`, `PAP` for orders made in other ways. */
  readonly trade_type?: string;
  /** As in the order. */
  readonly attach?: string;
  /** `yyyyMMddHHmmss`, Beijing time, as it came. */
  readonly time_end?: string;
}

/**
 * A verified payment notification. It is only ever sent for a payment that succeeded.
 *
 * Source: WeChat Pay, "payment result notification".
 */
export interface PaymentNotification extends PaymentDetails {
  readonly appid: string;
  readonly mch_id: string;
  /** The payer under `appid`, at most 128 characters. Personal. */
  readonly openid: string;
  /** `JSAPI`, `NATIVE`, `APP`, `MWEB`; `PAP` for a later debit. */
  readonly trade_type: string;
  /** Amount of the order in fen. */
  readonly total_fee: number;
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
 * `contract_display_account` is left out: it is personal, and nobody decides by it.
 *
 * Source: WeChat Pay, "query contract" (`POST /papay/querycontract`).
 */
export interface ContractRecord {
  /** See `CONTRACT_STATES`: `0` is the good value. */
  readonly contract_state: string;
  /** WeChat Pay's number of the contract, at most 32 characters: debits and the termination need it. */
  readonly contract_id: string;
  /** Contract template, decimal text. */
  readonly plan_id: string;
  /** Our contract number. */
  readonly contract_code: string;
  /** As in the order, decimal text of up to 20 digits. */
  readonly request_serial?: string;
  readonly appid?: string;
  readonly mch_id?: string;
  /** Who signed, under the contract's `appid`, at most 128 characters. Personal. */
  readonly openid?: string;
  readonly contract_signed_time?: string;
  /** May be ignored: contracts are renewed by themselves. */
  readonly contract_expired_time?: string;
  readonly contract_terminated_time?: string;
  /** See `CONTRACT_TERMINATION_MODES`. */
  readonly contract_termination_mode?: string;
  /** At most 512 characters. */
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
  /** WeChat Pay's number of the contract, at most 32 characters. */
  readonly contract_id: string;
  /** Contract template, decimal text. */
  readonly plan_id: string;
  /** Our contract number. */
  readonly contract_code: string;
  /** Who signed, under the contract's `appid`, at most 128 characters. Personal. */
  readonly openid: string;
  /** When it was signed or terminated: `yyyy-MM-dd HH:mm:ss`, Beijing time, as it came. */
  readonly operate_time: string;
  /** As in the order, decimal text of up to 20 digits. */
  readonly request_serial?: string;
  /** Most messages leave it out. */
  readonly appid?: string;
  readonly contract_state?: string;
  readonly contract_signed_time?: string;
  readonly contract_expired_time?: string;
  readonly contract_terminated_time?: string;
  /** With `DELETE`, see `CONTRACT_TERMINATION_MODES`. */
  readonly contract_termination_mode?: string;
  readonly contract_termination_remark?: string;
}

/** A field in which what WeChat Pay states differs from what we ordered. Values of personal fields are left out. */
export interface Difference {
  readonly field: string;
  readonly ours?: string | number;
  readonly theirs?: string | number;
}
