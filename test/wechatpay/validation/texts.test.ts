import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { InvalidInputError } from '../../../src/wechatpay/errors';
import type { Problem } from '../../../src/wechatpay/errors';
import { decimalText, parseInput, text } from '../../../src/wechatpay/validation';

function problemOf(schema: z.ZodType, input: unknown): Problem | undefined {
  try {
    parseInput('test', '$', schema, input);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInputError && error.problems.length === 1) return error.problems[0];
    throw error;
  }
}

describe('a text of one length only', () => {
  it('says so', () => {
    expect(problemOf(text({ min: 5, max: 5 }), 12345)?.expected).toBe('text of 5 characters');
    expect(problemOf(text({ min: 5, max: 6 }), 12345)?.expected).toBe('text of 5 to 6 characters');
    expect(problemOf(text({ min: 5, max: 5 }), 'abcd')?.expected).toBe('at least 5 characters');
    expect(problemOf(text({ min: 5, max: 5 }), 'abcde')).toBeUndefined();
    expect(problemOf(decimalText(10, 10), '12')?.expected).toBe('10 digits, as text');
    expect(problemOf(decimalText(10, 10), '1234567890')).toBeUndefined();
  });
});

describe('a character that cannot be stored', () => {
  it.each([
    ['\u{1F600}', 'U+1F600', /no emoji/],
    ['\u0000', 'U+0000', /control characters/],
    ['\u001f', 'U+001F', /control characters/],
    ['\u007f', 'U+007F', /control characters/],
    ['\u009f', 'U+009F', /control characters/],
    ['\ud800', 'U+D800', /Half of a character/],
    ['\udfff', 'U+DFFF', /Half of a character/],
    ['\ufffd', 'U+FFFD', /damaged earlier/],
    ['\ufffe', 'U+FFFE', /no character has this number/],
    ['\uffff', 'U+FFFF', /no character has this number/],
    ['\u2028', 'U+2028', /line separators/],
    ['\u2029', 'U+2029', /line separators/],
    ['\u202a', 'U+202A', /writing direction/],
    ['\u202e', 'U+202E', /writing direction/],
    ['\u2066', 'U+2066', /writing direction/],
    ['\u2069', 'U+2069', /writing direction/],
  ])('is named with its place: %j', (character, name, remedy) => {
    const problem = problemOf(text({ max: 32 }), `ab${character}c`);
    expect(problem).toMatchObject({ code: 'characters', got: `${name} at position 2` });
    expect(problem?.remedy).toMatch(remedy);
  });

  it('is a byte order mark at the beginning only', () => {
    expect(problemOf(text({ max: 32 }), '\ufeffabc')).toMatchObject({ got: 'U+FEFF at position 0' });
    expect(problemOf(text({ max: 32 }), 'a\ufeffbc')).toBeUndefined();
  });

  it.each([' ', '~', '\u00a0', '\ud7ff', '\ue000', '\u2027', '\u202f', '\u2065', '\u206a', '\ufffc', '中'])(
    'is none of its neighbours: %j',
    (character) => expect(problemOf(text({ max: 32 }), `ab${character}c`)).toBeUndefined(),
  );
});

describe('white space around a text', () => {
  it.each([
    [' a', 'U+0020 at position 0'],
    ['a ', 'U+0020 at position 1'],
    ['\u3000a', 'U+3000 at position 0'],
    ['中中\u00a0', 'U+00A0 at position 2'],
  ])('%j is named', (value, got) => {
    expect(problemOf(text({ max: 32 }), value)).toEqual({
      path: '$',
      code: 'characters',
      expected: 'no white space around the text',
      got,
      remedy: 'Remove the white space around the text.',
    });
  });
});
