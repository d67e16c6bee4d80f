import { describe, expect, it } from 'vitest';
import { modificationDifferences } from '../../../src/wechatpay/customs/compare';
import { parseModification } from '../../../src/wechatpay/customs/modification';
import { parseRecordsQuery } from '../../../src/wechatpay/customs/records-query';
import type { CustomsModification, CustomsRecord } from '../../../src/wechatpay/customs/types';
import type { Problem } from '../../../src/wechatpay/errors';
import { codesOf, problemsOf } from '../problems';
import { plain, split } from './declarations';

const { fee_type: _, ...part }: CustomsModification & { fee_type?: string } = split;

describe('a modification', () => {
  it.each([
    ['of an order that is not split', plain],
    ['with a duty', { ...plain, duty: 0 }],
    ['of a part', part],
  ])('passes: %s', (_, input) => {
    expect(parseModification(input)).toEqual(input);
  });

  it.each<[string, object, string[]]>([
    ['the currency', { ...part, fee_type: 'CNY' }, ['$.modification.fee_type not-modifiable']],
    ['the number at WeChat Pay', { ...part, sub_order_id: '9' }, ['$.modification.sub_order_id not-modifiable']],
    [
      'an identity',
      { ...plain, certificate_type: 'IDCARD', certificate_id: 'x', certificate_name: 'y' },
      ['type', 'id', 'name'].map((name) => `$.modification.certificate_${name} not-modifiable`),
    ],
    ['a state', { ...plain, state: 'SUCCESS' }, ['$.modification.state unknown-field']],
    ['a part without freight', { ...part, transport_fee: undefined }, ['$.modification.transport_fee required']],
    ['fees without a part', { ...plain, order_fee: 1 }, ['$.modification.order_fee conditional']],
    ['a wrong sum', { ...part, order_fee: 1 }, ['$.modification.order_fee sum']],
    ['a sum of zero', { ...part, order_fee: 0, transport_fee: 0, product_fee: 0 }, ['$.modification.order_fee range']],
    [
      'no key',
      { merchant_customs_no: '1' },
      ['appid', 'mchid', 'out_trade_no', 'transaction_id', 'customs'].map((name) => `$.modification.${name} required`),
    ],
  ])('is refused with %s', (_, input, expected) => {
    expect(codesOf(() => parseModification(input))).toEqual(expected);
  });

  it('says what may change, and shows nothing of an identity', () => {
    const problems = problemsOf(() => parseModification({ ...plain, certificate_id: '11010519491231002X' }));
    expect(problems[0]).toMatchObject({
      expected: 'only merchant_customs_no, duty, order_fee, transport_fee and product_fee to change',
      remedy: 'Leave it out: a modification carries no identity; ask verify-certificate.',
    });
    expect(JSON.stringify(problems)).not.toContain('11010519491231002X');
  });

  it('warns as a declaration does', () => {
    const warnings: Problem[] = [];
    parseModification({ ...plain, customs: 'ZONGSHU' }, '$.modification', { warnings });
    expect(warnings.map(({ path }) => path)).toEqual(['$.modification.customs']);
  });
});

describe('a record held against a modification', () => {
  const record: CustomsRecord = { ...part, state: 'SUCCESS' };

  it('is as it should be', () => {
    expect(modificationDifferences(part, record)).toEqual([]);
  });

  it.each([
    ['merchant_customs_no', '654321'],
    ['duty', 5],
    ['order_fee', 1],
    ['transport_fee', 1],
    ['product_fee', 1],
    ['customs', 'NINGBO'],
    ['transaction_id', '1'],
    ['out_trade_no', '1'],
    ['sub_order_no', '1'],
  ] as const)('differs in %s', (field, theirs) => {
    expect(modificationDifferences(part, { ...record, [field]: theirs })).toEqual([
      { field, ours: part[field], theirs },
    ]);
  });

  it('keeps a duty that the modification leaves out', () => {
    expect(modificationDifferences(plain, { ...plain, state: 'SUCCESS', duty: 88 })).toEqual([]);
  });
});

describe('a question for records', () => {
  const query = {
    appid: plain.appid,
    mchid: plain.mchid,
    order_type: 'sub_order_id',
    order_no: '1000320306201511078440737891',
    customs: 'NINGBO',
  };

  it.each(['out_trade_no', 'transaction_id', 'sub_order_no', 'sub_order_id'])('passes by %s', (order_type) => {
    expect(parseRecordsQuery({ ...query, order_type })).toEqual({ ...query, order_type });
  });

  it('is refused by a field that is no number of an order, and by a number that cannot be one', () => {
    expect(codesOf(() => parseRecordsQuery({ ...query, order_type: 'mchid', order_no: 'ä' }))).toEqual([
      '$.query.order_type enum',
      '$.query.order_no characters',
    ]);
  });
});
