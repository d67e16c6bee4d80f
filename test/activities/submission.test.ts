import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURE_TYPES } from '../../src/interface';
import type { Fault } from '../../src/testing';
import type { CustomsDeclaration } from '../../src/wechatpay/customs/schema';
import { attempt, drive } from './attempts';
import { excepted, signed, stage } from './stage';
import type { Stage } from './stage';

/* What exists already is adopted when it equals the frozen request, and a conflict when it does not. */

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

const HOUR = 3_600_000;

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
    [{ scheduledTimestampMs: Date.now() - HOUR }, [1, 3]],
    [{ attempt: 2 }, [1, 3]],
    [{ attempt: 2, heartbeatDetails: { concluded: 1, sent: 0 } }, [1, 1]],
    [{ attempt: 2, heartbeatDetails: { concluded: 1, sent: 1 } }, [1, 3]],
  ])('absent is sent after as many looks as there is doubt: %j', async (info, calls) => {
    await submit({}, info);
    expect([s.calls('customs/declare'), s.calls('customs/query')]).toEqual(calls);
  });

  it('to be adopted is never sent', async () => {
    const { failure } = await attempt(s.activities.submitDeclaration, {
      declaration: s.samples.declaration,
      adopt: true,
    });
    expect(failure).toMatchObject({ type: FAILURE_TYPES.refused, nonRetryable: true });
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

describe('a contract order', () => {
  const { invalidInput, conflict } = FAILURE_TYPES;
  const submit = (over: { adopt?: boolean; order?: object } = {}) =>
    attempt(s.activities.submitContractOrder, {
      order: { ...s.samples.order, ...over.order },
      ...(over.adopt === undefined ? {} : { adopt: over.adopt }),
    });

  it('that is unpaid is sent again, identically, for a session that can be opened', async () => {
    const first = await submit();
    const second = await submit();
    expect(second.result).toMatchObject({
      answer: {
        answer: { prepay_id: (first.result as { answer: { answer: { prepay_id: string } } }).answer.answer.prepay_id },
        order: { trade_state: 'NOTPAY' },
      },
    });
    expect([s.calls('pay/contractorder'), s.count('ordered')]).toEqual([2, 1]);
  });

  it('that is unpaid is not sent again where it is only watched', async () => {
    await submit();
    const { result } = await submit({ adopt: true });
    expect(result).toMatchObject({ answer: { order: { trade_state: 'NOTPAY' } } });
    expect(s.calls('pay/contractorder')).toBe(1);
  });

  it.each(['paid', 'closed'])('that is %s is shown as it is, and nothing is sent', async (how) => {
    await submit();
    if (how === 'paid') s.simulator.pay({ out_trade_no: s.samples.order.out_trade_no });
    else await attempt(s.activities.closeOrder, { order: s.samples.order });
    const { result } = await submit();
    expect(result).toMatchObject({ answer: { order: { trade_state: how === 'paid' ? 'SUCCESS' : 'CLOSED' } } });
    expect(result).not.toHaveProperty('answer.answer');
    expect(s.calls('pay/contractorder')).toBe(1);
  });

  it.each([
    ['paid', 'SUCCESS'],
    ['closed', 'CLOSED'],
  ])('%s between the question and the request is no refusal', async (how, truth) => {
    const { out_trade_no } = s.samples.order;
    await submit();
    s.simulator.script({ order: { out_trade_no, trade_state: 'NOTPAY' } });
    if (how === 'paid') s.simulator.pay({ out_trade_no });
    else await attempt(s.activities.closeOrder, { order: s.samples.order });
    // The question still says NOTPAY, the request is refused as ORDERPAID or ORDERCLOSED, the next question tells.
    s.after('pay/contractorder', () => s.simulator.script({ order: { out_trade_no, trade_state: truth } }));
    const { result, failure } = await submit();
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ answer: { order: { trade_state: truth } } });
    expect(result).not.toHaveProperty('answer.answer');
  });

  it('refused as paid, but paid with another amount, is a conflict', async () => {
    const { out_trade_no } = s.samples.order;
    await submit();
    s.simulator.pay({ out_trade_no, total_fee: 1 });
    s.simulator.script({ order: { out_trade_no, visibleAfter: 1_000 } });
    s.after('pay/contractorder', () => s.simulator.script({ order: { out_trade_no, visibleAfter: 0 } }));
    const { failure } = await submit();
    expect(failure).toMatchObject({ type: conflict, nonRetryable: true });
    expect(failure?.message).toContain('total_fee (ours 888, theirs 1)');
  });

  it.each([
    [{ total_fee: 889 }, conflict, 'total_fee (ours 889, theirs 888)'],
    // WeChat Pay's query does not show these, so only its refusal tells.
    [{ attach: 'other' }, conflict, 'other data'],
    [{ request_serial: '1696' }, conflict, 'other data'],
  ])('that exists with other data is a conflict: %j', async (order, type, words) => {
    await submit();
    const { failure } = await submit({ order });
    expect(failure).toMatchObject({ type, nonRetryable: true });
    expect(failure?.message).toContain(words);
    expect(s.count('ordered')).toBe(1);
  });

  it('of another payer is a conflict that names openid and shows neither', async () => {
    await submit();
    s.simulator.pay({ out_trade_no: s.samples.order.out_trade_no });
    const { failure } = await submit({ order: { openid: 'oUpF8uAnotherPayer0000000000' } });
    expect(failure).toMatchObject({ type: conflict, nonRetryable: true });
    expect(failure?.message).toContain('openid');
    expect(failure?.message).not.toContain('oUpF8u');
  });

  it('that is wrong is refused before anything is asked or sent', async () => {
    const { failure } = await submit({ order: { total_fee: 0 } });
    expect(failure).toMatchObject({ type: invalidInput, nonRetryable: true });
    expect(s.calls('pay/orderquery')).toBe(0);
  });
});

