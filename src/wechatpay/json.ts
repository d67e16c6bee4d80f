/** Why bytes are not JSON that can be used. Holds no part of the content. */
export class JsonRefusedError extends Error {
  override readonly name = 'JsonRefusedError';

  constructor(readonly reason: keyof typeof REASONS) {
    super(`not usable as JSON: ${REASONS[reason]}`);
  }
}

const REASONS = {
  encoding: 'the bytes are not UTF-8',
  'byte-order-mark': 'it begins with a byte order mark',
  depth: 'it is nested too deeply',
  syntax: 'the syntax is wrong or it was cut off',
  'duplicate-key': 'an object has the same key twice',
} as const;

const MAX_DEPTH = 32;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * JSON from bytes. Integers of 16 and more digits become text, because a JavaScript number would change them
 * (`applyment_id` is a 64-bit number); everything else is as `JSON.parse` reads it. Refused are invalid UTF-8, nesting
 * beyond 32 levels, and an object with the same key twice: programs differ on which of the two counts.
 *
 * @throws {JsonRefusedError}
 */
export function parseJson(bytes: Uint8Array): unknown {
  let source: string;
  try {
    source = UTF8.decode(bytes);
  } catch {
    throw new JsonRefusedError('encoding');
  }
  if (source.startsWith('\uFEFF')) throw new JsonRefusedError('byte-order-mark');
  const { text, members } = quoteLongIntegers(source);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // A SyntaxError quotes the source, which may be personal.
    throw new JsonRefusedError('syntax');
  }
  if (membersOf(value) !== members) throw new JsonRefusedError('duplicate-key');
  return value;
}

/** How many members the objects in it have together: of a key that came twice only the last one is left. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const children: unknown[] = Object.values(value);
  let count = Array.isArray(value) ? 0 : children.length;
  for (const child of children) count += membersOf(child);
  return count;
}

/**
 * Puts integers of 16 and more digits in quotation marks, in one pass. Only a number that JSON allows is touched, so
 * that text which was wrong before is still wrong afterwards. Counts the members of objects on the way: valid JSON has
 * one colon for each, and no other outside of text.
 */
function quoteLongIntegers(source: string): { text: string; members: number } {
  const parts: string[] = [];
  let copied = 0;
  let depth = 0;
  let members = 0;
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
      if (at - start < LONG_DIGITS) continue;
      const number = source.slice(start, at);
      if (LONG_INTEGER.test(number) && !isKey(source, at)) {
        parts.push(source.slice(copied, start), '"', number, '"');
        copied = at;
      }
    } else {
      if (code === COLON) members += 1;
      at += 1;
    }
  }
  return { text: copied === 0 ? source : parts.join('') + source.slice(copied), members };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COLON = 0x3a;
/** A JavaScript number is exact up to 15 digits. */
const LONG_DIGITS = 16;
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

const BEFORE_COLON = /[ \t\r\n]*:/y;

/** A number in the place of a key is wrong and has to stay wrong, however many blanks follow it. */
function isKey(source: string, end: number): boolean {
  BEFORE_COLON.lastIndex = end;
  return BEFORE_COLON.test(source);
}

/** Position behind the closing quotation mark: the first one behind an even number of backslashes. */
function endOfString(source: string, start: number): number {
  for (let end = source.indexOf('"', start + 1); end !== -1; end = source.indexOf('"', end + 1)) {
    let before = end;
    while (source.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((end - before) % 2 === 0) return end + 1;
  }
  throw new JsonRefusedError('syntax');
}
