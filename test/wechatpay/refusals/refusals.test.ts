import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classify, spelled, UNDOCUMENTED, V2_REFUSALS, V3_REFUSALS } from '../../../src/wechatpay/refusals';
import type { Meaning, RefusalTable } from '../../../src/wechatpay/refusals';
import type { Documented } from './documented';
import { DOCUMENTED_RETURN_MSG, DOCUMENTED_V2 } from './documented-v2';
import { DOCUMENTED_V3, V3_QUERIES } from './documented-v3';

/* Every error code and text that WeChat Pay's pages print, and what a caller is told to do about it. */

const v3 = ([call, status, code, text]: Documented): Meaning =>
  classify({ call, on: V3_QUERIES.has(call) ? 'query' : 'action', status, codes: [code], text }, V3_REFUSALS);

const v2 = ([call, status, code, text]: Documented): Meaning =>
  classify(
    { call, on: call.includes('query') ? 'query' : 'action', status, codes: [code, text], text },
    V2_REFUSALS.result_code,
  );

const communication = (text: string): Meaning =>
  classify({ call: 'pay/orderquery', on: 'query', status: 200, codes: [undefined], text }, V2_REFUSALS.return_code);

const gatewayStatus = (status: number): Meaning =>
  classify({ call: 'pay/orderquery', on: 'query', status, codes: [undefined], text: '' }, V2_REFUSALS.status);

/** The ways in which pages, samples and reports write one code. */
const spellings = (code: string): readonly string[] => [
  code,
  code.replaceAll('_', ''),
  code.replaceAll('_', ' '),
  code.replaceAll(' ', '_'),
  code.toLowerCase(),
];

describe.each(Object.entries(DOCUMENTED_V3))('APIv3, %s', (_page, answers) => {
  it.each(answers)('%s: %d %s "%s" is %s', (...answer) => {
    const [, , , , errorClass, remedy] = answer;
    expect(v3(answer).errorClass).toBe(errorClass);
    expect(v3(answer).remedy).toMatch(remedy);
  });
});

describe.each(Object.entries(DOCUMENTED_V2))('APIv2, %s', (_page, answers) => {
  it.each(answers)('%s: %d %s "%s" is %s', (...answer) => {
    const [, , , , errorClass, remedy] = answer;
    expect(v2(answer).errorClass).toBe(errorClass);
    expect(v2(answer).remedy).toMatch(remedy);
  });
});

describe('APIv2, return_code FAIL', () => {
  it.each(DOCUMENTED_RETURN_MSG)('"%s" is %s', (text, errorClass, remedy) => {
    expect(communication(text ?? '').errorClass).toBe(errorClass);
    expect(communication(text ?? '').remedy).toMatch(remedy);
  });
});

describe('APIv2, an HTTP status other than 200', () => {
  it.each([
    [429, 'RATE_LIMITED'],
    [202, 'OUTCOME_UNKNOWN'],
    [400, 'OUTCOME_UNKNOWN'],
    [404, 'OUTCOME_UNKNOWN'],
    [502, 'OUTCOME_UNKNOWN'],
  ])('%d is %s', (status, errorClass) => expect(gatewayStatus(status).errorClass).toBe(errorClass));
});

describe('a code', () => {
  const all: readonly (readonly [(answer: Documented) => Meaning, Documented])[] = [
    ...Object.values(DOCUMENTED_V3).flatMap((answers) => answers.map((answer) => [v3, answer] as const)),
    ...Object.values(DOCUMENTED_V2).flatMap((answers) => answers.map((answer) => [v2, answer] as const)),
  ];

  it('means the same in every spelling', () => {
    for (const [meaning, [call, status, code, text, errorClass, remedy]] of all) {
      for (const written of code === undefined ? [] : spellings(code)) {
        expect(meaning([call, status, written, text, errorClass, remedy]), `${call} ${written} ${text}`).toBe(
          meaning([call, status, code, text, errorClass, remedy]),
        );
      }
    }
  });

  it.each([
    ['NO_AUTH', 'NOAUTH'],
    ['no auth', 'NOAUTH'],
    ['result null', 'RESULTNULL'],
    ['-25', '-25'],
    [undefined, ''],
  ])('%s is compared as %s', (code, expected) => expect(spelled(code)).toBe(expected));

  it('in err_code counts before one in err_code_des', () => {
    expect(v2(['papay/querycontract', 200, 'SYSTEMERROR', 'RESULT NULL', 'INPUT', /./]).errorClass).toBe(
      'OUTCOME_UNKNOWN',
    );
    expect(v2(['papay/querycontract', 200, '-999', 'result_null', 'INPUT', /./]).errorClass).toBe('NOT_FOUND');
  });
});

