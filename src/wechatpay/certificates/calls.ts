import { X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { requestIdOf } from '../answer-text';
import { WechatPayError } from '../errors';
import { USER_AGENT } from '../http';
import type { HttpAnswer, HttpTransport } from '../http';
import { JsonRefusedError, parseJson } from '../json';
import { spelled } from '../refusals';
import { DecryptionError, openAead, readEncryptedResource } from '../v3/aead';
import { classifyRefusal } from '../v3/classify';
import { signedRequest } from '../v3/client';
import type { PlatformCertificate } from '../v3/key-ring';
import type { MerchantCredentials } from '../v3/signing';
import { SignatureRefusedError, verifySignature } from '../v3/verification';
import { bareSerial } from './serial';

export interface CertificateDownloadOptions extends MerchantCredentials {
  readonly transport: HttpTransport;
  /** The merchant's APIv3 key, and the old one during a roll-over. 32 bytes each. */
  readonly apiV3Keys: readonly Buffer[];
  /** Default `/v3/global/certificates`. */
  readonly path?: string;
  readonly now?: () => number;
  readonly userAgent?: string;
}

const CALL = 'certificates';
const REMEDY = 'Check the APIv3 key of the merchant platform and the base URL; keys that are known stay in use.';

/**
 * Makes the download that a key ring uses. An empty list means that the merchant was moved to public key mode.
 *
 * The first download cannot be verified with a key that is already known. So: decrypt (only WeChat Pay knows the
 * APIv3 key besides us), and then verify that same answer with the certificate it names.
 *
 * Source: WeChat Pay Global APIv3, "Download platform certificates".
 */
export function certificateDownload(
  options: CertificateDownloadOptions,
): (known: (serialOrId: string) => KeyObject | undefined) => Promise<readonly PlatformCertificate[]> {
  const { apiV3Keys, now = Date.now } = options;
  return async (known) => {
    const answer = await requestCertificates(options);
    if (answer.status !== 200) {
      const refusal = certificatesRefusal(answer, now());
      if (noneLeft(refusal)) return [];
      throw refusal;
    }
    const certificates = await openCertificates(answer, { apiV3Keys, known, now: now() });
    return certificates.filter(({ expiresAt }) => expiresAt > now());
  };
}

/** The signed request, and its answer as it came. Harmless: it changes nothing, so it shows whether our keys are right. */
export function requestCertificates(options: CertificateDownloadOptions): Promise<HttpAnswer> {
  const { transport, path = '/v3/global/certificates', now = Date.now, userAgent = USER_AGENT } = options;
  return transport.send(signedRequest(options, { name: CALL, method: 'GET', path }, { userAgent, now: now() }));
}

export function certificatesRefusal({ status, headers, body }: HttpAnswer, now: number): WechatPayError {
  return classifyRefusal({ call: CALL, method: 'GET', status, headers, body, sealed: false, now });
}

/** Whether a refusal says that there are no certificates any more: the merchant was moved to public key mode. */
export function noneLeft({ errorClass, code }: WechatPayError): boolean {
  return errorClass === 'NOT_FOUND' && ['NOTFOUND', 'RESOURCENOTEXISTS'].includes(spelled(code));
}

/**
 * Opens and verifies a list of certificates; those that have ended are in it.
 *
 * @throws {WechatPayError} `CONFIGURATION`, of class {@link CertificatesNotOpenedError} where no APIv3 key opens them
 */
export async function openCertificates(
  answer: Pick<HttpAnswer, 'headers' | 'body'>,
  keys: OpeningKeys,
): Promise<readonly PlatformCertificate[]> {
  try {
    return await readAndVerify(answer, keys);
  } catch (error) {
    if (!(error instanceof UnusableError)) throw error;
    const Refusal = error.notOpened ? CertificatesNotOpenedError : WechatPayError;
    throw new Refusal('CONFIGURATION', `platform certificates: ${error.message}`, {
      call: CALL,
      requestId: requestIdOf(answer.headers),
      remedy: REMEDY,
    });
  }
}

export interface OpeningKeys {
  readonly apiV3Keys: readonly Buffer[];
  readonly known?: (serialOrId: string) => KeyObject | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Believes an answer signed with a certificate that has ended: for telling that it has, and for nothing else. */
  readonly believeEnded?: boolean;
}

/** The APIv3 key is not the one WeChat Pay encrypts with. */
export class CertificatesNotOpenedError extends WechatPayError {}

/** Why an answer is no list of certificates. Never leaves this file: {@link openCertificates} adds whose answer it was. */
class UnusableError extends Error {
  constructor(
    message: string,
    readonly notOpened = false,
  ) {
    super(message);
  }
}

async function readAndVerify(
  { headers, body }: Pick<HttpAnswer, 'headers' | 'body'>,
  { apiV3Keys, known, now, believeEnded = false }: OpeningKeys,
): Promise<readonly PlatformCertificate[]> {
  const certificates = readCertificates(body, apiV3Keys);
  const current = certificates.filter(({ expiresAt }) => believeEnded || expiresAt > now);
  const downloaded = new Map(current.map(({ serial, publicKey }) => [serial, publicKey]));
  const findKey = (id: string) => Promise.resolve(downloaded.get(id) ?? known?.(id));
  try {
    await verifySignature({ headers, body, findKey, now });
  } catch (error) {
    if (!(error instanceof SignatureRefusedError)) throw error;
    throw new UnusableError(`the answer cannot be verified: ${error.message}`);
  }
  return certificates;
}

function readCertificates(body: Buffer, apiV3Keys: readonly Buffer[]): PlatformCertificate[] {
  const answer = decode(body);
  const data = typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>)['data'] : undefined;
  if (!Array.isArray(data)) throw new UnusableError('data: expected a list of certificates');
  return data.map((item: unknown, index) => readCertificate(item, `data[${index}]`, apiV3Keys));
}

