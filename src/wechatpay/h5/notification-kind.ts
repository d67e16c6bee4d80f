import { AnswerFields } from '../v3/answer-fields';

/** `h5`: an application for the permission. `h5-domain`: a modification of domains. */
export type H5NotificationKind = 'h5' | 'h5-domain';

/**
 * What a review result is about, by its content: both kinds have the same `event_type`. `undefined` when the content
 * does not tell; then only the path tells by which WeChat Pay was asked to send it.
 *
 * Source: WeChat Pay Global APIv3, "Authorization result notification" and "Domain modification result notification".
 */
export function h5NotificationKind(resource: unknown): H5NotificationKind | undefined {
  const fields = new AnswerFields(resource);
  if (fields.text('out_applyment_id') !== undefined) return 'h5-domain';
  return fields.text('applyment_type', 'transaction_limit_type') === undefined ? undefined : 'h5';
}
