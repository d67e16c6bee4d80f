import { proxyActivities, workflowInfo } from '@temporalio/workflow';
import type { Flow, OnResult, ResultEvent } from '../interface';

/**
 * Tells the caller's own activity the result, at least once: it is retried until it returns. The event id names the run,
 * so it is the same at every repeat and another one after a new start. A contract that continued as new tells its end in
 * its last run, which is one. `name`: for what is told beside the result.
 */
export async function tellCaller(
  { taskQueue, activity }: OnResult,
  flow: Flow,
  result: ResultEvent['result'],
  reference: string | undefined,
  name = 'result',
): Promise<void> {
  const { workflowId, runId } = workflowInfo();
  const event: ResultEvent = { eventId: `${workflowId}/${runId}/${name}`, flow, workflowId, runId, reference, result };
  const caller = proxyActivities<Record<string, (event: ResultEvent) => Promise<void>>>({
    taskQueue,
    startToCloseTimeout: '1 minute',
    retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10 minutes' },
    summary: `tell the caller: ${name}`,
  });
  await caller[activity]?.(event);
}
