import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAILURE_TYPES } from '../../src/interface';
import type { CallName } from '../../src/testing';
import type { FrozenDebit } from '../../src/wechatpay/debit/schema';
import { attempt, drive } from './attempts';
import { signed, stage } from './stage';
import type { Stage } from './stage';

/* A debit takes money: one number, one debit, and none on a contract that has ended. */

const { invalidInput, conflict, refused, outcomeUnknown, configuration, stillPending } = FAILURE_TYPES;
const APPLY = 'pay/pappayapply';
const QUERY = 'pay/paporderquery';
const LATER = 1_000_000;

let s: Stage;
let debit: FrozenDebit;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(async () => {
  s.simulator.reset();
  debit = { ...s.samples.debit, contract_id: await signed(s) };
  s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, after: LATER } });
});

const submit = (over: { adopt?: boolean; debit?: object } = {}) =>
  attempt(s.activities.submitDebit, {
    debit: { ...debit, ...over.debit },
    ...(over.adopt === undefined ? {} : { adopt: over.adopt }),
  });
const settle = (result: 'SUCCESS' | 'PAY_FAIL' = 'SUCCESS') =>
  s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, after: 0, result } });
const terminate = () => s.simulator.terminate({ contract_id: debit.contract_id });

describe('applying for a debit', () => {
  it('answers with the state of what was accepted, which is not yet a debit', async () => {
    expect((await submit()).result).toMatchObject({
      answer: { trade_state: 'NOTPAY', contract_id: debit.contract_id },
    });
    expect([s.count('debit-accepted'), s.count('debited')]).toEqual([1, 0]);
  });

  it('answers ACCEPT where nobody tells the state', async () => {
    s.after(APPLY, () => s.simulator.faults({ call: QUERY, kind: '500' }));
    expect((await submit()).result).toEqual({
      answer: {
        trade_state: 'ACCEPT',
        out_trade_no: debit.out_trade_no,
        appid: debit.appid,
        mch_id: debit.mch_id,
        contract_id: debit.contract_id,
      },
    });
    expect([s.count('debit-accepted'), s.count('debited')]).toEqual([1, 0]);
  });

  it('asks for the debit first, then for its contract, and only then applies', async () => {
    const order: unknown[] = [];
    const note = (call: CallName) => s.after(call, () => order.push(call));
    note(QUERY);
    note('papay/querycontract');
    note(APPLY);
    await submit();
    expect(order).toEqual([QUERY, 'papay/querycontract', APPLY]);
  });

  it('adopts the debit that has the number already, and sends nothing', async () => {
    await submit();
    expect((await submit()).result).toMatchObject({ answer: { trade_state: 'NOTPAY' } });
    expect(s.calls(APPLY)).toBe(1);
  });

  it.each(['SUCCESS', 'PAY_FAIL'] as const)(
    'adopts one that ended as %s, also when its contract has ended',
    async (end) => {
      settle(end);
      await submit();
      terminate();
      expect((await submit()).result).toMatchObject({ answer: { trade_state: end } });
      expect(s.calls(APPLY)).toBe(1);
    },
  );

  it.each<[object, string]>([
    [{ contract_id: 'Wx99999999999999999999999999' }, 'contract_id (ours "Wx99999999999999999999999999"'],
    [{ total_fee: 889 }, 'total_fee (ours 889, theirs 888)'],
  ])('is a conflict with a debit of other data: %j', async (other, words) => {
    settle();
    await submit();
    const { failure } = await submit({ debit: other });
    expect(failure).toMatchObject({ type: conflict, nonRetryable: true });
    expect(failure?.message).toContain(words);
    expect(s.calls(APPLY)).toBe(1);
  });

  it('is a conflict under the number of an order that is no debit', async () => {
    const { failure } = await submit({ debit: { out_trade_no: s.samples.order.out_trade_no } });
    expect(failure).toMatchObject({ type: conflict, nonRetryable: true });
    expect(failure?.message).toContain('no debit');
    expect(s.calls(APPLY)).toBe(0);
  });

  it('with wrong data asks and sends nothing', async () => {
    const { failure } = await submit({ debit: { total_fee: 0 } });
    expect(failure).toMatchObject({ type: invalidInput, nonRetryable: true });
    expect([s.calls(QUERY), s.calls(APPLY)]).toEqual([0, 0]);
  });

  it('only watched, there is nothing to adopt, and nothing is sent', async () => {
    const { failure } = await submit({ adopt: true });
    expect(failure).toMatchObject({ type: invalidInput, nonRetryable: true });
    expect(failure?.message).toContain('nothing to adopt');
    expect(s.calls(APPLY)).toBe(0);
  });
});

