import { expect } from 'vitest';
import { paymentDifferences } from '../../src/wechatpay/contract-order/compare';
import { parseSplitOrder } from '../../src/wechatpay/customs/split-order';
import type { SplitPayment } from '../../src/wechatpay/customs/split-order';
import { ORDER } from '../wechatpay/contract-order/orders';
import { plain, split } from '../wechatpay/customs/declarations';
import { changed, INPUTS, onlyProblem, passesAt, problemsOf, refusalOf, refusedAt } from './inputs';
import type { InputName, Refusal } from './inputs';
import { connected } from './merchant';
import { proveGroup } from './table';

/** Every amount that a caller gives, and the smallest that it may be. */
const AMOUNTS: readonly (readonly [InputName, string, number])[] = [
  ['declaration', 'order_fee', 1],
  ['declaration', 'transport_fee', 0],
  ['declaration', 'product_fee', 0],
  ['declaration', 'duty', 0],
  ['modification', 'order_fee', 1],
  ['modification', 'duty', 0],
  ['order', 'total_fee', 1],
  ['debit', 'total_fee', 1],
];

function everyAmount(value: unknown, refusal: Refusal): void {
  for (const [input, field, min] of AMOUNTS) {
    const problems = changed(input, { [field]: value }).filter(({ code }) => code !== 'sum');
    onlyProblem(problems, `$.${field}`, { expected: `an integer in fen, at least ${min}`, ...refusal });
  }
}

const SPLIT_INPUTS = ['declaration', 'modification'] as const;
const NO_POINT = /without a decimal point: 6\.50 CNY is 650/;
const LARGEST = 'The largest amount is 2147483647 fen.';

/** Parts of one payment of 4000 fen. */
const parts = (...changes: readonly object[]): object[] =>
  changes.map((change, index) => ({ ...split, sub_order_no: `part-${index}`, ...change }));
const splitProblems = (given: readonly object[], payment: SplitPayment = { paid: 4000 }) =>
  refusalOf(() => parseSplitOrder(given, payment, '$'));

