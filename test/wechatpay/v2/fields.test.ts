import { describe, expect, it } from 'vitest';
import { fenOf, pick, textOf } from '../../../src/wechatpay/v2/fields';

const received = Object.assign(Object.create(null) as Record<string, string>, { a: '1', empty: '' });

describe('textOf', () => {
  it('gives the text of a field that is there', () => expect(textOf(received, 'a')).toBe('1'));

  it('does not tell an empty field from an absent one', () => {
    expect(textOf(received, 'empty')).toBeUndefined();
    expect(textOf(received, 'b')).toBeUndefined();
  });

  it('takes nothing from a prototype', () => {
    expect(textOf({}, 'toString')).toBeUndefined();
    expect(textOf(Object.create({ a: '1' }) as Record<string, string>, 'a')).toBeUndefined();
  });
});

describe('fenOf', () => {
  it.each([
    ['0', 0],
    ['888', 888],
    ['00888', 888],
    ['999999999999999', 999_999_999_999_999],
  ])('reads %s', (text, fen) => expect(fenOf({ total_fee: text }, 'total_fee')).toBe(fen));

  it.each(['', '-1', '+1', '1.0', '1e3', ' 1', '1 ', '1a', 'a1', '１', '0x10', '1000000000000000'])(
    'does not guess what "%s" means',
    (text) => expect(fenOf({ total_fee: text }, 'total_fee')).toBeUndefined(),
  );

  it('has no amount where there is no field', () => expect(fenOf({}, 'total_fee')).toBeUndefined());
});

describe('pick', () => {
  it('takes the fields that are there, and leaves no empty ones behind', () => {
    expect(pick({ a: '1', b: '', c: '3' }, ['a', 'b', 'd'])).toStrictEqual({ a: '1' });
  });
});
