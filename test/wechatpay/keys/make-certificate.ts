import { createPublicKey, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/*
 * X.509 certificates with the dates, names and serials that a test needs, by hand: ASN.1 is tag, length, content.
 */

const der = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const size = body.length < 0x80 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};
const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content);
const utcTime = (ms: number): Buffer => {
  const [date = '', time = ''] = new Date(ms).toISOString().split(/T|\.\d+Z/);
  return der(0x17, Buffer.from(`${date.replaceAll('-', '').slice(2)}${time.replaceAll(':', '')}Z`));
};
const name = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(commonName)))));
const SHA256_RSA = sequence(Buffer.from('06092a864886f70d01010b0500', 'hex'));

const DAY = 86_400_000;

export interface CertificateFacts {
  /** Milliseconds since the epoch. */
  readonly from?: number;
  readonly to?: number;
  /** Hexadecimal. */
  readonly serial?: string;
  readonly commonName?: string;
}

/** A certificate of that private key; valid for a year from yesterday unless the test says otherwise. */
export function makeCertificate(privateKey: KeyObject, facts: CertificateFacts = {}): X509Certificate {
  const { from = Date.now() - DAY, to = Date.now() + 365 * DAY } = facts;
  const { serial = '3775B6A45ACD588826D15E583A95F5DD12345678', commonName = '1230000109' } = facts;
  const body = sequence(
    der(0xa0, Buffer.from('020102', 'hex')),
    der(0x02, Buffer.from(serial, 'hex')),
    SHA256_RSA,
    name('Test Root CA'),
    sequence(utcTime(from), utcTime(to)),
    name(commonName),
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  return new X509Certificate(sequence(body, SHA256_RSA, signature));
}

export function newPrivateKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}
