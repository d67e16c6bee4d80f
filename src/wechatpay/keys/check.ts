import { createPublicKey } from 'node:crypto';
import type { KeyObject, X509Certificate } from 'node:crypto';
import { bareSerial } from '../certificates/serial';
import type { MerchantKeys } from '../merchant';
import { PUBLIC_KEY_PREFIX } from '../v3/key-ring';
import { findingsOf } from './finding';
import type { Finding, Report } from './finding';

const DAY_MS = 24 * 60 * 60_000;
const ENDS_SOON_MS = 30 * DAY_MS;
const MINIMUM_BITS = 2048;

/**
 * What the keys alone tell, without asking WeChat Pay: whether each is what it has to be, and, where the merchant's
 * certificate is given, whether private key and serial are that certificate's and whether it is valid.
 *
 * @param now milliseconds since the epoch
 */
export function checkKeys(keys: MerchantKeys, now: number): readonly Finding[] {
  const { list, add } = findingsOf(keys.mchid);
  const unusable = (what: string, remedy: string) => add('unusable-key', 'error', what, remedy);
  if (!/^\d{10}$/.test(keys.mchid)) unusable('mchid: expected 10 digits', 'Copy it from the merchant platform.');
  if (keys.v3 === undefined && keys.v2 === undefined) {
    unusable('neither APIv3 nor API v2 keys', 'Give the keys of APIv3, of API v2, or of both.');
  }
  if (keys.v3 !== undefined) {
    checkV3(keys.v3, unusable);
    const usable = list.length === 0;
    if (usable) checkPublicKey(keys.v3, add);
    if (usable && keys.v3.certificate !== undefined) {
      checkCertificate(keys.v3.certificate, keys.mchid, keys.v3, add);
      checkDates(keys.v3.certificate, now, add);
    }
  }
  const v2Keys = keys.v2 === undefined ? [] : [keys.v2.keys.current, keys.v2.keys.previous ?? keys.v2.keys.current];
  if (v2Keys.some((key) => typeof key !== 'string' || !/^[\x21-\x7e]{32}$/.test(key))) {
    unusable('API v2 key: expected 32 letters and digits', 'Copy the key from the merchant platform.');
  }
  return list;
}

type V3Keys = NonNullable<MerchantKeys['v3']>;

function checkV3(
  { merchantSerial, privateKey, apiV3Keys, publicKey }: V3Keys,
  unusable: (...text: [string, string]) => void,
) {
  if (!/^[0-9A-F]{8,40}$/.test(merchantSerial)) {
    unusable(
      "serial of the merchant's certificate: expected upper-case hexadecimal digits",
      'Show it with: openssl x509 -in apiclient_cert.pem -noout -serial',
    );
  }
  if (privateKey.type !== 'private' || !isRsa(privateKey)) {
    unusable('private key: expected a private RSA key of 2048 bits or more', 'Give the key of apiclient_key.pem.');
  }
  if (apiV3Keys.length === 0 || apiV3Keys.some(({ length }) => length !== 32)) {
    unusable('APIv3 key: expected 32 bytes', 'Copy the key from the merchant platform.');
  }
  if (publicKey === undefined) return;
  if (!publicKey.id.startsWith(PUBLIC_KEY_PREFIX)) {
    unusable(`id of the public key: expected ${PUBLIC_KEY_PREFIX}…`, 'Copy it from the merchant platform.');
  }
  if (publicKey.key.type !== 'public' || !isRsa(publicKey.key)) {
    unusable("WeChat Pay's public key: expected a public RSA key", 'Give the key of pub_key.pem.');
  }
}

/** Right by its kind, and still nothing WeChat Pay signs with: the usual slip. */
function checkPublicKey({ privateKey, publicKey }: V3Keys, add: Report): void {
  if (publicKey === undefined || !publicKey.key.equals(createPublicKey(privateKey))) return;
  add(
    'own-public-key',
    'error',
    "the configured public key is the merchant's own, and not WeChat Pay's",
    "Give WeChat Pay's pub_key.pem from the merchant platform (Account Center > API Security).",
  );
}

function isRsa(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MINIMUM_BITS;
}

/** Whether certificate, private key and serial belong together: the files alone prove it. */
export function checkCertificate(
  certificate: X509Certificate,
  mchid: string,
  { merchantSerial, privateKey }: Pick<V3Keys, 'merchantSerial' | 'privateKey'>,
  add: Report,
): void {
  const name = commonName(certificate);
  if (!certificate.checkPrivateKey(privateKey)) {
    if (isPlatformName(name)) {
      add(
        'platform-certificate',
        'error',
        "the merchant's certificate is a platform certificate: WeChat Pay's, not the merchant's",
        'Give apiclient_cert.pem, which came with apiclient_key.pem; platform certificates are downloaded.',
      );
    } else {
      add(
        'key-not-of-certificate',
        'error',
        'the private key is not the one of the certificate',
        'Give apiclient_key.pem and apiclient_cert.pem of the same download.',
      );
    }
    return;
  }
  if (bareSerial(certificate.serialNumber) !== bareSerial(merchantSerial)) {
    add(
      'serial-not-of-certificate',
      'error',
      `the serial is not the certificate's, which is ${certificate.serialNumber}`,
      `Set it to ${certificate.serialNumber}, or give the certificate of the serial and its key.`,
    );
  }
  if (/^\d{10}$/.test(name) && name !== mchid) {
    add(
      'certificate-of-another-merchant',
      'warning',
      `the certificate was issued to merchant ${name}`,
      `Give the certificate and the key of merchant ${mchid}.`,
    );
  }
}

function checkDates({ validFrom, validTo }: X509Certificate, now: number, add: Report): void {
  const from = Date.parse(validFrom);
  const to = Date.parse(validTo);
  if (now >= to) {
    add(
      'certificate-expired',
      'error',
      `the merchant's certificate expired on ${new Date(to).toISOString()}`,
      'Apply for a new one on the merchant platform, then replace key, certificate and serial.',
    );
  } else if (now < from) {
    add(
      'certificate-not-yet-valid',
      'error',
      `the merchant's certificate is valid from ${new Date(from).toISOString()} on`,
      'Use the certificate before it until then; if that date has passed, set the clock of this machine.',
    );
  } else if (to - now < ENDS_SOON_MS) {
    add(
      'certificate-ends-soon',
      'warning',
      `the merchant's certificate ends on ${new Date(to).toISOString()}`,
      'Apply for a new one on the merchant platform, and replace key, certificate and serial within two days of that.',
    );
  }
}

/** Merchant certificates carry the merchant number there, platform certificates "Tenpay.com sign": seen, not documented. */
function commonName({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? '';
}

function isPlatformName(name: string): boolean {
  return /tenpay\.com/i.test(name);
}
