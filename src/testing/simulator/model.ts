import type { TestCredentials } from '../credentials';
import type { SignType } from './v2/signing';
import type { XmlFields } from './v2/xml';

/** The fields of a declaration that customs gets, as they were sent. */
export interface CustomsData {
  readonly appid: string;
  readonly mchid: string;
  readonly out_trade_no: string;
  readonly transaction_id: string;
  readonly customs: string;
  readonly merchant_customs_no: string;
  readonly duty?: number;
  readonly sub_order_no?: string;
  readonly fee_type?: string;
  readonly order_fee?: number;
  readonly transport_fee?: number;
  readonly product_fee?: number;
}

export interface CustomsStep {
  readonly at: number;
  /** `modify_time`: whole seconds, always later than the one before, so that a change can be seen. */
  readonly shownAt: number;
  readonly state: string;
  readonly explanation?: string;
}

/** One set of declaration data; a modification makes the next one and voids this one. */
export interface CustomsVersion {
  readonly data: CustomsData;
  steps: CustomsStep[];
}

/** Everything about one declared order or sub-order. */
export interface CustomsDeclarationOf {
  readonly createdAt: number;
  readonly sub_order_id?: string;
  readonly verify_department: string;
  readonly verify_department_trade_id: string;
  /** Oldest first; the last one is in force. */
  readonly versions: CustomsVersion[];
}

export type H5Kind = 'h5' | 'h5-domain';

/** The fields of an application that WeChat Pay stores and echoes. */
export interface H5Data {
  readonly sub_mchid: string;
  readonly domains: readonly string[];
  readonly website_url: string;
  readonly website_state: string;
  readonly applyment_type?: string;
  readonly transaction_limit_type?: string;
  readonly business_description?: string;
  readonly company_register_cert?: string;
  readonly website_business_page_pics?: readonly string[];
  readonly website_homepage_pics?: readonly string[];
  readonly notify_url?: string;
  readonly out_applyment_id?: string;
}

/** An application for the permission, or for other domains. */
export interface H5Application {
  readonly kind: H5Kind;
  readonly mchid: string;
  readonly applyment_id: string;
  readonly createdAt: number;
  data: H5Data;
  state: string;
  audit_reject_detail?: string;
  /** Raised by each submission, so that what was planned for an earlier one no longer happens. */
  cycle: number;
}

/** Facts of a payment, as queries and the notification tell them. */
export interface Payment {
  readonly transaction_id: string;
  readonly time_end: string;
  readonly openid: string;
  /** Fen; what is claimed, normally the order's amount. */
  readonly total_fee: string;
  readonly coupon_fee: number;
}

/** An order made by `contractorder`. */
export interface Order {
  readonly merchant: TestCredentials;
  readonly fields: XmlFields;
  readonly signType: SignType;
  readonly createdAt: number;
  state: 'NOTPAY' | 'PAYERROR' | 'SUCCESS' | 'CLOSED';
  presigned: boolean;
  prepay: { readonly id: string; readonly at: number };
  payment?: Payment;
}

/** A signed contract, active or ended. */
export interface Contract {
  readonly merchant: TestCredentials;
  readonly contract_id: string;
  readonly plan_id: string;
  readonly contract_code: string;
  readonly request_serial: string;
  readonly contract_display_account: string;
  readonly openid: string;
  readonly signedAt: number;
  terminated?: { readonly at: number; readonly mode: string; readonly remark: string };
}

/** A debit on a contract. */
export interface Debit {
  readonly merchant: TestCredentials;
  readonly fields: XmlFields;
  readonly openid: string;
  readonly createdAt: number;
  state: 'ACCEPT' | 'NOTPAY' | 'SUCCESS' | 'PAY_FAIL';
  transaction_id?: string;
  time_end?: string;
}
