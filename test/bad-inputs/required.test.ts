import { expect, it } from 'vitest';
import { JsonRefusedError, parseJson } from '../../src/wechatpay/json';
import { changed, INPUT_NAMES, INPUTS, onlyProblem, problemsOf, refusalOf } from './inputs';
import type { InputName, Refusal } from './inputs';
import { proveGroup, provenIn } from './table';

/** A field that each input cannot do without. */
const NEEDED: Readonly<Record<InputName, string>> = {
  declaration: 'transaction_id',
  recordsQuery: 'order_no',
  repush: 'customs',
  modification: 'merchant_customs_no',
  verification: 'certificate_id',
  sealedIdentity: 'sealed_with',
  identity: 'certificate_name',
  application: 'website_url',
  amendment: 'domains',
  domainModification: 'out_applyment_id',
  domainAmendment: 'domains',
  order: 'contract_code',
  debit: 'contract_id',
};

function everyNeeded(value: unknown, refusal: Refusal): void {
  for (const name of INPUT_NAMES) onlyProblem(changed(name, { [NEEDED[name]]: value }), `$.${NEEDED[name]}`, refusal);
}

/** Text fields of every input that has one: an empty text is no value. */
const TEXTS: readonly (readonly [InputName, string])[] = [
  ['declaration', 'merchant_customs_no'],
  ['repush', 'merchant_customs_no'],
  ['modification', 'merchant_customs_no'],
  ['verification', 'merchant_customs_no'],
  ['identity', 'certificate_name'],
  ['application', 'business_description'],
  ['amendment', 'business_description'],
  ['order', 'body'],
  ['order', 'attach'],
  ['debit', 'body'],
  ['debit', 'contract_id'],
];

function everyBlank(value: string): void {
  for (const [name, field] of TEXTS) {
    onlyProblem(changed(name, { [field]: value }), `$.${field}`, { code: 'empty', remedy: /not blank/ });
  }
}

function everyWhole(input: unknown, refusal: Refusal): void {
  for (const name of INPUT_NAMES) onlyProblem(problemsOf(name, input), '$', refusal);
}

class Order {
  readonly appid = 'wx1';
}

const withoutNeeded = (name: InputName): object =>
  Object.fromEntries(Object.entries(INPUTS[name].right).filter(([field]) => field !== NEEDED[name]));

