import { describe, expect, it } from 'vitest';
import { DecryptionError, openAead, readEncryptedResource } from '../../../src/wechatpay/v3/aead';
import type { EncryptedResource } from '../../../src/wechatpay/v3/aead';
import { API_V3_KEY, encrypted, OLD_API_V3_KEY } from './platform';

const PLAIN = '{"applyment_id":100000,"applyment_state":"APPROVED"}';
const documented: EncryptedResource = {
  algorithm: 'AEAD_AES_256_GCM',
  nonce: '0123456789ab',
  associated_data: 'applyment',
  ciphertext: '4ouGSjOm4XaQa1fi2mBeHXO25P8n+EZJRf+/dbCV/MdeIBQNk4ZA51rMPjGb2ySI+yi+1TNQ227Ag+GGubJfl2Q8Lvw=',
};
const withoutAad: EncryptedResource = {
  algorithm: 'AEAD_AES_256_GCM',
  nonce: '0123456789ab',
  ciphertext: '4ouGSjOm4XaQa1fi2mBeHXO25P8n+EZJRf+/dbCV/MdeIBQNk4ZA51rMPjGb2ySI+yi+1QHSMpGCl3rVViYCILY1kvs=',
};

function reasonOf(resource: EncryptedResource, keys: readonly Buffer[] = [API_V3_KEY]): string {
  try {
    openAead(resource, keys);
    return 'opened';
  } catch (error) {
    if (error instanceof DecryptionError) return error.reason;
    throw error;
  }
}

describe('what WeChat Pay encrypted', () => {
  it.each([
    ['with associated data', documented],
    ['without', withoutAad],
    ['with empty associated data', { ...withoutAad, associated_data: '' }],
  ])('opens: the documented vector %s', (_, resource) => {
    expect(openAead(resource, [API_V3_KEY]).toString()).toBe(PLAIN);
  });

  it('opens with the old key during a roll-over, and with none of the keys not at all', () => {
    const old = readEncryptedResource(encrypted(PLAIN, 'x', OLD_API_V3_KEY));
    expect(openAead(old, [API_V3_KEY, OLD_API_V3_KEY]).toString()).toBe(PLAIN);
    expect(reasonOf(old)).toBe('cannot-decrypt');
    expect(reasonOf(old, [])).toBe('cannot-decrypt');
    expect(reasonOf(documented, [Buffer.alloc(31)])).toBe('cannot-decrypt');
  });

  it('does not open after any byte of it was changed', () => {
    const bytes = Buffer.from(documented.ciphertext, 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      expect(reasonOf({ ...documented, ciphertext: changed.toString('base64') })).toBe('cannot-decrypt');
    }
  });

  it('does not open with a tag of 15 bytes', () => {
    const short = Buffer.from(documented.ciphertext, 'base64').subarray(0, -1).toString('base64');
    expect(reasonOf({ ...documented, ciphertext: short })).toBe('cannot-decrypt');
  });

  it('does not open with other associated data or another nonce', () => {
    expect(reasonOf({ ...documented, associated_data: 'applymenT' })).toBe('cannot-decrypt');
    expect(reasonOf({ ...documented, associated_data: undefined })).toBe('cannot-decrypt');
    expect(reasonOf({ ...documented, nonce: '0123456789ac' })).toBe('cannot-decrypt');
  });

  it.each([
    ['another algorithm', { algorithm: 'AEAD_SM4_GCM' }],
    ['an algorithm in lower case', { algorithm: 'aead_aes_256_gcm' }],
    ['a nonce of 11 bytes', { nonce: '0123456789a' }],
    ['a nonce of 13 bytes', { nonce: '0123456789abc' }],
    ['a nonce of 12 characters but 13 bytes', { nonce: '0123456789aé' }],
    ['a ciphertext of 15 bytes', { ciphertext: Buffer.alloc(15).toString('base64') }],
    ['a ciphertext that is not Base64', { ciphertext: `${documented.ciphertext}!` }],
    ['no ciphertext', { ciphertext: '' }],
  ])('is malformed: %s', (_, change) => {
    expect(reasonOf({ ...documented, ...change })).toBe('malformed');
  });
});

describe('reading an encrypted resource', () => {
  it.each([
    undefined,
    null,
    [],
    'text',
    1,
    {},
    { ...documented, nonce: 1 },
    { ...documented, ciphertext: null },
    { ...documented, associated_data: 1 },
  ])('refuses %j', (value) => {
    expect(() => readEncryptedResource(value)).toThrow(DecryptionError);
  });

  it('takes null for absent associated data', () => {
    expect(openAead(readEncryptedResource({ ...withoutAad, associated_data: null }), [API_V3_KEY]).toString()).toBe(
      PLAIN,
    );
  });
});
