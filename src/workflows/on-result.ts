import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Flow, OnResult, ResultEvent, WorkflowResult } from '../interface';

/**
 * Tells the caller's own activity the result, at least once: it is retried until it returns. The event id names the run,
 * so it is the same at every repeat and another one after a new start.
 */
export async function tellCaller(
  { taskQueue, activity }: OnResult,
  flow: Flow,
  result: WorkflowResult,
  reference: string | undefined,
): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const event: ResultEvent = { eventId: `${workflowId}/${runId}/result`, flow, workflowId, runId, reference, result };
  const caller = proxyActivities<Record<string, (event: ResultEvent) => Promise<void>>>({
    taskQueue,
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10 minutes' },
    summary: 'tell the caller the result',
  });
  await caller[activity]?.(event);
}
