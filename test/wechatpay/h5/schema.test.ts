import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../src/wechatpay/errors';
import type { Problem } from '../../../src/wechatpay/errors';
import { applicationDifferences } from '../../../src/wechatpay/h5/compare';
import { parseH5ReviewNotification } from '../../../src/wechatpay/h5/notifications';
import { parseH5Application } from '../../../src/wechatpay/h5/schema';
import type { H5Application } from '../../../src/wechatpay/h5/schema';
import { AUTHORIZATION_STATES, h5StateKind, permissionCovers } from '../../../src/wechatpay/h5/states';

const simple: H5Application = { sub_mchid: '2491935631', domains: ['qq.com'], website_url: 'https://qq.com' };
const unlimited: H5Application = {
  ...simple,
  transaction_limit_type: 'NO_LIMIT',
  business_description: 'A shop for tea',
  company_register_cert:
    '6uqyGjGrCf2GtyXP8bxrbuH9-aAoTjH-rKeSl3Lf4_So6kdkQu4w8BYVP3bzLtvR38lxt4PjtCDXsQpzqge_hQEovHzOhsLleGFQVRF-U_0',
};
const unlaunched: H5Application = {
  ...simple,
  website_state: 'UN_LAUNCHED',
  transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT',
  website_business_page_pics: ['a'],
  website_homepage_pics: ['b'],
};
const lifting: H5Application = { ...unlimited, applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' };

function problemsOf(input: object): string[] {
  try {
    parseH5Application(input);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ path, code }) => `${path.replace('$.application.', '')} ${code}`);
  }
}

