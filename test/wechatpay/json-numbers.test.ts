import { describe, expect, it } from 'vitest';
import { JsonRefusedError, parseJson } from '../../src/wechatpay/json';

const parse = (text: string): unknown => parseJson(Buffer.from(text));

function refusal(bytes: Uint8Array): JsonRefusedError {
  try {
    parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonRefusedError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('16 digits beside something that JSON does not allow there', () => {
  it.each([...'AZaz_+.'])('"%s" before them stays wrong', (sign) => {
    expect(refusal(Buffer.from(`${sign}1234567890123456`)).reason).toBe('syntax');
  });

  it.each([...'AZaz_+-.'])('"%s" behind them stays wrong', (sign) => {
    expect(refusal(Buffer.from(`1234567890123456${sign}`)).reason).toBe('syntax');
  });

  it.each([0, 1, 64, 65, 5_000])('a colon behind %d blanks stays wrong: a number is no key', (blanks) => {
    expect(refusal(Buffer.from(`{1234567890123456${' '.repeat(blanks)}:1}`)).reason).toBe('syntax');
    expect(refusal(Buffer.from(`{1234567890123456${'\n\t\r '.repeat(blanks)}:1}`)).reason).toBe('syntax');
  });

  it.each(['1234567890123456.5', '1234567890123456e3', '1234567890123456E+3', '1234567890123456e-3'])(
    '%s is a number, not text',
    (text) => expect(parse(`[${text}]`)).toEqual([Number(text)]),
  );
});

describe('backslashes', () => {
  it.each(['\\\\', '\\\\\\"', '\\"', '\\\\\\\\'])('%s before a quotation mark are counted', (escape) => {
    const text = `{"a":"${escape}1234567890123456","b":1234567890123456}`;
    expect(parse(text)).toEqual({ ...(JSON.parse(text) as object), b: '1234567890123456' });
  });
});

describe('the limit of nesting', () => {
  it('counts what is open, not what was: a hundred lists side by side are one level', () => {
    for (const one of ['[]', '{}', '[{}]', '{"a":[]}']) {
      expect(parse(`[${Array.from({ length: 100 }, () => one).join(',')}]`)).toHaveLength(100);
    }
  });

  it('is 32 for objects, too', () => {
    const nested = (levels: number): Buffer => Buffer.from('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));
    expect(parseJson(nested(32))).toBeTypeOf('object');
    expect(refusal(nested(33)).reason).toBe('depth');
  });
});

describe('a refusal', () => {
  it.each([
    ['encoding', Buffer.from([0xff]), /the bytes are not UTF-8/],
    ['byte-order-mark', Buffer.from('\uFEFF{}'), /byte order mark/],
    ['depth', Buffer.from('['.repeat(33)), /nested too deeply/],
    ['syntax', Buffer.from('{'), /syntax is wrong or it was cut off/],
    ['duplicate-key', Buffer.from('{"a":1,"a":1}'), /the same key twice/],
  ])('because of %s says so', (reason, bytes, words) => {
    const error = refusal(bytes);
    expect(error).toMatchObject({ name: 'JsonRefusedError', reason });
    expect(error.message).toMatch(/^not usable as JSON: /);
    expect(error.message).toMatch(words);
  });
});
