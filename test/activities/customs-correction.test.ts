import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURE_TYPES } from '../../src/interface';
import type { CustomsModification, CustomsRecord, CustomsRepush } from '../../src/wechatpay/customs/schema';
import { attempt, drive, ENDINGS } from './attempts';
import type { Ending } from './attempts';
import { FAULTS, titleOf } from './fault-cases';
import { excepted, stage } from './stage';
import type { Stage } from './stage';

/* A modification declares anew and a re-push pushes again, each time: what may be sent is decided by the record. */

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

const HOUR = 3_600_000;

/** What somebody else does with the record, past this system. */
async function elsewhere(over: Partial<CustomsModification>): Promise<void> {
  const modification = { ...s.samples.modification, ...over };
  const { result } = await attempt(s.activities.submitModification, {
    modification,
    snapshot: await recordNow(),
  });
  expect(result).toMatchObject({ answer: { request: 'SENT' } });
}

async function recordNow(): Promise<CustomsRecord> {
  const { result } = await attempt(s.activities.queryDeclaration, { declaration: s.samples.declaration });
  if (result === null || result === undefined) throw new Error('there is no record');
  return result;
}

describe('the record that a correction starts from', () => {
  const look = (over: Partial<CustomsModification> = {}) =>
    attempt(s.activities.snapshotDeclaration, { modification: { ...s.samples.modification, ...over } });
  const lookForPush = (over: Partial<CustomsRepush> = {}) =>
    attempt(s.activities.snapshotDeclaration, { repush: { ...s.samples.repush, ...over } });

  it('is found with its values, its time and its order number', async () => {
    await excepted(s);
    expect((await look()).result).toMatchObject({
      answer: { state: 'EXCEPT', duty: 88, out_trade_no: '20150806125346', modify_time: expect.any(String) as string },
    });
    expect((await lookForPush()).result).toMatchObject({ answer: { state: 'EXCEPT' } });
  });

  it.each([
    ['modification', () => look()],
    ['re-push', () => lookForPush()],
  ])('is missing: the %s is wrong input, and the remedy is to declare', async (_, ask) => {
    const { failure } = await ask();
    expect(failure).toMatchObject({ type: FAILURE_TYPES.invalidInput, nonRetryable: true });
    expect(failure?.message).toContain('WeChat Pay has no declaration for 1000320306201511078440737890');
    expect(failure?.message).toContain('Declare it first');
  });

  it('of another payment is a conflict', async () => {
    await excepted(s);
    const other = { transaction_id: '1000320306201511078440737899' };
    expect((await look(other)).failure).toMatchObject({ type: FAILURE_TYPES.conflict, details: [['transaction_id']] });
    expect((await lookForPush(other)).failure).toMatchObject({ type: FAILURE_TYPES.conflict });
  });

  it('under another registration number can be modified, and not pushed', async () => {
    await excepted(s);
    const other = { merchant_customs_no: '654321' };
    expect((await look(other)).result).toMatchObject({ answer: { merchant_customs_no: '123456' } });
    expect((await lookForPush(other)).failure).toMatchObject({
      type: FAILURE_TYPES.conflict,
      details: [['merchant_customs_no']],
    });
  });

  it('says back that the workflow was reset, because a replay must decide by what is in the history', async () => {
    await excepted(s);
    const { repush } = s.samples;
    const { result } = await attempt(s.activities.snapshotDeclaration, { repush, afterReset: true });
    expect(result).toMatchObject({ answer: { state: 'EXCEPT' }, afterReset: true });
    expect((await lookForPush()).result).not.toHaveProperty('afterReset');
  });

  it('is not asked for with an input that is wrong', async () => {
    const wrong = await look({ order_fee: 1 });
    expect(wrong.failure).toMatchObject({ type: FAILURE_TYPES.invalidInput });
    expect(wrong.failure?.message).toContain('$.modification.order_fee');
    const pushed = await lookForPush({ mchid: '1' });
    expect(pushed.failure?.message).toContain('$.repush.mchid');
    expect(s.calls('customs/query')).toBe(0);
  });
});