describe('closing an order', () => {
  const close = () => attempt(s.activities.closeOrder, { order: s.samples.order });
  const order = () => attempt(s.activities.submitContractOrder, { order: s.samples.order });

  it('that was paid meanwhile brings the payment back, closed by nobody', async () => {
    await order();
    s.simulator.script({ order: { out_trade_no: s.samples.order.out_trade_no, close: 'paid-meanwhile' } });
    expect((await close()).result).toMatchObject({ trade_state: 'SUCCESS', total_fee: 888 });
    expect([s.count('closed'), s.count('paid')]).toEqual([0, 1]);
  });

  it('that stays open is not believed to be closed', async () => {
    await order();
    s.simulator.script({ order: { out_trade_no: s.samples.order.out_trade_no, close: 'ignored' } });
    expect((await close()).failure).toMatchObject({ type: FAILURE_TYPES.stillPending });
  });

  it('that shows up late is closed, not taken for one that never was', async () => {
    s.simulator.script({ visibleAfter: 0.02 });
    await order();
    expect((await close()).result).toMatchObject({ trade_state: 'CLOSED' });
    expect(s.count('closed')).toBe(1);
  });

  it('that does not exist is CLOSED only after several looks', async () => {
    expect((await close()).result).toMatchObject({ trade_state: 'CLOSED' });
    expect([s.calls('pay/orderquery'), s.calls('pay/closeorder')]).toEqual([3, 0]);
  });
});

describe('ending a contract', () => {
  const end = () => attempt(s.activities.terminateContract, s.samples.contract);

  it.each([
    { code: '-25', message: 'RESULT NULL' },
    { code: 'CONTRACTERROR', message: 'the state does not allow it' },
  ])('is done when the second request is refused as $code, and the query says so', async (refusal) => {
    await signed(s);
    const fault: Fault = { call: 'papay/deletecontract', kind: 'error', acts: true, ...refusal };
    s.simulator.faults(fault);
    expect((await end()).result).toMatchObject({ contract_state: '1' });
    expect(s.count('terminated')).toBe(1);
  });

  it('stays refused while the query says that it is signed', async () => {
    await signed(s);
    s.simulator.faults({ call: 'papay/deletecontract', kind: 'error', code: 'CONTRACTERROR', message: 'no' });
    expect((await end()).failure).toMatchObject({ type: FAILURE_TYPES.refused, nonRetryable: true });
    expect(s.count('terminated')).toBe(0);
  });

  it('that was never signed sends nothing', async () => {
    expect((await end()).result).toBeNull();
    expect(s.calls('papay/deletecontract')).toBe(0);
  });
});
