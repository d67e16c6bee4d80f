import { CancellationScope, ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { FLOWS, identityOf, startAttributes } from '../interface';
import type { UnclaimedNotificationInput } from '../interface';

/** Hands a notification to a workflow of its own, which outlives this one. Doing it twice is doing it once. */
export async function keepUnclaimed(input: UnclaimedNotificationInput): Promise<void> {
  const identity = identityOf.unclaimedNotification(input);
  try {
    // Also while the process is being cancelled: it was acknowledged.
    await CancellationScope.nonCancellable(() =>
      startChild(FLOWS.unclaimedNotification, {
        args: [input],
        workflowId: identity.workflowId,
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        parentClosePolicy: ParentClosePolicy.ABANDON,
        typedSearchAttributes: startAttributes(identity, new Date(), 'UNCLAIMED'),
        staticSummary: `unclaimed ${input.notification.kind} notification`,
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
