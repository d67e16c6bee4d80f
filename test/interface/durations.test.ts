import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/interface';

describe('a span of time', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['30 s', 30_000],
    ['1 sec', 1_000],
    ['2 secs', 2_000],
    ['1 second', 1_000],
    ['90 seconds', 90_000],
    ['5m', 300_000],
    ['5 mins', 300_000],
    ['10 minutes', 600_000],
    ['1.5h', 5_400_000],
    ['2 hours', 7_200_000],
    ['7 days', 604_800_000],
    ['1d', 86_400_000],
    ['0.001s', 1],
  ])('%j is %i ms', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each([
    '',
    '30',
    's',
    '0s',
    '-1s',
    '+1s',
    '1e3s',
    '.5s',
    '1.s',
    '1 fortnight',
    '1 weeks',
    '1 msss',
    '30S',
    '30 s ',
    ' 30s',
    '30  s',
    '30s 5s',
    '30s\n',
    '１s',
    '1234567890s',
    'Infinity s',
    'NaN s',
    '1 constructor',
    '1 toString',
    '0.0001s',
    30,
    null,
    undefined,
    true,
    {},
    ['30s'],
    new Date(30_000),
  ])('%j is none', (value) => {
    expect(parseDuration(value)).toBeUndefined();
  });

  it('is a positive whole number of milliseconds or none, whatever comes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.stringMatching(/^[\d.]{1,12} ?[a-z]{1,8}$/)), (value) => {
        const milliseconds = parseDuration(value);
        if (milliseconds === undefined) return;
        expect(Number.isSafeInteger(milliseconds)).toBe(true);
        expect(milliseconds).toBeGreaterThan(0);
      }),
    );
  });

  it('is the same however its unit is spelled', () => {
    const spellings = [
      ['s', 'sec', 'secs', 'second', 'seconds'],
      ['m', 'min', 'mins', 'minute', 'minutes'],
      ['h', 'hour', 'hours'],
      ['d', 'day', 'days'],
    ];
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom(...spellings), (amount, units) => {
        expect(
          new Set(units.flatMap((unit) => [`${amount}${unit}`, `${amount} ${unit}`]).map(parseDuration)).size,
        ).toBe(1);
      }),
    );
  });
});
