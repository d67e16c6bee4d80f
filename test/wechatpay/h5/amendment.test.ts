import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/wechatpay/errors';
import { parseH5Amendment } from '../../../src/wechatpay/h5/amendment';
import { amendmentDifferences } from '../../../src/wechatpay/h5/compare';
import { h5NotificationKind } from '../../../src/wechatpay/h5/notification-kind';
import { parseH5ReviewNotification } from '../../../src/wechatpay/h5/notifications';
import { codesOf, problemsOf } from '../problems';

const simple = { domains: ['qq.com'], transaction_limit_type: 'NORMAL_LIMIT' } as const;

describe('an amendment', () => {
  it.each([
    ['of the domains', simple],
    ['of a page', { ...simple, website_url: 'https://qq.com', website_state: 'HAS_LAUNCHED' }],
    [
      'that stays without limit',
      { ...simple, transaction_limit_type: 'NO_LIMIT', business_description: 'x', company_register_cert: 'm' },
    ],
    [
      'of pictures, with the limit left out',
      {
        domains: ['qq.com'],
        website_state: 'UN_LAUNCHED',
        website_business_page_pics: ['a'],
        website_homepage_pics: ['b'],
      },
    ],
  ])('passes: %s', (_, input) => {
    expect(parseH5Amendment(input)).toEqual(input);
  });

  it.each<[string, object, string[]]>([
    ['without domains', {}, ['domains required']],
    [
      'with six domains',
      { ...simple, domains: ['a', 'b', 'c', 'd', 'e', 'f'].map((d) => `${d}.com`) },
      ['domains length'],
    ],
    ['with another sub-merchant', { ...simple, sub_mchid: '1' }, ['sub_mchid unknown-field']],
    ['with another notify_url', { ...simple, notify_url: 'https://a.com' }, ['notify_url unknown-field']],
    [
      'without limit and papers',
      { ...simple, transaction_limit_type: 'NO_LIMIT' },
      ['business_description required', 'company_register_cert required'],
    ],
    [
      'not launched, with the ordinary limit and without pictures',
      { ...simple, website_state: 'UN_LAUNCHED' },
      ['transaction_limit_type conditional', 'website_business_page_pics required', 'website_homepage_pics required'],
    ],
    [
      'lifting the limit to the ordinary one',
      { ...simple, applyment_type: 'APPLY_FOR_RELIEVE_LIMITED', business_description: 'x', company_register_cert: 'm' },
      ['transaction_limit_type conditional'],
    ],
  ])('is refused %s', (_, input, expected) => {
    expect(codesOf(() => parseH5Amendment(input))).toEqual(expected.map((problem) => `$.amendment.${problem}`));
  });

  it('warns of what the pages contradict each other about', () => {
    const warnings: Problem[] = [];
    parseH5Amendment({ domains: ['xn--fiq228c.com'] }, '$.amendment', { warnings });
    expect(warnings.map(({ path }) => path)).toEqual(['$.amendment.domains[0]', '$.amendment.transaction_limit_type']);
    const none: Problem[] = [];
    parseH5Amendment(simple, '$.amendment', { warnings: none });
    expect(none).toEqual([]);
  });
});

describe('a record held against an amendment', () => {
  const amendment = { ...simple, website_url: 'https://qq.com', website_state: 'HAS_LAUNCHED' } as const;

  it('is as it should be, whatever the amendment leaves out', () => {
    const record = { ...amendment, domains: ['QQ.com'], applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY' };
    expect(amendmentDifferences(amendment, record)).toEqual([]);
    expect(amendmentDifferences(amendment, {})).toEqual([]);
  });

  it.each([
    ['domains', ['qq.cn']],
    ['website_url', 'https://qq.cn'],
    ['website_state', 'UN_LAUNCHED'],
    ['transaction_limit_type', 'NO_LIMIT'],
  ] as const)('differs in %s', (field, theirs) => {
    expect(amendmentDifferences(amendment, { ...amendment, [field]: theirs })).toEqual([
      { field, ours: amendment[field], theirs },
    ]);
  });
});

describe('what a review result is about', () => {
  it.each([
    [{ out_applyment_id: '1', sub_mchid: '2' }, 'h5-domain'],
    [{ out_applyment_id: '1', applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY' }, 'h5-domain'],
    [{ applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY' }, 'h5'],
    [{ transaction_limit_type: 'NO_LIMIT' }, 'h5'],
    [{ applyment_id: '1', out_applyment_id: '' }, undefined],
    [null, undefined],
  ])('is told by its content: %j', (resource, kind) => {
    expect(h5NotificationKind(resource)).toBe(kind);
  });

  it('keeps a result about domains from being taken for one about the permission', () => {
    const resource = { sub_mchid: '2491935631', applyment_id: 5, applyment_state: 'APPROVED', out_applyment_id: '1' };
    expect(problemsOf(() => parseH5ReviewNotification(resource))).toMatchObject([
      { code: 'other-kind', path: '$.resource.out_applyment_id', got: 'the result of a domain modification' },
    ]);
  });
});
