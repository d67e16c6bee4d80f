import type { KeyObject, X509Certificate } from 'node:crypto';
import { parseDuration } from '../interface/durations';
import { hostOf, isLoopbackHost, maskUserInfo } from './addresses';
import { ValueProblem } from './errors';
import { readConfiguredFile } from './files';
import { readApiV2Key, readApiV3Key, readCertificate, readPrivateKey, readPublicKey } from './keys';
import { proxyOf } from '../wechatpay/http-tunnel';
import { hidden } from './secrets';
import type { ValueType } from './variables';

export const SIGN_TYPES = ['MD5', 'HMAC-SHA256'] as const;
export const CUSTOMS_PREFIXES = ['/v3/global/customs', '/global/v3/customs'] as const;
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type SignType = (typeof SIGN_TYPES)[number];
export type CustomsPrefix = (typeof CUSTOMS_PREFIXES)[number];
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `out/tell-me`: an activity of the caller, see `OnResult`. */
interface ResultActivity {
  readonly taskQueue: string;
  readonly activity: string;
}

/** A secret text in a box: a bare string could not be kept out of JSON and inspected output. */
export interface SecretText {
  readonly text: string;
}

export interface Values extends Record<Exclude<ValueType, 'temporal'>, unknown> {
  mchid: string;
  appid: string;
  serial: string;
  'private-key-file': KeyObject;
  'certificate-file': X509Certificate;
  'api-v3-key-file': Buffer;
  'api-v2-key-file': SecretText;
  'public-key-id': string;
  'public-key-file': KeyObject;
  'sealing-key-id': string;
  'sealing-key-file': KeyObject;
  'sign-type': SignType;
  'base-url': string;
  'proxy-url': SecretText;
  'notify-base-url': string;
  'customs-prefix': CustomsPrefix;
  path: string;
  'merchants-file': { readonly name: string; readonly content: Buffer };
  codec: 'off';
  'codec-keys-file': never;
  'task-queue': string;
  'on-result': ResultActivity;
  rate: number;
  host: string;
  port: number;
  'log-level': LogLevel;
  duration: number;
}

/** `folder`: what relative file names are relative to; the working directory if absent. */
type Parser<T> = (text: string, folder?: string) => T;

/** One parser per type of value. Throws `ValueProblem`. */
export const PARSERS: { readonly [T in keyof Values]: Parser<Values[T]> } = {
  mchid: identifier(/^\d{10}$/, 'a merchant number of 10 digits', 'Copy it from the merchant platform.'),
  appid: identifier(/^[A-Za-z0-9_-]{1,32}$/, 'an appid of 1 to 32 letters and digits', 'Copy it from the platform.'),
  serial: identifier(
    /^[0-9A-F]{8,40}$/,
    'a certificate serial number in upper-case hexadecimal',
    'Show it with: openssl x509 -in apiclient_cert.pem -noout -serial',
  ),
  'private-key-file': (text, folder) => readPrivateKey(readConfiguredFile(text, folder)),
  'certificate-file': (text, folder) => readCertificate(readConfiguredFile(text, folder)),
  'api-v3-key-file': (text, folder) => hidden(readApiV3Key(readConfiguredFile(text, folder))),
  'api-v2-key-file': (text, folder) => hidden({ text: readApiV2Key(readConfiguredFile(text, folder)) }),
  'public-key-id': identifier(
    /^PUB_KEY_ID_[0-9A-Za-z]{1,64}$/,
    'an id that starts with PUB_KEY_ID_',
    'Copy it from the merchant platform, where the public key is downloaded.',
  ),
  'public-key-file': (text, folder) => readPublicKey(readConfiguredFile(text, folder)),
  'sealing-key-id': identifier(
    /^(PUB_KEY_ID_[0-9A-Za-z]{1,64}|[0-9A-F]{8,40})$/,
    'a public key id or a certificate serial in upper-case hexadecimal',
    'Take the id that belongs to the file, as `temporal-wechatpay certificates` prints it.',
  ),
  'sealing-key-file': (text, folder) => readPublicKey(readConfiguredFile(text, folder), { certificate: true }),
  'sign-type': oneOf(SIGN_TYPES),
  'proxy-url': proxyUrl,
  'base-url': baseUrl,
  // Whether http is allowed here depends on other variables as well; config.ts decides.
  'notify-base-url': (text) => notifyBaseUrl(text),
  'customs-prefix': oneOf(CUSTOMS_PREFIXES),
  path: pattern(/^(\/[A-Za-z0-9_-]+)+$/, 'a path such as /v3/global/certificates', 'Start with a slash.'),
  'merchants-file': (text, folder) => ({ name: text, content: readConfiguredFile(text, folder) }),
  codec: oneOf(['off'] as const),
  'codec-keys-file': () => {
    throw new ValueProblem(
      'unsupported',
      'to be unset',
      'Payload encryption is not built into this version: unset it, and keep Temporal on loopback or accept plain text with WECHATPAY_CODEC=off.',
      'a value',
    );
  },
  'task-queue': pattern(/^[\x21-\x7E]{1,200}$/, 'a task queue name of 1 to 200 visible characters', 'Shorten it.'),
  'on-result': (text) => {
    const slash = text.lastIndexOf('/');
    const taskQueue = text.slice(0, slash);
    const activity = text.slice(slash + 1);
    if (slash < 1 || activity === '' || /[^\x21-\x7E]/.test(text)) {
      throw new ValueProblem('format', 'TASK_QUEUE/ACTIVITY', 'Write for example orders/recordResult.', show(text));
    }
    return { taskQueue, activity };
  },
  rate: (text) => {
    const value = Number(text);
    if (!/^\d{1,6}(\.\d{1,6})?$/.test(text) || value <= 0) {
      throw new ValueProblem('range', 'a positive number of requests per second', 'Write for example 20.', show(text));
    }
    return value;
  },
  host: pattern(
    /^[A-Za-z0-9.:_-]{1,253}$/,
    'a host name or IP address',
    'Write for example 0.0.0.0 for every interface.',
  ),
  port: (text) => {
    const value = Number(text);
    if (!/^\d{1,5}$/.test(text) || value > 65_535) {
      throw new ValueProblem('range', 'a port from 0 to 65535', 'Write for example 8080.', show(text));
    }
    return value;
  },
  'log-level': oneOf(LOG_LEVELS),
  duration: (text) => {
    const value = parseDuration(text);
    if (value === undefined) {
      throw new ValueProblem('duration', 'a duration with its unit', 'Write for example 30s or 2 minutes.', show(text));
    }
    return value;
  },
};

