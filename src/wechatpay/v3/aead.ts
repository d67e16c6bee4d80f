import { createDecipheriv } from 'node:crypto';

/** Something WeChat Pay encrypted with the merchant's APIv3 key. Source: APIv3, "Decrypting". */
export interface EncryptedResource {
  readonly algorithm: string;
  /** 12 bytes of text. */
  readonly nonce: string;
  readonly associated_data?: string;
  /** Base64 of the cipher text and its 16-byte tag. */
  readonly ciphertext: string;
}

/** `malformed`: it cannot be what it says; `cannot-decrypt`: wrong key or changed on its way. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';

  constructor(
    readonly reason: 'malformed' | 'cannot-decrypt',
    message: string,
  ) {
    super(message);
  }
}

export const AEAD_ALGORITHM = 'AEAD_AES_256_GCM';
const TAG_BYTES = 16;

/**
 * Opens what was encrypted with one of the APIv3 keys (two during a roll-over); all of it or nothing.
 *
 * @throws {DecryptionError}
 */
export function openAead(resource: EncryptedResource, apiV3Keys: readonly Buffer[]): Buffer {
  const { algorithm, nonce, associated_data = '', ciphertext } = resource;
  if (algorithm !== AEAD_ALGORITHM) throw malformed(`algorithm: expected ${AEAD_ALGORITHM}`);
  const iv = Buffer.from(nonce, 'utf8');
  if (iv.length !== 12) throw malformed(`nonce: expected 12 bytes, got ${iv.length}`);
  const sealed = Buffer.from(ciphertext, 'base64');
  if (sealed.toString('base64') !== ciphertext) throw malformed('ciphertext: expected Base64');
  if (sealed.length < TAG_BYTES) throw malformed(`ciphertext: expected at least ${TAG_BYTES} bytes`);
  const content = sealed.subarray(0, -TAG_BYTES);
  const tag = sealed.subarray(-TAG_BYTES);
  const aad = Buffer.from(associated_data, 'utf8');
  for (const key of apiV3Keys) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: TAG_BYTES });
      decipher.setAuthTag(tag);
      decipher.setAAD(aad);
      const text = decipher.update(content);
      // final() compares the tag, and adds nothing: GCM gives every byte at once.
      decipher.final();
      return text;
    } catch {
      // the next key
    }
  }
  throw new DecryptionError(
    'cannot-decrypt',
    `none of ${apiV3Keys.length} APIv3 keys opens it: the key of the merchant platform differs, or it was changed`,
  );
}

/** Reads the four fields out of decoded JSON. `null` counts as an absent `associated_data`. */
export function readEncryptedResource(value: unknown): EncryptedResource {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('expected an object');
  const { algorithm, nonce, associated_data, ciphertext } = value as Record<string, unknown>;
  if (typeof algorithm !== 'string') throw malformed('algorithm: expected text');
  if (typeof nonce !== 'string') throw malformed('nonce: expected text');
  if (typeof ciphertext !== 'string') throw malformed('ciphertext: expected text');
  if (associated_data === undefined || associated_data === null) return { algorithm, nonce, ciphertext };
  if (typeof associated_data !== 'string') throw malformed('associated_data: expected text');
  return { algorithm, nonce, associated_data, ciphertext };
}

function malformed(message: string): DecryptionError {
  return new DecryptionError('malformed', message);
}
