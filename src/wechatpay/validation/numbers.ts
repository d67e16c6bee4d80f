import type { z } from 'zod';
import { field } from './parse-input';
import { quotedCharacter } from './shown';
import { notText, tooLong } from './text';

/** The pages say `int`, and an amount that wraps round at WeChat Pay would be another amount. */
const MAX_FEN = 2 ** 31 - 1;

/** Largest value of WeChat Pay's 64-bit numbers. */
export const MAX_INT64 = 2n ** 63n - 1n;

/** An amount: a JSON integer in fen (0.01 CNY), `min` (default 0) to 2147483647. */
export function fen(options: { readonly min?: number } = {}): z.ZodType<number> {
  const min = options.min ?? 0;
  return field<number>(`an integer in fen, at least ${min}`, (value) => {
    if (typeof value !== 'number') {
      return { code: 'type', remedy: 'Send the amount as a JSON number in fen: 6.50 CNY is 650.' };
    }
    if (!Number.isInteger(value)) {
      return { code: 'integer', remedy: 'Send the amount in fen, without a decimal point: 6.50 CNY is 650.' };
    }
    if (value < min) return { code: 'range', remedy: `The smallest amount here is ${min}.` };
    if (value > MAX_FEN) return { code: 'range', remedy: `The largest amount is ${MAX_FEN} fen.` };
    return undefined;
  });
}

/** A long number as decimal text, `min` (default 0) to `max` (default 2^63 - 1), in its shortest form. */
export function longNumber(options: { readonly min?: bigint; readonly max?: bigint } = {}): z.ZodType<string> {
  const { min = 0n, max = MAX_INT64 } = options;
  return field<string>(`decimal text from ${min} to ${max}`, (value) => {
    if (typeof value !== 'string') return notText(value);
    if (value === '') return { code: 'characters', remedy: 'Give the number, or leave an optional field out.' };
    if (value.length > MAX_DIGITS) return tooLong(value, String(max).length);
    const at = value.search(/[^0-9]/);
    if (at !== -1) {
      const remedy = 'Digits only: no sign, point, exponent or blank.';
      return { code: 'characters', got: quotedCharacter(value, at), remedy };
    }
    if (BigInt(value) > max) return { code: 'range', remedy: 'The number is too large; check where it came from.' };
    if (value.length > 1 && value.startsWith('0')) return { code: 'characters', remedy: 'Remove the leading zeros.' };
    if (BigInt(value) < min) return { code: 'range', remedy: `Numbers begin at ${min} here.` };
    return undefined;
  });
}

/** More digits than this are not read as a number at all. */
const MAX_DIGITS = 64;