proveGroup('required', {
  B001: () => {
    for (const name of INPUT_NAMES) {
      const refusal = { code: 'required', remedy: 'Add the field.' };
      expect(onlyProblem(problemsOf(name, withoutNeeded(name)), `$.${NEEDED[name]}`, refusal).got).toBeUndefined();
      const missing = problemsOf(name, {}).map(({ code }) => code);
      expect(missing.length).toBeGreaterThan(0);
      expect(new Set(missing)).toEqual(new Set(['required']));
    }
    for (const file of ['customs', 'contract-order']) {
      void provenIn(`test/activities/${file}.test.ts`, 'that is wrong is refused before anything is asked or sent')();
    }
    void provenIn(
      'test/workflows/starting.test.ts',
      'invalid input names every problem, and nothing is started or sent',
    )();
  },
  B002: () => everyNeeded(null, { code: 'required', got: 'null', remedy: /Give the value/ }),
  B003: () => everyNeeded(undefined, { code: 'required', remedy: 'Add the field.' }),
  B004: () => everyBlank(''),
  B005: () => everyBlank('   '),
  B006: () => everyBlank('\u3000\u3000'),
  B007: () => everyBlank('\u200b'),
  B008: () => everyWhole(null, { code: 'required', expected: /object/, got: 'null' }),
  B009: () => everyWhole([{}], { code: 'type', expected: /object/, got: 'an array of 1', remedy: /one object/ }),
  B010: () =>
    everyWhole('{"appid":"wx1"}', { code: 'type', expected: /object/, got: /^text of 15 characters/, remedy: /Parse/ }),
  B011: () => everyWhole(1, { code: 'type', expected: /object/, got: 'a number (hidden)' }),
  B012: () => {
    everyWhole(new Date(0), { code: 'type', expected: /object/, got: 'an object of class Date', remedy: /instance/ });
    everyWhole(new Order(), { code: 'type', expected: /object/, got: 'an object of class Order', remedy: /instance/ });
    everyNeeded(new Order(), { code: 'type', got: /class Order|hidden/ });
  },
  B013: () => {
    const problem = changed('declaration', { transaction_id: undefined, transation_id: '1' });
    expect(problem).toMatchObject([
      { path: '$.transaction_id', code: 'required' },
      { path: '$.transation_id', code: 'unknown-field', remedy: 'Did you mean transaction_id?' },
    ]);
    for (const name of INPUT_NAMES) {
      const refusal = { code: 'unknown-field', remedy: 'Remove the field; WeChat Pay does not know it here.' };
      onlyProblem(changed(name, { colour: 'red' }), '$.colour', refusal);
    }
  },
  B014: () => {
    for (const name of INPUT_NAMES) {
      const inherited = JSON.parse(`{"__proto__":${JSON.stringify(INPUTS[name].right)}}`) as object;
      const problems = problemsOf(name, inherited);
      expect(problems[0]).toMatchObject({ path: '$.__proto__', code: 'unknown-field' });
      expect(problems.slice(1).map(({ code }) => code)).toContain('required');
      onlyProblem(problemsOf(name, Object.create(INPUTS[name].right)), '$', { code: 'type', remedy: /plain JSON/ });
    }
    expect(({} as Record<string, unknown>)['appid']).toBeUndefined();
  },
  B015: () => {
    for (const key of ['constructor', 'prototype']) {
      for (const name of INPUT_NAMES) {
        onlyProblem(changed(name, { [key]: { appid: 'wx1' } }), `$.${key}`, {
          code: 'unknown-field',
          remedy: /Remove/,
        });
      }
    }
  },
  B016: () => {
    const secret = '110105194912310021';
    const refusal = { code: 'unreadable', expected: 'plain data', got: 'a getter that throws' };
    for (const name of INPUT_NAMES) {
      const input = Object.defineProperty({ ...INPUTS[name].right }, NEEDED[name], {
        enumerable: true,
        get: () => {
          throw new Error(secret);
        },
      });
      expect(JSON.stringify(onlyProblem(problemsOf(name, input), `$.${NEEDED[name]}`, refusal))).not.toContain(secret);
    }
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    onlyProblem(problemsOf('declaration', proxy), '$', { code: 'unreadable', got: 'an object that throws' });
    const items = Object.defineProperty(['qq.com'], 0, {
      get: () => {
        throw new Error(secret);
      },
    });
    onlyProblem(changed('application', { domains: items }), '$.domains[0]', refusal);
  },
  B017: () => {
    // No input is taken as text. Where this package reads JSON itself, one of two equal keys is never dropped unseen.
    const json = '{"out_trade_no":"1","out_trade_no":"2"}';
    onlyProblem(problemsOf('declaration', json), '$', { code: 'type', remedy: /Parse the JSON text/ });
    expect(() => parseJson(Buffer.from(json))).toThrow(JsonRefusedError);
    // What a caller parsed: the value that is checked is the value that is used.
    const { out_trade_no } = JSON.parse(json) as { out_trade_no: string };
    expect(INPUTS.declaration.check({ ...INPUTS.declaration.right, out_trade_no }, [])).toMatchObject({
      out_trade_no: '2',
    });
  },
  B018: () => {
    for (const name of INPUT_NAMES) {
      const field = NEEDED[name];
      const camel = field.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (camel === field) continue;
      expect(problemsOf(name, { ...withoutNeeded(name), [camel]: 'x' })).toMatchObject([
        { path: `$.${field}`, code: 'required' },
        { path: `$.${camel}`, code: 'unknown-field', remedy: `Did you mean ${field}?` },
      ]);
    }
  },
  B019: () => {
    const wrongVersion = (name: InputName, given: string, meant: string): void => {
      const { [meant]: value, ...rest } = INPUTS[name].right as Record<string, unknown>;
      expect(problemsOf(name, { ...rest, [given]: value })).toMatchObject([
        { path: `$.${meant}`, code: 'required' },
        { path: `$.${given}`, code: 'unknown-field', remedy: `Did you mean ${meant}?` },
      ]);
    };
    wrongVersion('recordsQuery', 'mch_id', 'mchid');
    for (const name of ['declaration', 'repush', 'modification', 'verification'] as const) {
      wrongVersion(name, 'mch_id', 'mchid');
      wrongVersion(name, 'mch_customs_no', 'merchant_customs_no');
    }
    wrongVersion('application', 'sub_mch_id', 'sub_mchid');
    for (const name of ['order', 'debit'] as const) wrongVersion(name, 'mchid', 'mch_id');
  },
  B020: () => {
    for (const name of INPUT_NAMES) {
      const problems = problemsOf(name, { input: INPUTS[name].right });
      const wrapper = problems.find(({ path }) => path === '$.input');
      expect(wrapper).toMatchObject({ code: 'unknown-field' });
      expect(wrapper?.remedy).toMatch(/^One level too deep: move what is inside \(.+\) up into \$\.$/);
    }
    onlyProblem(changed('declaration', { appid: { value: 'wx1' } }), '$.appid', { code: 'type', got: 'an object' });
  },
});