describe('what nobody wrote down is neither a success nor final', () => {
  it.each([
    [400, 'BRAND_NEW_CODE', 'something'],
    [400, 'INVALID_REQUEST', 'The moon is in the wrong phase'],
    [400, 'INVALID_REQUEST', ''],
    [400, undefined, ''],
    [400, undefined, 'different from the original'],
    [404, 'BRAND_NEW_CODE', ''],
    [409, undefined, ''],
    [418, undefined, ''],
    [400, 'constructor', '__proto__'],
  ])('APIv3: %d %s "%s"', (status, code, text) => {
    for (const call of ['customs declare', 'customs query', 'h5 create', 'media upload', 'never heard of']) {
      expect(v3([call, status, code, text, 'INPUT', /./])).toBe(UNDOCUMENTED);
    }
  });

  it.each([
    ['SOMETHING_NEW', 'never seen'],
    ['INVALID_REQUEST', '违反业务规则'],
    ['0', 'SUCCESS'],
    [undefined, ''],
    ['constructor', 'toString'],
    ['-99', '-99'],
  ])('APIv2: %s "%s"', (code, text) => {
    for (const call of ['pay/contractorder', 'pay/orderquery', 'papay/querycontract', 'pay/pappayapply']) {
      expect(v2([call, 200, code, text, 'INPUT', /./])).toBe(UNDOCUMENTED);
    }
  });

  it('says: ask first, then a person', () => {
    expect(UNDOCUMENTED).toMatchObject({ errorClass: 'UNDOCUMENTED' });
    expect(UNDOCUMENTED.remedy).toMatch(/Ask for the record first.*a person/);
  });

  it('and texts of one product mean nothing to another', () => {
    const text = 'The information is different from the original one';
    expect(v3(['customs declare', 400, 'INVALID_REQUEST', text, 'INPUT', /./]).errorClass).toBe('CONFLICT');
    expect(v3(['h5 create', 400, 'INVALID_REQUEST', text, 'INPUT', /./])).toBe(UNDOCUMENTED);
    const penalised = 'Action has been taken against the merchant';
    expect(v3(['customs declare', 400, 'INVALID_REQUEST', penalised, 'INPUT', /./])).toBe(UNDOCUMENTED);
    expect(v2(['pay/orderquery', 200, 'ORDER_ACCEPTED', '', 'INPUT', /./])).toBe(UNDOCUMENTED);
  });
});

describe('the tables', () => {
  const rowsOf = (tables: readonly RefusalTable[]) => tables.flatMap(({ rows }) => rows);

  it('have no row that no documented answer reaches', () => {
    const reached = new Set<Meaning>([
      ...Object.values(DOCUMENTED_V3).flat().map(v3),
      ...Object.values(DOCUMENTED_V2).flat().map(v2),
      ...DOCUMENTED_RETURN_MSG.map(([text]) => communication(text ?? '')),
      ...[429, 500].map(gatewayStatus),
      // Wordings of h5/states that no page prints.
      ...['You already have the H5 payment permission', 'The sub-merchant already had unlimited', '已是无限额'].map(
        (text) => v3(['h5 create', 400, 'INVALID_REQUEST', text, 'INPUT', /./]),
      ),
      ...['form in process', '流程中的申请', '单据审核中'].map((text) =>
        v3(['h5 create', 400, 'INVALID_REQUEST', text, 'INPUT', /./]),
      ),
    ]);
    const rows = [V3_REFUSALS, ...Object.values(V2_REFUSALS)].flatMap(rowsOf);
    expect(rows.filter((row) => !reached.has(row))).toEqual([]);
    expect(rows.length).toBeGreaterThan(70);
  });

  it('say for each row what it means and what to do, as a sentence', () => {
    for (const { meaning, remedy } of [V3_REFUSALS, ...Object.values(V2_REFUSALS)].flatMap(rowsOf)) {
      expect(meaning).toMatch(/^(?:[a-z]|WeChat|Self|APIv)[^.]{5,}[^.]$/);
      expect(remedy).toMatch(/^[A-Za-z].{10,}[.]$/);
    }
  });

  it('know every call there is by its name', () => {
    const root = join(__dirname, '../../../src/wechatpay');
    const source = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /calls\.ts$|upload\.ts$/.test(file))
      .map((file) => readFileSync(join(root, file), 'utf8'))
      .join('\n');
    const names = [...source.matchAll(/\b(?:name|CALL)(?: =|:) '([^']+)'/g)].map(([, name]) => name!);
    const known = [...Object.values(DOCUMENTED_V3), ...Object.values(DOCUMENTED_V2)].flat().map(([call]) => call);
    expect(names.length).toBeGreaterThanOrEqual(15);
    expect([...new Set(names)].filter((name) => !known.includes(name))).toEqual([]);
  });
});
