import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clipped, configurationDelay, pollDelay, SCHEDULES, transportDelay } from '../../src/activities/schedule';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MIDDLE = 0.5;

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const elapsed = fc.integer({ min: 0, max: 400 * 24 * HOUR });
const names = fc.constantFrom(...(Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[]));

describe('the poll schedule', () => {
  it.each([
    ['customs', 0, MINUTE],
    ['customs', 10 * MINUTE - 1, MINUTE],
    ['customs', 10 * MINUTE, 5 * MINUTE],
    ['customs', 2 * HOUR, 30 * MINUTE],
    ['customs', 24 * HOUR, 2 * HOUR],
    ['customs', 365 * 24 * HOUR, 2 * HOUR],
    ['h5', 0, MINUTE],
    ['h5', 10 * MINUTE, HOUR],
    ['payment', 0, 30 * SECOND],
    ['payment', 5 * MINUTE - 1, 30 * SECOND],
    ['payment', 5 * MINUTE, 5 * MINUTE],
    ['debit', 0, MINUTE],
    ['debit', 10 * MINUTE, 10 * MINUTE],
    ['debit', HOUR, HOUR],
    ['debit', 23 * HOUR - 1, HOUR],
    // It is made 24 hours after it was announced.
    ['debit', 23 * HOUR, 10 * MINUTE],
    ['debit', 26 * HOUR - 1, 10 * MINUTE],
    ['debit', 26 * HOUR, HOUR],
  ] as const)('of %s asks %i ms after the start every %i ms', (name, after, every) => {
    expect(pollDelay(SCHEDULES[name], after, MIDDLE)).toBe(every);
  });

  it('of a contract asks after 10 s, 30 s, 1, 5 and 15 minutes, 1 and 2 hours', () => {
    const asked: number[] = [];
    for (let now = 0; asked.length < 7;) {
      now += pollDelay(SCHEDULES.contract, now, MIDDLE);
      asked.push(now / SECOND);
    }
    expect(asked).toEqual([10, 30, 60, 300, 900, 3600, 7200]);
    // Later than documented it goes on every hour.
    expect(pollDelay(SCHEDULES.contract, 9 * HOUR, MIDDLE)).toBe(HOUR);
  });

  it('differs by ten percent at most, in both directions', () => {
    fc.assert(
      fc.property(names, elapsed, random, (name, after, chance) => {
        const middle = pollDelay(SCHEDULES[name], after, MIDDLE);
        const delay = pollDelay(SCHEDULES[name], after, chance);
        expect(Math.abs(delay - middle)).toBeLessThanOrEqual(0.1 * middle + 1);
        expect(Number.isInteger(delay)).toBe(true);
      }),
    );
    expect(pollDelay(SCHEDULES.h5, 0, 0)).toBe(0.9 * MINUTE);
    expect(pollDelay(SCHEDULES.h5, 0, 0.999_999)).toBe(1.1 * MINUTE);
  });

  it('never asks more often as time goes on', () => {
    const longRunning = fc.constantFrom<'customs' | 'h5' | 'payment'>('customs', 'h5', 'payment');
    fc.assert(
      fc.property(longRunning, elapsed, elapsed, (name, a, b) => {
        const [early, late] = [Math.min(a, b), Math.max(a, b)];
        expect(pollDelay(SCHEDULES[name], late, MIDDLE)).toBeGreaterThanOrEqual(
          pollDelay(SCHEDULES[name], early, MIDDLE),
        );
      }),
    );
  });
});

describe('the back-off of a failed transport', () => {
  it.each([
    [0, SECOND],
    [2 * SECOND, SECOND],
    [10 * SECOND, 5 * SECOND],
    [10 * MINUTE, 5 * MINUTE],
    [24 * HOUR, 5 * MINUTE],
  ])('%i ms after the start is %i ms', (after, delay) => {
    expect(transportDelay(after, MIDDLE)).toBe(delay);
  });

  it('stays between 0.9 s and 5.5 minutes, also for a clock that runs backwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: -HOUR, max: 400 * 24 * HOUR }), random, (after, chance) => {
        const delay = transportDelay(after, chance);
        expect(delay).toBeGreaterThanOrEqual(0.9 * SECOND);
        expect(delay).toBeLessThanOrEqual(5.5 * MINUTE);
      }),
    );
  });
});

it.each([
  [0, MINUTE],
  [10 * MINUTE - 1, MINUTE],
  [10 * MINUTE, 5 * MINUTE],
])('a configuration that has been wrong for %i ms is tried again after %i ms', (failing, delay) => {
  expect(configurationDelay(failing, MIDDLE)).toBe(delay);
});

describe('a delay and the time that remains', () => {
  it('is what it was without a limit', () => {
    expect(clipped(7 * HOUR, undefined)).toBe(7 * HOUR);
  });

  it.each([
    [MINUTE, HOUR, MINUTE],
    [HOUR, MINUTE, 59 * SECOND],
    [MINUTE, 1_501, 501],
    [MINUTE, 1_500, 11_500],
    [MINUTE, 0, 10_000],
    [MINUTE, -HOUR, 10_000],
  ])('%i ms with %i ms left becomes %i ms', (delay, remaining, becomes) => {
    expect(clipped(delay, remaining)).toBe(becomes);
  });

  it('either leaves time for one more attempt, or points past the limit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 48 * HOUR }),
        fc.integer({ min: -HOUR, max: 48 * HOUR }),
        (delay, remaining) => {
          const becomes = clipped(delay, remaining);
          expect(becomes).toBeGreaterThan(0);
          if (remaining <= 1_500) expect(becomes).toBeGreaterThan(remaining + 5_000);
          else expect(becomes).toBeLessThanOrEqual(Math.min(delay, remaining - SECOND));
        },
      ),
    );
  });
});