describe('on a contract', () => {
  it('that has ended is refused with the time and what to do, and nothing is sent', async () => {
    terminate();
    const { failure } = await submit();
    expect(failure).toMatchObject({
      type: refused,
      nonRetryable: true,
      details: [{ code: 'CONTRACT_NOT_EXIST', remedy: expect.stringContaining('new one') as string }],
    });
    expect(failure?.message).toMatch(/has ended since \d{4}-\d\d-\d\d .*ended by the user/);
    expect(s.calls(APPLY)).toBe(0);
  });

  it('of which nobody can tell is left to WeChat Pay', async () => {
    s.simulator.faults({ call: 'papay/querycontract', kind: 'unknown-state' });
    expect((await submit()).result).toMatchObject({ answer: { trade_state: 'NOTPAY' } });
  });

  it('that the query does not show is left to WeChat Pay, which refuses it', async () => {
    const { failure } = await submit({ debit: { contract_id: 'Wx99999999999999999999999999' } });
    expect(failure).toMatchObject({ type: refused, details: [{ code: 'CONTRACT_NOT_EXIST' }] });
    expect([s.calls(APPLY), s.count('debit-accepted')]).toEqual([1, 0]);
  });

  it.each([
    ['500', outcomeUnknown],
    ['401', configuration],
    ['bad-signature', outcomeUnknown],
  ] as const)('nothing is sent while its question is spoiled by %s, and it is asked again', async (kind, type) => {
    s.simulator.faults({ call: 'papay/querycontract', kind, times: 2 });
    const { all, last } = await drive(s.activities.submitDebit, { debit });
    expect(all.map(({ failure }) => failure?.type)).toEqual([type, type, undefined]);
    expect(last.result).toMatchObject({ answer: { trade_state: 'NOTPAY' } });
    expect([s.calls('papay/querycontract'), s.calls(APPLY)]).toEqual([3, 1]);
  });

  it('that ends while the first answer was lost is not refused: the debit was accepted before', async () => {
    s.simulator.faults({ call: APPLY, kind: 'act-and-drop' });
    s.after(APPLY, terminate);
    const { last } = await drive(s.activities.submitDebit, { debit });
    expect(last.result).toMatchObject({ answer: { trade_state: 'NOTPAY' } });
    expect(s.count('debit-accepted')).toBe(1);
  });

  it('that ends while a lost debit does not show up is left to WeChat Pay', async () => {
    s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, visibleAfter: 1 } });
    s.simulator.faults({ call: APPLY, kind: 'act-and-drop' });
    s.after(APPLY, terminate);
    const { all, last } = await drive(s.activities.submitDebit, { debit }, { attempts: 3 });
    // Accepted before, says WeChat Pay: neither refused nor sent under another number.
    expect(all.map(({ failure }) => failure?.type)).not.toContain(refused);
    expect([last.failure?.type, s.count('debit-accepted')]).toEqual([outcomeUnknown, 1]);
  });
});

describe('a debit of a run that came of a workflow reset', () => {
  const submitAgain = () => attempt(s.activities.submitDebit, { debit, afterReset: true });

  it('is waited for, because the run before may have sent it', async () => {
    s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, visibleAfter: 0.02 } });
    await submit();
    expect((await submitAgain()).result).toMatchObject({ answer: { trade_state: 'NOTPAY' } });
    expect([s.calls(APPLY), s.count('debit-accepted')]).toEqual([1, 1]);
  });

  it('is not refused for a contract that has ended since: the debit may be there already', async () => {
    s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, visibleAfter: LATER } });
    await submit();
    terminate();
    expect([(await submitAgain()).failure?.type, s.count('debit-accepted')]).toEqual([outcomeUnknown, 1]);
  });
});

