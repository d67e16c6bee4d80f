import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure, WorkflowNotFoundError } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { expect } from 'vitest';
import type { ResultEvent } from '../../../src/interface';
import { eventually } from '../histories';
import type { RunId } from '../histories';
import type { SkippingRig } from '../time-skipping';

/*
 * Steps that several scenarios share. The clock stands still, or rather runs as ours, until a result is asked for; so a
 * signal or an update meets the process in a state that is known.
 */

/** Where a person or a notification reaches a run. */
export function handleOf(rig: SkippingRig, { workflowId, runId }: RunId) {
  return rig.environment.client.workflow.getHandle(workflowId, runId);
}

/** Until the waiting query has asked once: from then on the process sleeps. */
export async function asleep(rig: SkippingRig, { workflowId, runId }: RunId): Promise<void> {
  await eventually(async () => {
    const { raw } = await handleOf(rig, { workflowId, runId }).describe();
    const waiting = raw.pendingActivities?.find(({ activityId }) => activityId === 'await-result');
    return (waiting?.attempt ?? 0) > 1 ? true : undefined;
  }, 'the first poll');
}

/**
 * What an update of a person answers. On a busy machine the time-skipping server has once answered "update … not found" to
 * an update that it had just been sent, after months that it had skipped; the same one, under its id, is sent again.
 */
export async function updated(rig: SkippingRig, run: RunId, name: string, argument: unknown): Promise<unknown> {
  const updateId = randomUUID();
  for (let tries = 1; ; tries += 1) {
    try {
      return await handleOf(rig, run).executeUpdate(name, { updateId, args: [argument] });
    } catch (error) {
      const isForgotten = error instanceof WorkflowNotFoundError && /^update .+ not found/.test(error.message);
      if (!isForgotten || tries === 3) throw error;
    }
  }
}

/** Cancels a process and looks that it ends as cancelled. */
export async function cancelled(rig: SkippingRig, run: RunId): Promise<RunId> {
  await handleOf(rig, run).cancel();
  await expect(causeOf(rig.result(run))).resolves.toBeInstanceOf(CancelledFailure);
  return run;
}

/** What a failed workflow failed with. */
export async function causeOf(result: Promise<unknown>): Promise<unknown> {
  const error = await result.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  return (error as WorkflowFailedError).cause;
}

/** How often `effect` was had at the simulated WeChat Pay, under keys that name `part`. */
export function effects(rig: SkippingRig, effect: string, part: string): number {
  const entries = rig.simulator.ledger({ effect }).filter(({ key }) => key.includes(part));
  return entries.reduce((sum, { count }) => sum + count, 0);
}

let notified = 0;

/** A verified notification as the webhook hands it on. */
export function notification<Kind extends string, Data>(kind: Kind, data: Data) {
  notified += 1;
  return { id: `${kind}-notification-${notified}`, receivedAt: '2026-01-02T03:05:06.000Z', kind, data };
}

/** Starts a workflow as a person at the command line does. Its id is not checked here; the workflow does that. */
export async function startedByHand(
  rig: SkippingRig,
  flow: string,
  workflowId: string,
  input: unknown,
): Promise<RunId> {
  const handle = await rig.environment.client.workflow.start(flow, {
    taskQueue: 'wechatpay',
    workflowId,
    args: [input],
  });
  return { workflowId, runId: handle.firstExecutionRunId };
}

/** The caller's own worker, whose activity `told` fails once; what it was told. */
export async function withCaller(rig: SkippingRig, run: () => Promise<RunId>) {
  const told: ResultEvent[] = [];
  const caller = await Worker.create({
    connection: rig.environment.nativeConnection,
    taskQueue: 'orders',
    activities: {
      told: (event: ResultEvent) => {
        told.push(event);
        if (told.length === 1) throw new Error('the order database is down');
      },
    },
  });
  const done = await caller.runUntil(run);
  return { told, run: done };
}

export const TOLD = { taskQueue: 'orders', activity: 'told' } as const;
