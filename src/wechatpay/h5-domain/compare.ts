import { websiteDifferences } from '../h5/compare';
import type { ApplicationDifference } from '../h5/compare';
import type { H5DomainAmendment, H5DomainModification, H5DomainRecord } from './types';

/**
 * In what a record contradicts a frozen modification, with WeChat Pay's default in place of what was left out; empty
 * when it is ours as far as the record says. Without `sub_mchid` the caller's own domains are meant, and the record's
 * `sub_mchid` is not compared.
 */
export function domainDifferences(
  frozen: H5DomainModification,
  record: Partial<H5DomainRecord>,
): ApplicationDifference[] {
  const { domains, out_applyment_id, sub_mchid, website_url, website_state = 'HAS_LAUNCHED' } = frozen;
  return websiteDifferences(domains, { out_applyment_id, sub_mchid, website_url, website_state }, record);
}

/** In what a record differs from what an amendment states; empty when the record is as it wants it. */
export function domainAmendmentDifferences(
  frozen: H5DomainAmendment,
  record: Partial<H5DomainRecord>,
): ApplicationDifference[] {
  const { domains, website_url, website_state } = frozen;
  return websiteDifferences(domains, { website_url, website_state }, record);
}
