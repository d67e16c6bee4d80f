import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { ValueProblem } from './errors';

const MINIMUM_BITS = 2048;

/** `BEGIN` labels of the PEM blocks in a file, in order. */
function pemLabels(text: string): string[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1] ?? '');
}

/** A merchant's private key: PEM, PKCS#8 or PKCS#1, RSA of 2048 bits or more, not encrypted. */
export function readPrivateKey(content: Buffer): KeyObject {
  const expected = 'a PEM private key (RSA, 2048 bits or more, no password)';
  const text = content.toString('latin1');
  const labels = pemLabels(text);
  if (labels.includes('ENCRYPTED PRIVATE KEY') || /^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    throw new ValueProblem(
      'key-encrypted',
      expected,
      'Remove the password: openssl pkcs8 -topk8 -nocrypt -in OLD.pem -out NEW.pem',
      'a private key with a password',
    );
  }
  if (!labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    const got = labels.includes('CERTIFICATE')
      ? 'a certificate'
      : labels.includes('PUBLIC KEY')
        ? 'a public key'
        : 'no PEM private key';
    throw new ValueProblem('key-kind', expected, 'Give apiclient_key.pem, not apiclient_cert.pem or a .p12 file.', got);
  }
  return requireRsa(
    read(() => createPrivateKey(content), expected),
    expected,
  );
}

/** WeChat Pay's public key: PEM `PUBLIC KEY`. With `certificate: true` an X.509 certificate is accepted as well. */
export function readPublicKey(content: Buffer, { certificate = false } = {}): KeyObject {
  const expected = certificate ? 'a PEM public key or certificate (RSA)' : 'a PEM public key (RSA)';
  const labels = pemLabels(content.toString('latin1'));
  // createPublicKey() would silently derive a public key from a private one; that file does not belong here.
  if (labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    throw new ValueProblem(
      'key-kind',
      expected,
      'Give the public key downloaded from the merchant platform; keep the private key out of here.',
      'a private key',
    );
  }
  if (labels.includes('CERTIFICATE')) {
    if (!certificate) {
      throw new ValueProblem('key-kind', expected, 'Give pub_key.pem; certificates are downloaded.', 'a certificate');
    }
    return requireRsa(
      read(() => new X509Certificate(content).publicKey, expected),
      expected,
    );
  }
  if (!labels.some((label) => label.endsWith('PUBLIC KEY'))) {
    throw new ValueProblem('key-kind', expected, 'Give the PEM file as it was downloaded.', 'no PEM public key');
  }
  return requireRsa(
    read(() => createPublicKey(content), expected),
    expected,
  );
}

/** A merchant's own certificate: PEM; the first of a chain. */
export function readCertificate(content: Buffer): X509Certificate {
  const expected = 'a PEM certificate (RSA)';
  const labels = pemLabels(content.toString('latin1'));
  if (!labels.includes('CERTIFICATE')) {
    const got = labels.some((label) => label.endsWith('PRIVATE KEY'))
      ? 'a private key'
      : labels.some((label) => label.endsWith('PUBLIC KEY'))
        ? 'a public key'
        : 'no PEM certificate';
    throw new ValueProblem('key-kind', expected, 'Give apiclient_cert.pem, not apiclient_key.pem or a .p12 file.', got);
  }
  const certificate = read(() => new X509Certificate(content), expected);
  requireRsa(certificate.publicKey, expected);
  return certificate;
}

/** The APIv3 key: 32 bytes, one trailing line end tolerated because editors add it. */
export function readApiV3Key(content: Buffer): Buffer {
  const key = withoutLineEnd(content);
  if (key.length !== 32) {
    throw new ValueProblem(
      'length',
      'an APIv3 key of 32 bytes',
      'Copy the key from the merchant platform into the file, without spaces or blank lines.',
      describeLength(key, 'bytes'),
    );
  }
  return Buffer.from(key);
}

/** The API v2 key: 32 printable ASCII characters. */
export function readApiV2Key(content: Buffer): string {
  const key = withoutLineEnd(content);
  if (key.length !== 32 || !key.every((byte) => byte > 0x20 && byte < 0x7f)) {
    throw new ValueProblem(
      'length',
      'an API v2 key of 32 letters and digits',
      'Copy the key from the merchant platform into the file, without spaces or blank lines.',
      describeLength(key, 'characters'),
    );
  }
  return key.toString('latin1');
}

function withoutLineEnd(content: Buffer): Buffer {
  if (content.at(-1) !== 0x0a) return content;
  return content.subarray(0, content.at(-2) === 0x0d ? -2 : -1);
}

function describeLength(key: Buffer, unit: string): string {
  const blank = key.some((byte) => byte <= 0x20) ? ', white space among them' : '';
  return `${key.length} ${unit}${blank}`;
}

function read<T>(make: () => T, expected: string): T {
  try {
    return make();
  } catch {
    // OpenSSL's text is not passed on: it says nothing useful and nothing proves it free of content.
    throw new ValueProblem('key-unreadable', expected, 'Download the file again.', 'a damaged PEM file');
  }
}

function requireRsa(key: KeyObject, expected: string): KeyObject {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa') {
    const got = `a key of type ${key.asymmetricKeyType ?? 'unknown'}`;
    throw new ValueProblem('key-type', expected, 'WeChat Pay signs with RSA only: give the RSA key.', got);
  }
  if (bits < MINIMUM_BITS) {
    throw new ValueProblem('key-size', expected, 'Apply for a new certificate of 2048 bits.', `RSA of ${bits} bits`);
  }
  return key;
}
