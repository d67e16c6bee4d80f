import { constants, verify } from 'node:crypto';
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
 * Proves that WeChat Pay signed these bytes within the last five minutes.
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
  const { headers, body, now } = message;
  const type = singleHeader(headers, 'wechatpay-signature-type');
  if (type !== undefined && type !== SIGNATURE_TYPE) {
    throw new SignatureRefusedError('unknown-signature-type', `Wechatpay-Signature-Type: expected ${SIGNATURE_TYPE}`);
  }
  const timestamp = requiredHeader(headers, 'wechatpay-timestamp');
  const nonce = requiredHeader(headers, 'wechatpay-nonce');
  const signature = requiredHeader(headers, 'wechatpay-signature');
  const serial = requiredHeader(headers, 'wechatpay-serial');

  checkWindow(timestamp, now);
  if (signature.startsWith(PROBE_PREFIX)) {
    throw new SignatureRefusedError('probe', 'a probe of WeChat Pay, deliberately signed wrong');
  }
  // A line feed would move the border between nonce and body.
  if (/[\x00-\x1f\x7f]/.test(nonce)) {
    throw new SignatureRefusedError('malformed-header', 'Wechatpay-Nonce: expected text without control characters');
  }
  const key = /^[0-9A-Za-z_-]{1,128}$/.test(serial) ? await message.findKey(serial) : undefined;
  if (key === undefined) {
    const shown = JSON.stringify(serial.slice(0, 64));
    throw new SignatureRefusedError('unknown-key', `Wechatpay-Serial: no key of WeChat Pay is known as ${shown}`);
  }
  const signed = answerToVerify(timestamp, nonce, body);
  const padded = { key, padding: constants.RSA_PKCS1_PADDING };
  if (!verify('sha256', signed, padded, Buffer.from(signature, 'base64'))) {
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

function requiredHeader(headers: ReceivedHeaders, name: string): string {
  const value = singleHeader(headers, name);
  if (value === undefined || value === '') throw new SignatureRefusedError('missing-header', `${name} is missing`);
  return value;
}

/** A header that came twice proves that something between us and WeChat Pay plays with headers. */
function singleHeader(headers: ReceivedHeaders, name: string): string | undefined {
  const values = Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
  // Node joins a repeated header with ", "; none of these values can hold a comma.
  if (values.length > 1 || values[0]?.includes(',') === true) {
    throw new SignatureRefusedError('duplicate-header', `${name} came more than once`);
  }
  return values[0];
}
