import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Info } from '@temporalio/activity';
import type { H5ApplicationRecord } from '../../src/wechatpay/h5/schema';
import { FAILURE_TYPES } from '../../src/interface';
import { attempt, drive, ENDINGS } from './attempts';
import { stage } from './stage';
import type { Stage } from './stage';

let s: Stage;
let snapshot: H5ApplicationRecord;
const amendment = { domains: ['example.com'], transaction_limit_type: 'NORMAL_LIMIT' } as const;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(async () => {
  s.simulator.reset();
  const { application } = s.samples;
  const { mchid } = s.credentials;
  const { result } = await attempt(s.activities.submitH5Application, { application, mchid });
  if (result === undefined || !('answer' in result) || result.answer.kind !== 'APPLIED') throw new Error('not applied');
  decide('REJECTED', 'no prices');
  const { applyment_id } = result.answer.record;
  snapshot = { ...result.answer.record, applyment_id, applyment_state: 'REJECTED', audit_reject_detail: 'no prices' };
});

const decide = (state: string, audit_reject_detail?: string): void =>
  void s.simulator.decideH5({ sub_mchid: s.samples.application.sub_mchid, state, audit_reject_detail });
const request = () => ({
  mchid: s.credentials.mchid,
  sub_mchid: s.samples.application.sub_mchid,
  applyment_id: snapshot.applyment_id,
  amendment,
});
const amend = (info: Partial<Info> = {}) => attempt(s.activities.amendH5Application, { ...request(), snapshot }, info);
const patches = (): number => s.calls('h5/modify');
const lost = { attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } };

describe('an amendment', () => {
  it('is sent once, having asked', async () => {
    const { result } = await amend();
    expect(result).toMatchObject({
      answer: { kind: 'AMENDED', record: { applyment_state: 'PENDING', domains: ['example.com'] } },
    });
    expect([patches(), s.calls('h5/query'), s.count('resubmitted')]).toEqual([1, 1, 1]);
  });

  it.each(ENDINGS)('whose answer is lost has one effect when the first attempt is %s', async (ending) => {
    s.simulator.faults({ call: 'h5/modify', kind: 'act-and-drop' });
    const { last } = await drive(s.activities.amendH5Application, { ...request(), snapshot }, { ending });
    expect(last.result).toMatchObject({ answer: { kind: 'AMENDED', record: { domains: ['example.com'] } } });
    expect([patches(), s.count('resubmitted')]).toEqual([1, 1]);
  });

  it('whose request is lost is sent again', async () => {
    s.simulator.faults({ call: 'h5/modify', kind: 'drop-before-act' });
    const { last } = await drive(s.activities.amendH5Application, { ...request(), snapshot });
    expect(last.result).toMatchObject({ answer: { kind: 'AMENDED' } });
    expect([patches(), s.count('resubmitted')]).toEqual([2, 1]);
  });

  it('is sent five times at most', async () => {
    s.simulator.faults({ call: 'h5/modify', kind: 'drop-before-act', times: 'always' });
    const { last } = await drive(s.activities.amendH5Application, { ...request(), snapshot });
    expect(last.result).toMatchObject({
      answer: { kind: 'UNSETTLED', reason: expect.stringContaining('5') as string },
    });
    expect(patches()).toBe(5);
  });

  it.each(['PENDING', 'UNDER_REVIEW', 'APPROVED'])('that arrived and is %s by now is not sent again', async (state) => {
    await amend();
    decide(state);
    const { result } = await amend(lost);
    expect(result).toMatchObject({ answer: { kind: 'AMENDED', record: { applyment_state: state } } });
    expect(patches()).toBe(1);
  });

  it('that was rejected again for another reason is not sent in a loop', async () => {
    await amend();
    decide('REJECTED', 'no address');
    const { result } = await amend(lost);
    expect(result).toMatchObject({
      answer: { kind: 'REJECTED_AGAIN', record: { audit_reject_detail: 'no address' } },
    });
    expect(patches()).toBe(1);
  });

  it('is a conflict once somebody has amended it otherwise, naming the fields', async () => {
    const other = { ...request(), amendment: { domains: ['other.example.com'] }, snapshot };
    await attempt(s.activities.amendH5Application, other);
    const { failure } = await amend();
    expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true, details: [['domains']] });
    expect(patches()).toBe(1);
  });

  it('that overtakes another attempt of itself is refused by WeChat Pay, and done', async () => {
    // Between the question and the request, the amendment of before arrives.
    s.after('h5/query', () => decide('UNDER_REVIEW'));
    const { result } = await attempt(s.activities.amendH5Application, {
      ...request(),
      amendment: { domains: s.samples.application.domains },
      snapshot,
    });
    expect(result).toMatchObject({ answer: { kind: 'AMENDED', record: { applyment_state: 'UNDER_REVIEW' } } });
    expect([patches(), s.count('resubmitted')]).toEqual([1, 0]);
  });
});

describe('the look before an amendment', () => {
  const look = (over: object = {}) => attempt(s.activities.snapshotH5Application, { ...request(), ...over });

  it('brings the rejected record with its reason, and changes nothing', async () => {
    const { result } = await look();
    expect(result).toMatchObject({ answer: { applyment_state: 'REJECTED', audit_reject_detail: 'no prices' } });
    expect(patches()).toBe(0);
  });

  it('of an unknown application brings null', async () => {
    expect((await look({ applyment_id: '9999999999' })).result).toEqual({ answer: null });
  });

  it("of another sub-merchant's application is a conflict", async () => {
    const { failure } = await look({ sub_mchid: '2400000099' });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true, details: [['sub_mchid']] });
  });

  it.each([
    ['domains', { amendment: { domains: [] } }, '$.amendment.domains'],
    ['the number', { applyment_id: 'seven' }, '$.applyment_id'],
    ['the sub-merchant', { sub_mchid: 'shop' }, '$.sub_mchid'],
    ['the merchant', { mchid: 'us' }, '$.mchid'],
  ])('tells what is wrong with %s before anything is asked', async (_name, over, path) => {
    const { failure } = await look(over);
    expect(failure).toMatchObject({
      type: FAILURE_TYPES.invalidInput,
      message: expect.stringContaining(path) as string,
    });
    expect(s.calls('h5/query')).toBe(0);
  });
});

it('a wait after an amendment takes its own rejection for the earlier one, for some minutes', async () => {
  const wait = (since: number, amendedFrom?: object) =>
    attempt(s.activities.awaitH5Result, {
      mchid: s.credentials.mchid,
      applyment_id: snapshot.applyment_id,
      seen: 'PENDING',
      ...(amendedFrom === undefined ? {} : { amendedFrom }),
      waiting: { since },
    });
  const amendedFrom = { audit_reject_detail: 'no prices' };
  expect((await wait(Date.now(), amendedFrom)).failure?.type).toBe(FAILURE_TYPES.stillPending);
  expect((await wait(Date.now() - 11 * 60_000, amendedFrom)).result).toMatchObject({
    record: { record: { applyment_state: 'REJECTED' } },
  });
  expect((await wait(Date.now())).result).toMatchObject({ record: { record: { applyment_state: 'REJECTED' } } });
});
