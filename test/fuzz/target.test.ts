import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ensure, resultOrRefusal, target } from './target';
import type { Attack, AttackOptions } from './target';

const notNow = (): never => {
  throw new Error('not now');
};
/** So long that a clock of microseconds shows it. */
const work = (): void => {
  for (let i = 0; i < 100_000; i += 1) Math.sqrt(i);
};
const about = { name: 'test', claim: 'a claim', runs: 10 };
const attack = (check: (input: number) => void | Promise<void>, options: Partial<AttackOptions> = {}) =>
  target(about, fc.nat({ max: 1_000 }), check).attack({ seed: 1, runs: 100, ...options });

const causeOf = async (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'held',
    (error: unknown) => ((error as Error).cause as Error).message,
  );

describe('a target', () => {
  it('counts its runs and keeps the slowest input', async () => {
    const { runs, slowest } = await attack(async (input) => {
      await resultOrRefusal(RangeError, () => {
        for (let i = 0; i < input * 1_000; i += 1) Math.sqrt(i);
      });
    });
    expect(runs).toBe(100);
    expect(slowest).toMatch(/^[0-9]+$/);
  });

  it('fails with the smallest input for which the claim does not hold', async () => {
    const failed = attack((input) => ensure(input < 700, 'below 700'));
    await expect(failed).rejects.toThrow(/Counterexample: \[700\]/);
    expect(await causeOf(failed)).toBe('does not hold: below 700');
  });

  it.each([
    ['a getter', () => Object.defineProperty({ a: 1 }, 'b', { enumerable: true, get: notNow })],
    ['a proxy', () => new Proxy({ a: 1 }, { ownKeys: notNow })],
  ])('prints an input that throws at whoever looks into it: %s', async (_, make) => {
    const attackWith = (check: () => void | Promise<void>): Promise<Attack> =>
      target(about, fc.nat().map(make), check).attack({ seed: 1, runs: 1 });
    const { slowest } = await attackWith(() => resultOrRefusal(RangeError, work).then(() => undefined));
    expect(slowest).toMatch(/^\{ a: 1/);
    await expect(attackWith(() => ensure(false, 'a claim'))).rejects.toThrow(/Counterexample: \[\{ a: 1/);
  });

  it('fails for any other error than the refusal it expects', async () => {
    const failed = attack(async () => {
      await resultOrRefusal(RangeError, () => {
        throw new TypeError('a crash');
      });
    });
    expect(await causeOf(failed)).toBe('a crash');
  });

  it('fails for an input that takes too long, every time it is tried', async () => {
    const slow = async (): Promise<void> => {
      await resultOrRefusal(RangeError, () => {
        const start = process.cpuUsage();
        const spent = (): number => process.cpuUsage(start).user + process.cpuUsage(start).system;
        while (spent() < 20_000);
      });
    };
    expect(await causeOf(attack(slow, { runs: 3, limitMs: 5, shrink: false }))).toMatch(/^took [0-9]+ ms, five times/);
    expect(await causeOf(attack(slow, { runs: 3 }))).toBe('held');
  });
});
