import type { ContractInput } from './inputs';
import type { ContractHandedOver, ContractNotified } from './messages';
import { SIGNALS } from './messages';
import { identityOf, startAttributes } from './process-identity';

/** How the process of a contract is started, whoever starts it: its order, the webhook, the client. */
export function contractStart(input: ContractInput, now: Date) {
  const identity = identityOf.contract(input);
  return {
    workflowId: identity.workflowId,
    args: [input] as [ContractInput],
    // A signing that is delivered late must not revive a contract that has ended.
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    typedSearchAttributes: startAttributes(identity, now, 'SIGNED'),
    staticSummary: `contract ${input.contract_code}`,
  } as const;
}

/** The same, or if the contract has a process already, what that is told. */
export function contractSignalWithStart(
  input: ContractInput,
  message: ContractNotified | ContractHandedOver,
  now: Date,
) {
  return {
    ...contractStart(input, now),
    workflowIdConflictPolicy: 'USE_EXISTING',
    signal: SIGNALS.contractNotified,
    signalArgs: [message] as [ContractNotified | ContractHandedOver],
  } as const;
}
