import { inspect } from 'node:util';
import fc from 'fast-check';
import { parseContractOrder, parseFrozenContractOrder } from '../../src/wechatpay/contract-order/schema';
import { parseModification } from '../../src/wechatpay/customs/modification';
import { parseRecordsQuery } from '../../src/wechatpay/customs/records-query';
import {
  parseDeclaration,
  parsePlainIdentity,
  parseRepush,
  parseSealedIdentity,
  parseVerification,
} from '../../src/wechatpay/customs/schema';
import { parseDebit, parseFrozenDebit } from '../../src/wechatpay/debit/schema';
import { InvalidInputError } from '../../src/wechatpay/errors';
import type { Problem } from '../../src/wechatpay/errors';
import { parseH5Amendment } from '../../src/wechatpay/h5/amendment';
import { parseH5Application } from '../../src/wechatpay/h5/schema';
import { parseH5DomainAmendment, parseH5DomainModification } from '../../src/wechatpay/h5-domain/schema';
import { ORDER } from '../wechatpay/contract-order/orders';
import { plain, split } from '../wechatpay/customs/declarations';
import { ensure, ensureSame, resultOrRefusal, target } from './target';

const sealed = Buffer.alloc(256, 7).toString('base64');
const sealedIdentity = {
  certificate_type: 'IDCARD',
  certificate_id: sealed,
  certificate_name: sealed,
  sealed_with: 'PUB_KEY_ID_0114232134912410000000000000',
};
const application = {
  sub_mchid: '2491935631',
  domains: ['pay.example.com', 'm.example.com'],
  website_url: 'https://www.example.com/shop',
  applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
  transaction_limit_type: 'NO_LIMIT',
  website_state: 'HAS_LAUNCHED',
  business_description: 'Books',
  company_register_cert: 'media-1',
  website_business_page_pics: ['media-2'],
  notify_url: 'https://pay.example.com/wechat/v3',
};

const { fee_type: _, ...modified } = split;
const domains = {
  domains: ['pay.example.com'],
  website_url: 'https://www.example.com/shop',
  notify_url: 'https://pay.example.com/wechat/v3',
};
const debit = {
  appid: ORDER.appid,
  mch_id: ORDER.mch_id,
  contract_id: 'Wx15463511252015071056489715',
  out_trade_no: 'DEBIT1',
  body: '会员月卡',
  total_fee: 888,
  spbill_create_ip: '123.12.12.123',
  notify_url: 'https://pay.example.com/wechat/v2/debit',
};

interface Validator {
  readonly parse: (input: unknown, warnings: Problem[]) => unknown;
  readonly sample: Readonly<Record<string, unknown>>;
  /** Fields whose content must not be shown. */
  readonly hidden: readonly string[];
}

const VALIDATORS: Readonly<Record<string, Validator>> = {
  declaration: {
    parse: (input, warnings) => parseDeclaration(input, '$.declaration', { warnings }),
    sample: { ...split },
    hidden: [],
  },
  'plain declaration': {
    parse: (input, warnings) => parseDeclaration(input, '$.declaration', { warnings }),
    sample: { ...plain },
    hidden: [],
  },
  're-push': {
    parse: (input, warnings) => parseRepush(input, '$.repush', { warnings }),
    sample: { ...plain, sub_order_id: '1' },
    hidden: [],
  },
  modification: {
    parse: (input, warnings) => parseModification(input, '$.modification', { warnings }),
    sample: modified,
    hidden: [],
  },
  'records query': {
    parse: (input) => parseRecordsQuery(input),
    sample: {
      appid: plain.appid,
      mchid: plain.mchid,
      order_type: 'out_trade_no',
      order_no: '1',
      customs: plain.customs,
    },
    hidden: [],
  },
  verification: {
    parse: (input, warnings) => parseVerification(input, '$.verification', { warnings }),
    sample: { ...plain, ...sealedIdentity },
    hidden: ['certificate_id', 'certificate_name'],
  },
  'sealed identity': {
    parse: (input) => parseSealedIdentity(input),
    sample: sealedIdentity,
    hidden: ['certificate_id', 'certificate_name'],
  },
  identity: {
    parse: (input, warnings) => parsePlainIdentity(input, '$.identity', { warnings }),
    sample: { certificate_id: '11010519491231002X', certificate_name: '张三' },
    hidden: ['certificate_id', 'certificate_name'],
  },
  application: {
    parse: (input, warnings) => parseH5Application(input, '$.application', { warnings }),
    sample: application,
    hidden: [],
  },
  amendment: {
    parse: (input, warnings) => parseH5Amendment(input, '$.amendment', { warnings }),
    sample: {
      domains: ['pay.example.com'],
      transaction_limit_type: 'NORMAL_LIMIT',
      website_url: 'https://www.example.com/',
    },
    hidden: [],
  },
  'domain modification': {
    parse: (input, warnings) => parseH5DomainModification(input, '$.modification', { warnings }),
    sample: { out_applyment_id: 'M1', sub_mchid: '2491935631', ...domains },
    hidden: [],
  },
  'domain amendment': {
    parse: (input, warnings) => parseH5DomainAmendment(input, '$.amendment', { warnings }),
    sample: { domains: domains.domains, website_url: domains.website_url },
    hidden: [],
  },
  debit: { parse: (input, warnings) => parseDebit(input, '$.debit', { warnings }), sample: debit, hidden: [] },
  'frozen debit': {
    parse: (input, warnings) => parseFrozenDebit(input, '$.debit', { warnings }),
    sample: debit,
    hidden: [],
  },
  order: {
    parse: (input, warnings) => parseContractOrder(input, '$.order', { warnings }),
    sample: { ...ORDER },
    hidden: ['openid', 'contract_display_account'],
  },
  'frozen order': {
    parse: (input, warnings) => parseFrozenContractOrder(input, '$.order', { warnings }),
    sample: { ...ORDER },
    hidden: ['openid', 'contract_display_account'],
  },
};

