import { ApplicationFailureCategory } from '@temporalio/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createActivities } from '../../src/activities';
import { FAILURE_TYPES } from '../../src/interface';
import type { Waiting } from '../../src/interface';
import type { Fault } from '../../src/testing';
import { attempt, expectNoSecret } from './attempts';
import { CALLS } from './call-cases';
import { FAULTS, titleOf } from './fault-cases';
import { stage } from './stage';
import type { Stage } from './stage';

/* What a failed attempt tells Temporal: whether to go on, when, and what to show to an operator. */

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

const MINUTE = 60_000;
const declare = (info = {}) => attempt(s.activities.submitDeclaration, { declaration: s.samples.declaration }, info);
const spoil = (fault: Omit<Fault, 'call'>): void => s.simulator.faults({ call: 'customs/declare', ...fault });
/** Scheduled `elapsed` ago, with `limit` for the whole wait. */
const aged = (elapsed: number, limit = 0) => ({
  scheduledTimestampMs: Date.now() - elapsed,
  scheduleToCloseTimeoutMs: limit,
});
const delayOf = ({ failure }: { failure?: { nextRetryDelay?: unknown } }): number => failure?.nextRetryDelay as number;

describe('every failure', () => {
  const cases = CALLS.flatMap((call) =>
    FAULTS.filter(({ only = call.protocol, first, silent }) => only === call.protocol && first && !silent).map(
      (fault) => ({ ...fault, ...call, title: titleOf(fault.fault) }),
    ),
  );

  it.each(cases)('of $name under $title says when to come back, and what to do', async ({ fault, call, prepare }) => {
    const drive = await prepare(s);
    s.simulator.faults({ call, ...fault });
    const { first } = await drive(s.activities, { attempts: 1, secrets: s.secrets });
    expect(first.failure?.nonRetryable ?? false).toBe(false);
    expect(delayOf(first)).toBeGreaterThanOrEqual(900);
    expect(delayOf(first)).toBeLessThanOrEqual(5.5 * MINUTE);
    expect(first.failure?.cause).toBeUndefined();
    expect(first.failure?.details?.[0]).toMatchObject({ remedy: expect.any(String) as string });
    const { remedy } = first.failure?.details?.[0] as { remedy: string };
    expect(first.failure?.message).toContain(remedy);
  });

  it.each([
    ['INVALID_REQUEST', 'Declaration is not allowed for refunded orders.', FAILURE_TYPES.refused],
    ['PARAM_ERROR', 'Incorrect order amount', FAILURE_TYPES.invalidInput],
  ])('that is final is not retryable and has no delay: %s %s', async (code, message, type) => {
    spoil({ kind: 'error', code, message });
    const { failure } = await declare();
    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(failure?.nextRetryDelay).toBeUndefined();
    expect(failure?.details?.[0]).toMatchObject({ code, message });
  });

  it('names the call, the code and the Request-ID that WeChat Pay’s support asks for', async () => {
    spoil({ kind: '500' });
    const { failure } = await declare();
    expect(failure?.message).toMatch(/System error.*\(customs declare, SYSTEM_ERROR, Request-ID [0-9a-f-]{36}-\d+\)/);
  });
});

describe('the delay after a failed transport', () => {
  it.each([
    [0, 900, 1_200],
    [20_000, 9_000, 11_500],
    [3_600_000, 270_000, 330_000],
  ])('%i ms after the start is half of what has passed, from 1 s to 5 min', async (elapsed, least, most) => {
    spoil({ kind: 'drop-before-act' });
    const delay = delayOf(await declare(aged(elapsed)));
    expect(delay).toBeGreaterThanOrEqual(least);
    expect(delay).toBeLessThanOrEqual(most);
  });

  it('does not fall back when an operator resets the attempts to 1', async () => {
    spoil({ kind: 'drop-before-act' });
    expect(delayOf(await declare({ attempt: 1, ...aged(3_600_000) }))).toBeGreaterThan(4 * MINUTE);
  });
});

describe('the delay after a rate limit', () => {
  it.each([
    [{ retryAfter: 30 }, 30_000],
    [{ retryAfter: 3600 }, 5 * MINUTE],
    [{ retryAfter: 'soon' }, 10_000],
    [{}, 10_000],
  ])('with %j is %i ms', async (over, delay) => {
    spoil({ kind: '429', ...over });
    expect(delayOf(await declare())).toBe(delay);
  });

  it('is never shorter than the back-off', async () => {
    spoil({ kind: '429', retryAfter: 1 });
    expect(delayOf(await declare(aged(3_600_000)))).toBeGreaterThan(4 * MINUTE);
  });
});

