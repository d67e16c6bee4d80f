import { describe, expect, it } from 'vitest';
import { amendmentDifferences, applicationDifferences } from '../../../src/wechatpay/h5/compare';
import type { H5Application } from '../../../src/wechatpay/h5/types';
import { png } from '../media/pictures';
import { simulated } from '../simulated';

const application: H5Application = {
  sub_mchid: '2491935631',
  domains: ['qq.com'],
  website_url: 'https://qq.com',
  transaction_limit_type: 'NORMAL_LIMIT',
};

it('an application with uploaded pictures is rejected, amended under its number, and approved', async () => {
  const { h5, media, simulator, pass } = await simulated();
  simulator.script({ h5: { states: [{ after: 1, state: 'REJECTED' }], audit_reject_detail: 'too dark' } });
  const { media_id } = await media.upload({ filename: 'shop.png', content: png });
  const pictures = { website_business_page_pics: [media_id], website_homepage_pics: [media_id] };
  const unlaunched = { website_state: 'UN_LAUNCHED', transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT' } as const;
  const wanted = { ...application, ...unlaunched, ...pictures };
  const { applyment_id } = await h5.create(wanted);
  expect(applicationDifferences(wanted, (await h5.query(applyment_id))!)).toEqual([]);

  const amendment = { domains: ['qq.cn'], ...unlaunched, ...pictures };
  await expect(h5.amend(applyment_id, amendment)).rejects.toMatchObject({ call: 'h5 amend', httpStatus: 400 });
  pass(1);
  expect(await h5.query(applyment_id)).toMatchObject({
    applyment_state: 'REJECTED',
    audit_reject_detail: 'too dark',
  });
  const amended = await h5.amend(applyment_id, amendment);
  expect(amended).toMatchObject({ applyment_id, applyment_state: 'PENDING', domains: ['qq.cn'] });
  expect(amendmentDifferences(amendment, amended)).toEqual([]);
  pass(10);
  expect(await h5.query(applyment_id)).toMatchObject({ applyment_state: 'APPROVED' });
  expect(await h5.permission('2491935631')).toEqual({
    sub_mchid: '2491935631',
    authorization_state: 'AUTHORITY_TO_TEST',
  });
});

it('a number beyond 2^53 keeps every digit on its way out and back', async () => {
  const { h5 } = await simulated({ firstApplymentId: '9223372036854775807' });
  const { applyment_id } = await h5.create(application);
  expect(applyment_id).toBe('9223372036854775807');
  expect(await h5.query(applyment_id)).toMatchObject({ applyment_id });
});

describe('what is refused', () => {
  it.each([
    ['hasPermission', 'REFUSED'],
    ['limitTypeMustBeNone', 'INPUT'],
    ['websiteMustBeLaunched', 'INPUT'],
    ['screenshotMissing', 'INPUT'],
    ['basicInformationMissing', 'REFUSED'],
    ['certificateExpired', 'REFUSED'],
    ['formalAuthorityNeeded', 'REFUSED'],
    ['punished', 'REFUSED'],
    ['domainAtRisk', 'REFUSED'],
    ['inProcess', 'REFUSED'],
    ['parentChild', 'INPUT'],
    ['documentsMissing', 'INPUT'],
    ['onlyTestLimit', 'INPUT'],
    ['unlimitedAlready', 'REFUSED'],
  ])('an application: %s is %s', async (refuse, errorClass) => {
    const { h5, simulator } = await simulated();
    simulator.script({ h5: { refuse } });
    await expect(h5.create(application)).rejects.toMatchObject({ errorClass, call: 'h5 create' });
  });

  it('an application while the letter of commitment is not signed', async () => {
    const { h5, simulator } = await simulated();
    simulator.script({ merchant: { commitmentSigned: false } });
    await expect(h5.create(application)).rejects.toMatchObject({ errorClass: 'CONFIGURATION', code: 'NO_AUTH' });
  });

  it('the question for the permission of a stranger', async () => {
    const { h5, simulator } = await simulated();
    simulator.script({ h5: { refuse: 'parentChild' } });
    await expect(h5.permission('2491935631')).rejects.toMatchObject({ errorClass: 'INPUT', call: 'h5 permission' });
  });
});
