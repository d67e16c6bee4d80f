import { TARGETS } from './targets';
import type { Target } from './target';

export interface Hunt {
  readonly minutes: number;
  /** Only this target; all of them in turn by default. */
  readonly only?: string;
  /** Of the first batch; each batch takes the next one. */
  readonly seed: number;
  /** Goes straight to a counterexample that a report named. */
  readonly path?: string;
  readonly print: (line: string) => void;
}

/** No run may take longer. Milliseconds. */
const LIMIT_MS = 100;

export const TARGET_NAMES: readonly string[] = TARGETS.map(({ name }) => name);

interface Tally {
  runs: number;
  slowestMs: number;
  slowest: string;
}

/** Attacks the targets in turn until the time is over or a claim does not hold. Gives the exit code. */
export async function hunt({ minutes, only, seed, path, print }: Hunt): Promise<number> {
  const targets = TARGETS.filter(({ name }) => only === undefined || name === only);
  const tallies = new Map(targets.map(({ name }): [string, Tally] => [name, { runs: 0, slowestMs: 0, slowest: '' }]));
  const end = performance.now() + minutes * 60_000;
  print(`seed ${seed}, ${targets.length} targets, limit of one run ${LIMIT_MS} ms`);
  let failure: string | undefined;
  for (let batch = 0; failure === undefined && (batch === 0 || performance.now() < end); batch += 1) {
    for (const target of targets) {
      failure ??= await attack(target, { seed: seed + batch, path, tally: tallies.get(target.name)! });
      if (path !== undefined || (batch > 0 && performance.now() >= end)) break;
    }
    if (path !== undefined) break;
  }
  for (const [name, { slowestMs, slowest }] of tallies)
    print(`${name}: slowest ${slowestMs.toFixed(1)} ms for ${slowest}`);
  if (failure !== undefined) print(failure);
  const runs = [...tallies].map(([name, tally]) => `${name} ${tally.runs}`).join(', ');
  print(`${failure === undefined ? 'all claims hold' : 'a claim does not hold'}; runs: ${runs}`);
  return failure === undefined ? 0 : 1;
}

async function attack(
  target: Target,
  { seed, path, tally }: { readonly seed: number; readonly path?: string; readonly tally: Tally },
): Promise<string | undefined> {
  try {
    const { runs, slowestMs, slowest } = await target.attack({ seed, runs: target.runs, path, limitMs: LIMIT_MS });
    tally.runs += runs;
    if (slowestMs > tally.slowestMs) Object.assign(tally, { slowestMs, slowest });
    return undefined;
  } catch (error) {
    // fast-check's report (seed, path, the shrunk counterexample), and what went wrong with it.
    const { message, cause } = error as Error;
    const report = `${message.split('\n\nHint')[0]!.slice(0, 5_000)}\n${cause instanceof Error ? cause.stack : ''}`;
    const found = /path: "([0-9:]+)"/.exec(report)?.[1];
    const again = `npm run fuzz -- --target ${target.name} --seed ${seed}${found === undefined ? '' : ` --path ${found}`}`;
    return `${target.name}: ${target.claim}\n${report}\nagain: ${again}`;
  }
}