describe('the remaining time', () => {
  it('clips a delay so that one more attempt happens shortly before the limit', async () => {
    spoil({ kind: '429', retryAfter: 300 });
    const delay = delayOf(await declare(aged(60_000, 90_000)));
    expect(delay).toBeGreaterThan(25_000);
    expect(delay).toBeLessThanOrEqual(29_000);
  });

  it('that is over in a moment makes the delay point past the limit', async () => {
    spoil({ kind: '500' });
    expect(delayOf(await declare(aged(59_500, 60_000)))).toBeGreaterThanOrEqual(10_000);
  });

  it('that has passed already does the same', async () => {
    spoil({ kind: '500' });
    expect(delayOf(await declare(aged(120_000, 60_000)))).toBe(10_000);
  });
});

describe('still the same', () => {
  const wait = (over: Partial<Waiting> = {}, info = {}) =>
    attempt(
      s.activities.awaitDeclarationResult,
      { declaration: s.samples.declaration, seen: 'UNDECLARED', waiting: { since: Date.now(), ...over } },
      info,
    );

  it.each([
    ['INVALID_REQUEST', 'Declaration is not allowed for refunded orders.'],
    ['PARAM_ERROR', 'Incorrect order amount'],
  ])(
    'is not known when the question is refused (%s): asked on, slowly, and a person is told',
    async (code, message) => {
      await declare();
      s.simulator.faults({ call: 'customs/query', kind: 'error', code, message, times: 3 });
      const { failure, details } = await wait();
      expect(failure).toMatchObject({ type: FAILURE_TYPES.configuration });
      expect(failure?.nonRetryable ?? false).toBe(false);
      expect(failure?.message).toContain(message);
      expect(failure?.nextRetryDelay).toBeGreaterThanOrEqual(50_000);
      const since = { ...(details as object), misconfiguredSince: Date.now() - 10 * MINUTE };
      const late = await wait({}, { attempt: 11, heartbeatDetails: since });
      expect(late.result).toEqual({
        needsOperator: expect.stringContaining(message) as string,
        trouble: 'configuration',
      });
      expect((await wait({ operatorTold: 'configuration' })).failure?.type).toBe(FAILURE_TYPES.configuration);
      expect((await wait({ operatorTold: 'configuration' })).result).toEqual({ recovered: true });
    },
  );

  it('is benign and in the operator’s words', async () => {
    await declare();
    const { failure } = await wait({ pollEvery: 120_000 }, { attempt: 7 });
    expect(failure).toMatchObject({
      type: FAILURE_TYPES.stillPending,
      category: ApplicationFailureCategory.BENIGN,
      message: 'still UNDECLARED at SHANGHAI_ZS, asked 7 times, next in 2 min',
      nextRetryDelay: 120_000,
    });
    expect(failure?.nonRetryable ?? false).toBe(false);
    expect((await wait({ pollEvery: 5_000 })).failure?.message).toContain('asked once, next in 5 s');
    expect((await wait({ pollEvery: 7_200_000 })).failure?.message).toContain('next in 2 h');
  });

  it('waits by the time since the wait began, not by the attempt', async () => {
    await declare();
    const early = delayOf(await wait({}, { attempt: 500 }));
    expect(early).toBeGreaterThanOrEqual(54_000);
    expect(early).toBeLessThanOrEqual(66_000);
    const late = delayOf(await wait({ since: Date.now() - 3 * 24 * 60 * MINUTE }, { attempt: 1 }));
    expect(late).toBeGreaterThanOrEqual(108 * MINUTE);
    expect(late).toBeLessThanOrEqual(132 * MINUTE);
  });

  it('clips its delay, and in the last moment points past the limit', async () => {
    await declare();
    expect(delayOf(await wait({ pollEvery: 60_000 }, aged(30_000, 40_000)))).toBeLessThanOrEqual(9_000);
    expect(delayOf(await wait({ pollEvery: 60_000 }, aged(39_500, 40_000)))).toBeGreaterThanOrEqual(10_000);
  });

  it('ends with the record as soon as the state is another one, also one nobody knows', async () => {
    await declare();
    s.simulator.faults({ call: 'customs/query', kind: 'unknown-state' });
    expect((await wait()).result).toMatchObject({ record: { state: 'STATE_OF_TOMORROW' } });
  });

  it('is what a missing record is too', async () => {
    const { failure } = await wait();
    expect(failure?.message).toContain('no record at SHANGHAI_ZS, it was UNDECLARED');
  });
});

