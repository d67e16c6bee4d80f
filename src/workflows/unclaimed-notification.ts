import { condition } from '@temporalio/workflow';
import { identityOf, UPDATES } from '../interface';
import type { UnclaimedNotificationInput, UnclaimedResult } from '../interface';
import { invalidInput } from './failures';
import { guard, needsText } from './guard';
import { Process } from './process';

/**
 * Keeps a verified notification that nobody waits for, or that contradicts what is known, until a person has dealt with
 * it. It stays open on purpose: a closed workflow would be deleted with the namespace's retention.
 */
export async function unclaimedNotification(input: UnclaimedNotificationInput): Promise<UnclaimedResult> {
  let note: string | undefined;
  const process = new Process<UnclaimedResult>(
    guard(input, {
      flow: 'unclaimedNotification',
      subject: 'unclaimed notification',
      part: 'notification',
      keys: ['id', 'kind'],
      beside: { mchid: needsText, reason: needsText },
      identity: identityOf.unclaimedNotification,
    }),
    'UNCLAIMED',
  );
  process.offer<[{ note: string }], void>(
    UPDATES.resolve,
    { description: 'Ends it, with a note on what was done.', check: checkResolution },
    (resolution) => void (note ??= resolution.note),
  );
  process.change('UNCLAIMED', { needsOperator: true, reason: input.reason });
  // Told at once, so that somebody is alerted. A caller who cannot be told must not end what is kept for a person.
  const { notification, reason } = input;
  const opening = process.tell('unclaimed', { outcome: 'UNCLAIMED', kind: notification.kind, reason });
  const told = opening.catch(() => undefined);
  try {
    await condition(() => note !== undefined);
  } catch (error) {
    await process.failing(error);
    throw error;
  }
  process.change('RESOLVED');
  await told;
  return process.finish('RESOLVED', { outcome: 'RESOLVED', note: note ?? '' });
}

function checkResolution(resolution?: Partial<{ note: string }>): void {
  if (typeof resolution?.note === 'string' && resolution.note.trim() !== '' && resolution.note.length <= 500) return;
  throw invalidInput('resolution', [
    { code: 'required', path: '$.note', expected: 'text of 1 to 500 characters', remedy: 'Say what was done.' },
  ]);
}
