import type { Simulated } from '../simulated';
import { contract } from './contract';
import { contractOrder } from './contract-order';
import { customsDeclaration, customsModification, customsRepush } from './customs';
import { contractDebit } from './debit';
import { h5Amendment, h5Application, h5DomainModification } from './h5';
import { identityVerification } from './identity';
import { unclaimedNotification } from './unclaimed';

/** Every process that is simulated; a new one is one more line. */
export const PROCESSES: readonly Simulated[] = [
  customsDeclaration,
  customsModification,
  customsRepush,
  identityVerification,
  h5Application,
  h5Amendment,
  h5DomainModification,
  contractOrder,
  contract,
  contractDebit,
  unclaimedNotification,
];
