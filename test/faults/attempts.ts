import type { Client } from '@temporalio/client';

/** One attempt of an activity, as its history tells it. */
export interface Attempt {
  readonly activity: string;
  /** From 1; attempts that nobody heard of again are counted too. */
  readonly attempt: number;
  readonly at: Date;
  /** Why the attempt before failed. */
  readonly after?: string;
}

/** The attempts in the history of the newest run: of each activity the last one, for that is all that a server keeps. */
export async function attemptsIn(client: Client, workflowId: string): Promise<Attempt[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const names = new Map<string, string>();
  return (events ?? []).flatMap((event) => {
    const { activityTaskScheduledEventAttributes: scheduled, activityTaskStartedEventAttributes: started } = event;
    if (scheduled != null) names.set(String(event.eventId), scheduled.activityType?.name ?? '');
    if (started == null) return [];
    const after = started.lastFailure?.message ?? '';
    return [
      {
        activity: names.get(String(started.scheduledEventId)) ?? '',
        attempt: started.attempt ?? 1,
        at: new Date(Number(event.eventTime?.seconds ?? 0) * 1_000),
        ...(after === '' ? {} : { after }),
      },
    ];
  });
}

/** An attempt in words, for whoever looks into a defect. */
export function inWords({ activity, attempt, at, after }: Attempt): string {
  return `${at.toISOString().slice(11, 19)} ${activity}, attempt ${attempt}${after === undefined ? '' : `, after: ${after}`}`;
}
