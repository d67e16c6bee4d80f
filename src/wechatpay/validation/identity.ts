import type { z } from 'zod';
import { field } from './parse-input';
import type { Rule } from './parse-input';
import { describeValue } from './shown';
import { judgeText, notText } from './text';

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS = '10X98765432';

/**
 * Number of a Mainland China identity card: 17 digits and a check character, GB 11643. Never shown in a message.
 *
 * @param now the day it is judged on, milliseconds since the epoch
 */
export function idCardNumber(now: () => number = Date.now): z.ZodType<string> {
  return field<string>(
    'an 18-character ID number with a right check digit',
    (value) => {
      if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
      if (value.length !== 18) return { code: 'length', remedy: 'Only the 18-character number of the identity card.' };
      if (/^[0-9]{17}x$/.test(value)) return { code: 'characters', remedy: 'Write the last X in upper case.' };
      if (!/^[0-9]{17}[0-9X]$/.test(value)) {
        return { code: 'characters', remedy: 'Digits only, the last may be an upper-case X; no blanks or dashes.' };
      }
      if (!isBirthday(value.slice(6, 14), now())) return { code: 'date', remedy: 'The birthday in it is impossible.' };
      const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(value[i]), 0);
      if (CHECK_CHARACTERS[sum % 11] !== value[17]) {
        return { code: 'check-digit', remedy: 'A digit is wrong or two are swapped; ask the payer again.' };
      }
      return undefined;
    },
    { hidden: true },
  );
}

/**
 * First two digits of an ID number: the provincial regions of GB/T 2260, and 81 to 83 of residents from Hong Kong, Macao
 * and Taiwan.
 */
const REGIONS = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(' '),
);

/** The list of regions is not WeChat Pay's, and it grows: a region that is not in it is a warning. */
export function knownRegion(name: string): Rule {
  return (person, report) => {
    const number = person[name];
    if (typeof number !== 'string' || REGIONS.has(number.slice(0, 2))) return;
    report([name], {
      code: 'unusual',
      expected: 'an ID number that begins with the code of a known region',
      got: describeValue(number, { hidden: true }),
      remedy: 'Check the first two digits with the payer.',
    });
  };
}

function isBirthday(digits: string, now: number): boolean {
  const year = Number(digits.slice(0, 4));
  const month = Number(digits.slice(4, 6));
  const day = Number(digits.slice(6, 8));
  const date = new Date(Date.UTC(year, month - 1, day));
  const real = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return real && date.getTime() <= now && new Date(now).getUTCFullYear() - year <= 150;
}

/** Name on the identity card; short enough for either padding. Never shown in a message. */
export function certificateName(): z.ZodType<string> {
  return field<string>(
    'the name on the identity card',
    (value) => {
      const wrong = judgeText(value, { max: 128, maxBytes: 214, hidden: true });
      if (wrong !== undefined) return wrong;
      if (/[0-9]{15}/.test(String(value))) {
        return { code: 'swapped', remedy: 'This is a number: are the fields swapped?' };
      }
      return undefined;
    },
    { hidden: true },
  );
}

/** A field sealed with one of WeChat Pay's keys: Base64 of 256 (RSA 2048) to 512 bytes. */
export function sealedText(): z.ZodType<string> {
  return field<string>(
    'Base64 of a sealed value',
    (value) => {
      if (typeof value !== 'string') {
        return { code: 'type', remedy: 'Seal the plain value with the sealing client first.' };
      }
      const bytes = Buffer.from(value.slice(0, 1024), 'base64');
      if (bytes.toString('base64') !== value || ![256, 384, 512].includes(bytes.length)) {
        return { code: 'sealed', remedy: 'Seal the plain value with the sealing client first; never send it plain.' };
      }
      return undefined;
    },
    { hidden: true },
  );
}

/** Serial of a platform certificate (upper-case hex) or `PUB_KEY_ID_…`. */
export function sealingKeyId(): z.ZodType<string> {
  return field<string>('the serial or id of the WeChat Pay key that sealed the fields', (value) => {
    if (typeof value !== 'string') return notText(value);
    if (/^(PUB_KEY_ID_[0-9A-Za-z]{1,64}|[0-9A-F]{8,40})$/.test(value)) return undefined;
    return { code: 'pattern', remedy: 'Copy sealed_with from the result of the sealing client.' };
  });
}
