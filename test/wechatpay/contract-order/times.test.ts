import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { formatBeijingTime, parseBeijingTime, parseContractTime } from '../../../src/wechatpay/contract-order/times';

describe('Beijing time', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it('is eight hours ahead of UTC, over the end of a day and a year', () => {
    expect(parseBeijingTime('20260102030405')).toBe(Date.UTC(2026, 0, 1, 19, 4, 5));
    expect(formatBeijingTime(Date.UTC(2025, 11, 31, 16, 0, 0))).toBe('20260101000000');
  });

  it.each(['America/New_York', 'Asia/Kathmandu', 'UTC'])('does not depend on a host in %s', (tz) => {
    process.env.TZ = tz;
    expect(parseBeijingTime('20260702030405')).toBe(Date.UTC(2026, 6, 1, 19, 4, 5));
    expect(formatBeijingTime(Date.UTC(2026, 6, 1, 19, 4, 5))).toBe('20260702030405');
  });

  it.each([
    ['30 February', '20260230000000'],
    ['29 February of a common year', '20260229000000'],
    ['31 April', '20260431000000'],
    ['month 13', '20261301000000'],
    ['month 0', '20260001000000'],
    ['day 0', '20260100000000'],
    ['24:00:00', '20260101240000'],
    ['minute 60', '20260101006000'],
    ['a leap second', '20161231235960'],
    ['ISO format', '2026-01-02 03:04:05'],
    ['13 digits', '2026010203040'],
    ['15 digits', '202601020304050'],
    ['a trailing line feed', '20260102030405\n'],
    ['full-width digits', '２０２６０１０２０３０４０５'],
    ['nothing', ''],
  ])('refuses %s', (_name, text) => {
    expect(parseBeijingTime(text)).toBeUndefined();
  });

  it('comes back as it went in, second by second', () => {
    const seconds = fc.integer({ min: Date.UTC(1991, 0, 1) / 1000, max: Date.UTC(9990, 0, 1) / 1000 });
    fc.assert(
      fc.property(seconds, (second) => {
        expect(parseBeijingTime(formatBeijingTime(second * 1000 + 999))).toBe(second * 1000);
      }),
    );
  });
});

describe('the time of a contract', () => {
  it('is Beijing time, to the second', () => {
    expect(parseContractTime('2026-01-02 03:05:01')).toBe(Date.UTC(2026, 0, 1, 19, 5, 1));
  });

  it.each([
    '',
    '20260102030501',
    '2026-01-02',
    '2026-1-2 03:05:01',
    '2026-02-30 00:00:00',
    'x2026-01-02 03:05:01',
    '2026-01-02 03:05:01 ',
  ])('is not %j', (text) => {
    expect(parseContractTime(text)).toBeUndefined();
  });
});
