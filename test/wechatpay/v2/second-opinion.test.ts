import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Formatter, Hash, Transformer } from 'wechatpay-axios-plugin';
import { sign, SIGN_TYPES, stringToSign, verifySign } from '../../../src/wechatpay/v2/signing';
import { buildXml, parseXml } from '../../../src/wechatpay/v2/xml';
import { present, VECTORS } from '../../fixtures/v2-vectors';

const KEY = '192006250b4c09247ec02edce69f6a2d';

const name = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/)
  .filter((n) => !(n in Object.prototype) && n !== 'sign_type');
const message = fc.dictionary(name, fc.string({ unit: fc.constantFrom(...'a0 中&=<>"\'%+_|*@-é'), maxLength: 20 }), {
  minKeys: 1,
  maxKeys: 10,
});

describe('wechatpay-axios-plugin', () => {
  it('signs every published vector as we do', () => {
    for (const { params, key, algorithm } of VECTORS) {
      const fields = present(params);
      expect(Hash.sign(algorithm, fields, key)).toBe(sign(fields, { key, signType: algorithm }));
    }
  });

  it('makes the same text to sign from any message', () => {
    fc.assert(
      fc.property(message, (fields) => {
        const theirs = Formatter.queryStringLike(Formatter.ksort(fields));
        expect(stringToSign(fields, KEY)).toBe([...(theirs === '' ? [] : [theirs]), `key=${KEY}`].join('&'));
      }),
      { numRuns: 300 },
    );
  });

  it('verifies what we sign, out of the XML we write', () => {
    fc.assert(
      fc.property(message, fc.constantFrom(...SIGN_TYPES), (fields, signType) => {
        fc.pre(Object.values(fields).some((value) => value !== ''));
        const ours = { ...fields, sign: sign(fields, { key: KEY, signType }) };
        const read = Transformer.toObject(buildXml(ours)) as Record<string, string>;
        expect(Hash.sign(signType, read, KEY)).toBe(ours.sign);
      }),
      { numRuns: 300 },
    );
  });

  it('signs what we verify, in the XML it writes', () => {
    fc.assert(
      fc.property(message, fc.constantFrom(...SIGN_TYPES), (fields, signType) => {
        fc.pre(Object.values(fields).some((value) => value !== ''));
        const theirs = { ...fields, sign: Hash.sign(signType, fields, KEY) };
        const read = parseXml(Buffer.from(Transformer.toXml(theirs), 'utf8'));
        expect(verifySign(read, { keys: [KEY] })).toEqual({ ok: true, signType });
      }),
      { numRuns: 300 },
    );
  });
});
