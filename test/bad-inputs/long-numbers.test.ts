import { expect } from 'vitest';
import { parseApplymentId } from '../../src/wechatpay/h5/amendment';
import { onlyProblem, passesAt, refusalOf, refusedAt, warnedAt } from './inputs';
import type { InputName, Refusal } from './inputs';
import { proveGroup } from './table';

const PAYMENT_NUMBERS = ['declaration', 'repush', 'modification', 'verification'] as const satisfies InputName[];
const COUNTED = ['plan_id', 'request_serial'] as const;

/** The number of a payment, 28 digits. */
function everyPayment(value: unknown, refusal: Refusal): void {
  for (const input of PAYMENT_NUMBERS) refusedAt(input, 'transaction_id', value, refusal);
}

/** The numbers of 64 bits. */
function everyInt64(value: unknown, refusal: Refusal): void {
  for (const field of COUNTED) refusedAt('order', field, value, refusal);
  onlyProblem(
    refusalOf(() => parseApplymentId(value, '$.applyment_id')),
    '$.applyment_id',
    refusal,
  );
}

/** What is no number of either kind. */
function noNumber(value: string, got: string): void {
  everyInt64(value, { code: 'characters', got, remedy: /Digits only/ });
  everyPayment(value, { code: 'pattern', got });
}

const TEXT = /Send it as text: JSON numbers lose leading zeros, and digits above 2\^53\./;
const TOO_LARGE = { code: 'range', expected: /^decimal text from [01] to 9223372036854775807$/, remedy: /too large/ };

proveGroup('long-numbers', {
  // The pages say 1 to 32 characters and 28 digits: another length is sent, and warned of.
  B068: () => {
    for (const input of PAYMENT_NUMBERS) {
      warnedAt(input, 'transaction_id', '1'.repeat(27), { expected: '28 digits', got: '27 digits', remedy: /Check/ });
      passesAt(input, 'transaction_id', '1'.repeat(28));
    }
  },
  B069: () => {
    for (const input of PAYMENT_NUMBERS) {
      warnedAt(input, 'transaction_id', '1'.repeat(29), { expected: '28 digits', got: '29 digits', remedy: /Check/ });
    }
    everyPayment('1'.repeat(33), { code: 'length', expected: 'at most 32 characters', got: '33 characters' });
  },
  B070: () => {
    for (const input of PAYMENT_NUMBERS) {
      const value = `100032030620151107844073789O`;
      warnedAt(input, 'transaction_id', value, { expected: '28 digits', got: '"O" at position 27' });
    }
  },
  B071: () => {
    everyPayment(1000320306201511078440737890, {
      code: 'type',
      got: 'the number 1.0003203062015111e+27',
      remedy: TEXT,
    });
  },
  B072: () => {
    const lost = { code: 'pattern', remedy: /A float has lost its digits/ };
    for (const value of ['1.0003203062015111e+27', '1e+27', '1E27']) {
      everyPayment(value, { ...lost, got: `"${value}"` });
    }
    everyInt64('9.2e18', { code: 'characters', got: '"." at position 1' });
    everyInt64('9e18', { code: 'characters', got: '"e" at position 1' });
  },
  B073: () => {
    everyInt64(2 ** 53 + 1, { code: 'type', got: 'the number 9007199254740992', remedy: TEXT });
    everyPayment(2 ** 53 + 1, { code: 'type', remedy: TEXT });
    for (const field of COUNTED) passesAt('order', field, '9007199254740993');
  },
  B074: () => {
    for (const field of COUNTED) passesAt('order', field, '9223372036854775807');
    expect(parseApplymentId('9223372036854775807')).toBe('9223372036854775807');
  },
  B075: () => everyInt64('9223372036854775808', { ...TOO_LARGE, got: '"9223372036854775808"' }),
  B076: () => everyInt64('18446744073709551615', TOO_LARGE),
  B077: () => everyInt64('9'.repeat(20), TOO_LARGE),
  B078: () => noNumber('-1', '"-" at position 0'),
  B079: () => {
    noNumber('-0', '"-" at position 0');
    everyInt64(-0, { code: 'type', got: 'the number -0' });
    for (const field of COUNTED) refusedAt('order', field, '0', { code: 'range', remedy: /begin at 1/ });
  },
  B080: () => noNumber('+1', '"+" at position 0'),
  B081: () => {
    everyInt64('0x1F', { code: 'characters', got: '"x" at position 1' });
    everyPayment('0x1F', { code: 'pattern', got: '"0x1F"', remedy: /decimal digits/ });
  },
  B082: () => {
    everyInt64('0017', { code: 'characters', got: '"0017"', remedy: 'Remove the leading zeros.' });
    // In the number of a payment a leading zero would be a digit like any other.
    passesAt('declaration', 'transaction_id', `0${'1'.repeat(27)}`);
  },
  B083: () => noNumber('1.0', '"." at position 1'),
  B084: () => noNumber('1,000', '"," at position 1'),
  B085: () => {
    everyInt64(1n, { code: 'type', got: 'the BigInt 1', remedy: TEXT });
    everyPayment(10n ** 27n, { code: 'type', remedy: TEXT });
    refusedAt('order', 'total_fee', 888n, { code: 'type', got: 'the BigInt 888', remedy: /JSON number in fen/ });
  },
  B086: () => {
    everyInt64('', { code: 'characters', got: '""', remedy: /Give the number/ });
    everyPayment('', { code: 'empty', got: '""' });
  },
  B087: () => {
    noNumber('1 0', 'U+0020 at position 1');
    everyInt64(' 10', { code: 'characters', got: 'U+0020 at position 0' });
  },
});
