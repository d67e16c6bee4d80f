import type { z } from 'zod';
import { field } from './parse-input';
import type { Complaint } from './parse-input';

export interface TextOptions {
  readonly min?: number;
  readonly max: number;
  /** Limit of the UTF-8 form. */
  readonly maxBytes?: number;
  /** Personal or secret: the value never appears in a message. */
  readonly hidden?: boolean;
  /** An empty text is right too. Default: `min` decides. */
  readonly pattern?: { readonly of: RegExp; readonly expected: string };
}

/** Text of `min` to `max` characters that WeChat Pay can store: no control characters, nothing above U+FFFF. */
export function text(options: TextOptions): z.ZodType<string> {
  const { min = 1, max, hidden = false } = options;
  const expected =
    options.pattern?.expected ?? (min === max ? `text of ${max} characters` : `text of ${min} to ${max} characters`);
  return field<string>(expected, (value) => judgeText(value, options), { hidden });
}

export function judgeText(value: unknown, options: TextOptions): Omit<Complaint, 'expected'> | Complaint | undefined {
  if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
  const { min = 1, max, maxBytes, pattern, hidden = false } = options;
  // Length first: the scans below must not run over a megabyte.
  if (value.length > 2 * max) return tooLong(value, max);
  if (min > 0 && /^[\s\u200B-\u200D\u2060\uFEFF]*$/.test(value)) {
    return { code: 'empty', remedy: 'Give a text that is not blank, or leave an optional field out.' };
  }
  const bad = firstBadCharacter(value);
  if (bad !== undefined) {
    return {
      code: 'characters',
      expected: 'characters that WeChat Pay accepts',
      got: hidden
        ? `a character that is not allowed at position ${bad.position}`
        : `${bad.name} at position ${bad.position}`,
      remedy: bad.remedy,
    };
  }
  const length = [...value].length;
  if (length > max) return tooLong(value, max);
  if (length < min) return { code: 'length', remedy: `It is ${min - length} characters too short.` };
  if (value.trim() !== value) return { code: 'characters', remedy: 'Remove the white space around the text.' };
  const bytes = Buffer.byteLength(value, 'utf8');
  if (maxBytes !== undefined && bytes > maxBytes) {
    return {
      code: 'length',
      expected: `at most ${maxBytes} bytes of UTF-8`,
      got: `${bytes} bytes`,
      remedy: 'Shorten it.',
    };
  }
  if (pattern !== undefined && !pattern.of.test(value)) return { code: 'pattern', remedy: 'Correct the value.' };
  return undefined;
}

function tooLong(value: string, max: number): Complaint {
  return {
    code: 'length',
    expected: `at most ${max} characters`,
    got: `${value.length} characters`,
    remedy: 'Shorten it.',
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
    const point = character.codePointAt(0) ?? 0;
    const remedy = whyBad(point, position);
    if (remedy !== undefined) {
      return { name: `U+${point.toString(16).toUpperCase().padStart(4, '0')}`, position, remedy };
    }
    position += 1;
  }
  return undefined;
}

function whyBad(point: number, position: number): string | undefined {
  if (point > 0xffff) return 'WeChat Pay takes characters of up to three bytes: no emoji, no rare 4-byte characters.';
  if (point < 0x20 || (point >= 0x7f && point <= 0x9f)) return 'Remove control characters, line breaks and tabs.';
  if (point >= 0xd800 && point <= 0xdfff) return 'Half of a character: the text was cut in the middle of an emoji.';
  if (point === 0xfffd) return 'The text was damaged earlier: it was decoded with the wrong encoding.';
  if (point === 0xfeff && position === 0) return 'Remove the byte order mark.';
  if (point === 0x2028 || point === 0x2029) return 'Remove line separators.';
  if ((point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069)) {
    return 'Remove characters that turn the writing direction.';
  }
  return undefined;
}

const NOT_A_NUMBER = new Set(['undefined', 'null', 'NaN', '[object Object]']);

/** Merchant's own number of an order: 1 to 32 of `0-9 A-Z a-z _ - | * @`. */
export function orderNumber(): z.ZodType<string> {
  const expected = '1 to 32 characters of 0-9 A-Z a-z _ - | * @';
  return field<string>(expected, (value) => {
    if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
    if (value === '') return { code: 'empty', remedy: 'Give a number, or leave an optional field out.' };
    if (value.length > 32) return tooLong(value, 32);
    if (NOT_A_NUMBER.has(value)) return { code: 'characters', remedy: 'A missing value was turned into text before.' };
    const at = value.search(/[^0-9A-Za-z_\-|*@]/);
    if (at === -1) return undefined;
    return { code: 'characters', remedy: `Remove the character at position ${at}: ${JSON.stringify(value[at])}.` };
  });
}

/** Merchant order number of the payment. */
export const outTradeNo = orderNumber;
/** Merchant's number of one part of a split order. */
export const subOrderNo = orderNumber;

/** A merchant id: 10 digits, as text. */
export function mchid(): z.ZodType<string> {
  return field<string>('a merchant id of 10 digits', (value) => {
    if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
    if (/^[0-9]{10}$/.test(value)) return undefined;
    return /^[0-9]*$/.test(value)
      ? { code: 'length', got: `${value.length} digits`, remedy: 'Copy the merchant id from the merchant platform.' }
      : { code: 'characters', remedy: 'Copy the merchant id from the merchant platform: digits only.' };
  });
}

/** An APPID: 1 to 32 letters, digits and `_ -`. */
export function appid(): z.ZodType<string> {
  return text({ max: 32, pattern: { of: /^[0-9A-Za-z_-]+$/, expected: 'an APPID of 1 to 32 letters and digits' } });
}

/** Digits as text, `min` to `max` of them. */
export function decimalText(min: number, max: number): z.ZodType<string> {
  return text({
    max,
    pattern: { of: new RegExp(`^[0-9]{${min},${max}}$`), expected: `${min} to ${max} digits, as text` },
  });
}

/** One of a closed list, spelled exactly. */
export function oneOf<const V extends string>(values: readonly V[]): z.ZodType<V> {
  const expected = values.length === 1 ? `${values[0]}` : `one of ${values.join(', ')}`;
  return field<V>(expected, (value) => {
    if (values.includes(value as V)) return undefined;
    const meant =
      typeof value === 'string'
        ? values.find((known) => known.toLowerCase() === value.trim().toLowerCase())
        : undefined;
    return {
      code: 'enum',
      remedy: meant === undefined ? 'Choose one of the listed values.' : `Did you mean ${meant}?`,
    };
  });
}
