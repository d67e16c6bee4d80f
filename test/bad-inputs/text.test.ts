import { expect } from 'vitest';
import { buildXml, parseXml } from '../../src/wechatpay/v2/xml';
import { text } from '../../src/wechatpay/validation';
import { changed, onlyProblem, passesAt, refusedAt, warnedAt } from './inputs';
import type { InputName, Refusal } from './inputs';
import { proveGroup } from './table';

interface TextField {
  readonly input: InputName;
  readonly field: string;
  /** Characters. */
  readonly max: number;
  /** Bytes of UTF-8, where they are limited too. */
  readonly maxBytes?: number;
  readonly hidden?: true;
}

/** Every field of free text. */
const FIELDS: readonly TextField[] = [
  { input: 'declaration', field: 'merchant_customs_no', max: 32 },
  { input: 'repush', field: 'merchant_customs_no', max: 32 },
  { input: 'modification', field: 'merchant_customs_no', max: 32 },
  { input: 'verification', field: 'merchant_customs_no', max: 32 },
  { input: 'identity', field: 'certificate_name', max: 128, maxBytes: 214, hidden: true },
  { input: 'application', field: 'business_description', max: 500 },
  { input: 'amendment', field: 'business_description', max: 500 },
  { input: 'order', field: 'body', max: 127, maxBytes: 127 },
  { input: 'order', field: 'detail', max: 8192, maxBytes: 8192 },
  { input: 'order', field: 'attach', max: 127, maxBytes: 127 },
  { input: 'order', field: 'device_info', max: 32 },
  { input: 'order', field: 'goods_tag', max: 32 },
  { input: 'order', field: 'product_id', max: 32 },
  { input: 'order', field: 'openid', max: 128, hidden: true },
  { input: 'order', field: 'contract_display_account', max: 32, hidden: true },
  { input: 'debit', field: 'body', max: 127, maxBytes: 127 },
  { input: 'debit', field: 'detail', max: 8192, maxBytes: 8192 },
  { input: 'debit', field: 'attach', max: 127, maxBytes: 127 },
  { input: 'debit', field: 'goods_tag', max: 32 },
];

function everywhere(value: (field: TextField) => string, refusal: Refusal | ((field: TextField) => Refusal)): void {
  for (const field of FIELDS) {
    const given = value(field);
    const problem = refusedAt(
      field.input,
      field.field,
      given,
      typeof refusal === 'function' ? refusal(field) : refusal,
    );
    if (field.hidden && given !== '') expect(JSON.stringify(problem)).not.toContain(given.slice(0, 4));
  }
}

/** A character that no field takes, in the middle of a text; its place counts from 0. */
function refusedCharacter(character: string, name: string, remedy: RegExp): void {
  everywhere(
    () => `ab ${character}cd`,
    ({ hidden }) => ({
      code: 'characters',
      expected: 'characters that WeChat Pay accepts',
      got: hidden ? 'a character that is not allowed at position 3' : `${name} at position 3`,
      remedy,
    }),
  );
}

/** A text that passes everywhere as it is. */
function passesEverywhere(value: string): void {
  for (const { input, field } of FIELDS) passesAt(input, field, value);
}

const readable = ({ max, maxBytes = Infinity }: TextField): number => Math.min(max, Math.floor(maxBytes));

