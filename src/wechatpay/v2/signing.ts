import { createHmac, hash, timingSafeEqual } from 'node:crypto';
import { textOf, type Fields } from './fields';

export const SIGN_TYPES = ['MD5', 'HMAC-SHA256'] as const;

export type SignType = (typeof SIGN_TYPES)[number];

/** Length of `sign` in hexadecimal digits. */
const SIGN_LENGTHS: Readonly<Record<SignType, number>> = { MD5: 32, 'HMAC-SHA256': 64 };

/**
 * The text that is signed: every non-empty field except `sign`, in the order of their names' bytes, values as they are,
 * then the key. Holds the API key: never show it.
 *
 * Source: WeChat Pay, "signature algorithm" (v2).
 */
export function stringToSign(fields: Readonly<Record<string, string | undefined>>, key: string): string {
  let text = '';
  // By code units, which is byte order for these names; localeCompare is not.
  for (const name of Object.keys(fields).sort()) {
    const value = fields[name];
    if (name !== 'sign' && value !== undefined && value !== '') text += `${name}=${value}&`;
  }
  return `${text}key=${key}`;
}

/** The value of `sign`: 32 (MD5) or 64 (HMAC-SHA256) upper-case hexadecimal digits. */
export function sign(
  fields: Readonly<Record<string, string | undefined>>,
  { key, signType }: { readonly key: string; readonly signType: SignType },
): string {
  const text = stringToSign(fields, key);
  const digest =
    signType === 'MD5'
      ? hash('md5', text) // of its UTF-8 form, in hexadecimal
      : createHmac('sha256', key).update(text, 'utf8').digest('hex');
  return digest.toUpperCase();
}

/** Why a signature does not count. Closed, so that it can label a metric. */
export type SignRefusal = 'sign-missing' | 'sign-type' | 'sign-malformed' | 'sign-mismatch';

export type SignVerdict =
  { readonly ok: true; readonly signType: SignType } | { readonly ok: false; readonly reason: SignRefusal };

/**
 * Checks `sign` over everything that was received. The type is `sign_type` when the message states one, else the one
 * whose length `sign` has: an HMAC-SHA256 notification may come without `sign_type`.
 *
 * @param keys the API key, and the previous one while it is being replaced.
 * @param allowed types that may count; both by default.
 */
export function verifySign(
  fields: Fields,
  { keys, allowed = SIGN_TYPES }: { readonly keys: readonly string[]; readonly allowed?: readonly SignType[] },
): SignVerdict {
  const received = textOf(fields, 'sign');
  if (received === undefined) return { ok: false, reason: 'sign-missing' };
  const stated = textOf(fields, 'sign_type');
  const signType = SIGN_TYPES.find((type) =>
    stated === undefined ? SIGN_LENGTHS[type] === received.length : type === stated,
  );
  if (signType === undefined) return { ok: false, reason: stated === undefined ? 'sign-malformed' : 'sign-type' };
  if (!allowed.includes(signType)) return { ok: false, reason: 'sign-type' };
  // WeChat Pay sends upper case; one spelling only means one representation of a message.
  if (received.length !== SIGN_LENGTHS[signType] || !/^[0-9A-F]+$/.test(received)) {
    return { ok: false, reason: 'sign-malformed' };
  }
  const claimed = Buffer.from(received, 'latin1');
  const matches = keys.map((key) => timingSafeEqual(Buffer.from(sign(fields, { key, signType }), 'latin1'), claimed));
  return matches.includes(true) ? { ok: true, signType } : { ok: false, reason: 'sign-mismatch' };
}
