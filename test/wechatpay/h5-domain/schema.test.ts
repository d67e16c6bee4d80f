import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../src/wechatpay/errors';
import { domainAmendmentDifferences, domainDifferences } from '../../../src/wechatpay/h5-domain/compare';
import { parseH5DomainReviewNotification } from '../../../src/wechatpay/h5-domain/notifications';
import { parseH5DomainAmendment, parseH5DomainModification } from '../../../src/wechatpay/h5-domain/schema';
import { codesOf, problemsOf } from '../problems';
import { modification } from './modifications';

const pictures = { website_business_page_pics: ['a'], website_homepage_pics: ['b'] };

describe('a domain modification', () => {
  it.each([
    ['of a sub-merchant', modification],
    ["of the caller's own domains", { ...modification, sub_mchid: undefined }],
    ['without a notification', { ...modification, notify_url: undefined }],
    ['of a web site that is not launched', { ...modification, website_state: 'UN_LAUNCHED', ...pictures }],
    ['with a number of 64 characters', { ...modification, out_applyment_id: 'x'.repeat(64) }],
    ['with a number of every character', { ...modification, out_applyment_id: 'aZ0_-|*@' }],
  ])('passes: %s', (_, input) => {
    expect(parseH5DomainModification(input)).toEqual(JSON.parse(JSON.stringify(input)));
  });

  it.each<[string, object, string[]]>([
    ['no number of its own', { ...modification, out_applyment_id: undefined }, ['out_applyment_id required']],
    ['a number of 65 characters', { ...modification, out_applyment_id: 'x'.repeat(65) }, ['out_applyment_id length']],
    ['a number with a slash', { ...modification, out_applyment_id: '1/2' }, ['out_applyment_id pattern']],
    ['a number that is one', { ...modification, out_applyment_id: 123456 }, ['out_applyment_id type']],
    ['no domains', { ...modification, domains: [] }, ['domains length']],
    ['six domains', { ...modification, domains: [1, 2, 3, 4, 5, 6].map((n) => `a${n}.com`) }, ['domains length']],
    ['a domain with a path', { ...modification, domains: ['qq.com/pay'] }, ['domains[0] domain']],
    ['no page', { ...modification, website_url: undefined }, ['website_url required']],
    [
      'a web site that is not launched, without pictures',
      { ...modification, website_state: 'UN_LAUNCHED' },
      ['website_business_page_pics required', 'website_homepage_pics required'],
    ],
    ['a limit', { ...modification, transaction_limit_type: 'NO_LIMIT' }, ['transaction_limit_type unknown-field']],
    ['a notify_url with a query', { ...modification, notify_url: 'https://a.com/x?y=1' }, ['notify_url url']],
    ['a notify_url on this machine', { ...modification, notify_url: 'http://127.0.0.1/x' }, ['notify_url url']],
  ])('is refused with %s', (_, input, expected) => {
    expect(codesOf(() => parseH5DomainModification(input))).toEqual(
      expected.map((problem) => `$.modification.${problem}`),
    );
  });

  it('may be notified on loopback when that is allowed', () => {
    const input = { ...modification, notify_url: 'http://127.0.0.1:8080/x' };
    expect(parseH5DomainModification(input, '$.modification', { allowLoopback: true })).toEqual(input);
  });

  it('warns of a number longer than others may be, and of a domain in another script', () => {
    const warnings: Problem[] = [];
    const input = { ...modification, out_applyment_id: 'x'.repeat(33), domains: ['xn--fiq228c.com'] };
    parseH5DomainModification(input, '$.modification', { warnings });
    expect(warnings).toMatchObject([
      { path: '$.modification.domains[0]' },
      { path: '$.modification.out_applyment_id', got: '33 characters' },
    ]);
    const none: Problem[] = [];
    parseH5DomainModification(modification, '$.modification', { warnings: none });
    expect(none).toEqual([]);
  });
});

