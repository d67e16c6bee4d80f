import { describe, expect, it } from 'vitest';
import { amendmentStep, isAsAmended, isEarlierRejection } from '../../../src/wechatpay/h5/compare';
import type { H5ApplicationRecord } from '../../../src/wechatpay/h5/schema';
import { bringsLimitRemoval } from '../../../src/wechatpay/h5/states';

const wanted = { domains: ['example.com'], transaction_limit_type: 'NORMAL_LIMIT' } as const;
const snapshot = { audit_reject_detail: 'no prices' };
const record = (over: Partial<H5ApplicationRecord>): H5ApplicationRecord => ({
  applyment_id: '7',
  applyment_state: 'PENDING',
  sub_mchid: '2400000001',
  domains: ['example.com'],
  transaction_limit_type: 'NORMAL_LIMIT',
  ...over,
});

describe('an amendment', () => {
  it.each([
    ['is sent while the rejection is the known one', { applyment_state: 'REJECTED', ...snapshot }, 'send'],
    [
      'is not sent after another rejection',
      { applyment_state: 'REJECTED', audit_reject_detail: 'no address' },
      'rejected-again',
    ],
    ['is not sent after a rejection without a reason', { applyment_state: 'REJECTED' }, 'rejected-again'],
    ['is done when it is PENDING with what was wanted', {}, 'done'],
    ['is done when it is reviewed', { applyment_state: 'UNDER_REVIEW' }, 'done'],
    ['is done when it is approved', { applyment_state: 'APPROVED' }, 'done'],
    ['is done in a state nobody knows', { applyment_state: 'QUEUED_AGAIN' }, 'done'],
    ['is taken when somebody wanted other domains', { domains: ['other.example.com'] }, 'taken'],
    ['is taken when somebody wanted another limit', { transaction_limit_type: 'NO_LIMIT' }, 'taken'],
  ] as const)('%s', (_name, over, step) => {
    expect(amendmentStep(wanted, snapshot, record(over))).toBe(step);
  });

  it('without a reason in either rejection is sent', () => {
    expect(amendmentStep(wanted, {}, record({ applyment_state: 'REJECTED' }))).toBe('send');
  });

  it.each([
    ['equal in all it states', {}, true],
    ['but for the description, which the record does not show', { business_description: 'Books' }, false],
    ['but for the pictures', { website_homepage_pics: ['a'] }, false],
    ['but for the limit', { transaction_limit_type: 'NO_LIMIT' }, false],
  ] as const)('is as amended when it is %s', (_name, over, expected) => {
    expect(isAsAmended({ ...wanted, ...over }, record({}))).toBe(expected);
  });
});

describe('a rejection after an amendment', () => {
  const rejected = record({ applyment_state: 'REJECTED', audit_reject_detail: 'no prices' });
  const TEN_MINUTES = 600_000;
  it.each([
    ['in the same words is the earlier one for ten minutes', rejected, snapshot, TEN_MINUTES - 1, true],
    ['in the same words is believed after ten minutes', rejected, snapshot, TEN_MINUTES, false],
    ['in other words is a new one', { ...rejected, audit_reject_detail: 'no address' }, snapshot, 1, false],
    ['of an application that nobody amended is what it says', rejected, undefined, 1, false],
    ['is none in another state', { ...rejected, applyment_state: 'PENDING' }, snapshot, 1, false],
  ] as const)('%s', (_name, now, amendedFrom, elapsed, earlier) => {
    expect(isEarlierRejection(now, amendedFrom, 5, 5 + elapsed)).toBe(earlier);
  });
});

it.each([
  [{ transaction_limit_type: 'NO_LIMIT' }, true],
  [{ transaction_limit_type: 'NO_LIMIT', applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY' }, true],
  [{ transaction_limit_type: 'NO_LIMIT', applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' }, false],
  [{ transaction_limit_type: 'NORMAL_LIMIT' }, false],
  [{}, false],
])('%j brings a limit removal: %s', (application, brings) => {
  expect(bringsLimitRemoval(application)).toBe(brings);
});