/** A password may be in it: it is neither shown nor kept as a bare string. */
function proxyUrl(text: string): SecretText {
  try {
    proxyOf(text);
  } catch {
    throw new ValueProblem(
      'url',
      'http://host:port of a forward proxy',
      'Write for example http://proxy.example.com:3128.',
      `${text.length} characters`,
    );
  }
  return hidden({ text });
}

function show(text: string): string {
  const masked = maskUserInfo(text);
  const cut = masked.length > 64 ? `${masked.slice(0, 61)}...` : masked;
  return JSON.stringify(cut);
}

function pattern(allowed: RegExp, expected: string, remedy: string, describe = show): Parser<string> {
  return (text) => {
    if (!allowed.test(text)) throw new ValueProblem('format', expected, remedy, describe(text));
    return text;
  };
}

/** Like `pattern`, for values that are pasted beside the keys: a key pasted into the wrong one must not be shown. */
function identifier(allowed: RegExp, expected: string, remedy: string): Parser<string> {
  return pattern(allowed, expected, remedy, (text) => `${text.length} characters`);
}

function oneOf<const T extends readonly string[]>(values: T): Parser<T[number]> {
  return (text) => {
    if (!values.includes(text)) {
      const list = values.join(', ');
      const meant = values.find((value) => value.toLowerCase() === text.trim().toLowerCase());
      throw new ValueProblem('enum', `one of ${list}`, `Write ${meant ?? 'one of them'}.`, show(text));
    }
    return text;
  };
}

function url(text: string, expected: string, remedy: string, loopbackMayBeHttp: boolean): string {
  const refuse = (expectation: string, todo: string): never => {
    throw new ValueProblem('url', expectation, todo, show(text));
  };
  if (/[\s\\]/.test(text) || !URL.canParse(text))
    refuse(`a URL (${expected})`, 'Write for example https://example.com.');
  const parsed = new URL(text);
  if (parsed.username !== '' || parsed.password !== '') refuse('a URL without user name and password', 'Remove them.');
  if (/[?#]/.test(text)) refuse('a URL without query and fragment', 'Remove everything from ? or # on.');
  const http = parsed.protocol === 'http:';
  if (parsed.protocol !== 'https:' && !(http && (!loopbackMayBeHttp || isLoopbackHost(hostOf(parsed.host))))) {
    refuse(expected, remedy);
  }
  return text.replace(/\/+$/, '');
}

/** A gateway is an origin: every path is signed as a whole, so a prefix would break the signatures. */
function baseUrl(text: string): string {
  const value = url(text, 'https, or http on loopback', 'Use https.', true);
  if (new URL(value).pathname !== '/') {
    throw new ValueProblem('url', 'a URL without a path', 'Remove everything after the host.', show(text));
  }
  return value;
}

/** WeChat Pay takes 128 characters; the longest fixed route, /wechatpay/{mchid}/h5/{sub_mchid}, needs 35 of them. */
const NOTIFY_BASE_LENGTH = 128 - '/wechatpay/0123456789/h5/0123456789'.length;

function notifyBaseUrl(text: string): string {
  const value = url(text, 'https', 'Use https.', false);
  if (value.length > NOTIFY_BASE_LENGTH) {
    throw new ValueProblem(
      'length',
      `at most ${NOTIFY_BASE_LENGTH} characters`,
      'WeChat Pay takes notification URLs of 128 characters, the route included: shorten it.',
      `${value.length} characters`,
    );
  }
  return value;
}
