import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURE_TYPES } from '../../src/interface';
import type { CustomsDeclaration } from '../../src/wechatpay/customs/schema';
import { attempt, drive } from './attempts';
import { excepted, stage } from './stage';
import type { Stage } from './stage';

/* What exists already is adopted when it equals the frozen request, and a conflict when it does not. */

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

const HOUR = 3_600_000;

const THEN = Date.now() - HOUR;
const WAITED_AN_HOUR = { scheduledTimestampMs: THEN, currentAttemptScheduledTimestampMs: THEN };

describe('a declaration', () => {
  const submit = (over: Partial<CustomsDeclaration> = {}, info = {}) =>
    attempt(s.activities.submitDeclaration, { declaration: { ...s.samples.declaration, ...over } }, info);

  it('that exists with equal data is adopted, and nothing is sent', async () => {
    await submit();
    const { result } = await submit();
    expect(result).toMatchObject({ answer: { state: 'UNDECLARED', order_fee: 1776 } });
    expect([s.calls('customs/declare'), s.count('declared')]).toEqual([1, 1]);
  });

  it.each([
    [{ merchant_customs_no: '654321' }, ['merchant_customs_no']],
    [{ duty: 89 }, ['duty']],
    [{ order_fee: 1777, product_fee: 889 }, ['order_fee', 'product_fee']],
  ])('that exists with other data is a conflict naming the fields: %j', async (over, fields) => {
    await submit();
    const { failure } = await submit(over);
    expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true });
    for (const field of fields) expect(failure?.message).toContain(`${field} (ours `);
    expect(failure?.message).not.toContain('transport_fee');
    expect(s.calls('customs/declare')).toBe(1);
  });

  it('that appears late is found by an attempt that may come after another', async () => {
    s.simulator.script({ visibleAfter: 0.02 });
    s.simulator.faults({ call: 'customs/declare', kind: 'act-and-drop' });
    const { last, all } = await drive(s.activities.submitDeclaration, { declaration: s.samples.declaration });
    expect(last.result).toMatchObject({ answer: { state: 'UNDECLARED' } });
    expect(all).toHaveLength(2);
    expect([s.calls('customs/declare'), s.count('declared')]).toEqual([1, 1]);
  });

  it('that appears later than that is sent again, identically, and stays one', async () => {
    s.simulator.script({ visibleAfter: HOUR });
    s.simulator.faults({ call: 'customs/declare', kind: 'act-and-drop' });
    const { last } = await drive(s.activities.submitDeclaration, { declaration: s.samples.declaration });
    expect(last.result).toMatchObject({ answer: { state: 'UNDECLARED' } });
    expect([s.calls('customs/declare'), s.count('declared')]).toEqual([2, 1]);
  });

  it('refused as different while no query shows it is a conflict', async () => {
    await submit();
    s.simulator.script({ visibleAfter: HOUR });
    const { failure } = await submit({ duty: 89 });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true });
  });

  it('refused as different, but found equal, is adopted', async () => {
    await submit();
    // The first look misses it; the one after the refusal does not.
    s.simulator.faults([
      { call: 'customs/query', kind: 'error', status: 404, code: 'RESOURCE_NOT_EXISTS', message: 'no record' },
      {
        call: 'customs/declare',
        kind: 'error',
        code: 'INVALID_REQUEST',
        message: 'The information re-entered is different from the original one',
      },
    ]);
    const { result } = await submit();
    expect(result).toMatchObject({ answer: { state: 'UNDECLARED' } });
    expect(s.count('declared')).toBe(1);
  });

  it.each([
    [{}, [1, 1]],
    // Reset, an hour or a second after it was scheduled.
    [{ scheduledTimestampMs: Date.now() - HOUR }, [1, 3]],
    [{ scheduledTimestampMs: Date.now() - 1_000 }, [1, 3]],
    // Waited an hour for a worker.
    [WAITED_AN_HOUR, [1, 1]],
    [{ attempt: 2 }, [1, 3]],
    [{ attempt: 2, heartbeatDetails: { concluded: 1, sent: 0 } }, [1, 1]],
    [{ attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } }, [1, 3]],
  ])('absent is sent after as many looks as there is doubt: %j', async (info, calls) => {
    await submit({}, info);
    expect([s.calls('customs/declare'), s.calls('customs/query')]).toEqual(calls);
  });

  it('is not sent again by a run that came of a workflow reset, while its record is late', async () => {
    s.simulator.script({ visibleAfter: 0.02 });
    await submit();
    const { result } = await attempt(s.activities.submitDeclaration, {
      declaration: s.samples.declaration,
      afterReset: true,
    });
    expect(result).toMatchObject({ answer: { state: 'UNDECLARED' } });
    expect(s.calls('customs/declare')).toBe(1);
  });

  it('to be adopted is never sent', async () => {
    const { failure } = await attempt(s.activities.submitDeclaration, {
      declaration: s.samples.declaration,
      adopt: true,
    });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.invalidInput, nonRetryable: true });
    expect(failure?.message).toContain('nothing to adopt');
    expect(s.calls('customs/declare')).toBe(0);
  });

  it('in a state nobody knows is adopted with that state', async () => {
    await submit();
    s.simulator.faults({ call: 'customs/query', kind: 'unknown-state' });
    expect((await submit()).result).toMatchObject({ answer: { state: 'STATE_OF_TOMORROW' } });
  });

  it('that is wrong is refused before anything is asked or sent', async () => {
    const { failure } = await submit({ order_fee: 1 });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.invalidInput, nonRetryable: true });
    expect(failure?.message).toContain('$.declaration.order_fee');
    expect(s.calls('customs/query')).toBe(0);
  });
});

