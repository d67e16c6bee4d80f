import {
  CertificatesNotOpenedError,
  certificatesRefusal,
  noneLeft,
  openCertificates,
  requestCertificates,
} from '../certificates/calls';
import { WechatPayError } from '../errors';
import type { HttpAnswer } from '../http';
import type { Gateway, MerchantKeys } from '../merchant';
import type { PlatformCertificate } from '../v3/key-ring';
import { checkKeys } from './check';
import { findingsOf } from './finding';
import type { Finding, Report } from './finding';

/** A request or an answer that is five minutes off is refused, by WeChat Pay and by us. */
const CLOCK_ERROR_MS = 300_000;
const CLOCK_WARNING_MS = 60_000;

type V3Keys = NonNullable<MerchantKeys['v3']>;

/**
 * Tells what is wrong with a merchant's keys before the first call finds out: what the keys alone tell
 * ({@link checkKeys}), and what one signed, harmless request (a download of the platform certificates) shows about
 * private key, serial, APIv3 key and the clock of this machine. Empty when all is well. Never throws: a WeChat Pay that
 * cannot be reached is a warning.
 *
 * API v2 keys are only looked at, because API v2 has no request without an order or a contract.
 */
export async function selfTest(
  keys: MerchantKeys,
  gateway: Pick<Gateway, 'v3' | 'certificatesPath'>,
  { now = Date.now }: { readonly now?: () => number } = {},
): Promise<readonly Finding[]> {
  const alone = checkKeys(keys, now());
  if (keys.v3 === undefined || alone.some(({ code }) => code === 'unusable-key')) return alone;
  const { list, add } = findingsOf(keys.mchid);
  const { v3, mchid } = keys;
  const askedAt = now();
  let answer: HttpAnswer;
  try {
    const { merchantSerial, privateKey, apiV3Keys } = v3;
    const credentials = { mchid, merchantSerial, privateKey, apiV3Keys };
    answer = await requestCertificates({ ...credentials, transport: gateway.v3, path: gateway.certificatesPath, now });
  } catch (error) {
    if (!(error instanceof WechatPayError)) throw error;
    add(
      'unreachable',
      'warning',
      `WeChat Pay did not answer: ${error.message}`,
      'Check network, DNS, proxy and the base URL; whether the keys fit could not be seen.',
    );
    return [...alone, ...list];
  }
  const answeredAt = now();
  const skewed = checkClock(answer.headers['date'], (askedAt + answeredAt) / 2, add);
  if (answer.status === 200) await checkCertificates(answer, v3, answeredAt, skewed, add);
  else explainRefusal(answer, v3, answeredAt, skewed, add);
  return [...alone, ...list];
}

/** @returns whether the clock is so far off that nothing else can be judged */
function checkClock(date: string | undefined, now: number, add: Report): boolean {
  // The header has whole seconds: half a second is the middle of what it may mean.
  const theirs = Date.parse(date ?? '') + 500;
  if (Number.isNaN(theirs)) return false;
  const aheadMs = now - theirs;
  const off = Math.abs(aheadMs);
  if (off < CLOCK_WARNING_MS) return false;
  const level = off < CLOCK_ERROR_MS ? 'warning' : 'error';
  add(
    'clock',
    level,
    `the clock of this machine is ${Math.round(off / 1000)} s ${aheadMs > 0 ? 'fast' : 'slow'}`,
    `Synchronise it (NTP); from ${CLOCK_ERROR_MS / 1000} s on every request and every notification is refused.`,
  );
  return level === 'error';
}