describe('what WeChat Pay says of a number it knows', () => {
  it('ORDER_ACCEPTED is asked about, and repeated under the same number while nothing is found', async () => {
    s.simulator.faults({ call: APPLY, kind: 'error', code: 'ORDER_ACCEPTED', message: '扣款请求已受理，请勿重复发起' });
    const { all, last } = await drive(s.activities.submitDebit, { debit });
    expect(all[0]?.failure).toMatchObject({ type: outcomeUnknown });
    expect(last.result).toMatchObject({ answer: { trade_state: 'NOTPAY' } });
    expect([s.calls(APPLY), s.count('debit-accepted')]).toEqual([2, 1]);
  });

  it.each([
    ['ORDERPAID', 'SUCCESS'],
    ['ORDERCLOSED', 'PAY_FAIL'],
  ] as const)('%s is the debit that the query then shows', async (code, trade_state) => {
    settle(trade_state === 'SUCCESS' ? 'SUCCESS' : 'PAY_FAIL');
    s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, visibleAfter: LATER } });
    s.simulator.faults({ call: APPLY, kind: 'error', code, message: 'no', acts: true });
    s.after(APPLY, () => s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, visibleAfter: 0 } }));
    const { result, failure } = await submit();
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ answer: { trade_state } });
  });

  it('ORDERPAID that no query shows is no refusal: money may have been taken', async () => {
    s.simulator.faults({ call: APPLY, kind: 'error', code: 'ORDERPAID', message: '订单已支付' });
    const { failure } = await submit();
    expect(failure).toMatchObject({ type: outcomeUnknown, nonRetryable: false });
  });

  it('ORDERPAID for a debit of another amount is a conflict', async () => {
    settle();
    s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, visibleAfter: LATER } });
    await submit();
    s.after(APPLY, () => s.simulator.script({ debit: { out_trade_no: debit.out_trade_no, visibleAfter: 0 } }));
    const { failure } = await submit({ debit: { total_fee: 1 } });
    expect(failure).toMatchObject({ type: conflict, nonRetryable: true });
    expect(failure?.message).toContain('total_fee (ours 1, theirs 888)');
  });

  it.each(['ORDERCLOSED', 'CONTRACTERROR'])('%s with nothing to be found is a refusal', async (code) => {
    s.simulator.faults({ call: APPLY, kind: 'error', code, message: 'no' });
    expect((await submit()).failure).toMatchObject({ type: refused, nonRetryable: true, details: [{ code }] });
  });
});

describe('waiting for a debit', () => {
  const wait = (seen: string) =>
    attempt(s.activities.awaitDebitResult, { debit, seen, waiting: { since: Date.now() } });

  it('goes on while the state is the one seen, and asks again by its schedule', async () => {
    await submit();
    const { failure } = await wait('NOTPAY');
    expect(failure).toMatchObject({ type: stillPending, message: expect.stringContaining('still NOTPAY') as string });
    expect(Number(failure?.nextRetryDelay)).toBeGreaterThan(50_000);
  });

  it('goes on while a debit that was accepted does not show up', async () => {
    expect((await wait('ACCEPT')).failure).toMatchObject({ type: stillPending });
  });

  it('ends with the record once the state is another one', async () => {
    settle();
    await submit();
    expect((await wait('NOTPAY')).result).toMatchObject({
      record: { trade_state: 'SUCCESS', total_fee: 888, contract_id: debit.contract_id },
    });
  });

  it('a question finds the record, or nothing', async () => {
    expect((await attempt(s.activities.queryDebit, { debit })).result).toBeNull();
    await submit();
    expect((await attempt(s.activities.queryDebit, { debit })).result).toMatchObject({ trade_state: 'NOTPAY' });
  });
});
