import { describe, expect, it } from 'vitest';
import { h5DomainCalls } from '../../../src/wechatpay/h5-domain/calls';
import type { H5DomainAmendment, H5DomainModification } from '../../../src/wechatpay/h5-domain/types';
import { scriptedClient } from '../v3/scripted-client';
import { modification } from './modifications';

const BASE = '/v3/global/merchant/h5/permission/domain/applications';
const answer = {
  sub_mchid: '2491935631',
  website_state: 'HAS_LAUNCHED',
  domains: ['qq.com'],
  webiste_url: 'https://qq.com',
  website_business_page_pics: [''],
  applyment_id: 1000000,
  audit_reject_detail: 'of another time',
  applyment_state: 'PENDING',
  out_applyment_id: '123456',
};
const record = {
  sub_mchid: '2491935631',
  website_state: 'HAS_LAUNCHED',
  domains: ['qq.com'],
  website_url: 'https://qq.com',
  applyment_id: '1000000',
  applyment_state: 'PENDING',
  out_applyment_id: '123456',
};

describe('create', () => {
  it('posts the fields of the call and nothing else, and reads the record', async () => {
    const { client, seen } = await scriptedClient(answer);
    expect(await h5DomainCalls(client).create({ ...modification, extra: 1 } as H5DomainModification)).toEqual(record);
    expect(seen[0]).toMatchObject({ method: 'POST', path: BASE });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual(modification);
  });

  it('names no sub-merchant when the caller changes its own domains', async () => {
    const { client, seen } = await scriptedClient(answer);
    await h5DomainCalls(client).create({ ...modification, sub_mchid: undefined });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).not.toHaveProperty('sub_mchid');
  });

  it("keeps the caller's number when the answer leaves it out, and every digit of WeChat Pay's", async () => {
    const { client } = await scriptedClient({
      ...answer,
      out_applyment_id: undefined,
      applyment_id: '9223372036854775807',
    });
    expect(await h5DomainCalls(client).create(modification)).toMatchObject({
      out_applyment_id: '123456',
      applyment_id: '9223372036854775807',
    });
  });

  it.each(['applyment_id', 'applyment_state'])('does not believe a success without %s', async (field) => {
    const { client } = await scriptedClient({ ...answer, [field]: undefined });
    await expect(h5DomainCalls(client).create(modification)).rejects.toMatchObject({
      errorClass: 'OUTCOME_UNKNOWN',
      requestId: 'REQ-1',
    });
  });
});

describe('query', () => {
  it('asks by number, and reads either spelling of the page', async () => {
    const { client, seen } = await scriptedClient(answer, {
      ...answer,
      webiste_url: undefined,
      website_url: 'https://b.com',
    });
    expect(await h5DomainCalls(client).query('1000000')).toEqual(record);
    expect(await h5DomainCalls(client).query('1000000')).toMatchObject({ website_url: 'https://b.com' });
    expect(seen[0]).toMatchObject({ method: 'GET', path: `${BASE}/1000000` });
  });

  it('believes the reason of a rejection', async () => {
    const { client } = await scriptedClient({ ...answer, applyment_state: 'REJECTED' });
    expect(await h5DomainCalls(client).query('1000000')).toMatchObject({ audit_reject_detail: 'of another time' });
  });

  it('is not believed about another modification', async () => {
    const { client } = await scriptedClient(answer);
    const { query, create } = h5DomainCalls(client);
    const other = (field: string) => ({
      errorClass: 'OUTCOME_UNKNOWN',
      requestId: 'REQ-1',
      message: `the answer is about another ${field}`,
    });
    await expect(query('1000001')).rejects.toMatchObject(other('applyment_id'));
    const asked = create({ ...modification, out_applyment_id: '123457' });
    await expect(asked).rejects.toMatchObject(other('out_applyment_id'));
  });

  it('finds nothing, and does not say so when the call failed', async () => {
    const missing = { status: 404, error: { code: 'RESOURCE_NOT_EXISTS', message: 'x' } };
    expect(await h5DomainCalls((await scriptedClient(missing)).client).query('1')).toBeUndefined();
    const down = { status: 503, error: {} };
    const asked = h5DomainCalls((await scriptedClient(down)).client).query('1');
    await expect(asked).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN' });
  });
});

describe('amend', () => {
  it('patches the fields of the call and nothing else, and reads the record', async () => {
    const { client, seen } = await scriptedClient({ ...answer, applyment_id: undefined });
    const amendment = { ...modification, domains: ['qq.cn'] } as H5DomainAmendment;
    expect(await h5DomainCalls(client).amend('1000000', amendment)).toEqual(record);
    expect(seen[0]).toMatchObject({ method: 'PATCH', path: `${BASE}/1000000` });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual({ domains: ['qq.cn'], website_url: 'https://qq.com' });
  });
});

it.each(['', '1/2', '..', 'applications', '1?a=b', '99999999999999999999'])(
  'sends nothing for the number "%s"',
  async (applyment_id) => {
    const { client, seen } = await scriptedClient(answer);
    const calls = h5DomainCalls(client);
    await expect(calls.query(applyment_id)).rejects.toMatchObject({ errorClass: 'INPUT' });
    await expect(calls.amend(applyment_id, { domains: ['qq.com'] })).rejects.toMatchObject({ errorClass: 'INPUT' });
    expect(seen).toEqual([]);
  },
);
