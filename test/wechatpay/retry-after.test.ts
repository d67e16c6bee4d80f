import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/wechatpay/retry-after';

const NOW = 1_700_000_000_000;
const date = (ahead: number): string => new Date(NOW + ahead).toUTCString();

describe('Retry-After', () => {
  it.each([
    ['30', 30_000],
    [' 30 ', 30_000],
    ['0', 0],
    ['300', 300_000],
    ['301', 300_000],
    ['9'.repeat(400), 300_000],
    [date(60_000), 60_000],
    [date(0), 0],
    [date(6_000_000), 300_000],
    ['Tuesday, 14-Nov-23 22:14:20 GMT', 60_000],
  ])('%s is %d ms', (value, expected) => expect(retryAfterMs({ 'retry-after': value }, NOW)).toBe(expected));

  it.each([date(-60_000), '-5', '+5', '5.5', '1e3', '0x10', '5, 7', '2099-01-01', 'soon', 'Tue, soon', '', ' '])(
    '%j says nothing',
    (value) => expect(retryAfterMs({ 'retry-after': value }, NOW)).toBeUndefined(),
  );

  it('that is absent says nothing', () => expect(retryAfterMs({}, NOW)).toBeUndefined());
});