describe('a modification', () => {
  let snapshot: CustomsRecord;
  beforeEach(async () => {
    snapshot = await excepted(s);
  });
  const modify = (info = {}) =>
    attempt(s.activities.submitModification, { modification: s.samples.modification, snapshot }, info);

  it('is sent while the record has the values it was found with', async () => {
    expect((await modify()).result).toMatchObject({
      answer: { request: 'SENT', record: { state: 'SUBMITTED' }, before: { state: 'EXCEPT', duty: 88 } },
    });
    expect([s.calls('customs/modify'), s.count('modified')]).toEqual([1, 1]);
  });

  it('is sent although customs has decided meanwhile about the old values', async () => {
    const { transaction_id } = s.samples.declaration;
    s.simulator.script({ customs: { transaction_id, afterRepush: [{ after: 0, state: 'SUCCESS' }] } });
    await attempt(s.activities.submitRepush, { repush: s.samples.repush, snapshot });
    expect((await modify()).result).toMatchObject({ answer: { request: 'SENT', before: { state: 'SUCCESS' } } });
    expect(s.count('modified')).toBe(1);
  });

  it('that somebody else has made already is not sent', async () => {
    await elsewhere({});
    expect((await modify()).result).toMatchObject({ answer: { request: 'NOT_NEEDED', record: { duty: 99 } } });
    expect([s.calls('customs/modify'), s.count('modified')]).toEqual([1, 1]);
  });

  it('is a conflict naming the fields where somebody else has changed the record', async () => {
    await elsewhere({ duty: 7 });
    const { failure } = await modify();
    expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true, details: [['duty']] });
    expect(failure?.message).toContain('duty (ours 99, theirs 7)');
    expect(s.count('modified')).toBe(1);
  });

  it('is a conflict too when somebody else changes the record after an answer was lost', async () => {
    s.simulator.faults({ call: 'customs/modify', kind: 'drop-before-act' });
    const first = await modify();
    await elsewhere({ duty: 7 });
    const { failure } = await modify({ attempt: 2, heartbeatDetails: first.details });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, details: [['duty']] });
    expect(s.count('modified')).toBe(1);
  });

  it('is not sent while the query shows an older record than before', async () => {
    const { failure } = await attempt(s.activities.submitModification, {
      modification: s.samples.modification,
      snapshot: { ...snapshot, modify_time: '2999-01-01T00:00:00+08:00' },
    });
    expect(failure?.type).toBe(FAILURE_TYPES.outcomeUnknown);
    expect(s.calls('customs/modify')).toBe(0);
  });

  it('is not sent while the query shows no record', async () => {
    s.simulator.script({ visibleAfter: HOUR });
    expect((await modify()).failure?.type).toBe(FAILURE_TYPES.outcomeUnknown);
    expect(s.calls('customs/modify')).toBe(0);
  });

  it.each([
    [{}, 1],
    [{ scheduledTimestampMs: Date.now() - HOUR }, 3],
    [{ attempt: 2 }, 3],
    [{ attempt: 2, heartbeatDetails: { concluded: 1, sent: 0 } }, 1],
  ])('is sent after as many looks as there is doubt: %j', async (info, looks) => {
    const before = s.calls('customs/query');
    await modify(info);
    expect([s.calls('customs/modify'), s.calls('customs/query') - before]).toEqual([1, looks]);
  });

  it('is sent five times at most, then nobody knows', async () => {
    s.simulator.faults({ call: 'customs/modify', kind: 'drop-before-act', times: 'always' });
    const { last, all } = await drive(s.activities.submitModification, {
      modification: s.samples.modification,
      snapshot,
    });
    expect(last.result).toMatchObject({ answer: { request: 'UNKNOWN', record: { duty: 88 } } });
    expect([s.calls('customs/modify'), all.length]).toEqual([5, 6]);
  });

  it('that the record shows is done, also after five', async () => {
    await elsewhere({});
    const { result } = await modify({ attempt: 6, heartbeatDetails: { concluded: 5, sent: 5 } });
    expect(result).toMatchObject({ answer: { request: 'SENT', record: { duty: 99 } } });
  });
});

