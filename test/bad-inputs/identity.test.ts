import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import type { Problem } from '../../src/wechatpay/errors';
import { WechatPayError } from '../../src/wechatpay/errors';
import { seal } from '../../src/wechatpay/v3/sealing';
import { idCardNumber } from '../../src/wechatpay/validation';
import { passesAt, problemsOf, refusedAt, warnedAt } from './inputs';
import type { Refusal } from './inputs';
import { proveGroup, provenIn } from './table';

const RIGHT = 'an 18-character ID number with a right check digit';

/** The one problem of an ID number, which shows nothing of it. */
function refusedNumber(value: string, refusal: Refusal): void {
  const problem = refusedAt('identity', 'certificate_id', value, { expected: RIGHT, ...refusal });
  expect(problem.got).toBe(`text of ${[...value].length} characters (hidden)`);
  expectHidden([problem], value);
}

function refusedName(value: string, refusal: Refusal): void {
  expectHidden([refusedAt('identity', 'certificate_name', value, refusal)], value);
}

/** No two neighbouring characters of the value are in what is said of it. */
function expectHidden(problems: readonly Problem[], value: string): void {
  const said = JSON.stringify(problems);
  for (let at = 0; at + 4 <= value.length; at += 1) expect(said).not.toContain(value.slice(at, at + 4));
  if (value.trim() !== '' && value.length < 4) expect(said).not.toContain(value);
}

/** With the check digit that belongs to 17 digits. */
function checked(first17: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, index) => total + weight * Number(first17[index]), 0);
  return first17 + '10X98765432'.charAt(sum % 11);
}

const CHECK_DIGIT = { code: 'check-digit', remedy: /A digit is wrong or two are swapped/ };
const CHARACTERS = { code: 'characters', remedy: /no blanks or dashes/ };
const LENGTH = { code: 'length', remedy: /18-character number/ };
const IMPOSSIBLE = { code: 'date', remedy: 'The birthday in it is impossible.' };

const nextYear = new Date().getUTCFullYear() + 1;

