import { InvalidInputError } from '../errors';
import { h5NotificationKind } from '../h5/notification-kind';
import { readModification } from './read-modification';
import type { H5DomainReviewNotification } from './types';

/**
 * Reads the decrypted resource of a review result. Everything is optional, but without `applyment_id` and
 * `out_applyment_id` nobody could tell what it is about, and one about a permission is no result of a domain
 * modification.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Domain modification result notification".
 *
 * @throws {InvalidInputError}
 */
export function parseH5DomainReviewNotification(resource: unknown): H5DomainReviewNotification {
  if (h5NotificationKind(resource) === 'h5') {
    throw new InvalidInputError('H5 domain review notification', [
      {
        code: 'other-kind',
        path: '$.resource',
        expected: 'the result of a domain modification',
        got: 'the result of an application for the permission',
        remedy: 'Give the two kinds of requests notify_urls of their own.',
      },
    ]);
  }
  const review = readModification(resource);
  if (review.applyment_id === undefined && review.out_applyment_id === undefined) {
    throw new InvalidInputError('H5 domain review notification', [
      {
        code: 'required',
        path: '$.resource',
        expected: 'applyment_id or out_applyment_id',
        remedy: 'Keep the notification and ask WeChat Pay support what it is about.',
      },
    ]);
  }
  return review;
}
