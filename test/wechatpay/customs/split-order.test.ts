import { describe, expect, it } from 'vitest';
import { parseSplitOrder } from '../../../src/wechatpay/customs/split-order';
import type { SplitPayment } from '../../../src/wechatpay/customs/split-order';
import { InvalidInputError } from '../../../src/wechatpay/errors';
import type { Problem } from '../../../src/wechatpay/errors';
import { plain, split } from './declarations';

const first = { ...split, sub_order_no: 'A' };
const second = { ...split, sub_order_no: 'B' };

function problemsOf(parts: readonly unknown[], paid = 10_000): string[] {
  try {
    parseSplitOrder(parts, { paid });
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ path, code }) => `${path} ${code}`);
  }
}

describe('the parts of a split order', () => {
  it('come back in their order', () => {
    expect(parseSplitOrder([first, second], { paid: 3552 })).toEqual([first, second]);
    expect(parseSplitOrder([], { paid: 0 })).toEqual([]);
  });

  it('belong to one payment', () => {
    const foreign = { ...second, out_trade_no: '2', transaction_id: `2${plain.transaction_id.slice(1)}` };
    expect(problemsOf([first, foreign])).toEqual([
      '$.declarations[1].out_trade_no same',
      '$.declarations[1].transaction_id same',
    ]);
    expect(problemsOf([first, { ...second, mchid: '1230000108' }])).toEqual(['$.declarations[1].mchid same']);
    expect(problemsOf([first, { ...second, appid: 'wx1' }])).toEqual(['$.declarations[1].appid same']);
  });

  it('all have a number', () => {
    expect(problemsOf([first, plain])).toEqual(['$.declarations[1].sub_order_no required']);
  });

  it('are named with all their own problems, beside those they have together', () => {
    expect(problemsOf([{ ...first, order_fee: 1 }, second, { ...second, mchid: 5 }, second], 1)).toEqual([
      '$.declarations[0].order_fee sum',
      '$.declarations[2].mchid type',
      '$.declarations[3].sub_order_no duplicate',
      '$.declarations sum',
    ]);
  });

  it('are checked without their sum where the payment is not known', () => {
    expect(parseSplitOrder([first, second], undefined)).toEqual([first, second]);
    expect(() => parseSplitOrder([first, first], undefined)).toThrow('each sub_order_no once');
  });

  it.each([
    [Number.NaN, undefined, '$.payment.paid integer'],
    [Infinity, undefined, '$.payment.paid integer'],
    [17.76, undefined, '$.payment.paid integer'],
    [-1, undefined, '$.payment.paid integer'],
    ['9999', undefined, '$.payment.paid integer'],
    [9999, 10_000, '$.payment.refunded integer'],
    [9999, -1, '$.payment.refunded integer'],
    [9999, Number.NaN, '$.payment.refunded integer'],
  ])('are not held against a payment of %s with %s refunded', (paid, refunded, problem) => {
    const payment = { paid, ...(refunded === undefined ? {} : { refunded }) } as SplitPayment;
    let problems: readonly Problem[] = [];
    try {
      parseSplitOrder([first, second], payment);
    } catch (error) {
      problems = (error as InvalidInputError).problems;
    }
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual([problem]);
  });

  it('are warned of one by one', () => {
    const warnings: Problem[] = [];
    parseSplitOrder([first, { ...second, customs: 'NEW' }], { paid: 3552 }, '$', { warnings });
    expect(warnings.map(({ path }) => path)).toEqual(['$[1].customs']);
  });
});
