import { constants, generateKeyPairSync, privateDecrypt, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { seal } from '../../../src/wechatpay/v3/sealing';
import type { SealingKey } from '../../../src/wechatpay/v3/sealing';
import { ellipticCertificatePem, platformA, publicKeyA } from './platform';

/** RSAES-PKCS1-v1_5 by hand: 00 02, non-zero padding, 00, text. Node no longer decrypts it. */
function openPkcs1(sealed: string): string {
  const block = privateDecrypt(
    { key: platformA.privateKey, padding: constants.RSA_NO_PADDING },
    Buffer.from(sealed, 'base64'),
  );
  expect([...block.subarray(0, 2)]).toEqual([0, 2]);
  const border = block.indexOf(0, 2);
  expect(border).toBeGreaterThanOrEqual(10);
  return block.subarray(border + 1).toString('utf8');
}

describe('sealing', () => {
  it.each(['330821198809085211', '张三', '欧阳·娜娜', 'x'.repeat(245)])('is RSAES-PKCS1-v1_5: %s', (text) => {
    const sealed = seal(text, publicKeyA);
    expect(Buffer.from(sealed, 'base64')).toHaveLength(256);
    expect(openPkcs1(sealed)).toBe(text);
  });

  it('gives another text every time', () => {
    expect(seal('a', publicKeyA)).not.toBe(seal('a', publicKeyA));
  });

  it('can be RSAES-OAEP with SHA-1, for calls other than the identity check', () => {
    const text = 'x'.repeat(214);
    const sealed = Buffer.from(seal(text, publicKeyA, 'OAEP'), 'base64');
    const key = { key: platformA.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    expect(privateDecrypt(key, sealed).toString()).toBe(text);
  });

  it.each([
    ['PKCS1', 246],
    ['OAEP', 215],
  ] as const)('refuses with %s a text of %d bytes, and does not show it', (padding, length) => {
    const text = 'y'.repeat(length);
    const failure = (): string => seal(text, publicKeyA, padding);
    expect(failure).toThrow(WechatPayError);
    expect(failure).toThrow(`got ${length}`);
    expect(failure).not.toThrow(/yyy/);
  });

  it('counts bytes, not characters', () => {
    expect(() => seal('张'.repeat(82), publicKeyA)).toThrow('got 246');
  });

  const keys: Record<string, SealingKey> = {
    'a private key': { id: 'X', publicKey: platformA.privateKey },
    'an elliptic key': { id: 'X', publicKey: new X509Certificate(ellipticCertificatePem).publicKey },
    'an RSA key of 1024 bits': { id: 'X', publicKey: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey },
  };
  it.each(Object.keys(keys))('refuses %s', (name) => {
    expect(() => seal('a', keys[name]!)).toThrow('expected a public RSA key');
  });
});
