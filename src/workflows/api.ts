import { ActivityCancellationType, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import { ACTIVITY_IDS, apiTaskQueueOf } from '../interface';
import type {
  ContractOrderActivities,
  CustomsActivities,
  DebitActivities,
  H5Activities,
  LocalActivities,
} from '../interface';

type Activities = CustomsActivities & H5Activities & ContractOrderActivities & DebitActivities;

/** The queue of the API activities follows from the workflow's own queue, so that no input has to carry it. */
function apiTaskQueue(): string {
  return apiTaskQueueOf(workflowInfo().taskQueue);
}

/**
 * A create-like call. No limit on attempts, only on the whole time: each asks first, and what is final is thrown as such.
 * Heartbeats tell soon when a worker has died; an attempt may be long because of the settling waits.
 */
export function submitting(summary: string, milliseconds: number) {
  return proxyActivities<Activities>({
    taskQueue: apiTaskQueue(),
    activityId: ACTIVITY_IDS.submit,
    startToCloseTimeout: '3 minutes',
    scheduleToCloseTimeout: milliseconds,
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', maximumInterval: '5 minutes' },
    summary,
  });
}

/** The waiting query: one retried activity, whose failed attempts cost no history event. */
export function awaiting(summary: string, milliseconds: number) {
  return proxyActivities<Activities>({
    taskQueue: apiTaskQueue(),
    activityId: ACTIVITY_IDS.awaitResult,
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: milliseconds,
    // The id may be scheduled again only once the earlier one is closed.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Every failure carries its own delay; this one is for a worker that died.
    retry: { initialInterval: '10s', backoffCoefficient: 1 },
    summary,
  });
}

/** The identity question: personal data goes out with each attempt, so there are few. */
export function askingIdentity(milliseconds: number) {
  return proxyActivities<Activities>({
    taskQueue: apiTaskQueue(),
    activityId: ACTIVITY_IDS.awaitIdentity,
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: milliseconds,
    heartbeatTimeout: '20s',
    // The workflow ends next, and what is still asked harms nobody.
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    // The activity counts the questions that went out and stops at three; an attempt that reached nobody is none.
    retry: { initialInterval: '10s', backoffCoefficient: 2 },
    summary: 'ask whether this person is the payer',
  });
}

/** One question, or one action that finds out by itself what an earlier attempt did. */
export function calling(summary: string, scheduleToCloseTimeout: string | number = '10 minutes') {
  return proxyActivities<Activities>({
    taskQueue: apiTaskQueue(),
    startToCloseTimeout: '2 minutes',
    scheduleToCloseTimeout: scheduleToCloseTimeout as '10 minutes',
    heartbeatTimeout: '20s',
    retry: { initialInterval: '1s', maximumInterval: '1 minute' },
    summary,
  });
}

/** Fills in defaults from the worker's own configuration. */
export const configuration = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 3 },
  summary: 'fill in defaults',
});
