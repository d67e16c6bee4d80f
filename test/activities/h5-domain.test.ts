import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Info } from '@temporalio/activity';
import { createActivities } from '../../src/activities';
import { FAILURE_TYPES } from '../../src/interface';
import type { Merchant } from '../../src/wechatpay/merchant';
import { attempt, drive, ENDINGS } from './attempts';
import { stage } from './stage';
import type { Stage } from './stage';

let s: Stage;
const modification = {
  out_applyment_id: 'DOM20260102',
  sub_mchid: '2400000001',
  domains: ['shop.example.com'],
  website_url: 'https://shop.example.com',
};

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

const submit = (over: object = {}, info: Partial<Info> = {}) =>
  attempt(s.activities.submitH5DomainModification, { mchid: s.credentials.mchid, modification, ...over }, info);
const posts = (): number => s.calls('h5-domain/create');
const lost = { attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } };

const A_MINUTE_AGO = Date.now() - 60_000;

describe('a domain modification', () => {
  it('is made once', async () => {
    const { result } = await submit();
    expect(result).toMatchObject({
      answer: { kind: 'APPLIED', record: { applyment_state: 'PENDING', out_applyment_id: 'DOM20260102' } },
    });
    expect([posts(), s.count('applied')]).toEqual([1, 1]);
  });

  it.each(ENDINGS)('whose answer is lost is found by its number when the first attempt is %s', async (ending) => {
    s.simulator.faults({ call: 'h5-domain/create', kind: 'act-and-drop' });
    const input = { mchid: s.credentials.mchid, modification };
    const { last } = await drive(s.activities.submitH5DomainModification, input, { ending });
    expect(last.result).toMatchObject({ answer: { kind: 'APPLIED', record: { applyment_id: '2000000100000' } } });
    expect(s.count('applied')).toBe(1);
  });

  it('under a number that others have used is a conflict, at the first attempt', async () => {
    await submit();
    const { failure } = await submit({ modification: { ...modification, domains: ['other.example.com'] } });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true });
    expect(s.count('applied')).toBe(1);
  });

  it('whose number brings back other data is a conflict, naming the fields', async () => {
    const record = { ...modification, applyment_id: '7', applyment_state: 'PENDING', domains: ['other.example.com'] };
    const h5Domain = { create: () => Promise.resolve(record) };
    const { submitH5DomainModification } = createActivities({
      merchants: () => ({ v3: { h5Domain } }) as unknown as Merchant,
      timing: { beforeRepeatedApplication: 10 },
    });
    const input = { mchid: s.credentials.mchid, modification };
    for (const info of [{}, lost]) {
      const { failure } = await attempt(submitH5DomainModification, input, { ...info });
      expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true, details: [['domains']] });
    }
  });

  it('refused for its number after a lost answer may be ours: its number is unknown', async () => {
    await submit();
    const { result } = await submit({ modification: { ...modification, domains: ['other.example.com'] } }, lost);
    expect(result).toMatchObject({
      answer: { kind: 'ID_UNKNOWN', reason: expect.stringContaining('attachApplication') as string },
    });
    expect(result).not.toHaveProperty('answer.nothingSent');
  });

  it.each([
    ['the first attempt', {}, { failure: { type: FAILURE_TYPES.refused } }],
    ['a repeat', lost, { result: { answer: { kind: 'ID_UNKNOWN' } } }],
    [
      'an attempt that only waited for a worker',
      { scheduledTimestampMs: A_MINUTE_AGO, currentAttemptScheduledTimestampMs: A_MINUTE_AGO },
      { failure: { type: FAILURE_TYPES.refused } },
    ],
  ])('while another one is in process: %s', async (_name, info, expected) => {
    await submit({ modification: { ...modification, out_applyment_id: 'DOM-OTHER' } });
    expect(await submit({}, info)).toMatchObject(expected);
  });

  it('to be adopted is never sent', async () => {
    const { result } = await submit({ adopt: true });
    expect(result).toMatchObject({ answer: { kind: 'ID_UNKNOWN' } });
    expect(posts()).toBe(0);
  });

  it.each([
    ['its number', { modification: { ...modification, out_applyment_id: 'a/b' } }, '$.modification.out_applyment_id'],
    ['the merchant', { mchid: 'us' }, '$.mchid'],
  ])('tells what is wrong with %s before anything is sent', async (_name, over, path) => {
    const { failure } = await submit(over);
    expect(failure).toMatchObject({
      type: FAILURE_TYPES.invalidInput,
      message: expect.stringContaining(path) as string,
    });
    expect(posts()).toBe(0);
  });
});

describe('waiting for its review', () => {
  it('ends when the state is another one', async () => {
    await submit();
    const wait = () =>
      attempt(s.activities.awaitH5DomainResult, {
        mchid: s.credentials.mchid,
        applyment_id: '2000000100000',
        seen: 'PENDING',
        waiting: { since: Date.now() },
      });
    expect((await wait()).failure?.type).toBe(FAILURE_TYPES.stillPending);
    s.simulator.decideH5({ out_applyment_id: 'DOM20260102', state: 'REJECTED', audit_reject_detail: 'no prices' });
    expect((await wait()).result).toMatchObject({
      record: { record: { applyment_state: 'REJECTED', audit_reject_detail: 'no prices' } },
    });
  });

  it('asks once for an operator; null when there is none', async () => {
    const ask = (applyment_id: string) =>
      attempt(s.activities.queryH5DomainModification, { mchid: s.credentials.mchid, applyment_id });
    expect((await ask('9999999999')).result).toBeNull();
    await submit();
    expect((await ask('2000000100000')).result).toMatchObject({ record: { out_applyment_id: 'DOM20260102' } });
  });
});
