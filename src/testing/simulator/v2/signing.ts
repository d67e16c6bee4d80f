import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { XmlFields } from './xml';

export type SignType = 'MD5' | 'HMAC-SHA256';

/** The v2 signature over everything except `sign` and empty values, in byte order of the names. */
export function signatureOf(fields: Readonly<XmlFields>, key: string, type: SignType): string {
  const names = Object.keys(fields).filter((name) => name !== 'sign' && fields[name] !== '');
  const pairs = names.sort().map((name) => `${name}=${fields[name]}`);
  const text = [...pairs, `key=${key}`].join('&');
  const digest = type === 'MD5' ? createHash('md5') : createHmac('sha256', key);
  return digest.update(text, 'utf8').digest('hex').toUpperCase();
}

export function signatureIsValid(fields: Readonly<XmlFields>, key: string, type: SignType): boolean {
  const expected = Buffer.from(signatureOf(fields, key, type));
  const given = Buffer.from(fields.sign ?? '');
  return expected.length === given.length && timingSafeEqual(expected, given);
}
