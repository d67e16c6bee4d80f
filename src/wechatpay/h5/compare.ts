import type { H5Application, H5ApplicationRecord } from './schema';

/** One field in which a frozen application and WeChat Pay's record differ. */
export interface ApplicationDifference {
  readonly field: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/**
 * In what a record contradicts a frozen application, with WeChat Pay's defaults in place of what was left out; empty
 * when it is ours as far as the record says. Domains are compared as a set, whatever their case.
 */
export function applicationDifferences(
  frozen: H5Application,
  record: Partial<H5ApplicationRecord>,
): ApplicationDifference[] {
  const ours = {
    sub_mchid: frozen.sub_mchid,
    website_url: frozen.website_url,
    applyment_type: frozen.applyment_type ?? 'APPLY_FOR_PAYMENT_AUTHORITY',
    transaction_limit_type: frozen.transaction_limit_type ?? 'NORMAL_LIMIT',
  } as const;
  const differences: ApplicationDifference[] = [];
  if (record.domains !== undefined && domainSet(record.domains) !== domainSet(frozen.domains)) {
    differences.push({ field: 'domains', ours: frozen.domains, theirs: record.domains });
  }
  for (const field of ['sub_mchid', 'website_url', 'applyment_type', 'transaction_limit_type'] as const) {
    const theirs = record[field];
    if (theirs !== undefined && theirs !== ours[field]) differences.push({ field, ours: ours[field], theirs });
  }
  return differences;
}

function domainSet(domains: readonly string[]): string {
  return [...new Set(domains.map((domain) => domain.toLowerCase()))].sort().join(' ');
}
