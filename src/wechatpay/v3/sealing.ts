import { constants, publicEncrypt } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { WechatPayError } from '../errors';

/** A key of WeChat Pay that may seal: its certificate serial or `PUB_KEY_ID_…`. */
export interface SealingKey {
  readonly id: string;
  readonly publicKey: KeyObject;
}

/**
 * `PKCS1` – RSAES-PKCS1-v1_5, for the customs identity fields, the one exception to APIv3's rule.
 * `OAEP` – RSAES-OAEP with SHA-1, for everything else.
 */
export type SealingPadding = 'PKCS1' | 'OAEP';

const PADDINGS = {
  PKCS1: { padding: constants.RSA_PKCS1_PADDING, overhead: 11 },
  OAEP: { padding: constants.RSA_PKCS1_OAEP_PADDING, overhead: 42 },
} as const;

/**
 * Encrypts a text so that only WeChat Pay can read it; Base64. Every call gives another result.
 * With an RSA 2048 key at most 245 (PKCS1) or 214 (OAEP) bytes of UTF-8.
 *
 * @throws {WechatPayError} `INPUT` when the text is too long, `CONFIGURATION` when the key cannot seal.
 */
export function seal(text: string, key: SealingKey, padding: SealingPadding = 'PKCS1'): string {
  const { publicKey } = key;
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (publicKey.type !== 'public' || publicKey.asymmetricKeyType !== 'rsa' || bits < 2048) {
    throw new WechatPayError('CONFIGURATION', `sealing key ${key.id}: expected a public RSA key of 2048 bits or more`, {
      remedy: "Use WeChat Pay's public key or platform certificate, never the merchant's own.",
    });
  }
  const plain = Buffer.from(text, 'utf8');
  const { padding: rsaPadding, overhead } = PADDINGS[padding];
  const limit = bits / 8 - overhead;
  if (plain.length > limit) {
    throw new WechatPayError('INPUT', `text to seal: expected at most ${limit} bytes of UTF-8, got ${plain.length}`, {
      remedy: 'Shorten the text.',
    });
  }
  return publicEncrypt({ key: publicKey, padding: rsaPadding }, plain).toString('base64');
}
