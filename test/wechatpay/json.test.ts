import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonRefusedError, parseJson } from '../../src/wechatpay/json';

const parse = (text: string): unknown => parseJson(Buffer.from(text));

function reasonOf(bytes: Uint8Array): string {
  try {
    parseJson(bytes);
    return 'parsed';
  } catch (error) {
    if (error instanceof JsonRefusedError) return error.reason;
    throw error;
  }
}

describe('long integers', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['18446744073709551615', '18446744073709551615'],
    ['1234567890123456', '1234567890123456'],
    ['123456789012345', 123456789012345],
    ['0', 0],
    ['-1', -1],
    ['1.5e3', 1500],
    ['1234567890123456.5', 1234567890123456.5],
    ['1234567890123456e2', 1234567890123456e2],
    ['"1234567890123456"', '1234567890123456'],
  ])('%s is read as %j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
    expect(parse(`{"a":[${text}], "b" : ${text} }`)).toEqual({ a: [expected], b: expected });
  });

  it('inside text stay what they are', () => {
    const text = 'a "quoted" 1234567890123456789 \\ and [1234567890123456789]';
    expect(parse(JSON.stringify({ [text]: text }))).toEqual({ [text]: text });
  });

  it('of any size keep all their digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 15n, max: 10n ** 40n }), fc.boolean(), (number, negative) => {
        const digits = `${negative ? '-' : ''}${number}`;
        expect(parse(`{"applyment_id":${digits}}`)).toEqual({ applyment_id: digits });
      }),
    );
  });
});

describe('everything else', () => {
  it('is read as JSON.parse reads it', () => {
    const small = fc.jsonValue({ maxDepth: 6 }).filter((value) => !/[0-9]{16}/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(small, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('that was wrong stays wrong', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      ':',
      ',',
      ' ',
      '\\',
      '1',
      '-',
      '1234567890123456',
      'e',
      '.',
      'null',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(['parsed', 'duplicate-key'].includes(reasonOf(Buffer.from(text)))).toBe(valid);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '{1234567890123456:1}',
    '01234567890123456',
    '+1234567890123456',
    '1234567890123456 1',
    'x1234567890123456',
    '',
    '{"a":',
    '<html>',
  ])('refuses %j', (text) => {
    expect(reasonOf(Buffer.from(text))).toBe('syntax');
  });

  it('refuses bytes that are not UTF-8, UTF-16 and a byte order mark', () => {
    expect(reasonOf(Buffer.from([0x22, 0xff, 0x22]))).toBe('encoding');
    expect(reasonOf(Buffer.from('\uFEFF{}'))).toBe('byte-order-mark');
    expect(reasonOf(Buffer.from('{}', 'utf16le'))).toBe('syntax');
  });

  it('refuses deep nesting, however deep', () => {
    expect(reasonOf(Buffer.from('['.repeat(32) + ']'.repeat(32)))).toBe('parsed');
    expect(reasonOf(Buffer.from('['.repeat(33) + ']'.repeat(33)))).toBe('depth');
    expect(reasonOf(Buffer.from('{"a":'.repeat(1_000_000)))).toBe('depth');
  });

  it('reads a megabyte of unclosed text once', () => {
    expect(reasonOf(Buffer.from('"a\\'.repeat(300_000)))).toBe('syntax');
    expect(reasonOf(Buffer.from('"'.repeat(900_001)))).toBe('syntax');
  });

  it.each([
    '{"a":1,"a":1}',
    '{"a":1, "b":2 ,"a" : {}}',
    '{"a":1,"\\u0061":2}',
    '[{"x":[{"a":1,"a":null}]}]',
    '{"a":{"b":1,"b":2}}',
    '{"__proto__":1,"__proto__":2}',
    '{"":1,"":1}',
  ])('refuses a key that comes twice: %s', (text) => {
    expect(JSON.parse(text)).toBeDefined();
    expect(reasonOf(Buffer.from(text))).toBe('duplicate-key');
  });

  it.each(['{"a":":","b":"a:b"}', '[{"a":1},{"a":1}]', '{"a":{"a":{"a":[]}}}', '{"__proto__":1,"A":1,"a":1}'])(
    'takes no two different keys for one: %s',
    (text) => {
      expect(parse(text)).toEqual(JSON.parse(text));
    },
  );

  it.each(['"\\\\"', '"\\\\\\""', '["\\\\",1234567890123456]', '{"\\"":"\\\\\\"{[:"}'])(
    'finds the end of the text %s',
    (text) => {
      expect(JSON.parse(text)).toBeDefined();
      expect(reasonOf(Buffer.from(text))).toBe('parsed');
    },
  );

  it('does not quote the content in its error', () => {
    expect(() => parse('{"name": Zhang San}')).toThrow(/^(?!.*Zhang).*$/s);
  });
});
