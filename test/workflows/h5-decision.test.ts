import { describe, expect, it } from 'vitest';
import type { H5ApplicationRecord } from '../../src/wechatpay/h5/schema';
import {
  AFTER_REJECTION,
  amendmentStart,
  decisionOf,
  foreignRefusal,
  isLimitRemoval,
  resultOf,
  withLimitRemoval,
} from '../../src/workflows/h5-decision';
import type { Decision } from '../../src/workflows/h5-decision';

const record = (over: Partial<H5ApplicationRecord> = {}): H5ApplicationRecord => ({
  applyment_id: '7',
  applyment_state: 'PENDING',
  sub_mchid: '2400000001',
  domains: ['example.com'],
  ...over,
});
const rejected = record({ applyment_state: 'REJECTED', audit_reject_detail: 'no prices' });
const decided = (kind: 'approved' | 'rejected', applyment_id = '7', authorization_state?: string): Decision => ({
  kind,
  review: {
    record: { ...rejected, applyment_id, applyment_state: kind.toUpperCase() },
    ...(authorization_state === undefined ? {} : { authorization_state }),
  },
});

describe('a record', () => {
  it.each([
    ['PENDING', undefined],
    ['UNDER_REVIEW', undefined],
    ['QUEUED_AGAIN', undefined],
    ['APPROVED', 'approved'],
    ['REJECTED', 'rejected'],
  ])('in %s decides: %s', (applyment_state, kind) => {
    expect(decisionOf({ record: record({ applyment_state }) })?.kind).toBe(kind);
  });
});

describe('the result', () => {
  it.each([
    [
      decided('approved', '7', 'FORMAL_AUTHORITY'),
      { outcome: 'APPROVED', applyment_id: '7', domainsApplied: true, authorization_state: 'FORMAL_AUTHORITY' },
    ],
    [
      decided('rejected'),
      {
        outcome: 'REJECTED',
        applyment_id: '7',
        audit_reject_detail: 'no prices',
        remedy: AFTER_REJECTION.application,
      },
    ],
    [
      { kind: 'granted', authorization_state: 'AUTHORIZED' },
      {
        outcome: 'APPROVED',
        authorization_state: 'AUTHORIZED',
        remedy: expect.stringContaining('number never became known') as string,
      },
    ],
    [{ kind: 'undecided' }, { outcome: 'UNDECIDED', remedy: expect.any(String) as string }],
    [
      { kind: 'undecided', applyment_id: '7' },
      { outcome: 'UNDECIDED', applyment_id: '7', remedy: expect.any(String) as string },
    ],
  ] satisfies [Decision, object][])('of %j', (decision, result) => {
    expect(resultOf(decision, AFTER_REJECTION.application)).toEqual(result);
  });

  it('of a foreign application in process names its number, its fields and both ways on', () => {
    const refusal = foreignRefusal('8', [{ field: 'domains' }, { field: 'website_url' }]);
    expect(resultOf({ kind: 'foreign', refusal }, '')).toEqual({
      outcome: 'REFUSED',
      code: 'FOREIGN_APPLICATION',
      message: expect.stringContaining('8, whose domains, website_url differ') as string,
      remedy: expect.stringMatching(/apply again.*`adopt`.*8.*attachApplication/) as string,
    });
  });
});

describe('the limit', () => {
  const approved = { outcome: 'APPROVED', applyment_id: '7', authorization_state: 'FORMAL_AUTHORITY' } as const;
  it.each([
    [
      'lifted by a known application',
      decided('approved', '9', 'AUTHORIZED'),
      { authorization_state: 'AUTHORIZED', limitRemoval: { outcome: 'APPROVED', applyment_id: '9' } },
    ],
    [
      'lifted, as the permission shows',
      { kind: 'granted', authorization_state: 'AUTHORIZED' },
      { authorization_state: 'AUTHORIZED', limitRemoval: { outcome: 'APPROVED' } },
    ],
    [
      'not lifted',
      decided('rejected', '9'),
      { limitRemoval: { outcome: 'REJECTED', applyment_id: '9' }, remedy: expect.stringContaining('9') as string },
    ],
    [
      'not decided about',
      { kind: 'undecided', applyment_id: '9' },
      { limitRemoval: { outcome: 'UNDECIDED', applyment_id: '9' }, remedy: expect.any(String) as string },
    ],
    [
      'of an unknown application',
      { kind: 'undecided' },
      { limitRemoval: { outcome: 'UNDECIDED' }, remedy: expect.any(String) as string },
    ],
  ] satisfies [string, Decision, object][])('%s never takes the approval back', (_name, removal, more) => {
    expect(withLimitRemoval(approved, removal)).toEqual({ ...approved, ...more });
  });

  const application = { sub_mchid: '2400000001', domains: ['example.com'], website_url: 'https://example.com' };
  const removal = { ...application, applyment_id: '9', applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' };
  it.each([
    ['with its type and data', {}, true],
    ['that names no domains', { domains: undefined }, true],
    ['of other domains', { domains: ['other.example.com'] }, false],
    ['of another sub-merchant', { sub_mchid: '2400000002' }, false],
    ['of the permission itself', { applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY' }, false],
    ['without a type', { applyment_type: undefined }, false],
  ])('is meant by a notification %s: %#', (_name, over, expected) => {
    expect(isLimitRemoval(application, { ...removal, ...over })).toBe(expected);
  });
});

describe('an amendment', () => {
  const amendment = { domains: ['example.com'] };
  const start = (found: H5ApplicationRecord | null, over: object = {}) =>
    amendmentStart({ applyment_id: '7', amendment, ...over }, found);

  it('of a rejected application is sent, also without any change: what the reviewer missed may be there now', () => {
    expect(start(rejected)).toEqual({ kind: 'send' });
  });

  it.each(['PENDING', 'UNDER_REVIEW', 'APPROVED'])('is followed when it is %s as wanted', (applyment_state) => {
    expect(start(record({ applyment_state }))).toEqual({ kind: 'follow' });
  });

  it('to be watched only is followed in any state', () => {
    expect(start(rejected, { adopt: true })).toEqual({ kind: 'follow' });
    expect(start(record({ domains: ['other.example.com'] }), { adopt: true })).toEqual({ kind: 'follow' });
  });

  it.each([
    ['PENDING', 'Wait for the decision'],
    ['UNDER_REVIEW', 'Wait for the decision'],
    ['APPROVED', 'domain modification'],
  ])('of other data is refused in %s, with the way on', (applyment_state, remedy) => {
    expect(start(record({ applyment_state, domains: ['other.example.com'] }))).toMatchObject({
      kind: 'refused',
      refusal: {
        code: 'NOT_REJECTED',
        message: expect.stringContaining(applyment_state) as string,
        remedy: expect.stringContaining(remedy) as string,
      },
    });
  });

  it('of an unknown application is refused', () => {
    expect(start(null)).toMatchObject({ kind: 'refused', refusal: { code: 'NOT_FOUND' } });
    expect(start(null, { adopt: true })).toMatchObject({ kind: 'refused' });
  });
});
