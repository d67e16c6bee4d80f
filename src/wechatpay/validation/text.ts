import type { z } from 'zod';
import { field } from './parse-input';
import type { Verdict } from './parse-input';
import type { Complaint } from './problems';
import { characterCount, codePointName, quotedCharacter } from './shown';

export interface TextOptions {
  readonly min?: number;
  readonly max: number;
  /** Limit of the UTF-8 form. */
  readonly maxBytes?: number;
  /** Personal or secret: the value never appears in a message. */
  readonly hidden?: boolean;
  /** A number or code: what a failed conversion leaves (`null`, `NaN`) is refused, although its letters are right. */
  readonly code?: boolean;
  /** `each` finds the first character that the field does not take. */
  readonly pattern?: { readonly of: RegExp; readonly expected: string; readonly each?: RegExp };
}

/** Text of `min` to `max` characters that WeChat Pay can store: no control characters, nothing above U+FFFF. */
export function text(options: TextOptions): z.ZodType<string> {
  const { min = 1, max, hidden = false } = options;
  const expected =
    options.pattern?.expected ?? (min === max ? `text of ${max} characters` : `text of ${min} to ${max} characters`);
  return field<string>(expected, (value) => judgeText(value, options), { hidden });
}

export function judgeText(value: unknown, options: TextOptions): Verdict {
  if (typeof value !== 'string') return notText(value);
  const { min = 1, max, maxBytes, pattern, hidden = false } = options;
  // Length first: the scans below must not run over a megabyte.
  if (value.length > 2 * max) return tooLong(value, max);
  if (min > 0 && /^[\s\u200B-\u200F\u2060\uFEFF]*$/.test(value)) {
    return { code: 'empty', remedy: 'Give a text that is not blank, or leave an optional field out.' };
  }
  if (FAILED_TEXTS.has(value) || (options.code === true && isFailedNumber(value))) return failedText();
  const bad = firstBadCharacter(value);
  if (bad !== undefined) {
    return {
      code: 'characters',
      expected: 'characters that WeChat Pay accepts',
      got: `${hidden ? 'a character that is not allowed' : bad.name} at position ${bad.position}`,
      remedy: bad.remedy,
    };
  }
  const length = characterCount(value);
  if (length > max) return tooLong(value, max);
  if (length < min) {
    return {
      code: 'length',
      expected: `at least ${min} characters`,
      got: `${length} characters`,
      remedy: 'Complete it.',
    };
  }
  if (value.trim() !== value) return whiteSpaceAround(value);
  const bytes = Buffer.byteLength(value, 'utf8');
  if (maxBytes !== undefined && bytes > maxBytes) {
    return {
      code: 'length',
      expected: `at most ${maxBytes} bytes of UTF-8`,
      got: `${bytes} bytes`,
      remedy: 'Shorten it.',
    };
  }
  return pattern === undefined ? undefined : judgePattern(value, pattern, hidden);
}

/** What a value that is no text is told. */
export function notText(value: unknown): Verdict {
  const remedy =
    typeof value === 'number' || typeof value === 'bigint'
      ? 'Send it as text: JSON numbers lose leading zeros, and digits above 2^53.'
      : 'Send it as text, in quotation marks.';
  return { code: 'type', remedy };
}

export function tooLong(value: string, max: number): Complaint {
  return {
    code: 'length',
    expected: `at most ${max} characters`,
    got: `${characterCount(value)} characters`,
    remedy: 'Shorten it.',
  };
}

/** Texts that a missing or wrong value turns into when it is joined to a string; no name or number is one of them. */
const FAILED_TEXTS = new Set(['undefined', '[object Object]']);
/** The same, where only numbers and codes are expected. */
const FAILED_NUMBERS = new Set([...FAILED_TEXTS, 'null', 'NaN', 'Infinity', '-Infinity']);

export function isFailedNumber(value: string): boolean {
  return FAILED_NUMBERS.has(value);
}