function readCertificate(item: unknown, where: string, apiV3Keys: readonly Buffer[]): PlatformCertificate {
  const fields = typeof item === 'object' && item !== null ? (item as Record<string, unknown>) : {};
  const pem = decrypt(fields['encrypt_certificate'], where, apiV3Keys);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw new UnusableError(`${where}: expected a PEM certificate`);
  }
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== 'rsa' || (publicKey.asymmetricKeyDetails?.modulusLength ?? 0) < 2048) {
    throw new UnusableError(`${where}: expected an RSA key of 2048 bits or more`);
  }
  const serial = fields['serial_no'];
  if (typeof serial !== 'string' || bareSerial(serial) !== bareSerial(certificate.serialNumber)) {
    throw new UnusableError(`${where}: serial_no is not the serial of its certificate`);
  }
  // WeChat Pay may end a certificate before its own date, so the earlier of both counts.
  const effectiveAt = Math.max(Date.parse(certificate.validFrom), time(fields['effective_time'], where));
  const expiresAt = Math.min(Date.parse(certificate.validTo), time(fields['expire_time'], where));
  if (!(effectiveAt < expiresAt)) throw new UnusableError(`${where}: effective_time must be before expire_time`);
  return { serial, publicKey, effectiveAt, expiresAt };
}

function decrypt(value: unknown, where: string, apiV3Keys: readonly Buffer[]): Buffer {
  try {
    return openAead(readEncryptedResource(value), apiV3Keys);
  } catch (error) {
    if (!(error instanceof DecryptionError)) throw error;
    const message = `${where}.encrypt_certificate: ${error.message}`;
    throw new UnusableError(message, error.reason !== 'malformed');
  }
}

function decode(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof JsonRefusedError) throw new UnusableError(`the answer is ${error.message}`);
    throw error;
  }
}

function time(value: unknown, where: string): number {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw new UnusableError(`${where}: expected RFC 3339 times`);
  return ms;
}