proveGroup('text', {
  B021: () => {
    everywhere(
      ({ max }) => 'x'.repeat(max + 1),
      ({ max }) => ({
        code: 'length',
        expected: `at most ${max} characters`,
        got: `${max + 1} characters`,
        remedy: 'Shorten it.',
      }),
    );
  },
  B022: () => {
    // A pair of surrogates counts once, so the text is not too long; but it takes four bytes, which no field stores.
    everywhere(
      ({ max }) => '𠮷'.repeat(Math.floor(max / 2)),
      ({ hidden }) => ({ code: 'characters', got: hidden ? /at position 0$/ : 'U+20BB7 at position 0' }),
    );
    everywhere(
      ({ max }) => '𠮷'.repeat(max + 1),
      ({ max }) => ({ code: 'length', got: `${max + 1} characters` }),
    );
  },
  B023: () => {
    for (const field of FIELDS) {
      const chinese = '中'.repeat(field.max);
      if (field.maxBytes === undefined) passesAt(field.input, field.field, chinese);
      else {
        refusedAt(field.input, field.field, chinese, {
          code: 'length',
          expected: `at most ${field.maxBytes} bytes of UTF-8`,
          got: `${3 * field.max} bytes`,
        });
      }
    }
  },
  B024: () => {
    for (const field of FIELDS) passesAt(field.input, field.field, 'x'.repeat(readable(field)));
    passesAt('order', 'body', `${'中'.repeat(42)}x`);
  },
  B025: () => {
    everywhere(() => '', { code: 'empty' });
    const four = text({ min: 4, max: 9 }).safeParse('abc');
    expect(four.error?.issues[0]).toMatchObject({
      params: { code: 'length', expected: 'at least 4 characters', got: '3 characters' },
    });
    refusedAt('declaration', 'mchid', '123000010', { code: 'length', got: '9 digits' });
  },
  B026: () => {
    everywhere(() => 'x'.repeat(2 ** 20), { code: 'length', got: '1048576 characters' });
    everywhere(() => '\u0000'.repeat(2 ** 20), { code: 'length', got: '1048576 characters' });
  },
  B027: () => refusedCharacter('\ud83d', 'U+D83D', /Half of a character/),
  B028: () => refusedCharacter('\ude00', 'U+DE00', /Half of a character/),
  B029: () => refusedCharacter('😀', 'U+1F600', /no emoji/),
  B030: () => {
    refusedCharacter('𠮷', 'U+20BB7', /up to three bytes/);
    refusedCharacter('𝒳', 'U+1D4B3', /up to three bytes/);
  },
  B031: () => passesEverywhere('No 5\ufe0f\u20e3'),
  B032: () => {
    // Not normalised: what is signed, sealed and compared is what the caller wrote.
    passesEverywhere('caf\u00e9');
    passesEverywhere('cafe\u0301');
  },
  B033: () => refusedCharacter('\u202e', 'U+202E', /writing direction/),
  B034: () => refusedCharacter('\u0000', 'U+0000', /control characters/),
  B035: () => {
    refusedCharacter('\u0007', 'U+0007', /control characters/);
    refusedCharacter('\u001b', 'U+001B', /control characters/);
    refusedCharacter('\u007f', 'U+007F', /control characters/);
  },
  B036: () => {
    refusedCharacter('\u0085', 'U+0085', /control characters/);
    refusedCharacter('\u009b', 'U+009B', /control characters/);
  },
  B037: () => refusedCharacter('\n', 'U+000A', /line breaks/),
  B038: () => refusedCharacter('\r', 'U+000D', /line breaks/),
  B039: () => refusedCharacter('\t', 'U+0009', /tabs/),
  B040: () => {
    everywhere(
      () => '\ufeffabc',
      ({ hidden }) => ({
        code: 'characters',
        got: hidden ? /at position 0$/ : 'U+FEFF at position 0',
        remedy: 'Remove the byte order mark.',
      }),
    );
  },
  B041: () => refusedCharacter('\ufffd', 'U+FFFD', /damaged earlier/),
  B042: () => {
    // 中国人民 in GBK and in UTF-8, read as Latin-1. In the second there are control characters, which no field takes.
    const warning = { expected: 'readable text', remedy: /decoded as Latin-1/ };
    warnedAt('order', 'body', 'ÖÐ¹úÈËÃñ', { ...warning, got: '"ÖÐ¹úÈËÃñ"' });
    warnedAt('order', 'detail', 'ÖÐ¹úÈËÃñ', warning);
    warnedAt('debit', 'body', 'ÖÐ¹úÈËÃñ', warning);
    warnedAt('debit', 'detail', 'ÖÐ¹úÈËÃñ', warning);
    warnedAt('order', 'contract_display_account', 'ÖÐ¹úÈËÃñ', { ...warning, got: '(hidden)' });
    warnedAt('application', 'business_description', 'ÖÐ¹úÈËÃñ', warning);
    everywhere(() => Buffer.from('中国人民').toString('latin1'), { code: 'characters' });
    for (const word of ['Crème brûlée', 'Straße', 'Ångström', '“quoted”']) passesAt('order', 'body', word);
  },
  B043: () => {
    // Text stays text: it is written so that no reader takes it for markup.
    passesEverywhere('<b>1</b>');
    const body = '<script>alert(1)</script>]]><x>';
    passesAt('order', 'body', body);
    expect(parseXml(Buffer.from(buildXml({ body })))).toEqual({ body });
  },
  B044: () => passesEverywhere(`O'Neill"; DROP--`),
  B045: () => passesEverywhere('${7*7} {{7*7}} #{7*7}'),
  B046: () => {
    const warning = { expected: 'plain text', remedy: /percent-encoded/ };
    warnedAt('order', 'body', '%E4%BC%9A%E5%91%98', { ...warning, got: '"%E4%BC%9A%E5%91%98"' });
    warnedAt('order', 'detail', '%E4%BC%9A', warning);
    warnedAt('debit', 'body', '%E4%BC%9A%E5%91%98', warning);
    warnedAt('order', 'contract_display_account', '%E5%BC%A0', { ...warning, got: '(hidden)' });
    warnedAt('application', 'business_description', 'shop%20for%20tea %E8%8C%B6', warning);
    passesAt('order', 'body', '100% cotton, 20%off');
  },
  B047: () => {
    const spaces: readonly (readonly [string, string, number])[] = [
      [' abc', 'U+0020', 0],
      ['abc ', 'U+0020', 3],
      ['abc\u3000', 'U+3000', 3],
      ['\u00a0abc', 'U+00A0', 0],
    ];
    for (const [value, name, position] of spaces) {
      everywhere(() => value, {
        code: 'characters',
        expected: 'no white space around the text',
        got: `${name} at position ${position}`,
        remedy: 'Remove the white space around the text.',
      });
    }
    expect(changed('order', { body: 'a b' })).toEqual([]);
    onlyProblem(changed('order', { body: 'a&b' }), '$.body', { code: 'pattern', got: '"&" at position 1' });
  },
});
