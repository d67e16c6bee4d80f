/**
 * Identification of a declaration at WeChat Pay: the payment, the customs, and the part of a split order.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration.
 */
export interface CustomsOrderKey {
  /** APPID, 1 to 32 characters; in institutional mode the institution's. */
  readonly appid: string;
  /** Merchant id, 10 digits. */
  readonly mchid: string;
  /** Merchant order number of the payment: 1 to 32 of `0-9 A-Z a-z _ - | * @`. */
  readonly out_trade_no: string;
  /** WeChat Pay order number of the payment, 1 to 32 characters, usually 28 digits. */
  readonly transaction_id: string;
  /** Customs code, 1 to 32 characters, for example `SHANGHAI_ZS`; the list is open. */
  readonly customs: string;
  /** Merchant's number of a part, spelled as `out_trade_no` is. Its presence makes the order a split order. */
  readonly sub_order_no?: string;
}

/**
 * What is declared. The last four fields belong to split orders: all of them with `sub_order_no`, none without.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Submit a declaration".
 */
export interface CustomsDeclaration extends CustomsOrderKey {
  /** The merchant's registration number at that customs, as filed on the merchant platform. 1 to 32 characters. */
  readonly merchant_customs_no: string;
  /** Tariff in fen; never forwarded to customs. */
  readonly duty?: number;
  /** Always `CNY`. */
  readonly fee_type?: 'CNY';
  /** Amount of this part in fen, `transport_fee + product_fee`; not more than the payment. */
  readonly order_fee?: number;
  /** Freight in fen. */
  readonly transport_fee?: number;
  /** Goods in fen. */
  readonly product_fee?: number;
}

/**
 * New data of a declared order. It makes a new declaration and voids the old one, so no re-push follows. The key names
 * the record; only the fields here can change. The three fees belong to split orders, and there is no `fee_type`.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Modify a declaration".
 */
export interface CustomsModification extends CustomsOrderKey {
  /** The registration number at that customs, old or new. 1 to 32 characters. */
  readonly merchant_customs_no: string;
  /** Tariff in fen; never forwarded to customs. */
  readonly duty?: number;
  /** Amount of this part in fen, `transport_fee + product_fee`; not more than the payment. */
  readonly order_fee?: number;
  /** Freight in fen. */
  readonly transport_fee?: number;
  /** Goods in fen. */
  readonly product_fee?: number;
}

/**
 * A re-push of a declaration whose state is `SUCCESS` or `EXCEPT`. Of both pairs of numbers all that is known is sent:
 * one page asks for either, another for both.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Re-push a declaration".
 */
export interface CustomsRepush extends CustomsOrderKey {
  /** The registration number at that customs, as declared. 1 to 32 characters. */
  readonly merchant_customs_no: string;
  /** WeChat Pay's number of the part, 1 to 32 characters; only for a split order. */
  readonly sub_order_id?: string;
}

export const ORDER_TYPES = ['out_trade_no', 'transaction_id', 'sub_order_no', 'sub_order_id'] as const;

/**
 * The question for all records of a payment, or of one part of it, at one customs.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Query a declaration".
 */
export interface CustomsRecordsQuery {
  /** APPID, 1 to 32 characters. */
  readonly appid: string;
  /** Merchant id, 10 digits. */
  readonly mchid: string;
  /** Which number `order_no` is. */
  readonly order_type: (typeof ORDER_TYPES)[number];
  /** The number, 1 to 32 characters. */
  readonly order_no: string;
  /** Customs code, 1 to 32 characters. */
  readonly customs: string;
}

/**
 * WeChat Pay's record of a declaration, as the declare, query, modify and re-push calls answer it. The query states no
 * `out_trade_no`; the others state no fees.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Query a declaration".
 */
export interface CustomsRecord {
  /** A state of `CUSTOMS_STATES`, or one that is not known yet. */
  readonly state: string;
  /** WeChat Pay order number of the payment. */
  readonly transaction_id: string;
  /** Merchant order number of the payment. */
  readonly out_trade_no?: string;
  /** Customs code. */
  readonly customs?: string;
  /** The registration number; the query calls it `mch_customs_no`. */
  readonly merchant_customs_no?: string;
  /** Merchant's number of this part. */
  readonly sub_order_no?: string;
  /** WeChat Pay's number of this part: the merchant's own order declaration needs it. */
  readonly sub_order_id?: string;
  /** Who cleared the payment: `UNIONPAY`, `NETSUNION`, `OTHERS` (a wallet balance), or one that is not known yet. */
  readonly verify_department?: string;
  /** The payment's number there, 1 to 64 characters; customs asks the merchant for it. */
  readonly verify_department_trade_id?: string;
  /** `CNY`; split orders only. */
  readonly fee_type?: string;
  /** Fen; split orders only. */
  readonly order_fee?: number;
  /** Fen. */
  readonly duty?: number;
  /** Fen; split orders only. */
  readonly transport_fee?: number;
  /** Fen; split orders only. */
  readonly product_fee?: number;
  /** Customs' own words about the state, Chinese. */
  readonly explanation?: string;
  /** Last change, RFC 3339 (Beijing time, `2015-09-01T10:00:00+08:00`), as it came. */
  readonly modify_time?: string;
}

/** A person's identity in plain text. Only for the sealing client; never an input of a workflow. */
export interface PlainIdentity {
  /** Number of the Mainland China identity card, 18 characters. */
  readonly certificate_id: string;
  /** Name on the card. */
  readonly certificate_name: string;
}

/** A person's identity, sealed so that only WeChat Pay can read it. */
export interface SealedIdentity {
  /** Only the Mainland China identity card. */
  readonly certificate_type: 'IDCARD';
  /** Sealed, Base64. */
  readonly certificate_id: string;
  /** Sealed, Base64. */
  readonly certificate_name: string;
  /** Serial or id of the WeChat Pay key that sealed the two fields. */
  readonly sealed_with: string;
}

/**
 * The question whether a person is the payer of a declared order.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Verify identity".
 */
export interface CertificateVerification extends CustomsOrderKey, SealedIdentity {
  /** The registration number at that customs, as declared. 1 to 32 characters. */
  readonly merchant_customs_no: string;
}

/** Answer of the identity question. Source: WeChat Pay Global APIv3, Customs Declaration, "Verify identity". */
export interface CertificateCheck {
  /** `SAME`, `DIFFERENT`, `UNCHECKED`, or a word that is not known yet. */
  readonly certificate_check_result: string;
}
