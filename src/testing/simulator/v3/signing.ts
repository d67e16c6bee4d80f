import { constants, createCipheriv, createPrivateKey, privateDecrypt, randomBytes, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { TestPlatform, TestPlatformCertificate } from '../../credentials';

/** 32 letters and digits. */
export const newNonce = (): string => randomBytes(16).toString('hex').toUpperCase();

/** The five signed lines of a request. */
export function requestSignatureIsValid(
  publicKeyPem: string,
  request: { method: string; target: string; timestamp: string; nonce: string; body: Buffer; signature: string },
): boolean {
  const { method, target, timestamp, nonce, body, signature } = request;
  const head = Buffer.from(`${method}\n${target}\n${timestamp}\n${nonce}\n`, 'utf8');
  const bytes = Buffer.concat([head, body, Buffer.from('\n')]);
  return verify('sha256', bytes, publicKeyPem, Buffer.from(signature, 'base64'));
}

export interface SigningKey {
  /** Certificate serial, or public key id: what `Wechatpay-Serial` says. */
  readonly serial: string;
  readonly key: KeyObject;
}

/** The headers that prove an answer or a notification: three signed lines. */
export function signatureHeaders(key: SigningKey, body: Buffer, atMs: number): Record<string, string> {
  const timestamp = String(Math.floor(atMs / 1000));
  const nonce = newNonce();
  const bytes = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': sign('sha256', bytes, key.key).toString('base64'),
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    'Wechatpay-Serial': key.serial,
  };
}

/** AEAD_AES_256_GCM under the APIv3 key, as in notifications and certificate downloads. */
export function encryptResource(apiV3Key: string, plain: string, associatedData: string) {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(apiV3Key, 'utf8'), nonce, { authTagLength: 16 });
  cipher.setAAD(Buffer.from(associatedData, 'utf8'));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    ciphertext: sealed.toString('base64'),
    associated_data: associatedData,
    nonce,
  };
}

/**
 * Opens a field sealed with RSAES-PKCS1-v1_5. Node refuses that padding for decryption, so it is taken off by hand:
 * 00 02, at least eight bytes that are not zero, 00, text. Test code only: the real thing must not tell errors apart.
 */
export function openPkcs1(key: KeyObject, sealedBase64: string): string | undefined {
  const sealed = Buffer.from(sealedBase64, 'base64');
  if (sealed.length !== 256) return undefined;
  let padded: Buffer;
  try {
    padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, sealed);
  } catch {
    return undefined;
  }
  const end = padded.indexOf(0, 2);
  if (padded[0] !== 0 || padded[1] !== 2 || end < 10) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(padded.subarray(end + 1));
  } catch {
    return undefined;
  }
}

/** WeChat Pay's own keys: one public key, and certificates of which the newest signs. */
export class PlatformKeys {
  readonly #publicKey: SigningKey;
  #certificates: { facts: TestPlatformCertificate; signing: SigningKey }[] = [];

  constructor(
    platform: TestPlatform,
    private readonly mode: 'both' | 'certificates' | 'publicKey',
  ) {
    this.#publicKey = { serial: platform.publicKeyId, key: createPrivateKey(platform.privateKey) };
    this.addCertificate(platform.certificate);
  }

  /** From now on this one signs; the others stay valid. */
  addCertificate(facts: TestPlatformCertificate): void {
    this.#certificates.unshift({ facts, signing: { serial: facts.serial, key: createPrivateKey(facts.privateKey) } });
  }

  /** Newest first; none once the merchant has moved to public key mode. */
  certificates(): TestPlatformCertificate[] {
    return this.mode === 'publicKey' ? [] : this.#certificates.map(({ facts }) => facts);
  }

  /** The key that `Wechatpay-Serial` names. */
  named(serial: string | undefined): SigningKey | undefined {
    if (serial === this.#publicKey.serial) return this.mode === 'certificates' ? undefined : this.#publicKey;
    if (this.mode === 'publicKey') return undefined;
    return this.#certificates.find(({ facts }) => facts.serial === serial)?.signing;
  }

  /** The key an answer is signed with. */
  forAnswer(serial: string | undefined): SigningKey {
    return this.named(serial) ?? (this.mode === 'publicKey' ? this.#publicKey : this.#newest());
  }

  forNotification(which: 'publicKey' | 'certificate'): SigningKey {
    const usePublicKey = this.mode === 'publicKey' || (this.mode === 'both' && which === 'publicKey');
    return usePublicKey ? this.#publicKey : this.#newest();
  }

  #newest(): SigningKey {
    const newest = this.#certificates[0];
    if (!newest) throw new Error('the platform has no certificate');
    return newest.signing;
  }
}
