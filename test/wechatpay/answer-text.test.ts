import { describe, expect, it } from 'vitest';
import { requestIdOf, shownCode, shownText, unrepeatableOf } from '../../src/wechatpay/answer-text';

const shown = (text: unknown, unrepeatable?: readonly string[]): string | undefined =>
  shownText(text, 256, unrepeatable);

describe('an identity number in a text', () => {
  it.each([
    '11010519491231002X',
    '11010519491231002x',
    '330821198809085211',
    '110105200001010019',
    '110105200010310019',
    '110105200012290019',
    '110105200011200019',
    '110105200009100019',
  ])('%s is hidden', (number) => {
    expect(shown(`invalid user ID No. ${number}, check it`)).toBe('invalid user ID No. (hidden), check it');
    expect(shown(`号码${number}有误`)).toBe('号码(hidden)有误');
    expect(shown(`${number} and ${number}`)).toBe('(hidden) and (hidden)');
  });

  it.each([
    ['an order number of 28 digits', '1000320306201511078440737890'],
    ['a number with an impossible month', '110105194913310021'],
    ['a number with an impossible day', '110105194912320021'],
    ['a number of another century', '110105184912310021'],
    ['a number that begins with 0', '010105194912310021'],
    ['17 digits', '11010519491231002'],
  ])('%s is none, and stays', (_, number) => expect(shown(`see ${number}`)).toBe(`see ${number}`));
});

describe('what no text of WeChat Pay has', () => {
  it.each([
    'WECHATPAY2-SHA256-RSA2048 mchid="1",signature="abc"',
    'WECHATPAY2-SM2-WITH-SM3   x',
    '{"certificate_name":"Zhang"}',
    '{ "certificate_name":"Zhang"}',
    '[ {"a":1}]',
    '[["a"]]',
    '<xml><openid>o1</openid></xml>',
    '<!DOCTYPE html>\nline',
    '<?xml version="1.0"?>',
    '</div> more',
    '<HTML>',
  ])('%s is hidden to its end', (echo) => expect(shown(`refused: ${echo}`)).toBe('refused: (hidden)'));

  it.each(['a < b', '{0} is wrong', '[domains] is wrong', 'use WECHATPAY2-SHA256-RSA2048', '{name}'])(
    '%s is an ordinary text',
    (text) => expect(shown(text)).toBe(text),
  );
});

describe('what was sent', () => {
  const secret = 'sealed-value-of-more-than-thirty-two-characters';

  it('is hidden wherever it is repeated, whole or cut', () => {
    expect(shown(`a ${secret} b ${secret}`, [secret])).toBe('a (hidden) b (hidden)');
    expect(shown(`a ${secret.slice(0, 40)} b`, [secret])).toBe('a (hidden) b');
    expect(shown(`a ${secret.slice(0, 32)}#tail`, [secret])).toBe('a (hidden)#tail');
    expect(shown(`a ${secret.slice(0, 31)} b`, [secret])).toBe(`a ${secret.slice(0, 31)} b`);
  });

  it('is hidden beside itself, and never twice', () => {
    expect(shown('abab', ['ab'])).toBe('(hidden)(hidden)');
    expect(shown('hidden', ['hidden'])).toBe('(hidden)');
    expect(shown('(hi', ['hi'])).toBe('((hidden)');
  });

  it('is hidden whole where one secret holds another', () => {
    expect(shown(`x ${secret} y`, ['value', secret])).toBe('x (hidden) y');
    expect(shown(`x ${secret} y`, [secret, 'value'])).toBe('x (hidden) y');
  });

  it('is no secret when it is empty or one character', () => {
    expect(shown('a text', ['', 'a'])).toBe('a text');
    expect(shown('a text', ['a '])).toBe('(hidden)text');
  });

  it('is hidden before the text is cut, or its first half would stay', () => {
    expect(shownText(`${'x'.repeat(10)}${secret}`, 20, [secret])).toBe(`${'x'.repeat(10)}(hidden)`);
  });
});

describe('the rest of a text', () => {
  it('is one line', () => {
    expect(shown(' a\u001b[31m\r\n b\u202e\u2028c ')).toBe('a [31m  b c');
  });

  it.each([undefined, null, 1, {}, '', ' \n ', 'x'.repeat(8_193)])('of %j is nothing', (value) => {
    expect(shown(value)).toBeUndefined();
  });

  it('is cut at its limit, and not before', () => {
    expect(shownText('x'.repeat(8_192), 8_192)).toHaveLength(8_192);
    expect(shownText('abcd', 4)).toBe('abcd');
    expect(shownText('abcde', 4)).toBe('abc…');
  });
});

describe('a code', () => {
  it.each(['SIGN_ERROR', 'RESULT NULL', '-25', 'a', 'x'.repeat(64)])('%s is shown', (code) => {
    expect(shownCode(code)).toBe(code);
  });

  it.each(['', 'x'.repeat(65), 'a.b', 'a\n', '错误', 25, null, undefined, ['SIGN_ERROR']])('%j is none', (code) => {
    expect(shownCode(code)).toBeUndefined();
  });

  it('that repeats a secret is hidden', () => expect(shownCode('SECRET', ['SECRET'])).toBe('(hidden)'));
});

describe('a request id', () => {
  it('is shown up to 128 characters, without what was sent', () => {
    expect(requestIdOf({ 'request-id': 'REQ-1' })).toBe('REQ-1');
    expect(requestIdOf({ 'request-id': 'x'.repeat(200) })).toHaveLength(128);
    expect(requestIdOf({ 'request-id': 'REQ-secret' }, ['secret'])).toBe('REQ-(hidden)');
    expect(requestIdOf({})).toBeUndefined();
  });
});

describe('what may not be repeated of a request', () => {
  it('is its Authorization value, the signature in it, and its body', () => {
    const authorization = 'WECHATPAY2-SHA256-RSA2048 mchid="1",signature="c2ln"';
    expect(unrepeatableOf({ headers: { Authorization: authorization }, body: '{}' })).toEqual([
      authorization,
      'c2ln',
      '{}',
    ]);
    expect(unrepeatableOf({ headers: {}, body: Buffer.from('{}') })).toEqual(['', '', '']);
  });
});
