import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const FOLDER = join(__dirname, '..', '..', 'bench', 'constant-time');

describe('npm run bench:constant-time', () => {
  it.each([['--what'], ['extra'], ['--samples', '9999'], ['--samples', 'many']])(
    'says how it is used, and measures nothing: %s %s',
    (...args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [join(FOLDER, 'run.mjs'), ...args], {
        encoding: 'utf8',
      });
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(args.at(-1));
      expect(stderr).toContain('Usage: npm run bench:constant-time');
    },
  );
});

describe('the measurement', () => {
  let stats: {
    welch(a: readonly number[], b: readonly number[]): { t: number; difference: number; error: number };
    withoutSlowest(a: readonly number[], b: readonly number[], kept?: number): [number[], number[]];
    sample(
      call: (value: string) => unknown,
      make: (kind: 0 | 1, turn: number) => string,
      samples: number,
      random?: () => number,
    ): [number[], number[]];
  };
  beforeAll(async () => {
    stats = await import(pathToFileURL(join(FOLDER, 'welch.mjs')).href);
  });

  it('has Welch’s t as the textbook has it', () => {
    // Means 20 and 22, variances 10 and 5, five of each.
    const { t, difference, error } = stats.welch([16, 18, 22, 20, 24], [22, 19, 25, 21, 23]);
    expect(difference).toBe(-2);
    expect(error).toBeCloseTo(Math.sqrt(3), 10);
    expect(t).toBeCloseTo(-2 / Math.sqrt((10 + 5) / 5), 10);
    expect(stats.welch([1, 1], [1, 1]).t).toBe(0);
    expect(stats.welch([1, 1], [2, 2]).t).toBe(-Infinity);
  });

  it('drops the slowest of both kinds by one limit, and not of each by its own', () => {
    expect(stats.withoutSlowest([1, 2, 3, 100], [4, 5, 6, 7], 0.8)).toEqual([
      [1, 2, 3],
      [4, 5, 6, 7],
    ]);
  });

  it('takes both kinds in the order of chance', () => {
    const calls: string[] = [];
    let next = 0;
    const chances = [0.1, 0.9, 0.9, 0.1];
    const make = (kind: 0 | 1, turn: number) => `${kind === 0 ? 'a' : 'b'}${turn}`;
    const [a, b] = stats.sample(
      (value) => calls.push(value),
      make,
      4,
      () => chances[next++] ?? 0,
    );
    expect([a.length, b.length]).toEqual([2, 2]);
    expect(calls.slice(-4)).toEqual(['a0', 'b1', 'b2', 'a3']);
  });
});