describe('an amendment of a domain modification', () => {
  it.each([
    ['of the domains', { domains: ['qq.cn'] }],
    ['of everything', { domains: ['qq.cn'], website_url: 'https://qq.cn', website_state: 'UN_LAUNCHED', ...pictures }],
  ])('passes: %s', (_, input) => {
    expect(parseH5DomainAmendment(input)).toEqual(input);
  });

  it.each<[string, object, string[]]>([
    ['without domains', {}, ['domains required']],
    ['with another number', { domains: ['qq.cn'], out_applyment_id: '1' }, ['out_applyment_id unknown-field']],
    ['with another notify_url', { domains: ['qq.cn'], notify_url: 'https://a.com' }, ['notify_url unknown-field']],
    [
      'not launched, without pictures',
      { domains: ['qq.cn'], website_state: 'UN_LAUNCHED' },
      ['website_business_page_pics required', 'website_homepage_pics required'],
    ],
    [
      'with the empty texts of the documented sample',
      { domains: ['qq.cn'], website_business_page_pics: '' },
      ['website_business_page_pics type'],
    ],
  ])('is refused %s', (_, input, expected) => {
    expect(codesOf(() => parseH5DomainAmendment(input))).toEqual(expected.map((problem) => `$.amendment.${problem}`));
  });

  it('warns of a domain in another script', () => {
    const warnings: Problem[] = [];
    parseH5DomainAmendment({ domains: ['xn--fiq228c.com'] }, '$.amendment', { warnings });
    expect(warnings.map(({ path }) => path)).toEqual(['$.amendment.domains[0]']);
  });
});

describe('a record held against a domain modification', () => {
  const record = {
    applyment_id: '1',
    applyment_state: 'PENDING',
    out_applyment_id: '123456',
    sub_mchid: '2491935631',
    domains: ['QQ.com'],
    website_url: 'https://qq.com',
    website_state: 'HAS_LAUNCHED',
  };

  it('is ours, with the default and whatever the order of the domains', () => {
    expect(domainDifferences(modification, record)).toEqual([]);
    expect(
      domainDifferences({ ...modification, domains: ['a.com', 'b.com'] }, { ...record, domains: ['b.com', 'a.com'] }),
    ).toEqual([]);
    expect(domainDifferences(modification, {})).toEqual([]);
  });

  it("is ours whatever its merchant, when the caller's own domains are meant", () => {
    expect(
      domainDifferences({ ...modification, sub_mchid: undefined }, { ...record, sub_mchid: '1230000109' }),
    ).toEqual([]);
  });

  it.each([
    ['out_applyment_id', '654321'],
    ['sub_mchid', '1'],
    ['website_url', 'https://evil.com'],
    ['website_state', 'UN_LAUNCHED'],
    ['domains', ['qq.com', 'evil.com']],
  ])('is not ours: %s', (field, theirs) => {
    expect(domainDifferences(modification, { ...record, [field]: theirs })).toMatchObject([{ field, theirs }]);
  });

  it('is held against an amendment by what the amendment states', () => {
    expect(domainAmendmentDifferences({ domains: ['qq.com'] }, record)).toEqual([]);
    const amendment = { domains: ['qq.cn'], website_url: 'https://qq.cn', website_state: 'UN_LAUNCHED' } as const;
    expect(domainAmendmentDifferences(amendment, record).map(({ field }) => field)).toEqual([
      'domains',
      'website_url',
      'website_state',
    ]);
  });
});

describe('a review notification about domains', () => {
  it('is read tolerantly, with its id as text', () => {
    expect(
      parseH5DomainReviewNotification({
        applyment_id: 1000000,
        applyment_state: 'REJECTED',
        audit_reject_detail: 'wrong owner',
        out_applyment_id: '123456',
        webiste_url: 'https://qq.com',
        website_homepage_pics: [''],
        new_field: 1,
      }),
    ).toEqual({
      applyment_id: '1000000',
      applyment_state: 'REJECTED',
      audit_reject_detail: 'wrong owner',
      out_applyment_id: '123456',
      website_url: 'https://qq.com',
    });
  });

  it('needs one of its numbers', () => {
    expect(parseH5DomainReviewNotification({ applyment_id: 1 })).toEqual({ applyment_id: '1' });
    for (const resource of [{}, null, [], { sub_mchid: '1' }, { applyment_state: 'APPROVED' }]) {
      expect(codesOf(() => parseH5DomainReviewNotification(resource))).toEqual(['$.resource required']);
    }
  });

  it('is not one about the permission', () => {
    const resource = { applyment_id: 1, applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY', applyment_state: 'APPROVED' };
    expect(problemsOf(() => parseH5DomainReviewNotification(resource))).toMatchObject([
      { code: 'other-kind', got: 'the result of an application for the permission' },
    ]);
  });
});
