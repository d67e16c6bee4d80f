import { condition, defineUpdate, setHandler } from '@temporalio/workflow';
import { identityOf, UPDATES } from '../interface';
import type { UnclaimedNotificationInput, UnclaimedResult } from '../interface';
import { invalidInput } from './failures';
import { guard, needsText } from './guard';
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
  const process = new Process<UnclaimedResult>(
    guard(input, {
      subject: 'unclaimed notification',
      part: 'notification',
      keys: ['id', 'kind'],
      beside: { mchid: needsText, reason: needsText },
      identity: identityOf.unclaimedNotification,
    }),
    'UNCLAIMED',
  );
  process.change('UNCLAIMED', { needsOperator: true, reason: input.reason });
  await condition(() => note !== undefined);
  return process.finish('RESOLVED', { outcome: 'RESOLVED', note: note ?? '' });
}
