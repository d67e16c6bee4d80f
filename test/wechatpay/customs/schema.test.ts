import { describe, expect, it } from 'vitest';
import {
  parseDeclaration,
  parsePlainIdentity,
  parseRepush,
  parseSealedIdentity,
  parseVerification,
} from '../../../src/wechatpay/customs/schema';
import { InvalidInputError } from '../../../src/wechatpay/errors';
import type { Problem } from '../../../src/wechatpay/errors';
import { seal } from '../../../src/wechatpay/v3/sealing';
import { publicKeyA } from '../v3/platform';
import { plain, split } from './declarations';

function problemsOf(parse: () => unknown): string[] {
  try {
    parse();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ path, code }) => `${path} ${code}`);
  }
}

describe('a declaration', () => {
  it('is right when it is not split, and when it is', () => {
    expect(parseDeclaration(plain)).toEqual(plain);
    expect(parseDeclaration(split)).toEqual(split);
    expect(parseDeclaration({ ...split, transport_fee: 0, order_fee: 888 })).toBeDefined();
    expect(parseDeclaration({ ...plain, duty: 0 })).toBeDefined();
  });

  it.each<[string, object, string[]]>([
    ['the sum of the documented sample', { ...split, order_fee: 888 }, ['$.declaration.order_fee sum']],
    ['a sum off by one', { ...split, order_fee: 1775 }, ['$.declaration.order_fee sum']],
    ['a sum of texts', { ...split, transport_fee: '888' }, ['$.declaration.transport_fee type']],
    [
      'a negative part with the right sum',
      { ...split, transport_fee: -1, product_fee: 1777 },
      ['$.declaration.transport_fee range'],
    ],
    [
      'a total of zero',
      { ...split, order_fee: 0, transport_fee: 0, product_fee: 0 },
      ['$.declaration.order_fee range'],
    ],
    ['decimal yuan', { ...split, order_fee: 17.76 }, ['$.declaration.order_fee integer']],
    ['a negative duty', { ...plain, duty: -1 }, ['$.declaration.duty range']],
    ['fee_type in lower case', { ...split, fee_type: 'cny' }, ['$.declaration.fee_type enum']],
    ['another currency', { ...split, fee_type: 'USD' }, ['$.declaration.fee_type enum']],
    ['one split field missing', { ...split, fee_type: undefined }, ['$.declaration.fee_type required']],
    [
      'sub_order_no alone',
      { ...plain, sub_order_no: '1' },
      ['fee_type', 'order_fee', 'transport_fee', 'product_fee'].map((name) => `$.declaration.${name} required`),
    ],
    [
      'split fields without sub_order_no',
      { ...split, sub_order_no: undefined },
      ['fee_type', 'order_fee', 'transport_fee', 'product_fee'].map((name) => `$.declaration.${name} conditional`),
    ],
    ['a field of v2', { ...plain, mch_id: '1230000109' }, ['$.declaration.mch_id unknown-field']],
    ['a transaction_id as a number', { ...plain, transaction_id: 1e27 }, ['$.declaration.transaction_id type']],
    [
      'a transaction_id in exponent form',
      { ...plain, transaction_id: '1.0003203062015111e+27' },
      ['$.declaration.transaction_id pattern'],
    ],
    [
      'everything missing',
      {},
      ['appid', 'mchid', 'out_trade_no', 'transaction_id', 'customs', 'merchant_customs_no'].map(
        (name) => `$.declaration.${name} required`,
      ),
    ],
  ])('is refused with %s', (_, input, expected) => {
    expect(problemsOf(() => parseDeclaration(input))).toEqual(expected);
  });

  it('gets the problems across fields beside those of single fields', () => {
    const { fee_type: _, ...input } = { ...split, order_fee: 888, colour: 'red', mchid: 5 };
    expect(problemsOf(() => parseDeclaration(input)).sort()).toEqual([
      '$.declaration.colour unknown-field',
      '$.declaration.fee_type required',
      '$.declaration.mchid type',
      '$.declaration.order_fee sum',
    ]);
  });

  it('names the path its caller used', () => {
    expect(problemsOf(() => parseDeclaration(null, '$.orders[3]'))).toEqual(['$.orders[3] required']);
  });

  it('warns of what is unusual, and lets it pass', () => {
    const warnings: Problem[] = [];
    const unusual = { ...plain, transaction_id: '42000', customs: 'ZONGSHU', appid: 'abc' };
    expect(parseDeclaration(unusual, '$.declaration', { warnings })).toEqual(unusual);
    expect(warnings.map(({ path }) => path)).toEqual([
      '$.declaration.transaction_id',
      '$.declaration.customs',
      '$.declaration.appid',
    ]);
    const none: Problem[] = [];
    parseDeclaration(split, '$.declaration', { warnings: none });
    expect(none).toEqual([]);
  });
});

describe('a re-push', () => {
  it('names the record, and no amounts', () => {
    const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no } = plain;
    const repush = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
    expect(parseRepush(repush)).toEqual(repush);
    expect(parseRepush({ ...repush, sub_order_no: '1', sub_order_id: '2' })).toBeDefined();
    expect(problemsOf(() => parseRepush({ ...repush, order_fee: 1 }))).toEqual(['$.repush.order_fee unknown-field']);
  });
});

describe('an identity', () => {
  const sealed = {
    certificate_type: 'IDCARD',
    certificate_id: seal('11010519491231002X', publicKeyA),
    certificate_name: seal('张三', publicKeyA),
    sealed_with: publicKeyA.id,
  };

  it('passes sealed', () => {
    expect(parseSealedIdentity(sealed)).toEqual(sealed);
    expect(parseVerification({ ...plain, ...sealed })).toEqual({ ...plain, ...sealed });
  });

  it('does not pass plain where it must be sealed, and is not shown', () => {
    const open = { ...sealed, certificate_id: '11010519491231002X', certificate_name: '张三' };
    for (const parse of [() => parseSealedIdentity(open), () => parseVerification({ ...plain, ...open })]) {
      expect(problemsOf(parse)).toHaveLength(2);
      expect(parse).toThrow(/^(?!.*(11010519491231002X|张三)).*$/s);
    }
  });

  it.each([
    ['another certificate type', { certificate_type: 'PASSPORT' }, 'enum'],
    ['no name of the key', { sealed_with: undefined }, 'required'],
  ])('does not pass with %s', (_, change, code) => {
    expect(problemsOf(() => parseSealedIdentity({ ...sealed, ...change }))[0]).toContain(code);
  });

  it('passes plain for the sealing client, and is not shown when it is wrong', () => {
    const person = { certificate_id: '11010519491231002X', certificate_name: '张三' };
    expect(parsePlainIdentity(person)).toEqual(person);
    const swapped = (): unknown =>
      parsePlainIdentity({ certificate_id: '张三丰', certificate_name: '11010519491231002X', certificate_nam: '李四' });
    expect(problemsOf(swapped)).toHaveLength(3);
    expect(swapped).toThrow(/^(?!.*(11010519491231002|张三|李四)).*$/s);
  });
});
