import type { H5Amendment, H5Application, H5ApplicationRecord } from './types';

/** One field in which a frozen request and WeChat Pay's record differ. */
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
  return websiteDifferences(frozen.domains, ours, record);
}

/** In what a record differs from what an amendment states; empty when the record is as it wants it. */
export function amendmentDifferences(
  frozen: H5Amendment,
  record: Partial<H5ApplicationRecord>,
): ApplicationDifference[] {
  const { website_url, website_state, applyment_type, transaction_limit_type } = frozen;
  return websiteDifferences(
    frozen.domains,
    { website_url, website_state, applyment_type, transaction_limit_type },
    record,
  );
}

/** Compares what both sides state: `domains`, and the fields of `stated`. */
export function websiteDifferences<Field extends string>(
  domains: readonly string[],
  stated: Readonly<Record<Field, string | undefined>>,
  record: Readonly<Partial<Record<NoInfer<Field>, string>>> & { readonly domains?: readonly string[] },
): ApplicationDifference[] {
  const differences: ApplicationDifference[] = [];
  if (record.domains !== undefined && domainSet(record.domains) !== domainSet(domains)) {
    differences.push({ field: 'domains', ours: domains, theirs: record.domains });
  }
  for (const field of Object.keys(stated) as Field[]) {
    const ours = stated[field];
    const theirs = record[field];
    if (ours !== undefined && theirs !== undefined && theirs !== ours) differences.push({ field, ours, theirs });
  }
  return differences;
}

function domainSet(domains: readonly string[]): string {
  return [...new Set(domains.map((domain) => domain.toLowerCase()))].sort().join(' ');
}
