// Whether what was acknowledged has become an event in a workflow's history, which is what an acknowledgement promises.
import { defaultPayloadConverter } from '@temporalio/common';
import { markOfSignal } from './notifications.mjs';
import { pause } from './open-loop.mjs';

/** Histories that are read at the same time. */
const AT_ONCE = 8;
/** How long a workflow task that is under way is waited for. */
const SETTLED_WITHIN_MS = 120_000;

/**
 * @param client of Temporal
 * @param {readonly string[]} workflowIds
 * @returns {Promise<Map<string, number>>} how often the signal of each notification is in their histories, by its mark
 */
export async function signalsIn(client, workflowIds) {
  const marks = new Map();
  const left = [...workflowIds];
  const reader = async () => {
    for (let workflowId = left.pop(); workflowId !== undefined; workflowId = left.pop()) {
      await settled(client, workflowId);
      for (let runId; ;) {
        const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
        for (const mark of marksOf(history)) marks.set(mark, (marks.get(mark) ?? 0) + 1);
        // A contract's history starts anew from time to time.
        runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
        if (!runId) break;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, reader));
  return marks;
}

/**
 * A signal that comes while a workflow task is under way is kept by the server beside the history, and becomes an event
 * when the task is completed: until then the history does not show it.
 */
export async function settled(client, workflowId) {
  const latest = performance.now() + SETTLED_WITHIN_MS;
  while (performance.now() < latest) {
    const { raw } = await client.workflow.getHandle(workflowId).describe();
    if (!raw.pendingWorkflowTask) return;
    await pause(50);
  }
  throw new Error(`${workflowId}: a workflow task is still under way after ${SETTLED_WITHIN_MS / 1000} s`);
}

/** The marks of the signals of one run. */
export function marksOf(history) {
  return (history.events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) => {
    const [payload] = signal?.input?.payloads ?? [];
    return payload ? [markOfSignal(defaultPayloadConverter.fromPayload(payload))] : [];
  });
}

/**
 * @param {Iterable<string>} acknowledged marks
 * @param {Map<string, number>} marks what the histories hold
 * @returns {{ lost: string[], repeated: number }} `repeated`: signals of a notification beyond its first, which workflows
 *   ignore
 */
export function compare(acknowledged, marks) {
  const lost = [];
  let repeated = 0;
  for (const mark of acknowledged) {
    const times = marks.get(mark);
    if (times === undefined) lost.push(mark);
    else repeated += times - 1;
  }
  return { lost, repeated };
}
