import { h5StateKind } from './states';
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

/**
 * What is to be done about an amendment. `send`: the record is still the rejected one. `done`: it is what was wanted.
 * `rejected-again`: a reviewer has looked at it since. `taken`: somebody amended it otherwise.
 */
export type AmendmentStep = 'send' | 'done' | 'rejected-again' | 'taken';

/** @param snapshot the rejected record that is to be amended, as it was before the first request */
export function amendmentStep(
  wanted: H5Amendment,
  snapshot: Rejection,
  now: Pick<H5ApplicationRecord, 'applyment_state'> & Partial<H5ApplicationRecord>,
): AmendmentStep {
  if (h5StateKind(now.applyment_state).kind === 'rejected') {
    return isSameRejection(now, snapshot) ? 'send' : 'rejected-again';
  }
  return amendmentDifferences(wanted, now).length === 0 ? 'done' : 'taken';
}

/** A reviewer's reason is all by which one rejection can be told from another. */
export type Rejection = Pick<H5ApplicationRecord, 'audit_reject_detail'>;

export function isSameRejection(one: Rejection, other: Rejection): boolean {
  return one.audit_reject_detail === other.audit_reject_detail;
}

/** How long the rejection of before an amendment may still be shown after it, milliseconds. */
const AMENDMENT_SETTLES_WITHIN = 10 * 60_000;

/**
 * Whether a record is still the one from before an amendment that WeChat Pay has taken.
 *
 * @param since when it was taken, milliseconds since the epoch
 */
export function isEarlierRejection(
  record: Pick<H5ApplicationRecord, 'applyment_state'> & Rejection,
  amendedFrom: Rejection | undefined,
  since: number,
  now: number,
): boolean {
  return (
    amendedFrom !== undefined &&
    h5StateKind(record.applyment_state).kind === 'rejected' &&
    isSameRejection(record, amendedFrom) &&
    now - since < AMENDMENT_SETTLES_WITHIN
  );
}

/** Whether the record states everything that an amendment states, pictures and texts too. */
export function isAsAmended(frozen: H5Amendment, record: Partial<H5ApplicationRecord>): boolean {
  if (amendmentDifferences(frozen, record).length > 0) return false;
  return (Object.keys(frozen) as (keyof H5Amendment)[]).every((field) => {
    const ours = frozen[field];
    if (field === 'domains' || ours === undefined) return true;
    return JSON.stringify(record[field]) === JSON.stringify(ours);
  });
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
