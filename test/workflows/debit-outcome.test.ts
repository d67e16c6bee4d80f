import { describe, expect, it } from 'vitest';
import { DEBIT_STATES } from '../../src/wechatpay/debit/states';
import type { DebitRecord } from '../../src/wechatpay/debit/types';
import { debitAttention, debitOutcome, openAttention } from '../../src/workflows/debit-outcome';
import { isDebitResult } from '../../src/workflows/notifications';

const known: DebitRecord = {
  trade_state: 'SUCCESS',
  out_trade_no: 'DD1',
  transaction_id: 't1',
  total_fee: 888,
  time_end: '20260102030501',
  contract_id: 'c1',
};
const record = (trade_state: string): DebitRecord => ({ ...known, trade_state });
const facts = { transaction_id: 't1', total_fee: 888, time_end: '20260102030501', contract_id: 'c1' };

describe('the outcome of a debit', () => {
  it.each([
    ['SUCCESS', 'SUCCESS'],
    // It was made first.
    ['REFUND', 'SUCCESS'],
    ['PAY_FAIL', 'PAY_FAIL'],
    ['PAYERROR', 'PAY_FAIL'],
    ['CLOSED', 'PAY_FAIL'],
    ['ACCEPT', undefined],
    ['NOTPAY', undefined],
    ['NOBODY_KNOWS', undefined],
  ])('of a record in %s is %s', (trade_state, outcome) => {
    expect(debitOutcome({ record: record(trade_state) })?.outcome).toBe(outcome);
  });

  it('is known for every documented state', () => {
    expect(Object.keys(DEBIT_STATES).sort()).toEqual(
      ['SUCCESS', 'REFUND', 'PAY_FAIL', 'PAYERROR', 'CLOSED', 'ACCEPT', 'NOTPAY'].sort(),
    );
  });

  it('has the facts of what was made', () => {
    expect(debitOutcome({ record: record('SUCCESS') })).toEqual({ outcome: 'SUCCESS', ...facts });
  });

  it('is SUCCESS once it was notified as made, whatever was shown before', () => {
    const made = { ...facts, out_trade_no: 'DD1' };
    expect(debitOutcome({ made })).toEqual({ outcome: 'SUCCESS', ...facts });
    expect(debitOutcome({ made, record: record('ACCEPT'), notMade: { err_code: 'NOTENOUGH' } })).toEqual({
      outcome: 'SUCCESS',
      ...facts,
    });
  });

  it('is not known by a notified failure alone', () => {
    expect(debitOutcome({ notMade: { err_code: 'NOTENOUGH' } })).toBeUndefined();
    expect(debitOutcome({ notMade: { err_code: 'NOTENOUGH' }, record: record('NOTPAY') })).toBeUndefined();
  });

  it('of a failure has the words that were notified, or else those of the query', () => {
    const notMade = { err_code: 'NOTENOUGH', err_code_des: '余额不足' };
    expect(debitOutcome({ record: record('PAY_FAIL'), notMade })).toMatchObject({
      code: 'NOTENOUGH',
      message: '余额不足',
    });
    const shown = { ...record('PAY_FAIL'), trade_state_desc: '支付失败' };
    expect(debitOutcome({ record: shown })).toMatchObject({ message: '支付失败' });
    expect(debitOutcome({ record: shown })).not.toHaveProperty('code');
  });

  it('of a failure does not repeat that it succeeded', () => {
    const notMade = { err_code: '0', err_code_des: '业务成功' };
    const outcome = debitOutcome({ record: record('PAY_FAIL'), notMade });
    expect(outcome).toMatchObject({ outcome: 'PAY_FAIL', message: 'PAY_FAIL' });
    expect(outcome).not.toHaveProperty('code');
    expect(JSON.stringify(outcome)).not.toContain('成功');
  });
});

it.each([
  ['ACCEPT', false],
  ['NOTPAY', false],
  ['NOBODY_KNOWS', true],
])('a person should look at an open debit in %s: %s', (trade_state, needsOperator) => {
  expect(openAttention(record(trade_state)).needsOperator).toBe(needsOperator);
});

it.each([
  ['SUCCESS', false],
  ['PAY_FAIL', false],
  ['REFUSED', false],
  ['UNDECIDED', true],
] as const)('a person should look at a debit that ended %s: %s', (outcome, needsOperator) => {
  expect(debitAttention({ outcome }).needsOperator).toBe(needsOperator);
});

it.each([
  [{ made: true, out_trade_no: 'DD1', transaction_id: 't1', total_fee: 888 }, true],
  [{ made: false, out_trade_no: 'DD1' }, true],
  [{ made: true, out_trade_no: 'DD1', transaction_id: 't1' }, false],
  [{ made: true, out_trade_no: 'DD1', total_fee: 888 }, false],
  [{ made: false }, false],
  [{ out_trade_no: 'DD1' }, false],
  [{}, false],
])('a signal with %j is a usable debit notification: %s', (data, usable) => {
  expect(isDebitResult(data)).toBe(usable);
});
