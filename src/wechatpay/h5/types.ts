export const APPLYMENT_TYPES = ['APPLY_FOR_PAYMENT_AUTHORITY', 'APPLY_FOR_RELIEVE_LIMITED'] as const;
export const TRANSACTION_LIMIT_TYPES = ['UN_LAUNCHED_WEBSITE_LIMIT', 'NORMAL_LIMIT', 'NO_LIMIT'] as const;
export const WEBSITE_STATES = ['HAS_LAUNCHED', 'UN_LAUNCHED'] as const;

/** `APPLY_FOR_PAYMENT_AUTHORITY` asks for the permission, `APPLY_FOR_RELIEVE_LIMITED` for it without limit. */
export type ApplymentType = (typeof APPLYMENT_TYPES)[number];
/**
 * Limits per day, for one payer and for the sub-merchant: `UN_LAUNCHED_WEBSITE_LIMIT` 1,000 and 50,000 CNY,
 * `NORMAL_LIMIT` 50,000 and 500,000 CNY, `NO_LIMIT` none.
 */
export type TransactionLimitType = (typeof TRANSACTION_LIMIT_TYPES)[number];
export type WebsiteState = (typeof WEBSITE_STATES)[number];

/**
 * An application for a sub-merchant's permission to take H5 (web) payments.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Create an application".
 */
export interface H5Application {
  /** Merchant id of the sub-merchant, 1 to 32 digits. */
  readonly sub_mchid: string;
  /** One to five domains that start H5 payments; after approval they replace the ones in force. */
  readonly domains: readonly string[];
  /** Page where the business, its prices and the way to order can be seen. At most 128 characters. */
  readonly website_url: string;
  /** Default `APPLY_FOR_PAYMENT_AUTHORITY`. */
  readonly applyment_type?: ApplymentType;
  /** Default `NORMAL_LIMIT`. `NO_LIMIT` makes WeChat Pay create a second application by itself. */
  readonly transaction_limit_type?: TransactionLimitType;
  /** Default `HAS_LAUNCHED`. */
  readonly website_state?: WebsiteState;
  /** Company and business; needed with `NO_LIMIT`. At most 500 characters. */
  readonly business_description?: string;
  /** Media id of the certificate of incorporation; needed with `NO_LIMIT`. */
  readonly company_register_cert?: string;
  /** Media ids; needed while the web site is not launched. */
  readonly website_business_page_pics?: readonly string[];
  /** Media ids; needed while the web site is not launched. */
  readonly website_homepage_pics?: readonly string[];
  /** Where WeChat Pay posts the result: https, no query, at most 128 characters. */
  readonly notify_url?: string;
}

/**
 * Corrected data of an application that a reviewer rejected; it goes back to review under the same number. What becomes
 * of fields that are left out is not documented: give all that should be in force. `sub_mchid` and `notify_url` stay.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Modify an application".
 */
export interface H5Amendment {
  /** One to five domains; after approval they replace the ones in force. */
  readonly domains: readonly string[];
  /** The one of the application. One page requires it, another does not know it: give it. */
  readonly transaction_limit_type?: TransactionLimitType;
  /** The one of the application. Only some descriptions know it: leave it out unless it is needed. */
  readonly applyment_type?: ApplymentType;
  /** Needed with `NO_LIMIT`. At most 500 characters. */
  readonly business_description?: string;
  /** Media id of the certificate of incorporation; needed with `NO_LIMIT`. */
  readonly company_register_cert?: string;
  /** Media ids; needed while the web site is not launched. */
  readonly website_business_page_pics?: readonly string[];
  /** Media ids; needed while the web site is not launched. */
  readonly website_homepage_pics?: readonly string[];
  readonly website_state?: WebsiteState;
  /** At most 128 characters. */
  readonly website_url?: string;
}

/**
 * WeChat Pay's record of an application. Unknown values of enumerations are passed on as they came.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Query an application".
 */
export interface H5ApplicationRecord {
  /** WeChat Pay's number of the application. Decimal text: the number may exceed 2^53. */
  readonly applyment_id: string;
  /** A state of `H5_STATES`, or one that is not known yet. */
  readonly applyment_state: string;
  /** Merchant id of the sub-merchant. */
  readonly sub_mchid: string;
  readonly domains?: readonly string[];
  readonly website_url?: string;
  /** An {@link ApplymentType}, or one that is not known yet. */
  readonly applyment_type?: string;
  /** A {@link TransactionLimitType}, or one that is not known yet. */
  readonly transaction_limit_type?: string;
  /** A {@link WebsiteState}, or one that is not known yet. */
  readonly website_state?: string;
  readonly business_description?: string;
  /** Media id. */
  readonly company_register_cert?: string;
  /** Media ids. */
  readonly website_business_page_pics?: readonly string[];
  /** Media ids. */
  readonly website_homepage_pics?: readonly string[];
  readonly notify_url?: string;
  /**
   * The reviewer's reason, at most 500 characters; kept only with `REJECTED`, because WeChat Pay's samples show it
   * beside other states too.
   */
  readonly audit_reject_detail?: string;
}

/**
 * Decrypted resource of a review result. At least one of `applyment_id` and `sub_mchid` is present; the rest depends
 * on WeChat Pay, so a result is confirmed with a query before it is believed.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Authorization result notification".
 */
export type H5ReviewNotification = Partial<H5ApplicationRecord>;

/**
 * What a sub-merchant may do now.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Query permission".
 */
export interface H5Permission {
  readonly sub_mchid: string;
  /** A key of `AUTHORIZATION_STATES`, or one that is not known yet. */
  readonly authorization_state: string;
}
