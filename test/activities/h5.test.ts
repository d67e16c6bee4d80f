import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Info } from '@temporalio/activity';
import { FAILURE_TYPES } from '../../src/interface';
import { attempt, drive } from './attempts';
import { stage } from './stage';
import type { Stage } from './stage';

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

const HOUR = 3_600_000;
const submit = (
  info: Partial<Info> = {},
  over: { adopt?: boolean; operatorTold?: boolean; afterReset?: boolean } = {},
) =>
  attempt(
    s.activities.submitH5Application,
    { application: s.samples.application, mchid: s.credentials.mchid, ...over },
    info,
  );
const posts = (): number => s.calls('h5/create');
const permit = (authorization_state: string): void =>
  s.simulator.script({ h5: { sub_mchid: s.samples.application.sub_mchid, authorization_state } });

describe('an application whose answer was lost', () => {
  it('is sent once more, after a wait in which the permission stayed UNAUTHORIZED', async () => {
    s.simulator.faults({ call: 'h5/create', kind: 'drop-before-act' });
    const first = await submit();
    expect(first.details).toMatchObject({ concluded: 1, sent: 1 });
    const second = await submit({ attempt: 2, heartbeatDetails: first.details });
    expect(second.result).toMatchObject({ answer: { kind: 'APPLIED', record: { applyment_state: 'PENDING' } } });
    expect([posts(), s.calls('h5/permission')]).toEqual([2, 3]);
  });

  it('is never sent a third time', async () => {
    s.simulator.faults({ call: 'h5/create', kind: 'drop-before-act', times: 'always' });
    const { last } = await drive(s.activities.submitH5Application, {
      application: s.samples.application,
      mchid: s.credentials.mchid,
    });
    expect(last.result).toMatchObject({ answer: { kind: 'ID_UNKNOWN' } });
    expect(posts()).toBe(2);
    expect(s.count('applied')).toBe(0);
  });

  it.each([
    ['a worker died twice without a word', { attempt: 3 }, 0],
    ['two answers were lost and the worker died', { attempt: 4, heartbeatDetails: { concluded: 2, sent: 2 } }, 0],
    ['two answers were lost and an operator reset it', { attempt: 1, heartbeatDetails: { concluded: 7, sent: 2 } }, 0],
    ['one was lost, one attempt unheard of', { attempt: 3, heartbeatDetails: { concluded: 1, sent: 1 } }, 0],
    ['after a reset one attempt is unheard of', { attempt: 2, heartbeatDetails: { concluded: 7, sent: 1 } }, 0],
    ['one was lost', { attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } }, 1],
    ['one was lost and an operator reset it at once', { attempt: 1, heartbeatDetails: { concluded: 1, sent: 1 } }, 1],
    ['none was lost in nine attempts', { attempt: 10, heartbeatDetails: { concluded: 9, sent: 0 } }, 1],
  ] as const)('counts attempts: %s', async (_name, info, sent) => {
    const { result } = await submit(info);
    expect(result).toMatchObject({ answer: { kind: sent === 0 ? 'ID_UNKNOWN' : 'APPLIED' } });
    expect(posts()).toBe(sent);
  });

  it.each([
    ['a heartbeat that only says that the worker lived', { attempt: 2, heartbeatDetails: { concluded: -1, sent: 0 } }],
    ['an attempt 1 that was reset an hour later', { scheduledTimestampMs: Date.now() - HOUR }],
    [
      'an attempt 1 that was reset, on a worker whose clock is slow',
      { scheduledTimestampMs: Date.now() + HOUR, currentAttemptScheduledTimestampMs: Date.now() + 2 * HOUR },
    ],
    ['details of another program', { attempt: 2, heartbeatDetails: { progress: 3 } }],
  ])('waits before sending after %s', async (_name, info) => {
    await submit(info);
    // Asked, waited, asked again.
    expect([posts(), s.calls('h5/permission')]).toEqual([1, 2]);
  });

  it('is sent at once by an attempt 1 that was scheduled just now, and by one after nothing was sent', async () => {
    await submit();
    expect([posts(), s.calls('h5/permission')]).toEqual([1, 1]);
    s.simulator.reset();
    await submit({ attempt: 2, heartbeatDetails: { concluded: 1, sent: 0 } });
    expect([posts(), s.calls('h5/permission')]).toEqual([1, 1]);
  });

  it('is sent twice at most, also when a person had to be called in between', async () => {
    s.simulator.faults({ call: 'h5/create', kind: 'drop-before-act', times: 'always' });
    const first = await submit();
    s.simulator.faults({ call: 'h5/permission', kind: '401' });
    const misconfiguredSince = Date.now() - 11 * 60_000;
    const called = await submit({ attempt: 3, heartbeatDetails: { concluded: 2, sent: 1, misconfiguredSince } });
    expect(first.details).toMatchObject({ sent: 1 });
    expect(called.result).toHaveProperty('needsOperator');
    // The workflow schedules a new activity, which inherits no details.
    const { last } = await drive(s.activities.submitH5Application, {
      application: s.samples.application,
      mchid: s.credentials.mchid,
      operatorTold: true,
    });
    expect(last.result).toMatchObject({ answer: { kind: 'ID_UNKNOWN' } });
    expect(posts()).toBe(2);
  });

  it('is not sent by an activity that continues another one and died once', async () => {
    const { result } = await submit({ attempt: 2 }, { operatorTold: true });
    expect(result).toMatchObject({ answer: { kind: 'ID_UNKNOWN' } });
    expect(posts()).toBe(0);
  });

  it.each(['AUTHORITY_TO_TEST', 'UNDER_PUNISHMENT', 'STATE_OF_TOMORROW'])(
    'is not sent again while the permission is %s',
    async (state) => {
      permit(state);
      const { result } = await submit({ attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } });
      expect(result).toMatchObject({
        answer: { kind: 'ID_UNKNOWN', reason: expect.stringContaining(state) as string },
      });
      expect(posts()).toBe(0);
    },
  );

  it('is sent for a higher permission by an attempt that provably was the first and only waited for a worker', async () => {
    permit('AUTHORITY_TO_TEST');
    const then = Date.now() - HOUR;
    const waited = { scheduledTimestampMs: then, currentAttemptScheduledTimestampMs: then };
    const { result } = await submit(waited);
    expect(result).toMatchObject({ answer: { kind: 'APPLIED' } });
    expect([posts(), s.calls('h5/permission')]).toEqual([1, 1]);
  });

  it.each([
    ['that was reset', { scheduledTimestampMs: Date.now() - HOUR }, {}],
    [
      'that left a note',
      {
        scheduledTimestampMs: Date.now() - HOUR,
        currentAttemptScheduledTimestampMs: Date.now() - HOUR,
        heartbeatDetails: { concluded: -1, sent: 0 },
      },
      {},
    ],
    [
      'that continues another activity',
      { scheduledTimestampMs: Date.now() - HOUR, currentAttemptScheduledTimestampMs: Date.now() - HOUR },
      { operatorTold: true },
    ],
    [
      'of a run that came of a workflow reset',
      { scheduledTimestampMs: Date.now() - HOUR, currentAttemptScheduledTimestampMs: Date.now() - HOUR },
      { afterReset: true },
    ],
  ])('is not sent for a higher permission by an attempt 1 %s', async (_name, info, over) => {
    permit('AUTHORITY_TO_TEST');
    const { result } = await submit(info, over);
    expect(result).toMatchObject({ answer: { kind: 'ID_UNKNOWN' } });
    expect(posts()).toBe(0);
  });

  it('has become the permission itself by now: nothing is sent', async () => {
    permit('FORMAL_AUTHORITY');
    const { result } = await submit({ attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } });
    expect(result).toEqual({ answer: { kind: 'ALREADY_AUTHORIZED', authorization_state: 'FORMAL_AUTHORITY' } });
    expect(posts()).toBe(0);
  });

  it('and is in process: its number is unknown, and the reason says how it is learnt', async () => {
    s.simulator.faults({ call: 'h5/create', kind: 'act-and-drop' });
    const first = await submit();
    const { result } = await submit({ attempt: 2, heartbeatDetails: first.details });
    expect(result).toMatchObject({
      answer: { kind: 'ID_UNKNOWN', reason: expect.stringContaining('attachApplication') as string },
    });
    expect(s.count('applied')).toBe(1);
  });
});