it('an input that is wrong in ten ways gets ten problems at once', () => {
  const problems = changed('order', {
    appid: 'wx cb',
    mch_id: '120000981',
    contract_mchid: '120000981',
    out_trade_no: 'a.b',
    body: 'gift 🎁',
    total_fee: 17.76,
    trade_type: 'jsapi',
    contract_code: undefined,
    notify_url: 'http://pay.example.com/n',
    time_expire: '20260230000000',
    colour: 'red',
  });
  expect(problems.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
    '$.appid pattern',
    '$.body characters',
    '$.colour unknown-field',
    '$.contract_appid same',
    '$.contract_code required',
    '$.contract_mchid length',
    '$.mch_id length',
    '$.notify_url url',
    '$.out_trade_no characters',
    '$.time_expire date',
    '$.total_fee integer',
    '$.trade_type enum',
  ]);
});

it('what cannot be read hides no other problem', () => {
  const input = {
    ...INPUTS.declaration.right,
    mchid: '1',
    constructor: {},
    get customs(): string {
      throw new Error('no');
    },
  };
  expect(problemsOf('declaration', input).map(({ path, code }) => `${path} ${code}`)).toEqual([
    '$.customs unreadable',
    '$.constructor unknown-field',
    '$.mchid length',
  ]);
});

it('an input of any size gets an answer of limited size', () => {
  const manyFields = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`field${index}`, index]));
  const someFields = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`field${index}`, index]));
  let deep: object = {};
  for (let level = 0; level < 100_000; level += 1) deep = { deep };
  // Ten levels of a hundred references each would be 10^20 values, if each were read.
  let wide: unknown = 'x';
  for (let level = 0; level < 10; level += 1) wide = Array.from({ length: 100 }, () => wide);
  for (const name of INPUT_NAMES) {
    onlyProblem(problemsOf(name, manyFields), '$', { code: 'length', got: '200000 fields' });
    const some = changed(name, someFields);
    expect(some).toHaveLength(101);
    expect(some.at(-1)).toMatchObject({ path: '$', code: 'more', got: '50 more' });
    expect(changed(name, { colour: deep })[0]).toMatchObject({ code: 'depth', expected: 'at most 16 levels' });
    const endless = problemsOf(name, { colour: wide, ...INPUTS[name].right });
    expect(endless.map(({ code, got }) => `${code} ${got}`)).toEqual(['length more']);
    const long = changed(name, { [NEEDED[name]]: 'x'.repeat(1_000_000) });
    expect(long.length).toBe(1);
    const list = changed(name, { [NEEDED[name]]: Array.from({ length: 200_000 }, () => 'x') });
    onlyProblem(list, `$.${NEEDED[name]}`, { code: 'length', got: '200000 items' });
  }
  expect(
    refusalOf(() => INPUTS.application.check({ ...INPUTS.application.right, domains: ['x'.repeat(1e6)] }, [])),
  ).toHaveLength(1);
});
