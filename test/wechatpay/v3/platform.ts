import {
  constants,
  createCipheriv,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerResponse } from 'node:http';
import type { SealingKey } from '../../../src/wechatpay/v3/sealing';
import type { MerchantCredentials } from '../../../src/wechatpay/v3/signing';

/*
 * WeChat Pay's side, written for the tests with node:crypto alone: it shares no line with the code under test.
 */

const read = (name: string): string => readFileSync(join(__dirname, '../../fixtures/v3-keys', name), 'utf8');

/** One key pair of WeChat Pay. */
export interface PlatformKey {
  readonly serial: string;
  readonly certificatePem: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function platformKey(name: string): PlatformKey {
  const certificatePem = read(`${name}.cert.pem`);
  const certificate = new X509Certificate(certificatePem);
  return {
    serial: certificate.serialNumber,
    certificatePem,
    privateKey: createPrivateKey(read(`${name}.key.pem`)),
    publicKey: certificate.publicKey,
  };
}

export const platformA = platformKey('test-only-platform-a');
export const platformB = platformKey('test-only-platform-b');
export const merchantKey = platformKey('test-only-merchant');
export const ellipticCertificatePem = read('test-only-elliptic.cert.pem');

export const credentials: MerchantCredentials = {
  mchid: '1230000109',
  merchantSerial: merchantKey.serial,
  privateKey: merchantKey.privateKey,
};

/** Public key mode with the key pair of `platformA`. */
export const publicKeyA: SealingKey = {
  id: 'PUB_KEY_ID_0114232134912410000000000000',
  publicKey: createPublicKey(platformA.privateKey),
};

export const API_V3_KEY = Buffer.from('0123456789abcdef0123456789abcdef');
export const OLD_API_V3_KEY = Buffer.from('fedcba9876543210fedcba9876543210');

/** 14 November 2023, 22:13:20 UTC. Milliseconds. */
export const NOW = 1_700_000_000_000;

export interface Signing {
  readonly key?: KeyObject;
  readonly serial?: string;
  /** Seconds since the epoch. */
  readonly timestamp?: number | string;
  readonly nonce?: string;
}

/** Headers by which WeChat Pay vouches for a body. */
export function signedHeaders(body: string | Buffer, signing: Signing = {}): Record<string, string> {
  const { key = platformA.privateKey, serial = platformA.serial } = signing;
  const { timestamp = NOW / 1000, nonce = 'N0nceN0nceN0nceN0nceN0nceN0nce12' } = signing;
  const text = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), Buffer.from(body), Buffer.from('\n')]);
  const signature = sign('sha256', text, { key, padding: constants.RSA_PKCS1_PADDING }).toString('base64');
  return {
    'Wechatpay-Timestamp': String(timestamp),
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Signature': signature,
    'Wechatpay-Serial': serial,
    'Wechatpay-Signature-Type': 'WECHATPAY2-SHA256-RSA2048',
    'Request-ID': 'REQ-1',
  };
}

export function answerSigned(response: ServerResponse, status: number, body: string, signing: Signing = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...signedHeaders(body, signing) });
  response.end(body);
}

/** What WeChat Pay encrypts with the APIv3 key. */
export function encrypted(plain: string, associated_data?: string, key: Buffer = API_V3_KEY): Record<string, string> {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associated_data ?? ''));
  const ciphertext = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: 'AEAD_AES_256_GCM',
    nonce,
    ciphertext: ciphertext.toString('base64'),
    ...(associated_data !== undefined && { associated_data }),
  };
}
