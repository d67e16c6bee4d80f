import type { z } from 'zod';
import { domainList, fieldsTogether, mediaIds, websiteWarnings } from '../h5/schema';
import type { ParseH5Options } from '../h5/schema';
import { WEBSITE_STATES } from '../h5/types';
import { decimalText, notifyUrl, oneOf, parseInput, record, text, warningsOf, webUrl } from '../validation';
import type { Rule } from '../validation';
import type { H5DomainAmendment, H5DomainModification } from './types';

export type * from './types';

/** Neither length nor characters are documented: those of WeChat Pay's other merchant numbers are safe. */
const outApplymentId = (): z.ZodType<string> =>
  text({
    max: 64,
    pattern: { of: /^[0-9A-Za-z_\-|*@]+$/, expected: '1 to 64 characters of 0-9 A-Z a-z _ - | * @' },
  });

const website = {
  domains: domainList(),
  website_state: oneOf(WEBSITE_STATES).optional(),
  website_business_page_pics: mediaIds().optional(),
  website_homepage_pics: mediaIds().optional(),
};

const modification = ({ allowLoopback }: ParseH5Options): z.ZodType<H5DomainModification> =>
  record(
    {
      ...website,
      out_applyment_id: outApplymentId(),
      sub_mchid: decimalText(1, 32).optional(),
      website_url: webUrl({ allowLoopback }),
      notify_url: notifyUrl({ allowLoopback }).optional(),
    },
    fieldsTogether({}),
  );

/** @throws {InvalidInputError} with every problem of it */
export function parseH5DomainModification(
  input: unknown,
  path = '$.modification',
  options: ParseH5Options = {},
): H5DomainModification {
  const parsed = parseInput('H5 domain modification', path, modification(options), input);
  options.warnings?.push(...websiteWarnings(parsed, path), ...warningsOf(path, parsed, [lengthOfOtherNumbers]));
  return parsed;
}

/** Every other number of the merchant's own has at most 32 characters. */
const lengthOfOtherNumbers: Rule = ({ out_applyment_id }, report) => {
  if (typeof out_applyment_id !== 'string' || out_applyment_id.length <= 32) return;
  report(['out_applyment_id'], {
    code: 'unusual',
    expected: 'at most 32 characters',
    got: `${out_applyment_id.length} characters`,
    remedy: 'Shorten it: how long it may be is not documented.',
  });
};

const amendment = ({ allowLoopback }: ParseH5Options): z.ZodType<H5DomainAmendment> =>
  record({ ...website, website_url: webUrl({ allowLoopback }).optional() }, fieldsTogether({}));

/** @throws {InvalidInputError} with every problem of it */
export function parseH5DomainAmendment(
  input: unknown,
  path = '$.amendment',
  options: ParseH5Options = {},
): H5DomainAmendment {
  const parsed = parseInput('H5 domain amendment', path, amendment(options), input);
  options.warnings?.push(...websiteWarnings(parsed, path));
  return parsed;
}
