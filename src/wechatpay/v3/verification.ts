import { constants, createVerify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { answerToVerify, SIGNATURE_TYPE } from './signing';

export type SignatureProblem =
  | 'missing-header'
  | 'duplicate-header'
  | 'malformed-header'
  | 'unknown-signature-type'
  | 'stale'
  | 'probe'
  | 'unknown-key'
  | 'bad-signature';

/** Why an answer or notification is not believed. The message names no content of it. */
export class SignatureRefusedError extends Error {
  override readonly name = 'SignatureRefusedError';

  constructor(
    readonly reason: SignatureProblem,
    message: string,
  ) {
    super(message);
  }
}

declare const proof: unique symbol;

/** Something WeChat Pay signed. Only {@link verifySignature} makes one, so unverified bytes cannot pass for it. */
export interface Verified<T> {
  readonly [proof]: 'verified';
  readonly value: T;
  /** Serial or id of the key that proved it. */
  readonly signedWith: string;
}

/** Headers as Node gives them. */
export type ReceivedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Finds a key of WeChat Pay by certificate serial or `PUB_KEY_ID_…`. */
export type FindKey = (serialOrId: string) => Promise<KeyObject | undefined>;

/** Answers and notifications live less than five minutes, in both directions. Milliseconds. */
export const WINDOW_MS = 300_000;

/** With a very few messages WeChat Pay tests whether the receiver verifies at all. */
const PROBE_PREFIX = 'WECHATPAY/SIGNTEST/';

/**
 * Proves that WeChat Pay signed these bytes within the last five minutes. What cannot be genuine is refused before a key
 * is looked for, so that it costs neither a download nor a computation.
 *
 * Source: WeChat Pay Global APIv3, "Signature verification".
 *
 * @throws {SignatureRefusedError}
 */
export async function verifySignature(message: {
  readonly headers: ReceivedHeaders;
  readonly body: Buffer;
  readonly findKey: FindKey;
  /** Milliseconds since the epoch. */
  readonly now: number;
}): Promise<Verified<Buffer>> {
  const { body, now } = message;
  const { timestamp, nonce, signature, serial } = readSignatureHeaders(message.headers);

  checkWindow(timestamp, now);
  if (signature.startsWith(PROBE_PREFIX)) {
    throw new SignatureRefusedError('probe', 'a probe of WeChat Pay, deliberately signed wrong');
  }
  // A line feed would move the border between nonce and body.
  if (/[\x00-\x1f\x7f]/.test(nonce)) {
    throw new SignatureRefusedError('malformed-header', 'Wechatpay-Nonce: expected text without control characters');
  }
  const claimed = Buffer.from(signature, 'base64');
  // Node skips what is not Base64, so that one signature would have many spellings.
  if (claimed.toString('base64') !== signature) {
    throw new SignatureRefusedError('malformed-header', 'Wechatpay-Signature: expected Base64');
  }
  const key = /^[0-9A-Za-z_-]{1,128}$/.test(serial) ? await message.findKey(serial) : undefined;
  if (key === undefined) {
    const shown = JSON.stringify(serial.slice(0, 64));
    throw new SignatureRefusedError('unknown-key', `Wechatpay-Serial: no key of WeChat Pay is known as ${shown}`);
  }
  const verifier = createVerify('sha256');
  for (const part of answerToVerify(timestamp, nonce, body)) verifier.update(part);
  if (!verifier.verify({ key, padding: constants.RSA_PKCS1_PADDING }, claimed)) {
    throw new SignatureRefusedError('bad-signature', `the signature does not match the message and the key ${serial}`);
  }
  return { value: body, signedWith: serial } as Verified<Buffer>;
}

function checkWindow(timestamp: string, now: number): void {
  if (!/^[0-9]{1,11}$/.test(timestamp)) {
    throw new SignatureRefusedError('malformed-header', 'Wechatpay-Timestamp: expected seconds since the epoch');
  }
  const aheadMs = Number(timestamp) * 1000 - now;
  if (Math.abs(aheadMs) < WINDOW_MS) return;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  throw new SignatureRefusedError(
    'stale',
    `Wechatpay-Timestamp is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} the local clock, the limit is ` +
      `${WINDOW_MS / 1000} s: an old message, or a clock skew of this machine (check its time synchronisation)`,
  );
}

interface SignatureHeaders {
  readonly timestamp: string;
  readonly nonce: string;
  readonly signature: string;
  readonly serial: string;
}

const SIGNATURE_HEADERS: ReadonlyMap<string, keyof SignatureHeaders | 'type'> = new Map([
  ['wechatpay-timestamp', 'timestamp'],
  ['wechatpay-nonce', 'nonce'],
  ['wechatpay-signature', 'signature'],
  ['wechatpay-serial', 'serial'],
  ['wechatpay-signature-type', 'type'],
]);

/** Each of them exactly once, in one pass; the type may be absent. */
function readSignatureHeaders(headers: ReceivedHeaders): SignatureHeaders {
  const found: { [Name in keyof SignatureHeaders | 'type']?: string } = {};
  for (const header of Object.keys(headers)) {
    const name = SIGNATURE_HEADERS.get(header.toLowerCase());
    if (name === undefined) continue;
    const value = headers[header];
    const values = typeof value === 'string' ? [value] : (value ?? []);
    if (values.length === 0) continue;
    // Two of them prove that something between us and WeChat Pay plays with headers. Node joins repeated ones with ", ";
    // none of these values can hold a comma.
    if (values.length > 1 || values[0]!.includes(',') || found[name] !== undefined) {
      throw new SignatureRefusedError('duplicate-header', `${header.toLowerCase()} came more than once`);
    }
    found[name] = values[0];
  }
  if (found.type !== undefined && found.type !== SIGNATURE_TYPE) {
    throw new SignatureRefusedError('unknown-signature-type', `Wechatpay-Signature-Type: expected ${SIGNATURE_TYPE}`);
  }
  for (const [header, name] of SIGNATURE_HEADERS) {
    if (name === 'type' || (found[name] !== undefined && found[name] !== '')) continue;
    throw new SignatureRefusedError('missing-header', `${header} is missing`);
  }
  return found as SignatureHeaders;
}
