import type { z } from 'zod';
import type { Problem } from '../errors';
import {
  decimalText,
  describeValue,
  domainName,
  list,
  notifyUrl,
  oneOf,
  parseInput,
  record,
  text,
  webUrl,
} from '../validation';
import type { Rule } from '../validation';

export const APPLYMENT_TYPES = ['APPLY_FOR_PAYMENT_AUTHORITY', 'APPLY_FOR_RELIEVE_LIMITED'] as const;
export const TRANSACTION_LIMIT_TYPES = ['UN_LAUNCHED_WEBSITE_LIMIT', 'NORMAL_LIMIT', 'NO_LIMIT'] as const;
export const WEBSITE_STATES = ['HAS_LAUNCHED', 'UN_LAUNCHED'] as const;

export type ApplymentType = (typeof APPLYMENT_TYPES)[number];
export type TransactionLimitType = (typeof TRANSACTION_LIMIT_TYPES)[number];
export type WebsiteState = (typeof WEBSITE_STATES)[number];

/**
 * An application for a sub-merchant's permission to take H5 (web) payments.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Create an application".
 */
export interface H5Application {
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
  /** Needed with `NO_LIMIT`. At most 500 characters. */
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
 * WeChat Pay's record of an application. Unknown values of enumerations are passed on as they came.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Query an application".
 */
export interface H5ApplicationRecord {
  /** Decimal text: the number may exceed 2^53. */
  readonly applyment_id: string;
  /** A state of `H5_STATES`, or one that is not known yet. */
  readonly applyment_state: string;
  readonly sub_mchid: string;
  readonly domains?: readonly string[];
  readonly website_url?: string;
  readonly applyment_type?: string;
  readonly transaction_limit_type?: string;
  readonly website_state?: string;
  readonly business_description?: string;
  readonly company_register_cert?: string;
  readonly website_business_page_pics?: readonly string[];
  readonly website_homepage_pics?: readonly string[];
  readonly notify_url?: string;
  /** The reviewer's reason; kept only with `REJECTED`, because WeChat Pay's samples show it beside other states too. */
  readonly audit_reject_detail?: string;
}

/**
 * Decrypted resource of a review result. At least one of `applyment_id` and `sub_mchid` is present; the rest depends
 * on WeChat Pay, so a result is confirmed with a query before it is believed.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Authorization result notification".
 */
export type H5ReviewNotification = Partial<H5ApplicationRecord>;

/** Answer of the permission query. `authorization_state` is a key of `AUTHORIZATION_STATES`, or not known yet. */
export interface H5Permission {
  readonly sub_mchid: string;
  readonly authorization_state: string;
}

export interface ParseH5Options {
  /** Only while gateway and webhook are both on loopback: `http` and loopback hosts are right too. */
  readonly allowLoopback?: boolean;
  /** Collects what is unusual but not wrong. */
  readonly warnings?: Problem[];
}

/** Media ids are longer than WeChat Pay's pages say. */
const mediaId = (): z.ZodType<string> => text({ max: 512 });
const mediaIds = (): z.ZodType<string[]> => list(mediaId(), { min: 1, max: 20 });

function applicationSchema({ allowLoopback }: ParseH5Options): z.ZodType<H5Application> {
  return record(
    {
      sub_mchid: decimalText(1, 32),
      domains: list(domainName(), { min: 1, max: 5 }),
      website_url: webUrl({ allowLoopback }),
      applyment_type: oneOf(APPLYMENT_TYPES).optional(),
      transaction_limit_type: oneOf(TRANSACTION_LIMIT_TYPES).optional(),
      website_state: oneOf(WEBSITE_STATES).optional(),
      business_description: text({ max: 500 }).optional(),
      company_register_cert: mediaId().optional(),
      website_business_page_pics: mediaIds().optional(),
      website_homepage_pics: mediaIds().optional(),
      notify_url: notifyUrl({ allowLoopback }).optional(),
    },
    fieldsTogether,
  );
}

/** Source: the error codes of "Create an application". WeChat Pay's defaults count for what is left out. */
const fieldsTogether: Rule = (value, report) => {
  const limit = value['transaction_limit_type'] ?? 'NORMAL_LIMIT';
  const state = value['website_state'] ?? 'HAS_LAUNCHED';
  const because = {
    liftsLimit: value['applyment_type'] === 'APPLY_FOR_RELIEVE_LIMITED',
    notLaunched: state === 'UN_LAUNCHED',
  };
  const shown = (name: string, fallback: string): string =>
    value[name] === undefined ? `${fallback} (the default)` : describeValue(value[name]);

  if (because.notLaunched && limit !== 'UN_LAUNCHED_WEBSITE_LIMIT') {
    report(['transaction_limit_type'], {
      code: 'conditional',
      expected: 'UN_LAUNCHED_WEBSITE_LIMIT, because website_state is UN_LAUNCHED',
      got: shown('transaction_limit_type', 'NORMAL_LIMIT'),
      remedy: 'Apply for the limit of a web site that is not launched, and for more once it is.',
    });
  }
  if (because.liftsLimit && limit !== 'NO_LIMIT') {
    report(['transaction_limit_type'], {
      code: 'conditional',
      expected: 'NO_LIMIT, because applyment_type is APPLY_FOR_RELIEVE_LIMITED',
      got: shown('transaction_limit_type', 'NORMAL_LIMIT'),
      remedy: 'Set NO_LIMIT, or apply for the permission itself.',
    });
  }
  if (because.liftsLimit && because.notLaunched) {
    report(['website_state'], {
      code: 'conditional',
      expected: 'HAS_LAUNCHED, because applyment_type is APPLY_FOR_RELIEVE_LIMITED',
      got: describeValue(state),
      remedy: 'A limit is only lifted once the web site is launched.',
    });
  }
  const required = (name: string, reason: string): void => {
    if (value[name] !== undefined) return;
    report([name], { code: 'required', expected: `${name}, because ${reason}`, remedy: 'Add the field.' });
  };
  if (limit === 'NO_LIMIT' || because.liftsLimit) {
    const reason =
      limit === 'NO_LIMIT' ? 'transaction_limit_type is NO_LIMIT' : 'applyment_type is APPLY_FOR_RELIEVE_LIMITED';
    required('business_description', reason);
    required('company_register_cert', reason);
  }
  if (because.notLaunched) {
    required('website_business_page_pics', 'website_state is UN_LAUNCHED');
    required('website_homepage_pics', 'website_state is UN_LAUNCHED');
  }
};

/** @throws {InvalidInputError} with every problem of it */
export function parseH5Application(
  input: unknown,
  path = '$.application',
  options: ParseH5Options = {},
): H5Application {
  const parsed = parseInput('H5 application', path, applicationSchema(options), input);
  parsed.domains.forEach((domain, index) => {
    if (/(^|\.)xn--/i.test(domain)) {
      options.warnings?.push({
        code: 'unusual',
        path: `${path}.domains[${index}]`,
        expected: 'a domain in Latin letters',
        got: JSON.stringify(domain),
        remedy: 'Check that it is the domain that is meant: letters of other scripts can look alike.',
      });
    }
  });
  return parsed;
}
