import type { z } from 'zod';
import type { Problem } from '../errors';
import {
  decimalText,
  describeValue,
  domainName,
  latinHost,
  list,
  notifyUrl,
  oneOf,
  parseInput,
  record,
  subMerchantLength,
  text,
  undamagedText,
  usualPort,
  warningsOf,
  webUrl,
} from '../validation';
import type { Rule } from '../validation';
import { APPLYMENT_TYPES, TRANSACTION_LIMIT_TYPES, WEBSITE_STATES } from './types';
import type { H5Application } from './types';

export * from './types';

export interface ParseH5Options {
  /** Only while gateway and webhook are both on loopback: `http` and loopback hosts are right too. */
  readonly allowLoopback?: boolean;
  /** Collects what is unusual but not wrong. */
  readonly warnings?: Problem[];
}

export interface ParseH5ApplicationOptions extends ParseH5Options {
  /** The institution or service provider that applies: its sub-merchant is another merchant. */
  readonly mchid?: string;
}

/** Up to 512 characters, because the pages say 32 in one place and 128 in another, and genuine ones are longer. */
export const mediaId = (): z.ZodType<string> => text({ max: 512 });
/** One to five; the same domain in other letters is the same. It also looks at items that are no text. */
export const domainList = (): z.ZodType<string[]> =>
  list(domainName(), {
    min: 1,
    max: 5,
    sameAs: (domain: unknown) => (typeof domain === 'string' ? domain.toLowerCase() : domain),
  });
export const mediaIds = (): z.ZodType<string[]> => list(mediaId(), { min: 1, max: 20 });

function applicationSchema({ allowLoopback, mchid }: ParseH5ApplicationOptions): z.ZodType<H5Application> {
  return record(
    {
      sub_mchid: decimalText(1, 32),
      domains: domainList(),
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
    fieldsTogether(DEFAULTS),
    anotherMerchantThan(mchid),
  );
}

function anotherMerchantThan(mchid: string | undefined): Rule {
  return ({ sub_mchid }, report) => {
    if (mchid === undefined || sub_mchid !== mchid) return;
    report(['sub_mchid'], {
      code: 'conditional',
      expected: 'a sub-merchant, not the merchant that applies (mchid)',
      got: describeValue(sub_mchid),
      remedy: 'Give the merchant id of the sub-merchant that is to take H5 payments.',
    });
  };
}

/** What WeChat Pay takes for a new application that leaves it out. */
const DEFAULTS = { transaction_limit_type: 'NORMAL_LIMIT', website_state: 'HAS_LAUNCHED' };

/**
 * @param defaults what counts for what is left out; nothing for an amendment, where the application's own values stay
 *
 * Source: the error codes of "Create an application".
 */
export const fieldsTogether =
  (defaults: Partial<typeof DEFAULTS>): Rule =>
  (value, report) => {
    const limit = value['transaction_limit_type'] ?? defaults.transaction_limit_type;
    const state = value['website_state'] ?? defaults.website_state;
    const because = {
      liftsLimit: value['applyment_type'] === 'APPLY_FOR_RELIEVE_LIMITED',
      notLaunched: state === 'UN_LAUNCHED',
    };
    const shown = (name: string, fallback: string): string =>
      value[name] === undefined ? `${fallback} (the default)` : describeValue(value[name]);

    if (because.notLaunched && limit !== undefined && limit !== 'UN_LAUNCHED_WEBSITE_LIMIT') {
      report(['transaction_limit_type'], {
        code: 'conditional',
        expected: 'UN_LAUNCHED_WEBSITE_LIMIT, because website_state is UN_LAUNCHED',
        got: shown('transaction_limit_type', 'NORMAL_LIMIT'),
        remedy: 'Apply for the limit of a web site that is not launched, and for more once it is.',
      });
    }
    if (because.liftsLimit && limit !== undefined && limit !== 'NO_LIMIT') {
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
  options: ParseH5ApplicationOptions = {},
): H5Application {
  const parsed = parseInput('H5 application', path, applicationSchema(options), input);
  options.warnings?.push(...websiteWarnings(parsed, path), ...warningsOf(path, parsed, [limitOfLaunchedSite]));
  return parsed;
}

/** What is unusual about the fields that requests about a web site have in common. */
export function websiteWarnings(input: object, path: string): Problem[] {
  return warningsOf(path, input, [
    subMerchantLength,
    latinHost('domains'),
    latinHost('website_url'),
    latinHost('notify_url'),
    usualPort('website_url'),
    usualPort('notify_url'),
    undamagedText('business_description'),
  ]);
}

/**
 * The table of limits gives this one to web sites that are not launched; the sample of the same page combines it with a
 * launched one.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Create an application".
 */
const limitOfLaunchedSite: Rule = ({ transaction_limit_type, website_state = DEFAULTS.website_state }, report) => {
  if (transaction_limit_type !== 'UN_LAUNCHED_WEBSITE_LIMIT' || website_state !== 'HAS_LAUNCHED') return;
  report(['transaction_limit_type'], {
    code: 'unusual',
    expected: 'NORMAL_LIMIT or NO_LIMIT for a web site that is launched',
    got: describeValue(transaction_limit_type),
    remedy: 'Check that the lowest limit is what is wanted.',
  });
};