describe('an application', () => {
  it.each([
    ['NORMAL_LIMIT', 'FORMAL_AUTHORITY'],
    ['NORMAL_LIMIT', 'AUTHORIZED'],
    ['UN_LAUNCHED_WEBSITE_LIMIT', 'AUTHORITY_TO_TEST'],
  ] as const)('for %s is not made where the permission is %s', async (transaction_limit_type, state) => {
    permit(state);
    const application = { ...s.samples.application, transaction_limit_type };
    const { result } = await attempt(s.activities.submitH5Application, { application, mchid: s.credentials.mchid });
    expect(result).toEqual({ answer: { kind: 'ALREADY_AUTHORIZED', authorization_state: state } });
    expect(posts()).toBe(0);
  });

  it('is ALREADY_AUTHORIZED when only the refusal says so', async () => {
    s.simulator.script({ h5: { sub_mchid: s.samples.application.sub_mchid, refuse: 'hasPermission' } });
    const { result } = await submit();
    expect(result).toMatchObject({
      answer: { kind: 'ALREADY_AUTHORIZED', message: expect.stringContaining('permission already') as string },
    });
    expect(s.count('applied')).toBe(0);
  });

  it('of somebody else is in process: ID_UNKNOWN, never a success', async () => {
    await submit();
    const { result } = await submit();
    expect(result).toMatchObject({ answer: { kind: 'ID_UNKNOWN', nothingSent: true } });
    expect(s.count('applied')).toBe(1);
  });

  it('is in process after a lost answer: it may be ours', async () => {
    await submit();
    const { result } = await submit({ attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } });
    expect(result).toMatchObject({ answer: { kind: 'ID_UNKNOWN' } });
    expect(result).not.toHaveProperty('answer.nothingSent');
  });

  it.each([
    ['punished', FAILURE_TYPES.refused],
    ['certificateExpired', FAILURE_TYPES.refused],
    ['domainAtRisk', FAILURE_TYPES.refused],
    ['parentChild', FAILURE_TYPES.invalidInput],
  ])('refused as %s fails for good', async (refuse, type) => {
    s.simulator.script({ h5: { sub_mchid: s.samples.application.sub_mchid, refuse } });
    const { failure } = await submit();
    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(s.count('applied')).toBe(0);
  });

  it('to be adopted is never sent', async () => {
    const { result } = await submit({}, { adopt: true });
    expect(result).toMatchObject({ answer: { kind: 'ID_UNKNOWN' } });
    expect(posts()).toBe(0);
  });
});

