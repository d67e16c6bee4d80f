import { describe, expect, it } from 'vitest';
import { AnswerFields, fieldMissing, present } from '../../../src/wechatpay/v3/answer-fields';

const fields = new AnswerFields({
  Text: 'a',
  empty: '',
  nothing: null,
  number: 7,
  fraction: 1.5,
  unsafe: 2 ** 53,
  digits: '-42',
  long: '1234567890123456',
  words: '4 2',
  yes: true,
  list: ['a', '', 1, 'b'],
  blank: ['', null],
});

describe('text', () => {
  it.each([
    ['text', 'a'],
    ['TEXT', 'a'],
    ['number', '7'],
    ['empty', undefined],
    ['nothing', undefined],
    ['fraction', undefined],
    ['unsafe', undefined],
    ['yes', undefined],
    ['list', undefined],
    ['absent', undefined],
  ])('of %s is %s', (name, expected) => expect(fields.text(name)).toBe(expected));

  it('is that of the first name that has one', () => {
    expect(fields.text('absent', 'empty', 'NUMBER', 'text')).toBe('7');
    expect(fields.text()).toBeUndefined();
  });
});

describe('integer', () => {
  it.each([
    ['number', 7],
    ['digits', -42],
    ['Digits', -42],
    ['long', undefined],
    ['words', undefined],
    ['fraction', undefined],
    ['unsafe', undefined],
    ['text', undefined],
    ['yes', undefined],
    ['absent', undefined],
  ])('of %s is %s', (name, expected) => expect(fields.integer(name)).toBe(expected));

  it('has up to 15 digits as text', () => {
    expect(new AnswerFields({ a: '123456789012345' }).integer('a')).toBe(123_456_789_012_345);
    expect(new AnswerFields({ a: 'x1' }).integer('a')).toBeUndefined();
    expect(new AnswerFields({ a: '1x' }).integer('a')).toBeUndefined();
  });
});

describe('lists', () => {
  it('of texts hold no empty one and nothing else', () => expect(fields.texts('LIST')).toEqual(['a', 'b']));

  it('of nothing are absent', () => {
    expect(fields.texts('blank')).toBeUndefined();
    expect(fields.texts('text')).toBeUndefined();
    expect(fields.texts('absent')).toBeUndefined();
  });

  it('come as they are, or empty', () => {
    expect(fields.list('List')).toEqual(['a', '', 1, 'b']);
    expect(fields.list('text')).toEqual([]);
  });
});

describe('an answer that is no object', () => {
  it.each([null, undefined, 'text', 7, ['a']])('%j has no fields', (value) => {
    const none = new AnswerFields(value);
    expect(none.text('0', 'length')).toBeUndefined();
    expect(none.integer('length')).toBeUndefined();
  });
});

describe('a record', () => {
  it('has no fields that are undefined', () => {
    expect(present({ a: 1, b: undefined, c: null })).toStrictEqual({ a: 1, c: null });
  });

  it('without a field that it always has is an unknown outcome', () => {
    const error = fieldMissing('customs query', 'state', 'REQ-1');
    expect(error).toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', call: 'customs query', requestId: 'REQ-1' });
    expect(error.message).toMatch(/does not state state/);
    expect(error.remedy).toMatch(/Ask again.*request id/);
  });
});
