import type { Rule } from './parse-input';
import { quoted, quotedCharacter } from './shown';

/** An official account's, mini-program's or app's id begins with `wx`; no page of WeChat Pay promises that. */
export const appidPrefix: Rule = ({ appid }, report) => {
  if (typeof appid !== 'string' || appid.startsWith('wx')) return;
  report(['appid'], {
    code: 'unusual',
    expected: 'an APPID that begins with wx',
    got: quoted(appid),
    remedy: 'Check the APPID.',
  });
};

/**
 * Source: WeChat Pay Global APIv3, Customs Declaration: the tables say `string[1,32]`, the error codes 28 digits. Genuine
 * numbers have 28 digits.
 */
export const paymentNumberLength: Rule = ({ transaction_id: number }, report) => {
  if (typeof number !== 'string' || /^[0-9]{28}$/.test(number)) return;
  const letter = number.search(/[^0-9]/);
  report(['transaction_id'], {
    code: 'unusual',
    expected: '28 digits',
    got: letter === -1 ? `${number.length} digits` : quotedCharacter(number, letter),
    remedy: 'Check that it is the number of the payment at WeChat Pay.',
  });
};

/** Source: WeChat Pay Global APIv3, H5 Payment Authorization: `string[1,32]` in the tables, 10 digits in every sample. */
export const subMerchantLength: Rule = ({ sub_mchid }, report) => {
  if (typeof sub_mchid !== 'string' || sub_mchid.length === 10) return;
  report(['sub_mchid'], {
    code: 'unusual',
    expected: 'a merchant id of 10 digits',
    got: `${sub_mchid.length} digits`,
    remedy: 'Check the id of the sub-merchant.',
  });
};

/** `2E13`: what a spreadsheet makes of a long number. As an order number it is allowed. */
export function noExponentForm(name: string): Rule {
  return (value, report) => {
    const number = value[name];
    if (typeof number !== 'string' || !/^[0-9]+e[0-9]+$/i.test(number)) return;
    report([name], {
      code: 'unusual',
      expected: 'a number in full, no exponent',
      got: quoted(number),
      remedy: 'Check whether a spreadsheet shortened it.',
    });
  };
}

/** Text that is right in form, and still looks damaged on its way here. */
export function undamagedText(name: string, { hidden = false } = {}): Rule {
  return (value, report) => {
    const text = value[name];
    if (typeof text !== 'string') return;
    const warn = (expected: string, remedy: string): void =>
      report([name], { code: 'unusual', expected, got: hidden ? '(hidden)' : quoted(text), remedy });
    if (/(?:%[0-9A-F]{2}){2}/i.test(text)) {
      warn('plain text', 'It looks percent-encoded: WeChat Pay shows it as it is, so decode it first.');
    }
    if (isLatinMadeOfChinese(text)) {
      warn('readable text', 'It looks like Chinese that was decoded as Latin-1: decode the bytes as what they are.');
    }
  };
}

/** Chinese bytes (GBK or UTF-8) read as Latin-1: a run of letters with accents whose bytes are Chinese again. */
function isLatinMadeOfChinese(text: string): boolean {
  const runs = text.match(/[\u0080-\u00ff]{4,}/g) ?? [];
  return runs.some((run) => {
    const bytes = Buffer.from(run, 'latin1');
    return ['utf-8', 'gbk'].some((encoding) => {
      try {
        return /^\p{Script=Han}+$/u.test(new TextDecoder(encoding, { fatal: true }).decode(bytes));
      } catch {
        return false;
      }
    });
  });
}