describe('waiting for a review', () => {
  const wait = async (since: number, over: { seen?: string; operatorTold?: 'slow' } = {}) => {
    const { seen = 'PENDING', operatorTold } = over;
    return attempt(s.activities.awaitH5Result, {
      mchid: s.credentials.mchid,
      applyment_id: '2000000100000',
      seen,
      waiting: { since, pollEvery: 5_000, ...(operatorTold === undefined ? {} : { operatorTold }) },
    });
  };

  it.each([
    ['PENDING', 14 * 60_000, false],
    ['PENDING', 16 * 60_000, true],
    ['UNDER_REVIEW', 6 * 24 * HOUR, false],
    ['UNDER_REVIEW', 8 * 24 * HOUR, true],
  ] as const)('%s for %i ms asks for an operator: %s', async (state, waited, asks) => {
    await submit();
    if (state !== 'PENDING') s.simulator.decideH5({ sub_mchid: s.samples.application.sub_mchid, state });
    const told = await wait(Date.now() - waited, { seen: state });
    expect(told.result).toEqual(
      asks ? { needsOperator: expect.stringContaining(state) as string, trouble: 'slow' } : undefined,
    );
    if (!asks) expect(told.failure?.type).toBe(FAILURE_TYPES.stillPending);
    const again = await wait(Date.now() - waited, { seen: state, operatorTold: 'slow' });
    expect(again.failure?.type).toBe(FAILURE_TYPES.stillPending);
  });

  it('brings the permission back with an approval', async () => {
    await submit();
    s.simulator.decideH5({ sub_mchid: s.samples.application.sub_mchid, state: 'APPROVED' });
    const { result } = await wait(Date.now());
    expect(result).toMatchObject({
      record: { record: { applyment_state: 'APPROVED' }, authorization_state: 'FORMAL_AUTHORITY' },
    });
  });

  it('without a number ends when the permission covers what was applied for', async () => {
    const ask = () =>
      attempt(s.activities.awaitH5Permission, {
        mchid: s.credentials.mchid,
        application: s.samples.application,
        waiting: { since: Date.now() },
      });
    permit('AUTHORITY_TO_TEST');
    expect((await ask()).failure?.type).toBe(FAILURE_TYPES.stillPending);
    permit('FORMAL_AUTHORITY');
    expect((await ask()).result).toEqual({ record: { authorization_state: 'FORMAL_AUTHORITY' } });
  });
});
