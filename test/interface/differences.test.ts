import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, fieldDifferences } from '../../src/interface';

const json = fc.jsonValue({ maxDepth: 3 });
const record = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), json, { noNullPrototype: true });

/** The same value with the fields of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}

describe('canonical JSON', () => {
  it.each([
    [{ b: 1, a: { d: [3, { f: 1, e: 2 }], c: null } }, '{"a":{"c":null,"d":[3,{"e":2,"f":1}]},"b":1}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [undefined, 'null'],
    [null, 'null'],
    ['ü', '"ü"'],
  ])('of %j is %s', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('is the same whatever the order of the fields', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value));
      }),
    );
  });

  it('is different for different values', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        // -0 and 0 are one number in JSON.
        const equal = JSON.stringify(shuffledBack(a)) === JSON.stringify(shuffledBack(b));
        expect(canonicalJson(a) === canonicalJson(b)).toBe(equal);
      }),
    );
  });

  it('can be read back', () => {
    fc.assert(
      fc.property(record, (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

/** A second way to put fields in order, so that the comparison above is not with itself. */
function shuffledBack(value: unknown): unknown {
  if (Array.isArray(value)) return { list: value.map(shuffledBack) };
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  return Object.keys(fields)
    .sort()
    .map((key) => ({ key, item: shuffledBack(fields[key]) }));
}

describe('differences of two inputs', () => {
  it.each([
    [{ a: 1 }, { a: 1 }, []],
    [{ a: 1, b: { c: 1, d: 2 } }, { b: { d: 2, c: 1 }, a: 1 }, []],
    [{ a: 1 }, { a: '1' }, ['a']],
    [{ a: 1 }, {}, ['a']],
    [{}, { a: 1 }, ['a']],
    [{ a: undefined }, {}, []],
    [{ a: null }, {}, []],
    [{ domains: ['a', 'b'] }, { domains: ['b', 'a'] }, ['domains']],
    [{ b: 1, a: 1 }, { b: 2, a: 2 }, ['a', 'b']],
    [null, { a: 1 }, ['a']],
    ['text', 'other', []],
  ])('%j and %j differ in %j', (ours, theirs, fields) => {
    expect(fieldDifferences(ours, theirs).map(({ field }) => field)).toEqual(fields);
  });

  it('state both values', () => {
    expect(fieldDifferences({ total_fee: 1 }, { total_fee: 2 })).toEqual([{ field: 'total_fee', ours: 1, theirs: 2 }]);
  });

  it('forgive what was filled in for us, when it is left out and only then', () => {
    const ours = { out_trade_no: '1', time_start: '20260102030405' };
    expect(fieldDifferences(ours, { out_trade_no: '1' }, ['time_start'])).toEqual([]);
    expect(fieldDifferences(ours, { out_trade_no: '1' })).toHaveLength(1);
    expect(fieldDifferences(ours, { ...ours, time_start: '20260102030406' }, ['time_start'])).toHaveLength(1);
    expect(fieldDifferences({ out_trade_no: '1' }, ours, ['time_start'])).toHaveLength(1);
  });

  it('are none between an input and itself, in any order of its fields', () => {
    fc.assert(
      fc.property(record, (value) => {
        expect(fieldDifferences(value, shuffled(value))).toEqual([]);
      }),
    );
  });

  it('name the same fields from either side', () => {
    const names = (a: unknown, b: unknown) => fieldDifferences(a, b).map(({ field }) => field);
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(names(a, b)).toEqual(names(b, a));
      }),
    );
  });
});
