/** Modifications of the domains that start H5 payments: inputs, answers and notifications. Their states are those of `h5`. */
export type { H5DomainCalls } from './calls';
export { domainAmendmentDifferences, domainDifferences } from './compare';
export { parseH5DomainReviewNotification } from './notifications';
export { parseH5DomainAmendment, parseH5DomainModification } from './schema';
export type * from './types';
