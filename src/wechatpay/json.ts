/** Why bytes are not JSON that can be used. Holds no part of the content. */
export class JsonRefusedError extends Error {
  override readonly name = 'JsonRefusedError';

  constructor(readonly reason: 'encoding' | 'byte-order-mark' | 'depth' | 'syntax') {
    super(`not usable as JSON: ${REASONS[reason]}`);
  }
}

const REASONS = {
  encoding: 'the bytes are not UTF-8',
  'byte-order-mark': 'it begins with a byte order mark',
  depth: 'it is nested too deeply',
  syntax: 'the syntax is wrong or it was cut off',
} as const;

const MAX_DEPTH = 32;

/**
 * JSON from bytes. Integers of 16 and more digits become text, because a JavaScript number would change them
 * (`applyment_id` is a 64-bit number); everything else is as `JSON.parse` reads it. Invalid UTF-8 is refused.
 *
 * @throws {JsonRefusedError}
 */
export function parseJson(bytes: Uint8Array): unknown {
  let source: string;
  try {
    source = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new JsonRefusedError('encoding');
  }
  if (source.startsWith('\uFEFF')) throw new JsonRefusedError('byte-order-mark');
  const quoted = quoteLongIntegers(source);
  try {
    return JSON.parse(quoted) as unknown;
  } catch {
    // A SyntaxError quotes the source, which may be personal.
    throw new JsonRefusedError('syntax');
  }
}

/**
 * Puts integers of 16 and more digits in quotation marks, in one pass. Only a number that JSON allows is touched, so
 * that text which was wrong before is still wrong afterwards.
 */
function quoteLongIntegers(source: string): string {
  const parts: string[] = [];
  let copied = 0;
  let depth = 0;
  let at = 0;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(source, at);
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > MAX_DEPTH) throw new JsonRefusedError('depth');
      at += 1;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      depth -= 1;
      at += 1;
    } else if (isNumberPart(code)) {
      const start = at;
      while (at < source.length && isNumberPart(source.charCodeAt(at))) at += 1;
      const number = source.slice(start, at);
      if (LONG_INTEGER.test(number) && !isKey(source, at)) {
        parts.push(source.slice(copied, start), '"', number, '"');
        copied = at;
      }
    } else {
      at += 1;
    }
  }
  return copied === 0 ? source : parts.join('') + source.slice(copied);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const LONG_INTEGER = /^-?[1-9][0-9]{15,}$/;

/** Everything that can stand in one run with a digit: 1.5e+9 must not be taken apart. */
function isNumberPart(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || // digits
    (code >= 0x41 && code <= 0x5a) || // letters
    (code >= 0x61 && code <= 0x7a) ||
    code === 0x2b || // + - . _
    code === 0x2d ||
    code === 0x2e ||
    code === 0x5f
  );
}

/** A number in the place of a key is wrong and has to stay wrong. */
function isKey(source: string, end: number): boolean {
  return /^[ \t\r\n]{0,64}:/.test(source.slice(end, end + 65));
}

/** Position behind the closing quotation mark. */
function endOfString(source: string, start: number): number {
  for (let at = start + 1; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at + 1;
  }
  throw new JsonRefusedError('syntax');
}
