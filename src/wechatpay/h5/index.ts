/** Applications for the permission to take H5 payments: inputs, answers, states and notifications. */
export { parseApplymentId, parseH5Amendment } from './amendment';
export type { H5Calls } from './calls';
export { amendmentDifferences, applicationDifferences } from './compare';
export type { ApplicationDifference } from './compare';
export { h5NotificationKind } from './notification-kind';
export type { H5NotificationKind } from './notification-kind';
export { parseH5ReviewNotification } from './notifications';
export { parseH5Application } from './schema';
export type { ParseH5Options } from './schema';
export { AUTHORIZATION_STATES, H5_STATES, h5StateKind, permissionCovers, refusalMeaning } from './states';
export type { AuthorizationMeaning, H5StateKind, H5StateMeaning, RefusalMeaning } from './states';
export type * from './types';