describe('a re-push', () => {
  const push = async (info = {}) => {
    const snapshot = await excepted(s);
    return {
      snapshot,
      push: (over = {}) =>
        attempt(s.activities.repushDeclaration, { repush: s.samples.repush, snapshot }, { ...info, ...over }),
    };
  };

  it('is not sent where the record has moved since the snapshot', async () => {
    const { push: run } = await push();
    await run();
    const { result } = await run();
    expect(result).toMatchObject({ state: 'UNDECLARED' });
    expect([s.calls('customs/redeclare'), s.count('pushed')]).toEqual([1, 2]);
  });

  it('whose record is EXCEPT again is told from one that was never pushed by its time', async () => {
    const { push: run, snapshot } = await push();
    const { transaction_id } = s.samples.declaration;
    s.simulator.script({ customs: { transaction_id, afterRepush: [{ after: 0, state: 'EXCEPT' }] } });
    s.simulator.faults({ call: 'customs/redeclare', kind: 'act-and-drop' });
    const first = await run();
    const { result } = await run({ attempt: 2, heartbeatDetails: first.details });
    expect(result).toMatchObject({ state: 'EXCEPT' });
    expect(result?.modify_time).not.toBe(snapshot.modify_time);
    expect([s.calls('customs/redeclare'), s.count('pushed')]).toEqual([1, 2]);
  });

  it('is not sent where only the state has moved', async () => {
    const { result: record } = await attempt(s.activities.submitDeclaration, { declaration: s.samples.declaration });
    const now = await attempt(s.activities.queryDeclaration, { declaration: s.samples.declaration });
    expect(record).toMatchObject({ answer: { state: 'UNDECLARED' } });
    const snapshot = { ...now.result!, state: 'EXCEPT' };
    const { result } = await attempt(s.activities.repushDeclaration, { repush: s.samples.repush, snapshot });
    expect(result).toMatchObject({ state: 'UNDECLARED' });
    expect(s.calls('customs/redeclare')).toBe(0);
  });

  it('is sent when the snapshot is the answer to the declaration, which states no time', async () => {
    const { modify_time: _time, ...snapshot } = await excepted(s);
    const { result } = await attempt(s.activities.repushDeclaration, { repush: s.samples.repush, snapshot });
    expect(result).toMatchObject({ state: 'UNDECLARED' });
    expect([s.calls('customs/redeclare'), s.count('pushed')]).toEqual([1, 2]);
  });

  it('is sent twice at most, then the record stays what it was', async () => {
    const { snapshot, push: run } = await push();
    const { result } = await run({ attempt: 3, heartbeatDetails: { concluded: 2, sent: 2 } });
    expect(result).toEqual(snapshot);
    expect(s.calls('customs/redeclare')).toBe(0);
  });

  it('is sent at most twice when no answer ever comes', async () => {
    const { push: run } = await push();
    s.simulator.faults({ call: 'customs/redeclare', kind: 'drop-before-act', times: 'always' });
    const first = await run();
    const second = await run({ attempt: 2, heartbeatDetails: first.details });
    await run({ attempt: 3, heartbeatDetails: second.details });
    expect(s.calls('customs/redeclare')).toBe(2);
  });
});
