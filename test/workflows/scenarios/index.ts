import { contractEndings } from './contract';
import { contractDebitEndings } from './contract-debit';
import { contractOrderEndings } from './contract-order';
import { customsDeclarationEndings } from './customs-declaration';
import { customsModificationEndings } from './customs-modification';
import { customsRepushEndings } from './customs-repush';
import { h5AmendmentEndings } from './h5-amendment';
import { h5ApplicationEndings } from './h5-application';
import { h5DomainModificationEndings } from './h5-domain-modification';
import { identityVerificationEndings } from './identity-verification';
import type { Scenario } from './scenario';
import { unclaimedNotificationEndings } from './unclaimed-notification';

export type { Scenario } from './scenario';

/**
 * Every ending of every workflow: played with and without the workflow cache, and recorded as the golden histories. A new
 * ending is added here, and nowhere else.
 */
export const SCENARIOS: readonly Scenario[] = [
  ...customsDeclarationEndings,
  ...customsModificationEndings,
  ...customsRepushEndings,
  ...identityVerificationEndings,
  ...h5ApplicationEndings,
  ...h5AmendmentEndings,
  ...h5DomainModificationEndings,
  ...contractOrderEndings,
  ...contractDebitEndings,
  ...unclaimedNotificationEndings,
  ...contractEndings,
];
