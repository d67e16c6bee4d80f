import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURE_TYPES } from '../../src/interface';
import type { Fault } from '../../src/testing';
import { attempt } from './attempts';
import { signed, stage } from './stage';
import type { Stage } from './stage';

/* What exists already is adopted when it equals the frozen request, and a conflict when it does not. */

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

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

  it('that is another one under these numbers sends nothing, and is a conflict', async () => {
    await signed(s);
    const outcome = await attempt(s.activities.terminateContract, {
      ...s.samples.contract,
      ...{ contract_id: 'WxOther', openid: 'oUpF8uAnotherPayer0000000000' },
    });
    expect(outcome.failure).toMatchObject({ type: FAILURE_TYPES.conflict, nonRetryable: true });
    expect(outcome.failure?.message).toMatch(/openid.*contract_id/);
    expect(outcome.failure?.message).not.toContain('oUpF8u');
    expect(s.calls('papay/deletecontract')).toBe(0);
  });

  it('that was never signed sends nothing', async () => {
    expect((await end()).result).toBeNull();
    expect(s.calls('papay/deletecontract')).toBe(0);
  });
});