export function failedText(): Verdict {
  return { code: 'characters', remedy: 'A missing value was turned into text before; find out where.' };
}

function judgePattern(value: string, pattern: NonNullable<TextOptions['pattern']>, hidden: boolean): Verdict {
  const { of, each } = pattern;
  if (of.test(value)) return undefined;
  const position = each === undefined ? -1 : value.search(each);
  if (position === -1) return { code: 'pattern', remedy: 'Correct the value.' };
  const got = hidden ? `a character that is not allowed at position ${position}` : quotedCharacter(value, position);
  return { code: 'pattern', got, remedy: remedyForCharacter(value, position) };
}

/** What to do about a character that is none of `0-9 A-Z a-z` and a few signs. */
export function remedyForCharacter(value: string, position: number): string {
  const character = String.fromCodePoint(value.codePointAt(position)!);
  if (/\s/.test(character)) return 'Remove blanks and line breaks.';
  if (/^[!-~]$/.test(character)) return 'Remove the character.';
  return /[\p{L}\p{N}]/u.test(character)
    ? 'Type it again in plain ASCII: this letter or digit only looks like one.'
    : 'Remove the character: only plain ASCII is right here.';
}

function whiteSpaceAround(value: string): Complaint {
  const position = value.trimStart() === value ? characterCount(value) - 1 : 0;
  const point = [...value][position]!.codePointAt(0)!;
  return {
    code: 'characters',
    expected: 'no white space around the text',
    got: `${codePointName(point)} at position ${position}`,
    remedy: 'Remove the white space around the text.',
  };
}

interface BadCharacter {
  readonly name: string;
  readonly position: number;
  readonly remedy: string;
}

function firstBadCharacter(value: string): BadCharacter | undefined {
  let position = 0;
  for (const character of value) {
    const point = character.codePointAt(0)!;
    const remedy = whyBad(point, position);
    if (remedy !== undefined) return { name: codePointName(point), position, remedy };
    position += 1;
  }
  return undefined;
}

/** Source: WeChat Pay Global APIv3, "Request and response"; APIv2, "Protocol rules": characters of one to three bytes. */
function whyBad(point: number, position: number): string | undefined {
  if (point > 0xffff) return 'WeChat Pay takes characters of up to three bytes: no emoji, no rare 4-byte characters.';
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return 'Remove control characters, line breaks and tabs.';
  if (point >= 0xd800 && point <= 0xdfff) return 'Half of a character: the text was cut in the middle of an emoji.';
  if (point === 0xfffd) return 'The text was damaged earlier: it was decoded with the wrong encoding.';
  if (point === 0xfffe || point === 0xffff) return 'Remove it: no character has this number, and XML cannot hold it.';
  if (point === 0xfeff && position === 0) return 'Remove the byte order mark.';
  if (point === 0x2028 || point === 0x2029) return 'Remove line separators.';
  if ((point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069)) {
    return 'Remove characters that turn the writing direction.';
  }
  return undefined;
}

/** Digits as text, `min` to `max` of them. */
export function decimalText(min: number, max: number): z.ZodType<string> {
  const expected = min === max ? `${max} digits, as text` : `${min} to ${max} digits, as text`;
  return text({ max, pattern: { of: new RegExp(`^[0-9]{${min},${max}}$`), expected, each: /[^0-9]/ } });
}

/** One of a closed list, spelled exactly. */
export function oneOf<const V extends string>(values: readonly V[]): z.ZodType<V> {
  const expected = values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`;
  return field<V>(expected, (value) => {
    if (values.includes(value as V)) return undefined;
    const meant =
      typeof value === 'string' && value.length <= 64
        ? values.find((known) => known.toLowerCase() === value.trim().toLowerCase())
        : undefined;
    return {
      code: 'enum',
      remedy: meant === undefined ? 'Choose one of the listed values.' : `Did you mean ${meant}?`,
    };
  });
}
