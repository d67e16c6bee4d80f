import {
  condition,
  defineUpdate,
  ParentClosePolicy,
  setHandler,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { identityOf, startAttributes, UPDATES } from '../interface';
import type { UnclaimedNotificationInput, UnclaimedResult } from '../interface';
import { invalidInput } from './failures';
import { Process } from './process';

const resolveUpdate = defineUpdate<void, [{ note: string }]>(UPDATES.resolve);

/**
 * Keeps a verified notification that nobody waits for, or that contradicts what is known, until a person has dealt with
 * it. It stays open on purpose: a closed workflow would be deleted with the namespace's retention.
 */
export async function unclaimedNotification(input: UnclaimedNotificationInput): Promise<UnclaimedResult> {
  let note: string | undefined;
  setHandler(resolveUpdate, (resolution) => void (note ??= resolution.note), {
    description: 'Ends it, with a note on what was done.',
    validator: (resolution?: Partial<{ note: string }>) => {
      if (typeof resolution?.note === 'string' && resolution.note.trim() !== '' && resolution.note.length <= 500)
        return;
      throw invalidInput('resolution', [
        { code: 'required', path: '$.note', expected: 'text of 1 to 500 characters', remedy: 'Say what was done.' },
      ]);
    },
  });
  const process = new Process<UnclaimedResult>(identityOf.unclaimedNotification(input), 'UNCLAIMED');
  process.change('UNCLAIMED', { needsOperator: true, reason: input.reason });
  await condition(() => note !== undefined);
  return process.finish('RESOLVED', { outcome: 'RESOLVED', note: note ?? '' });
}

/** Hands a notification to a workflow of its own, which outlives this one. Doing it twice is doing it once. */
export async function keepUnclaimed(input: UnclaimedNotificationInput): Promise<void> {
  const identity = identityOf.unclaimedNotification(input);
  try {
    await startChild(unclaimedNotification, {
      args: [input],
      workflowId: identity.workflowId,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: startAttributes(identity, new Date(), 'UNCLAIMED'),
      staticSummary: `unclaimed ${input.notification.kind} notification`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
