import type { HttpRequest } from './http';

/*
 * What an answer says, as an error may show it: people read errors in Temporal's history and in logs, which are neither
 * encrypted nor forgotten.
 */

const HIDDEN = '(hidden)';

const NEVER_SHOWN: readonly RegExp[] = [
  // An identity number: six digits of a region, a date of birth, three digits, a check digit.
  /(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9])/g,
  // An Authorization value and whatever follows it, a message and whatever follows it: no text of WeChat Pay has one.
  /WECHATPAY2-[A-Z0-9-]+ +[^]+/g,
  /(?:[{[]\s*["{[]|<[!?/]?[a-z])[^]*/gi,
];

/** WeChat Pay's texts have at most 256 characters; whatever is longer than this is none of them. */
const NO_WORDS = 8_192;

/**
 * WeChat Pay's own words: one line of at most `max` characters, without identity numbers, without messages and without
 * what the request held and nobody may repeat. `undefined` when nothing is left.
 *
 * @param unrepeatable keys, signatures, personal values and the body of the request, as they were sent
 */
export function shownText(value: unknown, max: number, unrepeatable: readonly string[] = []): string | undefined {
  if (typeof value !== 'string' || value.length > NO_WORDS) return undefined;
  // Hidden before it is cut, or the first half of a secret would stay.
  const text = hide(value, unrepeatable)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  if (text === '') return undefined;
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** An error code: short, of letters, digits, blanks and the signs that codes are made of. */
export function shownCode(value: unknown, unrepeatable: readonly string[] = []): string | undefined {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_ -]{1,64}$/.test(value)) return undefined;
  return shownText(value, 64, unrepeatable);
}

/** WeChat Pay's `Request-ID`, which its support asks for. Not documented for v2, kept where it comes. */
export function requestIdOf(
  headers: Readonly<Record<string, string>>,
  unrepeatable: readonly string[] = [],
): string | undefined {
  return shownText(headers['request-id'], 128, unrepeatable);
}

/** What a server, a proxy or an error page may echo of a request. */
export function unrepeatableOf({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): readonly string[] {
  const authorization = headers['Authorization'] ?? '';
  const signature = /signature="([^"]+)"/.exec(authorization)?.[1] ?? '';
  return [authorization, signature, typeof body === 'string' ? body : ''];
}

function hide(text: string, unrepeatable: readonly string[]): string {
  let shown = text;
  // The longest first: a body holds the values that are hidden after it.
  for (const secret of [...unrepeatable].sort((a, b) => b.length - a.length)) shown = withoutSecret(shown, secret);
  for (const pattern of NEVER_SHOWN) shown = shown.replace(pattern, HIDDEN);
  return shown;
}

/** So much of a long secret gives it away when whoever echoes it cuts it. */
const TELLING = 32;

function withoutSecret(text: string, secret: string): string {
  if (secret.length < 2) return text;
  let shown = text;
  const start = secret.slice(0, TELLING);
  for (let at = shown.indexOf(start); at !== -1; at = shown.indexOf(start, at + HIDDEN.length)) {
    let length = start.length;
    while (length < secret.length && shown[at + length] === secret[length]) length += 1;
    shown = shown.slice(0, at) + HIDDEN + shown.slice(at + length);
  }
  return shown;
}