proveGroup('money', {
  B088: () => everyAmount(17.76, { code: 'integer', got: 'the number 17.76', remedy: NO_POINT }),
  B089: () => everyAmount('888', { code: 'type', got: '"888"', remedy: /as a JSON number in fen/ }),
  B090: () => {
    // '8' + '88' is '888': texts are refused one by one and never added.
    for (const input of SPLIT_INPUTS) {
      const problems = changed(input, { order_fee: '888', transport_fee: '8', product_fee: '88' });
      expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
        '$.order_fee type',
        '$.transport_fee type',
        '$.product_fee type',
      ]);
    }
  },
  B091: () => {
    const sum = { code: 'sum', expected: 'transport_fee 888 + product_fee 888 = 1776', remedy: /one of the three/ };
    for (const input of SPLIT_INPUTS) {
      for (const wrong of [1775, 1777, 888]) refusedAt(input, 'order_fee', wrong, { ...sum, got: String(wrong) });
    }
  },
  B092: () => {
    for (const input of SPLIT_INPUTS) {
      const problems = changed(input, { transport_fee: -1, product_fee: 1777 });
      onlyProblem(problems, '$.transport_fee', { code: 'range', got: 'the number -1', remedy: /smallest amount/ });
    }
  },
  B093: () => {
    for (const input of SPLIT_INPUTS) {
      const problems = changed(input, { order_fee: 0, transport_fee: 0, product_fee: 0 });
      onlyProblem(problems, '$.order_fee', { code: 'range', expected: /at least 1$/, got: 'the number 0' });
    }
    for (const input of ['order', 'debit'] as const) {
      refusedAt(input, 'total_fee', 0, {
        code: 'range',
        got: 'the number 0',
        remedy: 'The smallest amount here is 1.',
      });
    }
  },
  B094: () => {
    for (const input of SPLIT_INPUTS) {
      expect(changed(input, { transport_fee: 0, product_fee: 1776 })).toEqual([]);
      expect(changed(input, { transport_fee: 1776, product_fee: 0 })).toEqual([]);
    }
  },
  B095: () => everyAmount(NaN, { code: 'integer', got: 'the number NaN' }),
  B096: () => {
    everyAmount(Infinity, { code: 'integer', got: 'the number Infinity' });
    everyAmount(-Infinity, { code: 'integer', got: 'the number -Infinity' });
  },
  B097: () => everyAmount(1e21, { code: 'range', got: 'the number 1e+21', remedy: LARGEST }),
  B098: () => everyAmount(2 ** 53 + 2, { code: 'range', got: 'the number 9007199254740994', remedy: LARGEST }),
  B099: () => {
    // Decided: WeChat Pay's pages say `int`, so what 32 bits cannot hold is not sent.
    everyAmount(2 ** 31, { code: 'range', got: 'the number 2147483648', remedy: LARGEST });
    passesAt('order', 'total_fee', 2 ** 31 - 1);
    passesAt('debit', 'total_fee', 2 ** 31 - 1);
    passesAt('declaration', 'duty', 2 ** 31 - 1);
  },
  B100: () => {
    for (const input of SPLIT_INPUTS) {
      for (const field of ['fee_type', 'order_fee', 'transport_fee', 'product_fee']) {
        if (!Object.hasOwn(INPUTS[input].right, field)) continue;
        const expected = `${field} together with sub_order_no`;
        const problem = refusedAt(input, field, undefined, { code: 'required', expected, remedy: /states all of/ });
        expect(problem.got).toBeUndefined();
      }
    }
  },
  B101: () => {
    for (const input of SPLIT_INPUTS) {
      const problems = changed(input, { sub_order_no: undefined });
      expect(problems.length).toBe(input === 'declaration' ? 4 : 3);
      for (const { path, code, expected, got, remedy } of problems) {
        expect([code, expected, got]).toEqual(['conditional', `no ${path.slice(2)} without sub_order_no`, 'a value']);
        expect(remedy).toMatch(/^Add sub_order_no, or leave out/);
      }
    }
    expect(problemsOf('declaration', plain)).toEqual([]);
  },
  B102: () => {
    for (const input of ['declaration', 'debit'] as const) {
      refusedAt(input, 'fee_type', 'cny', { code: 'enum', expected: 'CNY', got: '"cny"', remedy: 'Did you mean CNY?' });
    }
  },
  B103: () => {
    for (const input of ['declaration', 'debit'] as const) {
      refusedAt(input, 'fee_type', 'USD', { code: 'enum', expected: 'CNY', got: '"USD"', remedy: /Choose/ });
    }
  },
  B104: () => {
    for (const input of ['declaration', 'debit'] as const) {
      refusedAt(input, 'fee_type', 'CNY ', { code: 'enum', got: '"CNY "', remedy: 'Did you mean CNY?' });
    }
  },
  B105: async () => {
    // One part by itself looks right; only together, or at WeChat Pay, it shows.
    const { customs, simulator } = await connected();
    simulator.script({ payment: { transaction_id: split.transaction_id, amount: 1775 } });
    await expect(customs.declare(split)).rejects.toMatchObject({ errorClass: 'INPUT', code: 'PARAM_ERROR' });
    expect(simulator.ledger({ effect: 'declared' })).toEqual([]);
    expect(splitProblems(parts({}, {}))).toEqual([]);
    expect(splitProblems(parts({}, {}), { paid: 3552 })).toEqual([]);
    onlyProblem(splitProblems(parts({}, {}), { paid: 3551 }), '$', {
      code: 'sum',
      expected: 'order_fee of all parts at SHANGHAI_ZS at most 3551 (paid 3551 - refunded 0)',
      got: '3552',
      remedy: /Lower the parts/,
    });
    // The same part may go to two customs: each is told no more than was paid.
    expect(splitProblems(parts({}, { customs: 'NINGBO' }), { paid: 1776 })).toEqual([]);
  },
  B106: async () => {
    const { customs, simulator } = await connected();
    simulator.script({ payment: { transaction_id: split.transaction_id, amount: 4000, refunded: true } });
    await expect(customs.declare(split)).rejects.toMatchObject({ errorClass: 'REFUSED', code: 'INVALID_REQUEST' });
    expect(splitProblems(parts({}, {}), { paid: 4000, refunded: 448 })).toEqual([]);
    onlyProblem(splitProblems(parts({}, {}), { paid: 4000, refunded: 449 }), '$', {
      code: 'sum',
      expected: /at most 3551 \(paid 4000 - refunded 449\)$/,
      got: '3552',
    });
  },
  B107: () => {
    onlyProblem(splitProblems(parts({}, { sub_order_no: 'part-0' })), '$[1].sub_order_no', {
      code: 'duplicate',
      expected: 'each sub_order_no once for a customs',
      got: 'part-0',
      remedy: /part 0 has this one/,
    });
  },
  B108: () => {
    for (const input of SPLIT_INPUTS) {
      refusedAt(input, 'duty', -1, { code: 'range', got: 'the number -1', remedy: 'The smallest amount here is 0.' });
    }
  },
  B109: () => {
    for (const input of SPLIT_INPUTS) {
      refusedAt(input, 'duty', 0.5, { code: 'integer', got: 'the number 0.5', remedy: NO_POINT });
    }
  },
  B110: () => {
    const { appid, mch_id, out_trade_no, openid = '' } = ORDER;
    const payment = { appid, mch_id, out_trade_no, openid, trade_type: 'JSAPI', time_end: '', transaction_id: '1' };
    expect(paymentDifferences(ORDER, { ...payment, total_fee: 888 })).toEqual([]);
    expect(paymentDifferences(ORDER, { ...payment, total_fee: 1 })).toEqual([
      { field: 'total_fee', ours: 888, theirs: 1 },
    ]);
  },
  B111: () => {
    // What a coupon paid is missing in the cash: the order is paid all the same.
    const paid = { trade_state: 'SUCCESS', out_trade_no: ORDER.out_trade_no, total_fee: 888 };
    for (const cash_fee of [1, 888]) expect(paymentDifferences(ORDER, { ...paid, cash_fee })).toEqual([]);
    expect(paymentDifferences(ORDER, { ...paid, cash_fee: 888, total_fee: 889 })).toHaveLength(1);
  },
});