describe('a re-push that somebody asked for', () => {
  const faults = FAULTS.filter(({ only = 'v3' }) => only === 'v3').map((one) => ({
    ...one,
    title: titleOf(one.fault),
  }));
  const push = (snapshot: CustomsRecord, info = {}) =>
    attempt(s.activities.submitRepush, { repush: s.samples.repush, snapshot }, info);

  // Waiting for an answer that never comes costs time, so these end in one way only.
  const endingsOf = ({ silent }: (typeof faults)[number]): readonly Ending[] => (silent ? ['reported'] : ENDINGS);

  it.each(faults.flatMap((one) => endingsOf(one).map((ending) => ({ ...one, ending }))))(
    'is made once at most under $title, first attempt $ending',
    async ({ fault, acted, first, silent, ending }) => {
      const snapshot = await excepted(s);
      s.simulator.faults({ call: 'customs/redeclare', ...fault });
      const { submitRepush } = silent ? s.impatient : s.activities;
      const input = { repush: s.samples.repush, snapshot };
      const { last } = await drive(submitRepush, input, { ending, secrets: s.secrets });
      expect(last.failure).toBeUndefined();
      // The declaration itself was the first push.
      const pushes = s.count('pushed') - 1;
      expect(pushes).toBeLessThanOrEqual(1);
      if (acted) expect([pushes, last.result]).toMatchObject([1, { answer: { request: 'SENT' } }]);
      else expect(last.result).toMatchObject({ answer: { request: pushes === 1 ? 'SENT' : 'UNKNOWN' } });
      // What may have arrived is never sent again; what provably did not is, unless nobody can tell the one from the other.
      if (first === FAILURE_TYPES.outcomeUnknown) expect(s.calls('customs/redeclare')).toBe(1);
      else if (!acted && ending === 'reported') expect(pushes).toBe(1);
    },
  );

  it('whose answer is lost, while nothing moves, is unknown and not sent again', async () => {
    const snapshot = await excepted(s);
    s.simulator.faults({ call: 'customs/redeclare', kind: 'drop-before-act' });
    const first = await push(snapshot);
    const { result } = await push(snapshot, { attempt: 2, heartbeatDetails: first.details });
    expect(result).toMatchObject({ answer: { request: 'UNKNOWN', record: snapshot } });
    expect(s.calls('customs/redeclare')).toBe(1);
  });

  it('is not sent where the record has moved by itself', async () => {
    const snapshot = await excepted(s);
    const { result } = await push({ ...snapshot, state: 'SUCCESS' });
    expect(result).toMatchObject({ answer: { request: 'NOT_NEEDED', record: { state: 'EXCEPT' } } });
    expect(s.calls('customs/redeclare')).toBe(0);
  });

  it('is not sent by an attempt that may come after another one', async () => {
    const snapshot = await excepted(s);
    const { result } = await push(snapshot, { scheduledTimestampMs: Date.now() - HOUR });
    expect(result).toMatchObject({ answer: { request: 'UNKNOWN' } });
    expect(s.calls('customs/redeclare')).toBe(0);
  });
});

