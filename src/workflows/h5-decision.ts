import { websiteDifferences } from '../wechatpay/h5/compare';
import type { ApplicationDifference } from '../wechatpay/h5/compare';
import { h5StateKind, LIMIT_REMOVAL } from '../wechatpay/h5/states';
import type { H5Amendment, H5ApplicationRecord, H5ReviewNotification } from '../wechatpay/h5/schema';
import { isAsAmended } from '../wechatpay/h5/compare';
import { namesOf } from '../interface';
import type { H5Result, Refusal, ReviewOf } from '../interface';

/*
 * What a review comes to, as pure functions: the workflows ask, wait and record, and everything is decided here.
 */

/** What a reviewer decides about: an application for the permission, its limit removal, a domain modification. */
export interface Reviewable {
  readonly applyment_id: string;
  /** A state of `H5_STATES`, or one that is not known yet. */
  readonly applyment_state: string;
  readonly audit_reject_detail?: string;
}

/** How the wait for a reviewer ended. */
export type Decision =
  | { readonly kind: 'approved' | 'rejected'; readonly review: ReviewOf<Reviewable> }
  /** Its number never became known, but the permission covers what was applied for. */
  | { readonly kind: 'granted'; readonly authorization_state: string }
  /** Nothing was sent, because another application is in process; that one has other data. */
  | { readonly kind: 'foreign'; readonly refusal: Refusal }
  | { readonly kind: 'undecided'; readonly applyment_id?: string };

/** The decision in a record, if there is one. */
export function decisionOf(review: ReviewOf<Reviewable>): Decision | undefined {
  const { kind } = h5StateKind(review.record.applyment_state);
  return kind === 'approved' || kind === 'rejected' ? { kind, review } : undefined;
}

/** What to do after a rejection, for each kind of application. */
export const AFTER_REJECTION = {
  application: 'Correct what the reviewer names and amend this application.',
  domains:
    'Correct what the reviewer names and submit it under a new out_applyment_id, or amend this modification by its ' +
    'applyment_id with the call `h5Domain.amend`.',
} as const;

/** The result of a process whose main application was decided so. */
export function resultOf(decision: Decision, afterRejection: string): H5Result {
  switch (decision.kind) {
    case 'approved': {
      const { record, authorization_state } = decision.review;
      return {
        outcome: 'APPROVED',
        applyment_id: record.applyment_id,
        domainsApplied: true,
        ...(authorization_state === undefined ? {} : { authorization_state }),
      };
    }
    case 'rejected': {
      const { applyment_id, audit_reject_detail } = decision.review.record;
      return {
        outcome: 'REJECTED',
        applyment_id,
        ...(audit_reject_detail === undefined ? {} : { audit_reject_detail }),
        remedy: afterRejection,
      };
    }
    case 'granted':
      return {
        outcome: 'APPROVED',
        authorization_state: decision.authorization_state,
        remedy: 'Its number never became known: check on the platform that the domains are the ones applied for.',
      };
    case 'foreign':
      return { outcome: 'REFUSED', ...decision.refusal };
    case 'undecided':
      return {
        outcome: 'UNDECIDED',
        ...(decision.applyment_id === undefined ? {} : { applyment_id: decision.applyment_id }),
        remedy: 'WeChat Pay has not decided in time. Look at the application on the platform, then resume.',
      };
  }
}

/** The application in process is another one: how to go on with either. */
export function foreignRefusal(
  applyment_id: string | undefined,
  differences: readonly { readonly field: string }[],
): Refusal {
  const named = applyment_id ?? 'without a number';
  return {
    code: 'FOREIGN_APPLICATION',
    message: `another application of this sub-merchant is in process: ${named}, whose ${namesOf(differences)} differ. Nothing was sent.`,
    remedy:
      `Wait for its decision, then apply again. To follow that one, start with its data and \`adopt\`, and give ` +
      `${named} with the update attachApplication.`,
  };
}

/** What to do first about an amendment, by the record it is for. */
export type AmendmentStart =
  | { readonly kind: 'send' }
  /** It is as wanted already, or only to be watched. */
  | { readonly kind: 'follow' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const INSTEAD: Readonly<Record<string, string>> = {
  approved: 'It is approved: change the domains by a domain modification, a limit by a new application.',
  pending: 'Wait for the decision.',
  review: 'Wait for the decision.',
};

/** @param record null: WeChat Pay knows no such application */
export function amendmentStart(
  { applyment_id, amendment, adopt = false }: { applyment_id: string; amendment: H5Amendment; adopt?: boolean },
  record: H5ApplicationRecord | null,
): AmendmentStart {
  if (record === null) {
    const message = `WeChat Pay knows no application ${applyment_id}. Nothing was sent.`;
    return { kind: 'refused', refusal: { code: 'NOT_FOUND', message, remedy: 'Check its number on the platform.' } };
  }
  if (adopt) return { kind: 'follow' };
  const { kind } = h5StateKind(record.applyment_state);
  // Resubmitting unchanged data has a meaning too: what the reviewer could not see may be there by now.
  if (kind === 'rejected') return { kind: 'send' };
  if (isAsAmended(amendment, record)) return { kind: 'follow' };
  const message = `application ${applyment_id} is in ${record.applyment_state}; only one that a reviewer rejected can be amended. Nothing was sent.`;
  const remedy = INSTEAD[kind];
  return {
    kind: 'refused',
    refusal: { code: 'NOT_REJECTED', message, ...(remedy === undefined ? {} : { remedy }) },
  };
}

/** An approved application for NO_LIMIT, as its automatic successor is recognised by. */
export interface Approved {
  readonly sub_mchid: string;
  readonly domains: readonly string[];
  readonly website_url?: string;
}

/** In what a record differs from the limit removal that WeChat Pay makes of an approved application by itself. */
export function limitRemovalDifferences(
  { sub_mchid, domains, website_url }: Approved,
  record: H5ReviewNotification,
): ApplicationDifference[] {
  return websiteDifferences(domains, { sub_mchid, website_url, applyment_type: LIMIT_REMOVAL }, record);
}

/** Whether a notification is about the limit removal of an application, not about the application itself. */
export function isLimitRemoval(approved: Approved, data: H5ReviewNotification): boolean {
  return data.applyment_type === LIMIT_REMOVAL && limitRemovalDifferences(approved, data).length === 0;
}

/** The result of an approved application, with what became of its limit. It never takes the approval back. */
export function withLimitRemoval(approved: H5Result, removal: Decision): H5Result {
  switch (removal.kind) {
    case 'approved':
    case 'rejected': {
      const { record, authorization_state } = removal.review;
      const { applyment_id } = record;
      if (removal.kind === 'approved') {
        return {
          ...approved,
          ...(authorization_state === undefined ? {} : { authorization_state }),
          limitRemoval: { outcome: 'APPROVED', applyment_id },
        };
      }
      return {
        ...approved,
        limitRemoval: { outcome: 'REJECTED', applyment_id },
        remedy: `The permission is granted, with a limit: correct what the reviewer of application ${applyment_id} names and amend it.`,
      };
    }
    case 'granted':
      return {
        ...approved,
        authorization_state: removal.authorization_state,
        limitRemoval: { outcome: 'APPROVED' },
      };
    default: {
      const applyment_id = removal.kind === 'undecided' ? removal.applyment_id : undefined;
      return {
        ...approved,
        limitRemoval: { outcome: 'UNDECIDED', ...(applyment_id === undefined ? {} : { applyment_id }) },
        remedy:
          'The permission is granted; whether its limit is lifted is not known. Look for the limit removal on the platform.',
      };
    }
  }
}
