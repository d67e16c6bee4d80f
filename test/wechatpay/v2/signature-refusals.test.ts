import { describe, expect, it } from 'vitest';
import { sign, stringToSign, verifySign } from '../../../src/wechatpay/v2/signing';
import { buildXml } from '../../../src/wechatpay/v2/xml';

const KEY = '192006250b4c09247ec02edce69f6a2d';

describe('a signature', () => {
  it.each([
    ['31 digits', 'A'.repeat(31)],
    ['33 digits', 'A'.repeat(33)],
    ['63 digits', 'A'.repeat(63)],
    ['65 digits', 'A'.repeat(65)],
  ])('of %s is malformed, since no type has that length', (_, signature) => {
    expect(verifySign({ a: '1', sign: signature }, { keys: [KEY] })).toEqual({ ok: false, reason: 'sign-malformed' });
  });

  it('of a type that nobody knows is of a wrong type, whatever its length', () => {
    for (const length of [31, 32, 64]) {
      expect(verifySign({ a: '1', sign_type: 'RSA', sign: 'A'.repeat(length) }, { keys: [KEY] })).toEqual({
        ok: false,
        reason: 'sign-type',
      });
    }
  });
});

describe('a field without a value', () => {
  it('is not signed, because it is not sent', () => {
    expect(stringToSign({ a: '1', b: undefined, c: '' }, KEY)).toBe(`a=1&key=${KEY}`);
    for (const signType of ['MD5', 'HMAC-SHA256'] as const) {
      expect(sign({ a: '1', b: undefined }, { key: KEY, signType })).toBe(sign({ a: '1' }, { key: KEY, signType }));
    }
    expect(buildXml({ a: '1', b: undefined, c: '' })).toBe('<xml><a><![CDATA[1]]></a></xml>');
  });
});

describe('a name that is no field name', () => {
  it('is named in the error', () => {
    expect(() => buildXml({ 'a b': '1' })).toThrow(/not a field name of WeChat Pay: a b/);
  });
});
