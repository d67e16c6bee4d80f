import { expect } from 'vitest';
import { paymentDifferences } from '../../src/wechatpay/contract-order/compare';
import { declarationDifferences } from '../../src/wechatpay/customs/compare';
import { ORDER } from '../wechatpay/contract-order/orders';
import { plain } from '../wechatpay/customs/declarations';
import { passesAt, refusedAt, warnedAt } from './inputs';
import type { InputName, Refusal } from './inputs';
import { proveGroup, provenIn } from './table';

/** Every number that the merchant gives to an order or a part of one. */
const ORDER_NUMBERS: readonly (readonly [InputName, string])[] = [
  ['declaration', 'out_trade_no'],
  ['declaration', 'sub_order_no'],
  ['recordsQuery', 'order_no'],
  ['repush', 'out_trade_no'],
  ['repush', 'sub_order_no'],
  ['repush', 'sub_order_id'],
  ['modification', 'out_trade_no'],
  ['modification', 'sub_order_no'],
  ['verification', 'out_trade_no'],
  ['verification', 'sub_order_no'],
  ['order', 'out_trade_no'],
  ['debit', 'out_trade_no'],
];

function everyNumber(value: unknown, refusal: Refusal): void {
  for (const [input, field] of ORDER_NUMBERS) refusedAt(input, field, value, refusal);
}

/** A character that neither an order number nor a contract number takes. */
function refusedSign(sign: string, shown: string, remedy: RegExp): void {
  const expected = '1 to 32 characters of 0-9 A-Z a-z _ - | * @';
  everyNumber(`order${sign}1`, { code: 'characters', expected, got: `${shown} at position 5`, remedy });
  const contract = { expected: '1 to 32 letters and digits', got: `${shown} at position 5`, remedy };
  refusedAt('order', 'contract_code', `order${sign}1`, { code: 'pattern', ...contract });
  refusedAt('debit', 'contract_id', `order${sign}1`, { code: 'pattern', ...contract });
}

proveGroup('order-numbers', {
  B048: () => refusedSign('.', '"."', /Remove the character/),
  B049: () => refusedSign('/', '"/"', /Remove the character/),
  B050: () => refusedSign('#', '"#"', /Remove the character/),
  B051: () => refusedSign('+', '"+"', /Remove the character/),
  B052: () => refusedSign(',', '","', /Remove the character/),
  B053: () => refusedSign(':', '":"', /Remove the character/),
  B054: () => refusedSign(' ', 'U+0020', /Remove blanks/),
  B055: () => refusedSign('１', '"１" (U+FF11)', /plain ASCII/),
  B056: () => refusedSign('١', '"١" (U+0661)', /plain ASCII/),
  B057: () => refusedSign('а', '"а" (U+0430)', /plain ASCII/),
  B058: () => {
    refusedSign('\u017f', '"ſ" (U+017F)', /plain ASCII/);
    refusedSign('\u212a', '"\u212a" (U+212A)', /plain ASCII/);
  },
  B059: () => {
    everyNumber('order\n', { code: 'characters', got: 'U+000A at position 5', remedy: /line breaks/ });
    refusedAt('order', 'contract_code', 'order\n', { code: 'characters', got: 'U+000A at position 5' });
  },
  B060: () => {
    const refusal = { code: 'length', expected: 'at most 32 characters', got: '33 characters', remedy: 'Shorten it.' };
    everyNumber('x'.repeat(33), refusal);
    refusedAt('order', 'contract_code', 'x'.repeat(33), refusal);
    for (const [input, field] of ORDER_NUMBERS) passesAt(input, field, 'a_-|*@Z9'.repeat(4));
  },
  B061: () => {
    everyNumber('', { code: 'empty', remedy: /Give a number/ });
    refusedAt('order', 'contract_code', '', { code: 'empty' });
  },
  B062: () => {
    const refusal = { code: 'type', got: 'the number 20150806125346', remedy: /Send it as text/ };
    everyNumber(20150806125346, refusal);
    refusedAt('order', 'contract_code', 20150806125346, refusal);
  },
  B063: () => {
    // 000123 as a number is 123: nobody can tell afterwards, so numbers are not taken at all.
    everyNumber(123, { code: 'type', got: 'the number 123', remedy: /lose leading zeros/ });
    for (const [input, field] of ORDER_NUMBERS) passesAt(input, field, '000123');
  },
  B064: () => {
    everyNumber('2.0150806E+13', { code: 'characters', got: '"." at position 1' });
    everyNumber('2E+13', { code: 'characters', got: '"+" at position 2' });
    const warning = { expected: /no exponent/, got: '"2E13"', remedy: /spreadsheet/ };
    for (const input of ['declaration', 'repush', 'modification', 'verification', 'order', 'debit'] as const) {
      warnedAt(input, 'out_trade_no', '2E13', warning);
    }
    warnedAt('declaration', 'sub_order_no', '2E13', warning);
    passesAt('order', 'out_trade_no', 'SALE13');
  },
  B065: () => {
    for (const text of ['undefined', 'null', 'NaN', 'Infinity', '[object Object]']) {
      const refusal = { code: 'characters', got: `"${text}"`, remedy: /missing value was turned into text/ };
      everyNumber(text, refusal);
      refusedAt('order', 'contract_code', text, refusal);
      refusedAt('debit', 'contract_id', text, refusal);
      refusedAt('declaration', 'transaction_id', text, refusal);
    }
    refusedAt('declaration', 'appid', 'undefined', { code: 'characters' });
    for (const text of ['undefined', '[object Object]']) {
      for (const field of ['body', 'detail']) refusedAt('order', field, text, { code: 'characters' });
    }
    // In a text for people these are words.
    for (const word of ['null', 'Infinity', 'Null']) passesAt('order', 'body', word);
  },
  B066: () => {
    // What WeChat Pay has under the number says so; the number's second order is never sent.
    const found = { state: 'SUCCESS', transaction_id: `2${plain.transaction_id.slice(1)}`, merchant_customs_no: '9' };
    expect(declarationDifferences(plain, found).map(({ field }) => field)).toEqual([
      'transaction_id',
      'merchant_customs_no',
    ]);
    const other = { trade_state: 'NOTPAY', out_trade_no: ORDER.out_trade_no, total_fee: 1 };
    expect(paymentDifferences(ORDER, other)).toEqual([{ field: 'total_fee', ours: 888, theirs: 1 }]);
    void provenIn(
      'test/activities/customs.test.ts',
      'that exists with other data is a conflict naming the fields',
      'refused as different while no query shows it is a conflict',
    )();
    void provenIn('test/activities/contract-order.test.ts', 'that exists with other data is a conflict')();
  },
  // A closed order is shown as closed, whatever the new one says: the number is never sent again.
  B067: provenIn('test/activities/contract-order.test.ts', 'that is %s is shown as it is, and nothing is sent'),
});
