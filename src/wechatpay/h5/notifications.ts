import { InvalidInputError } from '../errors';
import { h5NotificationKind } from './notification-kind';
import { readApplication } from './read-application';
import type { H5ReviewNotification } from './types';

/**
 * Reads the decrypted resource of a review result. Its table could not be confirmed, so everything is optional, but
 * without `applyment_id` and `sub_mchid` nobody could tell what it is about, and one about domains is no result of an
 * application, although it has the same numbers and states.
 *
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Authorization result notification".
 *
 * @throws {InvalidInputError}
 */
export function parseH5ReviewNotification(resource: unknown): H5ReviewNotification {
  if (h5NotificationKind(resource) === 'h5-domain') {
    throw new InvalidInputError('H5 review notification', [
      {
        code: 'other-kind',
        path: '$.resource.out_applyment_id',
        expected: 'the result of an application',
        got: 'the result of a domain modification',
        remedy: 'Give the two kinds of requests notify_urls of their own.',
      },
    ]);
  }
  const review = readApplication(resource);
  if (review.applyment_id === undefined && review.sub_mchid === undefined) {
    throw new InvalidInputError('H5 review notification', [
      {
        code: 'required',
        path: '$.resource',
        expected: 'applyment_id or sub_mchid',
        remedy: 'Keep the notification and ask WeChat Pay support what it is about.',
      },
    ]);
  }
  return review;
}
