import fc from 'fast-check';
import { it } from 'vitest';
import type { Target } from './target';

/** A mutation run asks for each change of the code again, and wants to know whether, not why: a little, and no shrinking. */
const mutating = process.env['STRYKER_MUTATOR_WORKER'] !== undefined;

/** One test for each target. */
export function prove(...targets: readonly Target[]): void {
  it.each(targets.map((target) => [target.claim, target] as const))('%s', async (_, target) => {
    const seed = fc.readConfigureGlobal().seed ?? Date.now();
    const runs = Math.ceil(target.runs * (mutating ? 0.1 : 1));
    const attack = await target.attack({ seed, runs, shrink: !mutating });
    // A figure to look at, no claim: `npm run fuzz` is where a limit holds.
    if (!mutating) console.log(`${target.name}: ${attack.runs} runs, slowest ${attack.slowestMs.toFixed(1)} ms`);
  });
}