describe('an automatic re-push', () => {
  it.each([1, 2])('is sent %i times at most, as the workflow allows', async (sends) => {
    const snapshot = await excepted(s);
    s.simulator.faults({ call: 'customs/redeclare', kind: 'drop-before-act', times: 'always' });
    const { last } = await drive(s.activities.repushDeclaration, { repush: s.samples.repush, snapshot, sends });
    expect(last.result).toEqual(snapshot);
    expect(s.calls('customs/redeclare')).toBe(sends);
  });

  it('is sent once less by a run that came of a workflow reset, because the one before may have', async () => {
    const snapshot = await excepted(s);
    s.simulator.faults({ call: 'customs/redeclare', kind: 'drop-before-act', times: 'always' });
    const { repush } = s.samples;
    const { last } = await drive(s.activities.repushDeclaration, { repush, snapshot, sends: 2, afterReset: true });
    expect(last.result).toEqual(snapshot);
    expect(s.calls('customs/redeclare')).toBe(1);
  });
});

describe('a repeat that is refused', () => {
  const REFUSAL = {
    kind: 'error',
    code: 'INVALID_REQUEST',
    message: 'Declaration is not allowed for refunded orders.',
  } as const;
  const CONFLICT = { ...REFUSAL, message: 'The order is different from the original.' } as const;
  const WRONG = { ...REFUSAL, status: 400, code: 'PARAM_ERROR', message: 'no such order' } as const;
  const SECOND = { attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } };

  it.each([
    ['customs/redeclare', 'UNDECLARED', REFUSAL],
    ['customs/redeclare', 'UNDECLARED', CONFLICT],
    ['customs/redeclare', 'UNDECLARED', WRONG],
    ['customs/modify', 'SUBMITTED', REFUSAL],
    ['customs/modify', 'SUBMITTED', CONFLICT],
  ] as const)(
    'because the %s of before has arrived is done, once the record shows it (%s, %j)',
    async (call, state, refusal) => {
      const snapshot = await excepted(s);
      const { modification, repush, declaration } = s.samples;
      const { transaction_id } = declaration;
      const send = (info: object) =>
        call === 'customs/modify'
          ? attempt<object, unknown>(s.activities.submitModification as never, { modification, snapshot }, info)
          : attempt<object, unknown>(s.activities.repushDeclaration as never, { repush, snapshot, sends: 2 }, info);
      s.simulator.script({ customs: { transaction_id, changesVisibleAfter: 3_600 } });
      s.simulator.faults([
        { call, kind: 'act-and-drop' },
        { call, ...refusal },
      ]);
      const { details } = await send({});
      s.after(call, () => s.simulator.script({ customs: { transaction_id, changesVisibleAfter: 0 } }));
      const { result } = await send({ attempt: 2, heartbeatDetails: details });
      expect((result as { answer?: { record: object } }).answer?.record ?? result).toMatchObject({ state });
      expect(s.calls(call)).toBe(2);
    },
  );

  it.each(['modification', 'repush'] as const)('while the record stays as it was is a refused %s', async (kind) => {
    const snapshot = await excepted(s);
    const call = kind === 'modification' ? 'customs/modify' : 'customs/redeclare';
    s.simulator.faults({ call, ...REFUSAL });
    const { modification, repush } = s.samples;
    const { failure } =
      kind === 'modification'
        ? await attempt(s.activities.submitModification, { modification, snapshot }, SECOND)
        : await attempt(s.activities.repushDeclaration, { repush, snapshot, sends: 2 }, SECOND);
    expect(failure).toMatchObject({ type: FAILURE_TYPES.refused, nonRetryable: true });
  });
});

describe('after a modification', () => {
  it('the record of before is no answer for ten minutes', async () => {
    const before = await excepted(s);
    const wait = (since: number) =>
      attempt(s.activities.awaitDeclarationResult, {
        declaration: s.samples.declaration,
        seen: 'SUBMITTED',
        pushedFrom: before,
        waiting: { since },
      });
    const early = await wait(Date.now());
    expect(early.failure).toMatchObject({ type: FAILURE_TYPES.stillPending });
    expect(early.failure?.message).toContain('still the record of before');
    expect((await wait(Date.now() - HOUR)).result).toEqual({ record: before });
    await elsewhere({});
    expect((await wait(Date.now())).failure?.message).toContain('still SUBMITTED');
  });
});
