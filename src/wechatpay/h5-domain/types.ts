import type { WebsiteState } from '../h5/types';

/**
 * A change of the domains that may start H5 payments.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Create a domain modification".
 */
export interface H5DomainModification {
  /**
   * The caller's own number of this request, unique among the caller's. The only key in this family that makes a repeat
   * harmless. 1 to 64 of `0-9 A-Z a-z _ - | * @`; WeChat Pay does not say how long it may be.
   */
  readonly out_applyment_id: string;
  /** Merchant id of the sub-merchant, 1 to 32 digits. Left out, the caller's own domains are changed. */
  readonly sub_mchid?: string;
  /** One to five domains; after approval they replace the ones in force. */
  readonly domains: readonly string[];
  /** Page where the business, its prices and the way to order can be seen. At most 128 characters. */
  readonly website_url: string;
  /** Default `HAS_LAUNCHED`. */
  readonly website_state?: WebsiteState;
  /** Media ids; needed while the web site is not launched. */
  readonly website_business_page_pics?: readonly string[];
  /** Media ids; needed while the web site is not launched. */
  readonly website_homepage_pics?: readonly string[];
  /** Where WeChat Pay posts the result: https, no query, at most 128 characters. */
  readonly notify_url?: string;
}

/**
 * Corrected data of a domain modification that a reviewer rejected; it goes back to review under the same numbers. What
 * becomes of fields that are left out is not documented: give all that should be in force.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Modify a domain modification".
 */
export interface H5DomainAmendment {
  /** One to five domains; after approval they replace the ones in force. */
  readonly domains: readonly string[];
  readonly website_state?: WebsiteState;
  /** At most 128 characters. */
  readonly website_url?: string;
  /** Media ids; needed while the web site is not launched. */
  readonly website_business_page_pics?: readonly string[];
  /** Media ids; needed while the web site is not launched. */
  readonly website_homepage_pics?: readonly string[];
}

/**
 * WeChat Pay's record of a domain modification. Unknown values of enumerations are passed on as they came.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Query a domain modification".
 */
export interface H5DomainRecord {
  /** WeChat Pay's number of the modification. Decimal text: the number may exceed 2^53. */
  readonly applyment_id: string;
  /** A state of `H5_STATES`, or one that is not known yet. */
  readonly applyment_state: string;
  /** The caller's own number of the request. */
  readonly out_applyment_id?: string;
  /** Merchant id of the sub-merchant. */
  readonly sub_mchid?: string;
  readonly domains?: readonly string[];
  /** Some pages call it `webiste_url`. */
  readonly website_url?: string;
  /** A {@link WebsiteState}, or one that is not known yet. */
  readonly website_state?: string;
  /** Media ids. */
  readonly website_business_page_pics?: readonly string[];
  /** Media ids. */
  readonly website_homepage_pics?: readonly string[];
  readonly notify_url?: string;
  /** The reviewer's reason, at most 500 characters; kept only with `REJECTED`. */
  readonly audit_reject_detail?: string;
}

/**
 * Decrypted resource of a review result. At least one of `applyment_id` and `out_applyment_id` is present; the rest
 * depends on WeChat Pay, so a result is confirmed with a query before it is believed.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Domain modification result notification".
 */
export type H5DomainReviewNotification = Partial<H5DomainRecord>;
