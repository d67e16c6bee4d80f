// Load on a fixed schedule: a slow answer does not slow the sender down, and what waits for its turn counts as waiting.

/**
 * Calls `send(index)` `rate` times a second for `seconds`, whether or not earlier calls have been answered.
 *
 * @template Outcome
 * @param {{ rate: number, seconds: number, send: (index: number) => Promise<Outcome> }} load
 * @returns {Promise<{ milliseconds: Float64Array, late: Float64Array, outcomes: Outcome[], took: number }>} times from when
 *   each was due until it was answered, and until it was sent: how punctual the sender itself was. `took`: seconds of all
 */
export async function openLoop({ rate, seconds, send }) {
  const count = Math.round(rate * seconds);
  const milliseconds = new Float64Array(count);
  const late = new Float64Array(count);
  const outcomes = new Array(count);
  const pending = [];
  const start = performance.now();
  const dueAt = (index) => start + (index * 1000) / rate;
  let next = 0;
  await new Promise((resolve) => {
    const sendWhatIsDue = () => {
      for (let now = performance.now(); next < count && dueAt(next) <= now; next += 1, now = performance.now()) {
        const index = next;
        late[index] = now - dueAt(index);
        pending.push(
          send(index).then((outcome) => {
            milliseconds[index] = performance.now() - dueAt(index);
            outcomes[index] = outcome;
          }),
        );
      }
      if (next === count) resolve();
      else setTimeout(sendWhatIsDue, Math.max(0, dueAt(next) - performance.now()));
    };
    sendWhatIsDue();
  });
  await Promise.all(pending);
  return { milliseconds, late, outcomes, took: (performance.now() - start) / 1000 };
}

export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
