import { createPublicKey, randomBytes, sign } from 'node:crypto';

/** One DER element: tag, length, content. */
function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
const sha256WithRsa = der(SEQUENCE, Buffer.from('06092a864886f70d01010b0500', 'hex'));
const version3 = der(0xa0, Buffer.from('020102', 'hex'));

/** Object identifiers of the parts of a name, DER. */
const NAME_PARTS = { country: '0603550406', organization: '060355040a', commonName: '0603550403' } as const;

function name(parts: Readonly<Partial<Record<keyof typeof NAME_PARTS, string>>>): Buffer {
  const encoded = Object.entries(parts).map(([part, text]) => {
    const id = Buffer.from(NAME_PARTS[part as keyof typeof NAME_PARTS], 'hex');
    // A country is a PrintableString, everything else UTF-8.
    return der(SET, der(SEQUENCE, id, der(part === 'country' ? 0x13 : 0x0c, Buffer.from(text, 'utf8'))));
  });
  return der(SEQUENCE, ...encoded);
}

/** UTCTime: two digits of the year, so only up to 2049. */
function utcTime(at: Date): Buffer {
  const digits = at
    .toISOString()
    .replace(/[-:T]|\.\d+/g, '')
    .slice(2);
  return der(0x17, Buffer.from(digits, 'ascii'));
}

/** Serial number as WeChat Pay writes it: 40 upper-case hexadecimal digits, no leading zero. */
export function newSerial(): string {
  const bytes = randomBytes(20);
  bytes[0] = 0x50 | ((bytes[0] ?? 0) & 0x0f);
  return bytes.toString('hex').toUpperCase();
}

/**
 * A platform certificate as WeChat Pay hands it out: X.509 v3, RSA, five years. It is signed with its own key, because
 * there is no root to chain to; WeChat Pay's root is not checked by merchants either.
 */
export function makeCertificate(privateKeyPem: string, serial: string, from: Date): string {
  const until = new Date(Date.UTC(from.getUTCFullYear() + 5, from.getUTCMonth(), from.getUTCDate()));
  const subject = name({ country: 'CN', organization: 'Tenpay.com', commonName: 'Tenpay.com sign' });
  const body = der(
    SEQUENCE,
    version3,
    der(0x02, Buffer.from(serial, 'hex')),
    sha256WithRsa,
    name({ country: 'CN', organization: 'Tenpay.com', commonName: 'Simulated Root CA' }),
    der(SEQUENCE, utcTime(from), utcTime(until)),
    subject,
    createPublicKey(privateKeyPem).export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, privateKeyPem);
  const certificate = der(SEQUENCE, body, sha256WithRsa, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