describe('a wrong configuration', () => {
  const fails = (): void => s.simulator.faults({ kind: '401', times: 'always' });
  const since = (minutes: number) => ({
    attempt: 4,
    heartbeatDetails: { concluded: 3, sent: 0, misconfiguredSince: Date.now() - minutes * MINUTE },
  });
  const await_ = (operatorTold: boolean, info = {}) =>
    attempt(
      s.activities.awaitDeclarationResult,
      {
        declaration: s.samples.declaration,
        seen: 'UNDECLARED',
        waiting: { since: Date.now(), ...(operatorTold ? { operatorTold: 'configuration' as const } : {}) },
      },
      info,
    );

  it('is tried every minute, and every five minutes after ten', async () => {
    fails();
    const early = delayOf(await declare(since(9)));
    expect(early).toBeGreaterThanOrEqual(0.9 * MINUTE);
    expect(early).toBeLessThanOrEqual(1.1 * MINUTE);
    const late = delayOf(await await_(true, since(11)));
    expect(late).toBeGreaterThanOrEqual(4.5 * MINUTE);
    expect(late).toBeLessThanOrEqual(5.5 * MINUTE);
  });

  it.each([
    [
      'a submission',
      (operatorTold: boolean, info: object) =>
        attempt(s.activities.submitDeclaration, { declaration: s.samples.declaration, operatorTold }, info),
    ],
    [
      'an application',
      (operatorTold: boolean, info: object) =>
        attempt(
          s.activities.submitH5Application,
          { application: s.samples.application, mchid: s.credentials.mchid, operatorTold },
          info,
        ),
    ],
    [
      'an order',
      (operatorTold: boolean, info: object) =>
        attempt(s.activities.submitContractOrder, { order: s.samples.order, operatorTold }, info),
    ],
    ['a wait', await_],
  ])('of more than ten minutes ends %s with a reason for a person, once', async (_name, run) => {
    fails();
    expect((await run(false, since(9.9))).failure?.type).toBe(FAILURE_TYPES.configuration);
    const told = await run(false, since(10.1));
    expect(told.failure).toBeUndefined();
    expect(told.result).toEqual({ needsOperator: expect.stringMatching(/key/) as string, trouble: 'configuration' });
    expectNoSecret({ ...told, failure: undefined, details: told.result }, s.secrets);
    expect((await run(true, since(10.1))).failure?.type).toBe(FAILURE_TYPES.configuration);
  });

  it('that was repaired is told by the first wait that gets an answer, and only if a person was told', async () => {
    await attempt(s.activities.submitDeclaration, { declaration: s.samples.declaration });
    expect((await await_(true)).result).toEqual({ recovered: true });
    expect((await await_(false)).failure?.type).toBe(FAILURE_TYPES.stillPending);
  });

  it('is told also of a wait of which a person knows that it is slow', async () => {
    fails();
    const { result } = await attempt(
      s.activities.awaitDeclarationResult,
      { declaration: s.samples.declaration, seen: 'UNDECLARED', waiting: { since: Date.now(), operatorTold: 'slow' } },
      since(10.1),
    );
    expect(result).toMatchObject({ trouble: 'configuration' });
  });

  it('is counted from its first attempt on', async () => {
    fails();
    const first = await declare();
    const { misconfiguredSince } = first.details as { misconfiguredSince: number };
    expect(Math.abs(misconfiguredSince - Date.now())).toBeLessThan(10_000);
    const second = await declare({ attempt: 2, heartbeatDetails: first.details });
    expect(second.details).toEqual({ concluded: 2, sent: 0, misconfiguredSince });
  });

  it('that was interrupted by another failure is counted anew', async () => {
    spoil({ kind: '500' });
    const { details } = await declare(since(9));
    expect(details).toEqual({ concluded: 4, sent: 1 });
  });

  it('is a merchant this worker has no keys of', async () => {
    const activities = createActivities({ merchants: () => undefined });
    const { failure } = await attempt(activities.submitDeclaration, { declaration: s.samples.declaration });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.configuration });
    expect(failure?.nonRetryable ?? false).toBe(false);
    expect(failure?.message).toContain(`no APIv3 keys of merchant ${s.credentials.mchid}`);
  });
});

describe('a heartbeat', () => {
  it.each(['act-and-drop', 'drop-before-act', 'bad-signature', '500'] as const)(
    'after %s says that something may have been sent',
    async (kind) => {
      spoil({ kind });
      expect((await declare()).details).toEqual({ concluded: 1, sent: 1 });
    },
  );

  it.each(['401', '403', '429'] as const)('after %s says that nothing was', async (kind) => {
    spoil({ kind });
    expect((await declare()).details).toMatchObject({ concluded: 1, sent: 0 });
  });
});
