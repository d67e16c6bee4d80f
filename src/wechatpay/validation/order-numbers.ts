import type { z } from 'zod';
import { field } from './parse-input';
import { quotedCharacter } from './shown';
import { failedText, isFailedNumber, judgeText, notText, remedyForCharacter, text, tooLong } from './text';

/** Merchant's own number of an order: 1 to 32 of `0-9 A-Z a-z _ - | * @`. */
export function orderNumber(): z.ZodType<string> {
  return field<string>('1 to 32 characters of 0-9 A-Z a-z _ - | * @', (value) => {
    if (typeof value !== 'string') return notText(value);
    if (value === '') return { code: 'empty', remedy: 'Give a number, or leave an optional field out.' };
    if (value.length > 32) return tooLong(value, 32);
    if (isFailedNumber(value)) return failedText();
    const at = value.search(/[^0-9A-Za-z_\-|*@]/);
    if (at === -1) return undefined;
    return { code: 'characters', got: quotedCharacter(value, at), remedy: remedyForCharacter(value, at) };
  });
}

/** Merchant order number of the payment. */
export const outTradeNo = orderNumber;
/** Merchant's number of one part of a split order. */
export const subOrderNo = orderNumber;

/** Merchant's number of a contract: 1 to 32 letters and digits. */
export function contractCode(): z.ZodType<string> {
  return text({
    max: 32,
    code: true,
    pattern: { of: /^[0-9A-Za-z]+$/, expected: '1 to 32 letters and digits', each: /[^0-9A-Za-z]/ },
  });
}

/**
 * WeChat Pay's number of a payment, as text: 1 to 32 letters and digits. That genuine ones have 28 digits is a warning,
 * see `paymentNumberLength`: the pages state both.
 *
 * Source: WeChat Pay Global APIv3, Customs Declaration: `string[1,32]` in the tables, 28 digits in the error codes.
 */
export function transactionId(): z.ZodType<string> {
  const expected = 'the number of a payment: 28 digits, as text';
  const characters = { of: /^[0-9A-Za-z]+$/, expected, each: /[^0-9A-Za-z]/ };
  return field<string>(expected, (value) => {
    if (typeof value === 'string' && EXPONENT_FORM.test(value)) {
      return { code: 'pattern', remedy: 'A float has lost its digits; read the number as text where it comes from.' };
    }
    if (typeof value === 'string' && /^0x/i.test(value)) {
      return { code: 'pattern', remedy: 'Write the number in decimal digits.' };
    }
    return judgeText(value, { max: 32, code: true, pattern: characters });
  });
}

/** What is left of a long number that was a float on its way: `1.0003203062015111e+27`. */
const EXPONENT_FORM = /^[0-9](?:\.[0-9]{1,32})?e[+-]?[0-9]{1,3}$/i;

/** A merchant id: 10 digits, as text. */
export function mchid(): z.ZodType<string> {
  return field<string>('a merchant id of 10 digits', (value) => {
    if (typeof value !== 'string') return notText(value);
    if (/^[0-9]{10}$/.test(value)) return undefined;
    const at = value.search(/[^0-9]/);
    return at === -1
      ? { code: 'length', got: `${value.length} digits`, remedy: 'Copy the merchant id from the merchant platform.' }
      : {
          code: 'characters',
          got: quotedCharacter(value, at),
          remedy: 'Copy the merchant id from the merchant platform: digits only.',
        };
  });
}

/** An APPID: 1 to 32 letters, digits and `_ -`. That it begins with `wx` is a warning, see `appidPrefix`. */
export function appid(): z.ZodType<string> {
  const expected = 'an APPID of 1 to 32 letters and digits';
  return text({ max: 32, code: true, pattern: { of: /^[0-9A-Za-z_-]+$/, expected, each: /[^0-9A-Za-z_-]/ } });
}
