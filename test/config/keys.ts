import { createCipheriv, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Values that must never be seen in an error, JSON or inspected output. */
export const CANARIES = {
  apiV3Key: 'V3canaryV3canaryV3canaryV3canary',
  previousV3Key: 'W3canaryW3canaryW3canaryW3canary',
  apiV2Key: 'V2canaryV2canaryV2canaryV2canary',
  previousV2Key: 'W2canaryW2canaryW2canaryW2canary',
} as const;

export const publicPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
export const pkcs8 = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A folder with one file for each right and wrong content. */
export function writeKeyFiles(): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-config-'));
  const files: Record<string, string | Buffer> = {
    'pkcs8.pem': pkcs8,
    'pkcs1.pem': rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }),
    'encrypted.pem': rsa.privateKey.export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    }),
    'encrypted-pkcs1.pem': rsa.privateKey.export({
      type: 'pkcs1',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'secret',
    }),
    'der.key': rsa.privateKey.export({ type: 'pkcs8', format: 'der' }),
    'small.pem': small.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'elliptic.pem': elliptic.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    'cut.pem': pkcs8.slice(0, 400) + '\n-----END PRIVATE KEY-----\n',
    'certificate.pem': '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
    'public.pem': publicPem,
    'v3.key': CANARIES.apiV3Key,
    'v3-newline.key': `${CANARIES.apiV3Key}\n`,
    'v3-crlf.key': `${CANARIES.apiV3Key}\r\n`,
    'v3-two-newlines.key': `${CANARIES.apiV3Key}\n\n`,
    'v3-31.key': CANARIES.apiV3Key.slice(1),
    'v3-33.key': `${CANARIES.apiV3Key}x`,
    'v3-previous.key': CANARIES.previousV3Key,
    'v2.key': CANARIES.apiV2Key,
    'v2-newline.key': `${CANARIES.apiV2Key}\n`,
    'v2-31.key': CANARIES.apiV2Key.slice(1),
    'v2-blank.key': `${CANARIES.apiV2Key.slice(2)} x`,
    'v2-previous.key': CANARIES.previousV2Key,
    'empty.key': '',
    'binary.key': createCipheriv('aes-128-cbc', randomBytes(16), randomBytes(16)).update(randomBytes(64)),
    'big.key': Buffer.alloc(2 * 1024 * 1024, 'x'),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  mkdirSync(join(folder, 'folder.key'));
  symlinkSync('loop.key', join(folder, 'loop.key'));
  return (name) => join(folder, name);
}