/** Holds itself ten times: a walk that only counts levels would never come back. */
const endless: Record<string, unknown> = {};
for (const name of 'abcdefghij') endless[name] = endless;
const endlessList: unknown[] = [];
endlessList.push(endlessList, endlessList, endlessList);
const throwing = new Proxy(
  {},
  {
    ownKeys: () => {
      throw new Error('not now');
    },
  },
);

/** Made once, because a million characters take longer to make than to refuse. */
const FLOODS: readonly string[] = ['a', '0', '中', ' ', '.', 'a.', '😀'].flatMap((unit) =>
  [70_000, 1_000_000].map((times) => unit.repeat(times)),
);
const LONG_LISTS = [201, 1_000, 200_000].map((length) => Array.from({ length }, () => 'pay.example.com'));

/** Something a form, a spreadsheet, a script or an attacker puts where a value belongs. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    '\0',
    '\n',
    '\uFEFF',
    '\uFFFD',
    '\u202E',
    '\ud800',
    '😀',
    'é',
    'undefined',
    'null',
    'NaN',
    '-0',
  ),
  fc.constantFrom(
    '1',
    '01',
    '0',
    '-1',
    '+1',
    '1.0',
    '1e5',
    '1,000',
    '9007199254740993',
    '9223372036854775808',
    '１２３',
  ),
  fc.constantFrom(
    'https://a:b@x.example/',
    'http://127.0.0.1/',
    'https://[::1]/',
    'https://x.example/?a=1',
    'https://x',
  ),
  fc.constantFrom(
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://x.example:0/',
    '//x.example',
    'xn--e1afmkfd.example',
  ),
  fc.constantFrom(
    '20260230000000',
    '20261301000000',
    '99999999999999',
    'JSAPI ',
    'jsapi',
    'CNY',
    'cny',
    '110105194912310021',
  ),
  fc.webUrl({ withQueryParameters: true }),
  fc.stringMatching(/^[0-9A-Za-z_|*@-]{1,33}$/),
  fc.stringMatching(/^[0-9]{1,40}$/),
  // Lengths beside every limit, and floods.
  fc
    .tuple(
      fc.constantFrom('a', '1', '中', '😀', ' ', '/', '.', '&'),
      fc.constantFrom(31, 32, 33, 127, 128, 129, 500, 8_193),
    )
    .map(([unit, times]) => unit.repeat(times)),
  fc.constantFrom(...FLOODS),
);
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: hostileText },
  {
    weight: 2,
    arbitrary: fc.oneof(
      fc.integer(),
      fc.double(),
      fc.constantFrom(0, -0, 1, -1, 0.1, 2 ** 31 - 1, 2 ** 31, 2 ** 53, Infinity, NaN, 1_776, 888, 10n ** 30n),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, undefined, true, false, [], {}, new Date(0), new Map(), Symbol('x'), () => 1),
  },
  {
    weight: 1,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
      withObjectString: true,
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(endless, endlessList, throwing) },
  { weight: 1, arbitrary: fc.array(hostileText, { maxLength: 7 }) },
  { weight: 1, arbitrary: fc.constantFrom(...LONG_LISTS) },
);

type Change = (input: Record<string, unknown>) => void;

/** One wrong thing about an input that is right otherwise. */
function changeOf({ sample }: Validator): fc.Arbitrary<Change> {
  const known = fc.constantFrom(...Object.keys(sample));
  const unknown = fc.oneof(
    fc.constantFrom(
      '__proto__',
      'constructor',
      'toString',
      '',
      'outTradeNo',
      'mch_id',
      'MCHID',
      'out_trade_n',
      'a.b',
      '0',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constant('x'.repeat(100_000)),
  );
  const define = (input: Record<string, unknown>, name: string, value: unknown): void => {
    Object.defineProperty(input, name, { value, enumerable: true, configurable: true, writable: true });
  };
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(known, hostile).map(
        ([name, value]): Change =>
          (input) =>
            define(input, name, value),
      ),
    },
    {
      weight: 2,
      arbitrary: known.map(
        (name): Change =>
          (input) =>
            delete input[name],
      ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(unknown, hostile).map(
        ([name, value]): Change =>
          (input) =>
            define(input, name, value),
      ),
    },
    {
      weight: 1,
      arbitrary: known.map((name): Change => (input) => {
        Object.defineProperty(input, name, {
          enumerable: true,
          configurable: true,
          get: () => {
            throw new Error('not now');
          },
        });
      }),
    },
    {
      weight: 1,
      arbitrary: known.map(
        (name): Change =>
          (input) =>
            define(input, name, input),
      ),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(known, known).map(
        ([a, b]): Change =>
          (input) =>
            define(input, a, sample[b]),
      ),
    },
  );
}

