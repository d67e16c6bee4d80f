import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseSplitOrder } from '../../../src/wechatpay/customs/split-order';
import { InvalidInputError } from '../../../src/wechatpay/errors';
import type { Problem } from '../../../src/wechatpay/errors';
import { describeValue, field, list, parseInput, record } from '../../../src/wechatpay/validation';
import { openV2Notification } from '../../../src/wechatpay/v2/notification';
import { plain } from '../customs/declarations';

function problemOf(schema: z.ZodType, input: unknown): Problem {
  try {
    parseInput('test', '$', schema, input);
  } catch (error) {
    if (error instanceof InvalidInputError && error.problems.length === 1) return error.problems[0]!;
    throw error;
  }
  throw new Error('was not refused');
}

describe('what a schema finds that is not made of our fields', () => {
  it('is told in its own words', () => {
    expect(problemOf(z.object({ a: z.string().min(3) }), { a: 'x' })).toMatchObject({
      code: 'too_small',
      path: '$.a',
      expected: expect.stringMatching(/3/) as string,
      remedy: 'Correct the value.',
    });
    expect(problemOf(z.object({ a: z.string().refine(() => false, 'a palindrome') }), { a: 'x' })).toMatchObject({
      code: 'invalid',
      path: '$.a',
      expected: 'a palindrome',
    });
  });

  it.each([
    [z.string(), 1, 'text', 'a number (hidden)', 'Correct the type.'],
    [z.number(), 'x', 'a number', 'text of 1 characters (hidden)', 'Correct the type.'],
    [z.boolean(), 1, 'true or false', 'a number (hidden)', 'Correct the type.'],
    [z.array(z.string()), 'x', 'an array', 'text of 1 characters (hidden)', 'Put the value into square brackets.'],
    [
      z.object({}),
      '{}',
      'a JSON object',
      'text of 2 characters (hidden)',
      'Parse the JSON text first, and pass the object.',
    ],
    [z.object({}), [], 'a JSON object', 'an array of 0', 'Pass one object at a time.'],
    [z.bigint(), 1, 'bigint', 'a number (hidden)', 'Correct the type.'],
    [z.string(), new Date(), 'text', 'an object of class Date', 'Pass plain JSON data, not an instance of a class.'],
  ])('is told by its type: %#', (schema, value, expected, got, remedy) => {
    expect(problemOf(z.object({ a: schema }), { a: value })).toEqual({
      path: '$.a',
      code: 'type',
      expected,
      got,
      remedy,
    });
  });

  it('is required where it is missing, and where it is null', () => {
    const schema = z.object({ a: z.string() });
    expect(problemOf(schema, {})).toEqual({
      path: '$.a',
      code: 'required',
      expected: 'text',
      remedy: 'Add the field.',
    });
    expect(problemOf(schema, { a: null })).toMatchObject({ code: 'required', got: 'null' });
  });
});

describe('a field that nobody knows', () => {
  const any = field<string>('anything', () => undefined);
  const schema = record({
    out_trade_no: any.optional(),
    mch: any.optional(),
    inner: record({ order_fee: any.optional() }).optional(),
    items: list(record({ a_name: any }), { min: 1, max: 2 }).optional(),
  });

  it.each([
    [{ outTradeNo: '1' }, '$.outTradeNo', /Did you mean out_trade_no\?/],
    [{ out_trade_noo: '1' }, '$.out_trade_noo', /Did you mean out_trade_no\?/],
    [{ ut_trade_n: '1' }, '$.ut_trade_n', /Did you mean out_trade_no\?/],
    [{ ut_trade_: '1' }, '$.ut_trade_', /does not know it here/],
    [{ mhc: '1' }, '$.mhc', /does not know it here/],
    [{ mchx: '1' }, '$.mchx', /Did you mean mch\?/],
    [{ out_trade_no: '1', OUT_TRADE_NO: '2' }, '$.OUT_TRADE_NO', /out_trade_no is there already/],
    [{ inner: { orderFee: 1 } }, '$.inner.orderFee', /Did you mean order_fee\?/],
    [{ items: [{ a_name: '1', aName: 2 }] }, '$.items[0].aName', /a_name is there already/],
    [
      { wrapped: { out_trade_no: '1', mch: '2' } },
      '$.wrapped',
      /One level too deep: move what is inside \(out_trade_no, mch\) up into \$/,
    ],
    [{ ['x'.repeat(65)]: 1 }, `$["${'x'.repeat(20)}`, /does not know it here/],
    [{ 'a b': 1 }, '$["a b"]', /does not know it here/],
    [{ mch_customs_no: 1 }, '$.mch_customs_no', /does not know it here/],
  ])('%j', (input, path, remedy) => {
    const problem = problemOf(schema, input);
    expect(problem).toMatchObject({ code: 'unknown-field', expected: 'no such field' });
    expect(problem.path.startsWith(path)).toBe(true);
    expect(problem.remedy).toMatch(remedy);
  });

  it('is known under the name it has in an answer', () => {
    expect(problemOf(record({ merchant_customs_no: any.optional() }), { mch_customs_no: '1' }).remedy).toBe(
      'Did you mean merchant_customs_no?',
    );
  });
});

describe('describeValue', () => {
  it.each([
    ['text', '"text"', 'text of 4 characters (hidden)'],
    ['😀', '"😀"', 'text of 1 characters (hidden)'],
    [-0, 'the number -0', 'a number (hidden)'],
    [1.5, 'the number 1.5', 'a number (hidden)'],
    [7n, 'the BigInt 7', 'a BigInt (hidden)'],
    [true, 'true', 'true'],
    [null, 'null', 'null'],
    [undefined, 'a undefined', 'a undefined'],
    [[1, 2], 'an array of 2', 'an array of 2'],
    [{}, 'an object', 'an object'],
    [Object.create(null), 'an object', 'an object'],
    [new Map(), 'an object of class Map', 'an object of class Map'],
    [Object.create({ constructor: 1 }), 'an object of class unknown', 'an object of class unknown'],
    [new (class {})(), 'an object of class unknown', 'an object of class unknown'],
    [Symbol('a Date'), 'a Date', 'a Date'],
    [Symbol(), 'a symbol', 'a symbol'],
  ])('%s', (value: unknown, shown, hidden) => {
    expect(describeValue(value)).toBe(shown);
    expect(describeValue(value, { hidden: true })).toBe(hidden);
  });

  it.each([
    'x'.repeat(62),
    'x'.repeat(63),
    'x'.repeat(200),
    '中'.repeat(100),
    '\u202E'.repeat(60),
    '😀'.repeat(70),
    '"'.repeat(50),
  ])('shows at most 64 characters of %s', (text) => expect(describeValue(text).length).toBeLessThanOrEqual(64));

  it('counts what it does not show', () => {
    expect(describeValue('x'.repeat(62))).toBe(`"${'x'.repeat(62)}"`);
    expect(describeValue('x'.repeat(63))).toMatch(/^"x{20,}"… \(63 characters\)$/);
    expect(describeValue(10n ** 80n)).toMatch(/^the BigInt 10+…$/);
  });
});

describe('a defect of the caller is no problem of the input', () => {
  it('warnings that cannot be collected', () => {
    const warnings = Object.freeze([]) as never;
    expect(() => parseSplitOrder([{ ...plain, customs: 'X' }], { paid: 1 }, '$', { warnings })).toThrow(TypeError);
  });

  it('a notification that is no bytes', () => {
    expect(() => openV2Notification({ rawBody: undefined as never, keys: [] })).toThrow(TypeError);
  });
});
