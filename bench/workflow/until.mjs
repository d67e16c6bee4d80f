// Waits for a number that grows.

/** Milliseconds without any progress after which waiting is given up: a figure of a run that hangs would be none. */
const STALLED = 120_000;

/**
 * Looks each second until `count()` has reached `wanted`.
 *
 * @throws with how many there are, when it has not grown for two minutes
 */
export async function untilReached(wanted, what, count, { every = 1_000, stalled = STALLED } = {}) {
  let most = -1;
  let since = performance.now();
  for (;;) {
    const now = await count();
    if (now >= wanted) return;
    if (now > most) [most, since] = [now, performance.now()];
    else if (performance.now() - since > stalled) throw new Error(`${what}: expected ${wanted}, it stays at ${now}`);
    await new Promise((resolve) => setTimeout(resolve, every));
  }
}
