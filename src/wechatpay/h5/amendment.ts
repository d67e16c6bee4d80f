import type { z } from 'zod';
import { longNumber, oneOf, parseInput, record, text, warningsOf, webUrl } from '../validation';
import type { Rule } from '../validation';
import { domainList, fieldsTogether, mediaId, mediaIds, websiteWarnings } from './schema';
import type { ParseH5Options } from './schema';
import { APPLYMENT_TYPES, TRANSACTION_LIMIT_TYPES, WEBSITE_STATES } from './types';
import type { H5Amendment } from './types';

const amendment = ({ allowLoopback }: ParseH5Options): z.ZodType<H5Amendment> =>
  record(
    {
      domains: domainList(),
      transaction_limit_type: oneOf(TRANSACTION_LIMIT_TYPES).optional(),
      applyment_type: oneOf(APPLYMENT_TYPES).optional(),
      business_description: text({ max: 500 }).optional(),
      company_register_cert: mediaId().optional(),
      website_business_page_pics: mediaIds().optional(),
      website_homepage_pics: mediaIds().optional(),
      website_state: oneOf(WEBSITE_STATES).optional(),
      website_url: webUrl({ allowLoopback }).optional(),
    },
    fieldsTogether({}),
  );

/** @throws {InvalidInputError} with every problem of it */
export function parseH5Amendment(input: unknown, path = '$.amendment', options: ParseH5Options = {}): H5Amendment {
  const parsed = parseInput('H5 amendment', path, amendment(options), input);
  options.warnings?.push(...websiteWarnings(parsed, path), ...warningsOf(path, parsed, [limitStated]));
  return parsed;
}

/**
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Modify an application": the English page requires the
 * field, the Chinese page does not know it.
 */
const limitStated: Rule = ({ transaction_limit_type }, report) => {
  if (transaction_limit_type !== undefined) return;
  report(['transaction_limit_type'], {
    code: 'unusual',
    expected: 'the transaction_limit_type of the application',
    remedy: 'Give it: WeChat Pay may refuse an amendment without it.',
  });
};

/**
 * WeChat Pay's number of an application: decimal text of a 64-bit number.
 *
 * @throws {InvalidInputError} before a path is made of it
 */
export function parseApplymentId(input: unknown, path = '$.applyment_id'): string {
  return parseInput('number of an application', path, longNumber(), input);
}
