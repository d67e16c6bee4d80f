import { describe, expect, it } from 'vitest';
import { h5Calls } from '../../../src/wechatpay/h5/calls';
import type { H5Amendment, H5Application } from '../../../src/wechatpay/h5/schema';
import { scriptedClient } from '../v3/scripted-client';

const application: H5Application = {
  sub_mchid: '2491935631',
  domains: ['qq.com'],
  website_url: 'https://qq.com',
  notify_url: 'https://shop.example.com/h5',
};
const answer = {
  sub_mchid: '2491935631',
  domains: ['qq.com'],
  transaction_limit_type: 'NORMAL_LIMIT',
  website_business_page_pics: [''],
  website_homepage_pics: ['pic', ''],
  website_state: 'HAS_LAUNCHED',
  website_url: 'https://qq.com',
  applyment_id: 100000,
  audit_reject_detail: 'of another time',
  applyment_state: 'PENDING',
  applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
};
const record = {
  sub_mchid: '2491935631',
  domains: ['qq.com'],
  transaction_limit_type: 'NORMAL_LIMIT',
  website_homepage_pics: ['pic'],
  website_state: 'HAS_LAUNCHED',
  website_url: 'https://qq.com',
  applyment_id: '100000',
  applyment_state: 'PENDING',
  applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
};

describe('create', () => {
  it('posts the fields of the call and nothing else, and reads the record', async () => {
    const { client, seen } = await scriptedClient(answer);
    expect(await h5Calls(client).create({ ...application, extra: 1 } as H5Application)).toEqual(record);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/v3/global/merchant/h5/permission/applications' });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual(application);
  });

  it('keeps every digit of a long applyment_id', async () => {
    const { client } = await scriptedClient({ ...answer, applyment_id: '9223372036854775807' });
    expect((await h5Calls(client).create(application)).applyment_id).toBe('9223372036854775807');
  });

  it.each(['applyment_id', 'applyment_state'])('does not believe a success without %s', async (field) => {
    const { client } = await scriptedClient({ ...answer, [field]: undefined });
    await expect(h5Calls(client).create(application)).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN' });
  });

  it('passes on the text by which refusals are told apart', async () => {
    const message = 'The application form in the process has been submitted. Please do not submit it repeatedly.';
    const { client } = await scriptedClient({ status: 400, error: { code: 'INVALID_REQUEST', message } });
    await expect(h5Calls(client).create(application)).rejects.toMatchObject({ errorClass: 'REFUSED', message });
  });
});

describe('query', () => {
  it('asks by number', async () => {
    const { client, seen } = await scriptedClient(answer);
    expect(await h5Calls(client).query('100000')).toEqual(record);
    expect(seen.map(({ path }) => path)).toEqual(['/v3/global/merchant/h5/permission/applications/100000']);
  });

  it.each(['', '1/../2', '..', '1?x=1', '-1', '1e5', '９', '9223372036854775808'])(
    'sends nothing for the number "%s"',
    async (applyment_id) => {
      const { client, seen } = await scriptedClient(answer);
      const calls = h5Calls(client);
      await expect(calls.query(applyment_id)).rejects.toMatchObject({ problems: [{ path: '$.applyment_id' }] });
      await expect(calls.amend(applyment_id, { domains: ['qq.com'] })).rejects.toMatchObject({ errorClass: 'INPUT' });
      expect(seen).toEqual([]);
    },
  );

  it('believes the reason of a rejection', async () => {
    const { client } = await scriptedClient({ ...answer, applyment_state: 'REJECTED' });
    expect(await h5Calls(client).query('100000')).toMatchObject({ audit_reject_detail: 'of another time' });
  });

  it('is not believed about another application, nor a permission of another sub-merchant', async () => {
    const { client } = await scriptedClient(answer);
    const other = { errorClass: 'OUTCOME_UNKNOWN', requestId: 'REQ-1' };
    const { query, amend, create } = h5Calls(client);
    for (const [asked, field] of [
      [query('100001'), 'applyment_id'],
      [amend('100001', { domains: ['qq.com'] }), 'applyment_id'],
      [create({ ...application, sub_mchid: '2491935632' }), 'sub_mchid'],
    ] as const) {
      await expect(asked).rejects.toMatchObject({ ...other, message: `the answer is about another ${field}` });
    }
    const allowed = await scriptedClient({ sub_mchid: '1', authorization_state: 'AUTHORIZED' });
    await expect(h5Calls(allowed.client).permission('2491935631')).rejects.toMatchObject(other);
  });

  it.each([
    [404, 'RESOURCE_NOT_EXISTS', 'x'],
    [400, 'INVALID_REQUEST', 'The application does not exist'],
  ])('finds nothing: %d %s %s', async (status, code, message) => {
    const { client } = await scriptedClient({ status, error: { code, message } });
    expect(await h5Calls(client).query('100000')).toBeUndefined();
  });
});

describe('amend', () => {
  const amendment: H5Amendment = { domains: ['qq.cn'], transaction_limit_type: 'NORMAL_LIMIT' };

  it('patches the fields of the call and nothing else, and reads the record', async () => {
    const { client, seen } = await scriptedClient({ ...answer, applyment_id: undefined });
    expect(await h5Calls(client).amend('100000', { ...application, ...amendment })).toEqual(record);
    expect(seen[0]).toMatchObject({
      method: 'PATCH',
      path: '/v3/global/merchant/h5/permission/applications/100000',
    });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual({ website_url: 'https://qq.com', ...amendment });
  });

  it('passes on that the application is in another state', async () => {
    const error = { code: 'INVALID_REQUEST', message: 'Only an application rejected by the reviewer can be modified.' };
    const { client } = await scriptedClient({ status: 400, error });
    await expect(h5Calls(client).amend('1', amendment)).rejects.toMatchObject({ message: error.message });
  });
});

describe('permission', () => {
  it.each(['', 'applications', 'domain', '1/2'])('is not asked for the sub-merchant "%s"', async (sub_mchid) => {
    const { client, seen } = await scriptedClient({ authorization_state: 'AUTHORIZED' });
    await expect(h5Calls(client).permission(sub_mchid)).rejects.toMatchObject({ errorClass: 'INPUT' });
    expect(seen).toEqual([]);
  });

  it('is what WeChat Pay states', async () => {
    const { client, seen } = await scriptedClient({ sub_mchid: '2491935631', authorization_state: 'FORMAL_AUTHORITY' });
    expect(await h5Calls(client).permission('2491935631')).toEqual({
      sub_mchid: '2491935631',
      authorization_state: 'FORMAL_AUTHORITY',
    });
    expect(seen[0]?.path).toBe('/v3/global/merchant/h5/permission/2491935631');
  });

  it('is not believed when it is missing', async () => {
    const { client } = await scriptedClient({ sub_mchid: '2491935631' });
    await expect(h5Calls(client).permission('2491935631')).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN' });
  });
});