function ensureWellFormed(problems: readonly Problem[]): void {
  for (const { code, path, expected, got, remedy } of problems) {
    ensure(/^[a-z][a-z-]*$/.test(code), `the code ${code} is one for programs`);
    ensure(path.startsWith('$.') && path.length <= 1_200, `the path ${path} leads into the input`);
    ensure(expected !== '' && expected.length <= 400, 'it says what would have been right');
    ensure(/^[A-Z].*[.:?]|^Did you mean/s.test(remedy) && remedy.length <= 500, `it says what to do: ${remedy}`);
    ensure(got === undefined || (got !== '' && got.length <= MAX_GOT), `what came is shown short: ${got}`);

    ensure(!/[\u0000-\u0008\u000b-\u001f]/.test(`${path}${expected}${got}`), 'it shows no control characters');
  }
}

const MAX_GOT = 64;

/** Texts of hidden fields, long enough not to stand in a message by chance, and nowhere else in the input. */
function hiddenTexts(input: unknown, { sample, hidden }: Validator): readonly string[] {
  if (typeof input !== 'object' || input === null || input === throwing) return [];
  const textsOf = (names: readonly string[]): readonly unknown[] =>
    names.map((name): unknown => Object.getOwnPropertyDescriptor(input, name)?.value);
  const open = textsOf(Object.keys(sample).filter((name) => !hidden.includes(name)));
  return textsOf(hidden).filter(
    (value): value is string =>
      typeof value === 'string' && /[^a-z]/.test(value) && new Set(value).size >= 6 && !open.includes(value),
  );
}

const ofOne = Object.entries(VALIDATORS).map(([name, validator]) =>
  fc
    .oneof(
      { weight: 9, arbitrary: fc.array(changeOf(validator), { maxLength: 3 }) },
      { weight: 1, arbitrary: hostile.map((input) => ({ input })) },
    )
    .map((changes): { readonly name: string; readonly input: unknown; readonly changes: number } => {
      if (!Array.isArray(changes)) return { name, input: changes.input, changes: 1 };
      const input: Record<string, unknown> = { ...validator.sample };
      for (const change of changes) change(input);
      return { name, input, changes: changes.length };
    }),
);

export const inputs = target(
  { name: 'inputs', claim: 'an input is accepted as it is, or refused with well-formed problems', runs: 2_000 },
  fc.oneof(...ofOne),
  async ({ name, input, changes }) => {
    const validator = VALIDATORS[name]!;
    const { parse } = validator;
    const warnings: Problem[] = [];
    const outcome = await resultOrRefusal(InvalidInputError, () => parse(input, warnings));
    const said = 'refused' in outcome ? outcome.refused : warnings;
    const shown = inspect(said, { depth: Infinity, showHidden: true, maxStringLength: null, maxArrayLength: null });
    ensure(!hiddenTexts(input, validator).some((text) => shown.includes(text)), 'nothing personal is shown');
    if ('refused' in outcome) {
      ensure(changes > 0, 'an input that is right is accepted');
      ensure(outcome.refused.errorClass === 'INPUT', 'nothing was sent');
      ensure(outcome.refused.problems.length > 0, 'a refusal names a problem');
      ensureWellFormed(outcome.refused.problems);
      return;
    }
    ensureWellFormed(warnings);
    ensureSame(parse(outcome.result, []), outcome.result, 'what was accepted is accepted again, as it is');
    ensureSame(JSON.parse(JSON.stringify(outcome.result)), outcome.result, 'what was accepted is plain JSON');
  },
);