proveGroup('identity', {
  B123: () => {
    passesAt('identity', 'certificate_id', '330821198809085212');
    for (const wrong of '013456789X') refusedNumber(`33082119880908521${wrong}`, CHECK_DIGIT);
  },
  B124: () => {
    refusedNumber('338021198809085212', CHECK_DIGIT);
    refusedNumber('330821198809085122', CHECK_DIGIT);
  },
  B125: () => refusedNumber('11010519491231002x', { code: 'characters', remedy: 'Write the last X in upper case.' }),
  B126: () => refusedNumber('11010519491231002Ｘ', CHARACTERS),
  B127: () => refusedNumber('1101051949X2310021', CHARACTERS),
  B128: () => refusedNumber('110105491231002', LENGTH),
  B129: () => {
    refusedNumber('33082119880908521', LENGTH);
    refusedNumber('3308211988090852120', LENGTH);
  },
  B130: () => {
    refusedNumber(checked('11010120230230001'), IMPOSSIBLE);
    refusedNumber(checked('11010119000229001'), IMPOSSIBLE);
    refusedNumber(checked('11010120231301001'), IMPOSSIBLE);
    passesAt('identity', 'certificate_id', checked('11010120000229001'));
  },
  B131: () => {
    refusedNumber(checked(`110101${nextYear}0101001`), IMPOSSIBLE);
    const born = checked('11010120261123001');
    const on = (day: number): boolean => idCardNumber(() => Date.UTC(2026, 10, day)).safeParse(born).success;
    expect([on(22), on(23)]).toEqual([false, true]);
  },
  B132: () => {
    refusedNumber(checked('11010118700101001'), IMPOSSIBLE);
    const born = checked('11010118760101001');
    const on = (year: number): boolean => idCardNumber(() => Date.UTC(year, 0, 1)).safeParse(born).success;
    expect([on(2026), on(2027)]).toEqual([true, false]);
  },
  B133: () => {
    for (const region of ['00', '16', '99']) {
      const number = checked(`${region}010119900307001`);
      warnedAt('identity', 'certificate_id', number, {
        expected: /known region/,
        got: 'text of 18 characters (hidden)',
        remedy: 'Check the first two digits with the payer.',
      });
    }
    for (const region of ['11', '65', '81', '83']) {
      passesAt('identity', 'certificate_id', checked(`${region}010119900307001`));
    }
  },
  B134: () => {
    refusedNumber('A30821198809085211', CHARACTERS);
    refusedNumber('33O821198809085212', CHARACTERS);
  },
  B135: () => {
    refusedNumber(' 330821198809085212', LENGTH);
    refusedNumber('330821198809085212\n', LENGTH);
    refusedNumber(' 33082119880908521', CHARACTERS);
  },
  B136: () => {
    refusedNumber('3308 1198809085211', CHARACTERS);
    refusedNumber('330821-19880908521', CHARACTERS);
    refusedNumber('330821 19880908 5212', LENGTH);
  },
  B137: () => refusedNumber('E12345678', LENGTH),
  B138: () => {
    for (const input of ['verification', 'sealedIdentity'] as const) {
      const refusal = { code: 'enum', expected: 'IDCARD', got: '"PASSPORT"', remedy: /Choose/ };
      refusedAt(input, 'certificate_type', 'PASSPORT', refusal);
      refusedAt(input, 'certificate_type', 'idcard', { code: 'enum', remedy: 'Did you mean IDCARD?' });
    }
  },
  B139: () => {
    const problem = refusedAt('identity', 'certificate_name', '', { code: 'empty', remedy: /not blank/ });
    expect(problem.got).toBe('text of 0 characters (hidden)');
    refusedName('　', { code: 'empty' });
  },
  B140: () => {
    const refusal = { code: 'length', expected: 'at most 214 bytes of UTF-8', got: '216 bytes', remedy: 'Shorten it.' };
    refusedName('张'.repeat(72), refusal);
    passesAt('identity', 'certificate_name', '张'.repeat(71));
    refusedName('x'.repeat(129), { code: 'length', got: '129 characters' });
  },
  B141: () => passesAt('identity', 'certificate_name', '欧阳·娜娜'),
  B142: () => passesAt('identity', 'certificate_name', 'Zhang San'),
  B143: () => {
    const got = 'a character that is not allowed at position 0';
    refusedName('𠮷田太郎', { code: 'characters', got, remedy: /up to three bytes/ });
  },
  B144: () => refusedName('张三\ud83d', { code: 'characters', remedy: /Half of a character/ }),
  B145: () => {
    const number = '330821198809085212';
    refusedName(number, { code: 'swapped', remedy: /are the fields swapped/ });
    const swapped = problemsOf('identity', { certificate_id: '张三', certificate_name: number });
    expect(swapped.map(({ path, code }) => `${path} ${code}`)).toEqual([
      '$.certificate_id length',
      '$.certificate_name swapped',
    ]);
    expectHidden(swapped, number);
    expectHidden(swapped, '张三');
  },
  B146: () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    let thrown: unknown;
    try {
      seal('330821198809085212', { id: 'PUB_KEY_ID_1', publicKey });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(WechatPayError);
    expect(thrown).toMatchObject({
      errorClass: 'CONFIGURATION',
      remedy: expect.stringMatching(/public key/) as string,
    });
    expect(String(thrown)).toMatch(/2048 bits or more/);
    expect(String(thrown)).not.toContain('330821');
    // What such a key would have sealed is refused too: 128 bytes are no sealed value.
    for (const input of ['verification', 'sealedIdentity'] as const) {
      const refusal = { code: 'sealed', expected: 'Base64 of a sealed value', remedy: /never send it plain/ };
      refusedAt(input, 'certificate_id', Buffer.alloc(128, 7).toString('base64'), refusal);
    }
  },
  // Which of its keys are over only WeChat Pay knows; it cannot read what was sealed with one, and says that.
  B147: provenIn(
    'test/activities/identity.test.ts',
    'sealed with a key that WeChat Pay does not have has to be sealed again',
    'sealed under the name of an unknown key has to be sealed again',
  ),
});
