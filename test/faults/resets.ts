import type { Client, WorkflowExecutionDescription } from '@temporalio/client';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** Resets the pending activities of the newest run that are meant, as the runbook does: each is tried at once. How many. */
export async function resetActivities(
  client: Client,
  workflowId: string,
  isMeant: (activity: PendingActivity) => boolean = () => true,
): Promise<number> {
  const { runId, raw } = await client.workflow.getHandle(workflowId).describe();
  const meant = (raw.pendingActivities ?? []).filter(isMeant);
  for (const { activityId } of meant) {
    await client.workflowService.resetActivity({
      namespace: client.options.namespace,
      execution: { workflowId, runId },
      id: activityId ?? '',
      identity: 'faults',
    });
  }
  return meant.length;
}

/** Its numbers of 64 bits may be plain ones on the way out, which its types do not know. */
type ResetRequest = Parameters<Client['workflowService']['resetWorkflowExecution']>[0];

/** Resets to the end of the first workflow task: everything after it is done again. */
export async function resetWorkflow(client: Client, workflowId: string): Promise<void> {
  await client.workflowService.resetWorkflowExecution({
    ...{ namespace: client.options.namespace, workflowExecution: { workflowId } },
    ...{ reason: 'on purpose', requestId: `reset-${workflowId}` },
    workflowTaskFinishEventId: 4 as unknown as ResetRequest['workflowTaskFinishEventId'],
  });
}
