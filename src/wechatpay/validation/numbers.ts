import type { z } from 'zod';
import { field } from './parse-input';

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
    if (!Number.isSafeInteger(value)) {
      return { code: 'integer', remedy: 'Send the amount in fen, without a decimal point: 6.50 CNY is 650.' };
    }
    if (value < min) return { code: 'range', remedy: `The smallest amount here is ${min}.` };
    if (value > MAX_FEN) return { code: 'range', remedy: `The largest amount is ${MAX_FEN} fen.` };
    return undefined;
  });
}

/** A long number as decimal text, 0 to `max` (default 2^63 - 1), in its shortest form. */
export function longNumber(options: { readonly max?: bigint } = {}): z.ZodType<string> {
  const max = options.max ?? MAX_INT64;
  return field<string>(`decimal text from 0 to ${max}`, (value) => {
    if (typeof value === 'number' || typeof value === 'bigint') {
      return { code: 'type', remedy: 'Send it as text: JSON numbers above 2^53 lose digits.' };
    }
    if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
    if (!/^[0-9]{1,40}$/.test(value))
      return { code: 'characters', remedy: 'Digits only: no sign, point, exponent or blank.' };
    if (value.length > 1 && value.startsWith('0')) return { code: 'characters', remedy: 'Remove the leading zeros.' };
    if (BigInt(value) > max) return { code: 'range', remedy: 'The number is too large; check where it came from.' };
    return undefined;
  });
}