describe('an application', () => {
  it.each([
    ['simple', simple],
    ['without limit', unlimited],
    ['for a web site that is not launched', unlaunched],
    ['that lifts the limit', lifting],
    [
      'with the pair of the documented sample',
      { ...simple, website_state: 'HAS_LAUNCHED', transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT' },
    ],
    ['with five domains', { ...simple, domains: ['a.com', 'b.com', 'c.com', 'd.com', 'e.com'] }],
  ])('passes: %s', (_, input) => {
    expect(parseH5Application(input)).toEqual(input);
  });

  it.each<[string, object, string[]]>([
    [
      'NO_LIMIT without description',
      { ...unlimited, business_description: undefined },
      ['business_description required'],
    ],
    [
      'NO_LIMIT without certificate',
      { ...unlimited, company_register_cert: undefined },
      ['company_register_cert required'],
    ],
    [
      'not launched without business pages',
      { ...unlaunched, website_business_page_pics: undefined },
      ['website_business_page_pics required'],
    ],
    [
      'not launched without home page',
      { ...unlaunched, website_homepage_pics: undefined },
      ['website_homepage_pics required'],
    ],
    [
      'not launched with an empty list of pictures',
      { ...unlaunched, website_homepage_pics: [] },
      ['website_homepage_pics length'],
    ],
    [
      'not launched, the limit left out',
      { ...unlaunched, transaction_limit_type: undefined },
      ['transaction_limit_type conditional'],
    ],
    [
      'not launched without limit',
      { ...unlaunched, transaction_limit_type: 'NO_LIMIT', business_description: 'x', company_register_cert: 'x' },
      ['transaction_limit_type conditional'],
    ],
    [
      'lifting to the ordinary limit',
      { ...lifting, transaction_limit_type: 'NORMAL_LIMIT' },
      ['transaction_limit_type conditional'],
    ],
    [
      'lifting, the limit left out',
      { ...lifting, transaction_limit_type: undefined },
      ['transaction_limit_type conditional'],
    ],
    [
      'lifting for a web site that is not launched',
      { ...lifting, ...unlaunched, transaction_limit_type: 'NO_LIMIT' },
      ['transaction_limit_type conditional', 'website_state conditional'],
    ],
    ['no domains', { ...simple, domains: [] }, ['domains length']],
    ['six domains', { ...simple, domains: ['a.com', 'b.com', 'c.com', 'd.com', 'e.com', 'f.com'] }, ['domains length']],
    ['domains as text', { ...simple, domains: 'qq.com' }, ['domains type']],
    ['a domain with a scheme', { ...simple, domains: ['https://qq.com'] }, ['domains[0] domain']],
    ['the same domain twice', { ...simple, domains: ['qq.com', 'qq.com'] }, ['domains[1] duplicate']],
    ['a notify_url with a query', { ...simple, notify_url: 'https://a.com/x?y=1' }, ['notify_url url']],
    ['a notify_url on this machine', { ...simple, notify_url: 'http://127.0.0.1/x' }, ['notify_url url']],
    ['an emoji in the description', { ...simple, business_description: 'tea 🍵' }, ['business_description characters']],
    ['a limit of another spelling', { ...simple, transaction_limit_type: 'no_limit' }, ['transaction_limit_type enum']],
    ['a number for sub_mchid', { ...simple, sub_mchid: 2491935631 }, ['sub_mchid type']],
    ['an id of its own', { ...simple, applyment_id: '1' }, ['applyment_id unknown-field']],
  ])('is refused: %s', (_, input, expected) => {
    expect(problemsOf(input)).toEqual(expected);
  });

  it('gets the problems across fields although a list is none', () => {
    const problems = problemsOf({ ...simple, domains: 'qq.com', transaction_limit_type: 'NO_LIMIT' });
    expect(problems).toEqual(['domains type', 'business_description required', 'company_register_cert required']);
  });

  it('says that the default was the reason', () => {
    const input = { ...unlaunched, transaction_limit_type: undefined };
    expect(() => parseH5Application(input)).toThrow('got NORMAL_LIMIT (the default)');
  });

  it('may be notified on loopback when that is allowed', () => {
    const input = { ...simple, notify_url: 'http://127.0.0.1:8080/wechatpay/1230000109/h5/2491935631' };
    expect(parseH5Application(input, '$.application', { allowLoopback: true })).toEqual(input);
  });

  it('warns of a domain in another script', () => {
    const warnings: Problem[] = [];
    parseH5Application({ ...simple, domains: ['qq.com', 'shop.xn--fiq228c.com'] }, '$.application', { warnings });
    expect(warnings.map(({ path }) => path)).toEqual(['$.application.domains[1]']);
  });
});

describe('comparing an application with a record', () => {
  const record = {
    applyment_id: '1',
    applyment_state: 'PENDING',
    sub_mchid: '2491935631',
    domains: ['QQ.com'],
    website_url: 'https://qq.com',
    applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
    transaction_limit_type: 'NORMAL_LIMIT',
  };

  it('applies the defaults, and takes domains as a set', () => {
    expect(applicationDifferences(simple, record)).toEqual([]);
    const two = { ...simple, domains: ['a.com', 'b.com'] };
    expect(applicationDifferences(two, { ...record, domains: ['b.com', 'a.com'] })).toEqual([]);
  });

  it('compares what is stated only', () => {
    expect(applicationDifferences(simple, { applyment_id: '1' })).toEqual([]);
  });

  it.each([
    ['domains', ['qq.com', 'evil.com']],
    ['sub_mchid', '1'],
    ['website_url', 'https://evil.com'],
    ['applyment_type', 'APPLY_FOR_RELIEVE_LIMITED'],
    ['transaction_limit_type', 'NO_LIMIT'],
  ])('names another %s', (field, theirs) => {
    expect(applicationDifferences(simple, { ...record, [field]: theirs })).toMatchObject([{ field, theirs }]);
  });
});

describe('states', () => {
  it.each([
    ['PENDING', 'pending', true],
    ['UNDER_REVIEW', 'review', true],
    ['APPROVED', 'approved', true],
    ['REJECTED', 'rejected', true],
    ['CANCELED', 'pending', false],
    ['constructor', 'pending', false],
  ])('%s is %s (known: %s)', (state, kind, known) => {
    expect(h5StateKind(state)).toEqual({ kind, known });
  });

  it('a permission covers its own limit and every lower one', () => {
    const covered = Object.fromEntries(
      [...Object.keys(AUTHORIZATION_STATES), 'BRAND_NEW', 'toString'].map((state) => [
        state,
        ['UN_LAUNCHED_WEBSITE_LIMIT', 'NORMAL_LIMIT', 'NO_LIMIT', undefined, 'BRAND_NEW', 'toString']
          .filter((limit) => permissionCovers(limit, state))
          .map((limit) => limit ?? 'default'),
      ]),
    );
    expect(covered).toEqual({
      UNAUTHORIZED: [],
      UNDER_PUNISHMENT: [],
      AUTHORITY_TO_TEST: ['UN_LAUNCHED_WEBSITE_LIMIT'],
      FORMAL_AUTHORITY: ['UN_LAUNCHED_WEBSITE_LIMIT', 'NORMAL_LIMIT', 'default'],
      AUTHORIZED: ['UN_LAUNCHED_WEBSITE_LIMIT', 'NORMAL_LIMIT', 'NO_LIMIT', 'default'],
      BRAND_NEW: [],
      toString: [],
    });
  });
});

describe('a review notification', () => {
  it('is read tolerantly, with its id as text', () => {
    expect(
      parseH5ReviewNotification({
        applyment_id: 100000,
        applyment_state: 'REJECTED',
        audit_reject_detail: 'too dark',
        website_homepage_pics: [''],
        webiste_url: 'https://qq.com',
        new_field: 1,
      }),
    ).toEqual({
      applyment_id: '100000',
      applyment_state: 'REJECTED',
      audit_reject_detail: 'too dark',
      website_url: 'https://qq.com',
    });
  });

  it('needs applyment_id or sub_mchid', () => {
    expect(parseH5ReviewNotification({ sub_mchid: '1' })).toEqual({ sub_mchid: '1' });
    for (const resource of [{}, null, [], 'text', { applyment_state: 'APPROVED' }, { applyment_id: '' }]) {
      expect(() => parseH5ReviewNotification(resource)).toThrow(InvalidInputError);
    }
  });
});
