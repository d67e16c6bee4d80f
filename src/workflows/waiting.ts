import { CancellationScope, condition } from '@temporalio/workflow';
import { isTimeUp } from './failures';

/** How a wait ended: with an answer, because something else became true, or because its time was over. */
export type Wait<Answer> =
  { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'interrupted' } | { readonly kind: 'timeUp' };

/**
 * A server may give up a retry that it could have made: the last moments are no loss, but a test server was seen to stop
 * one poll early, and an order must not be closed an hour before its time.
 */
const EARLY = 5_000;

/**
 * Waits until `until` for a retried activity or for `interrupted`, whichever comes first, and leaves nothing pending: both run in one
 * cancellable scope, and the activity is awaited after its cancellation, because its id will be used again.
 */
export async function waitFor<Answer>(
  ask: (milliseconds: number) => Promise<Answer>,
  until: number,
  interrupted: () => boolean = () => false,
): Promise<Wait<Answer>> {
  if (interrupted()) return { kind: 'interrupted' };
  const milliseconds = remaining(until);
  if (milliseconds === undefined) return { kind: 'timeUp' };
  const scope = new CancellationScope();
  let ended: Wait<Answer> | { readonly kind: 'failure'; readonly error: unknown } | undefined;
  const asking = scope
    .run(() => ask(milliseconds))
    .then(
      (answer) => void (ended = { kind: 'answer', answer }),
      (error: unknown) => void (ended = isTimeUp(error) ? { kind: 'timeUp' } : { kind: 'failure', error }),
    );
  // One condition for both, and not a race of promises: the SDK keeps a stack trace for every promise that is made.
  await condition(() => ended !== undefined || interrupted());
  scope.cancel(); // also what `ask` has begun beside its answer
  if (ended === undefined) {
    // Whatever it ends with, also an attempt that was under way and fails: what interrupted the wait decides, and the next
    // wait asks again.
    await asking;
    return { kind: 'interrupted' };
  }
  if (ended.kind === 'failure') throw ended.error;
  const left = remaining(until);
  if (ended.kind !== 'timeUp' || left === undefined || left <= EARLY) return ended;
  return (await condition(interrupted, left, { summary: 'the time that remains' })) ? { kind: 'interrupted' } : ended;
}

/** What remains until `deadline`, in milliseconds; undefined when there is nothing to wait for any more. */
export function remaining(deadline: number): number | undefined {
  const milliseconds = deadline - Date.now();
  return milliseconds >= 1 ? milliseconds : undefined;
}
