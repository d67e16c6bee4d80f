import { deepStrictEqual } from 'node:assert';
import { inspect } from 'node:util';
import fc from 'fast-check';

/** One claim about whatever may come in, and what to throw at it. */
export interface Target {
  readonly name: string;
  /** What holds for every input, as a sentence: the title of the test. */
  readonly claim: string;
  /** Runs of one batch, and of the test. Less where a run makes signatures. */
  readonly runs: number;
  /** One batch; throws fast-check's report with the shrunk counterexample. */
  attack(options: AttackOptions): Promise<Attack>;
}

export interface AttackOptions {
  readonly seed: number;
  readonly runs: number;
  /** Where to go on in the tree of shrinking, as a report printed it. */
  readonly path?: string;
  /** A single run may take so long. Milliseconds; no limit by default, because a time is no claim of a test. */
  readonly limitMs?: number;
  /** Looks for the smallest counterexample. Default true. */
  readonly shrink?: boolean;
}

export interface Attack {
  readonly runs: number;
  /** Milliseconds of the slowest single run. */
  readonly slowestMs: number;
  /** The input of that run, as fast-check prints it. */
  readonly slowest: string;
}

/** @param check throws when the claim does not hold for this input. */
export function target<T>(
  about: { readonly name: string; readonly claim: string; readonly runs: number },
  inputs: fc.Arbitrary<T>,
  check: (input: T) => void | Promise<void>,
): Target {
  return {
    ...about,
    async attack({ seed, runs, path, limitMs = Infinity, shrink = true }) {
      let count = 0;
      let slowestMs = 0;
      let slowest: T | undefined;
      const once = async (input: T): Promise<number> => {
        stepMs = 0;
        await check(input);
        return stepMs;
      };
      const property = fc.asyncProperty(inputs.map(withPrint), async ({ input }) => {
        count += 1;
        let took = await once(input);
        // A slow input is slow every time; a busy machine or a garbage collection is not.
        for (let again = 0; took > limitMs && again < 4; again += 1) took = Math.min(took, await once(input));
        if (took > slowestMs) {
          slowestMs = took;
          slowest = input;
        }
        if (took > limitMs) throw new Error(`took ${took.toFixed(0)} ms, five times; the limit is ${limitMs} ms`);
      });
      await fc.assert(property, { seed, numRuns: runs, endOnFailure: !shrink, ...(path !== undefined && { path }) });
      return { runs: count, slowestMs, slowest: printed(slowest).slice(0, 300) };
    },
  };
}

/** As fast-check prints it, unless it is one of the inputs that throw at whoever looks into them. */
function printed(input: unknown): string {
  try {
    return fc.stringify(input);
  } catch {
    return inspect(input, { depth: 4 });
  }
}

/** Prints well in a report: otherwise a counterexample that throws would put its own error in the place of the finding. */
const withPrint = <T>(input: T): { readonly input: T } => {
  const printing = { input, [fc.toStringMethod]: () => printed(input) };
  return printing;
};

/** What is wrong with a claim; its own words, since none of the inputs may be trusted to print well. */
export function ensure(holds: boolean, claim: string): asserts holds {
  if (!holds) throw new Error(`does not hold: ${claim}`);
}

export function ensureSame(actual: unknown, expected: unknown, claim: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    throw new Error(`does not hold: ${claim}\n${(error as Error).message}`);
  }
}

/** Milliseconds of the step under test, without what surrounds it: the claims that are checked of its result. */
let stepMs = 0;

/** A clock for {@link stepMs}: what passed, or what was computed if that is less, because others share the machine. */
function stopwatch(): () => number {
  const start = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return Math.min(performance.now() - start, (user + system) / 1_000);
  };
}

/** The result, or the error if it is of that class; any other error is the finding. Its time is what counts. */
export async function resultOrRefusal<T, E extends Error>(
  refusal: abstract new (...args: never[]) => E,
  step: () => T | Promise<T>,
): Promise<{ readonly result: T } | { readonly refused: E }> {
  const elapsed = stopwatch();
  try {
    const result = await step();
    return { result };
  } catch (error) {
    if (error instanceof refusal) return { refused: error };
    throw error;
  } finally {
    stepMs += elapsed();
  }
}