async function checkCertificates(answer: HttpAnswer, keys: V3Keys, now: number, skewed: boolean, add: Report) {
  const open = (apiV3Keys: readonly Buffer[]) =>
    openCertificates(answer, {
      apiV3Keys,
      known: (id) => (id === keys.publicKey?.id ? keys.publicKey.key : undefined),
      // A clock that is wrong was reported; the answer's own time lets the rest be judged all the same.
      now: skewed ? Date.parse(answer.headers['date'] ?? '') : now,
      believeEnded: true,
    });
  const [current, ...previous] = keys.apiV3Keys;
  let certificates: readonly PlatformCertificate[];
  try {
    certificates = await open(current === undefined ? [] : [current]).catch(async (error: unknown) => {
      if (!(error instanceof CertificatesNotOpenedError) || previous.length === 0) throw error;
      const opened = await open(keys.apiV3Keys);
      add(
        'api-v3-key-not-in-use',
        'warning',
        'WeChat Pay still encrypts with the previous APIv3 key',
        'Set the current key on the merchant platform, or exchange the two keys.',
      );
      return opened;
    });
  } catch (error) {
    if (!(error instanceof WechatPayError)) throw error;
    if (error instanceof CertificatesNotOpenedError) {
      add(
        'api-v3-key-refused',
        'error',
        'the APIv3 key does not open what WeChat Pay encrypts',
        'Copy the APIv3 key of this merchant from the merchant platform (Account Center > API Security).',
      );
    } else {
      add('platform-certificates-unusable', 'error', error.message, error.remedy ?? 'A person has to look at it.');
    }
    return;
  }
  checkPlatform(certificates, keys, now, skewed, add);
}

function checkPlatform(
  certificates: readonly PlatformCertificate[],
  { publicKey }: V3Keys,
  now: number,
  skewed: boolean,
  add: Report,
): void {
  if (publicKey !== undefined || skewed) return;
  const begun = certificates.filter(({ effectiveAt }) => effectiveAt - CLOCK_ERROR_MS <= now);
  if (begun.some(({ expiresAt }) => now < expiresAt)) return;
  const ends = new Date(Math.max(...certificates.map(({ expiresAt }) => expiresAt))).toISOString();
  const starts = new Date(Math.min(...certificates.map(({ effectiveAt }) => effectiveAt))).toISOString();
  add(
    'platform-certificates-expired',
    'error',
    begun.length === 0
      ? `WeChat Pay's certificates are valid from ${starts} on`
      : `the last of WeChat Pay's certificates ended on ${ends}`,
    'Check the clock of this machine; if it is right, configure the WeChat Pay public key and its id.',
  );
}

function explainRefusal(answer: HttpAnswer, { publicKey }: V3Keys, now: number, skewed: boolean, add: Report): void {
  const refusal = certificatesRefusal(answer, now);
  if (answer.status === 401) {
    // A wrong time makes every signature wrong: it has been reported as what it is.
    if (skewed) return;
    const requestId = refusal.requestId === undefined ? '' : ` (Request-ID ${refusal.requestId})`;
    add(
      'signature-refused',
      'error',
      `WeChat Pay does not accept our signature: the private key does not fit the serial, or the serial is not one of this merchant's API certificates${requestId}`,
      'Compare the serial with Account Center > API Security > API certificate on the merchant platform; a platform certificate has another serial. Give the certificate file too, to see which of the two is wrong.',
    );
    return;
  }
  if (noneLeft(refusal)) {
    // Public key mode.
    if (publicKey === undefined) publicKeyNeeded(add);
    return;
  }
  const passing = ['OUTCOME_UNKNOWN', 'RATE_LIMITED', 'UNAVAILABLE'].includes(refusal.errorClass);
  add(
    passing ? 'unreachable' : 'refused',
    'warning',
    `WeChat Pay answered ${answer.status}: ${refusal.message}`,
    passing
      ? 'Nothing could be seen about the keys; test again later.'
      : (refusal.remedy ?? 'A person has to look at it.'),
  );
}

function publicKeyNeeded(add: Report): void {
  add(
    'public-key-needed',
    'error',
    'WeChat Pay has no platform certificates for this merchant: it was moved to public key mode',
    'Download the WeChat Pay public key from the merchant platform and configure it with its id.',
  );
}
