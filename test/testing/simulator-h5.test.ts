import { createDecipheriv, createPublicKey, verify } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestCredentials } from '../../src/testing';
import { bench, receiver, V3Client } from './simulator-client';
import type { Bench, Receiver } from './simulator-client';

let b: Bench;
let hook: Receiver;

beforeAll(async () => {
  b = await bench();
});
afterAll(() => b.simulator.close());
// A webhook of its own for each test: a delivery on its way must not reach the next one.
beforeEach(async () => {
  b.simulator.reset();
  hook = await receiver();
});
afterEach(() => hook.close());

const BASE = '/v3/global/merchant/h5/permission';
const SUB = '2491935631';
const application = { sub_mchid: SUB, domains: ['qq.com'], website_url: 'https://qq.com' };
const unlimited = {
  ...application,
  transaction_limit_type: 'NO_LIMIT',
  business_description: 'Books',
  company_register_cert: 'media',
};
const create = (body: object = application) => b.v3.call('POST', `${BASE}/applications`, body);
const idOf = (text: string): string => /"applyment_id":(\d+)/.exec(text)?.[1] ?? '';
const query = async (id: string) => (await b.v3.call('GET', `${BASE}/applications/${id}`)).json;
const permission = async () => (await b.v3.call('GET', `${BASE}/${SUB}`)).json.authorization_state;
const reject = { h5: { sub_mchid: SUB, states: [{ after: 1, state: 'REJECTED' }], audit_reject_detail: 'blank page' } };

describe('application', () => {
  it('walks from PENDING through UNDER_REVIEW to APPROVED and gives the permission', async () => {
    const answer = await create();
    expect(answer).toMatchObject({ status: 200, verified: true });
    expect(answer.json).toEqual({
      ...application,
      applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
      transaction_limit_type: 'NORMAL_LIMIT',
      website_state: 'HAS_LAUNCHED',
      applyment_id: 2000000100000,
      applyment_state: 'PENDING',
    });
    b.pass(2);
    expect(await query('2000000100000')).toMatchObject({ applyment_state: 'UNDER_REVIEW' });
    expect(await permission()).toBe('UNAUTHORIZED');
    b.pass(3);
    expect(await query('2000000100000')).toMatchObject({ applyment_state: 'APPROVED' });
    expect(await permission()).toBe('FORMAL_AUTHORITY');
    expect(b.simulator.ledger({ effect: 'applied' })).toMatchObject([
      { key: `${SUB}/APPLY_FOR_PAYMENT_AUTHORITY`, count: 1 },
    ]);
  });

  it('writes an applyment_id beyond 2^53 as a JSON integer, digit for digit', async () => {
    const long = await bench({ firstApplymentId: '9223372036854775807' }, b.credentials);
    const answer = await long.v3.call('POST', `${BASE}/applications`, application);
    expect(answer.text).toContain('"applyment_id":9223372036854775807,');
    expect(answer.verified).toBe(true);
    expect((await long.v3.call('GET', `${BASE}/applications/9223372036854775807`)).status).toBe(200);
    await long.simulator.close();
  });

  it('refuses a second application while one is in process', async () => {
    await create();
    const answer = await create();
    expect([answer.status, answer.json.code]).toEqual([400, 'INVALID_REQUEST']);
    expect(answer.json.message).toMatch(/^The application form in the process has been submitted/);
    expect(b.simulator.ledger({ effect: 'applied' })).toMatchObject([{ count: 1 }]);
  });

  it('gives the test permission for a website that is not launched', async () => {
    await create({
      ...application,
      website_state: 'UN_LAUNCHED',
      transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT',
      website_business_page_pics: ['m'],
      website_homepage_pics: ['m'],
    });
    b.pass(60);
    expect(await permission()).toBe('AUTHORITY_TO_TEST');
  });

  it('makes the second application of NO_LIMIT itself, and lifts the limit with it', async () => {
    await create(unlimited);
    b.pass(5);
    expect(await permission()).toBe('FORMAL_AUTHORITY');
    expect(await query('2000000100001')).toMatchObject({
      applyment_type: 'APPLY_FOR_RELIEVE_LIMITED',
      applyment_state: 'PENDING',
    });
    b.pass(5);
    expect(await permission()).toBe('AUTHORIZED');
    expect((await create(unlimited)).json.message).toMatch(/already has "No transaction limited"/);
  });

  it('can be modified only when rejected, keeps its id, and is reviewed again', async () => {
    b.simulator.script(reject);
    const id = idOf((await create()).text);
    const patch = () =>
      b.v3.call('PATCH', `${BASE}/applications/${id}`, { domains: ['qq.cn'], transaction_limit_type: 'NORMAL_LIMIT' });
    expect((await patch()).json.code).toBe('INVALID_REQUEST');
    b.pass(1);
    expect(await query(id)).toMatchObject({ applyment_state: 'REJECTED', audit_reject_detail: 'blank page' });
    const answer = await patch();
    expect(answer.json).toMatchObject({ applyment_id: Number(id), applyment_state: 'PENDING', domains: ['qq.cn'] });
    expect(answer.json).not.toHaveProperty('audit_reject_detail');
    b.pass(60);
    expect(await query(id)).toMatchObject({ applyment_state: 'APPROVED' });
    expect(b.simulator.ledger({ effect: 'resubmitted' })).toMatchObject([{ count: 1 }]);
  });

  it('can be decided by hand, after which the planned decision does not happen', async () => {
    const id = idOf((await create()).text);
    b.simulator.decideH5({ sub_mchid: SUB, state: 'REJECTED', audit_reject_detail: 'no' });
    b.pass(60);
    expect(await query(id)).toMatchObject({ applyment_state: 'REJECTED', audit_reject_detail: 'no' });
  });

  it('belongs to its merchant alone', async () => {
    expect((await b.v3.call('GET', `${BASE}/applications/123`)).status).toBe(404);
    const other = await createTestCredentials({ mchid: '1900000109', platform: b.credentials.platform });
    const shared = await bench({ credentials: [b.credentials, other] }, b.credentials);
    const id = idOf((await shared.v3.call('POST', `${BASE}/applications`, application)).text);
    const stranger = new V3Client(shared.simulator.url, other);
    expect((await stranger.call('GET', `${BASE}/applications/${id}`)).status).toBe(404);
    await shared.simulator.close();
  });
});

describe('refusals', () => {
  it.each([
    ['no domains', { ...application, domains: [] }, 'PARAM_ERROR', /Parameter error/],
    ['six domains', { ...application, domains: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'PARAM_ERROR', /Parameter error/],
    ['a query in notify_url', { ...application, notify_url: 'https://x.com/a?b=1' }, 'PARAM_ERROR', /Parameter error/],
    ['plain http', { ...application, notify_url: 'http://x.com/a' }, 'PARAM_ERROR', /Parameter error/],
    ['no documents', { ...unlimited, business_description: undefined }, 'PARAM_ERROR', /Company Registration/],
    [
      'no screenshots',
      { ...application, website_state: 'UN_LAUNCHED', transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT' },
      'PARAM_ERROR',
      /Upload the business page/,
    ],
    ['no test limit', { ...application, website_state: 'UN_LAUNCHED' }, 'INVALID_REQUEST', /only a test limit/],
    [
      'a limit to remove',
      { ...application, applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' },
      'PARAM_ERROR',
      /limit type must be/,
    ],
    [
      'no ordinary limit',
      { ...unlimited, applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' },
      'INVALID_REQUEST',
      /Formal authority/,
    ],
  ] as const)('refuses %s', async (_name, body, code, message) => {
    const { status, json } = await create(body);
    expect([status, json.code]).toEqual([400, code]);
    expect(json.message).toMatch(message);
    expect(b.simulator.ledger()).toEqual([]);
  });

  it('refuses what the permission and the merchant do not allow', async () => {
    b.simulator.script({ h5: { sub_mchid: SUB, authorization_state: 'UNDER_PUNISHMENT' } });
    expect((await create()).json.message).toMatch(/^Action has been taken/);
    b.simulator.script({ h5: { sub_mchid: SUB, authorization_state: 'FORMAL_AUTHORITY' } });
    const test = { ...application, transaction_limit_type: 'UN_LAUNCHED_WEBSITE_LIMIT' };
    expect((await create(test)).json.message).toMatch(/have the payment permission already/);
    b.simulator.script({ h5: { sub_mchid: SUB, refuse: 'parentChild' } });
    expect((await create()).json.message).toMatch(/parent-child relationship/);
    expect((await b.v3.call('GET', `${BASE}/${SUB}`)).status).toBe(400);
    b.simulator.script({ merchant: { commitmentSigned: false } });
    const unsigned = await create();
    expect([unsigned.status, unsigned.json.code]).toEqual([403, 'NO_AUTH']);
  });
});

describe('domain modification', () => {
  const domain = { ...application, out_applyment_id: 'D1' };
  const createDomain = (body: object = domain) => b.v3.call('POST', `${BASE}/domain/applications`, body);

  it('has its own request number: the same again is the same application', async () => {
    const first = await createDomain();
    expect(first.json).toMatchObject({
      out_applyment_id: 'D1',
      webiste_url: 'https://qq.com',
      applyment_state: 'PENDING',
    });
    expect((await createDomain()).json.applyment_id).toBe(first.json.applyment_id);
    expect((await createDomain({ ...domain, domains: ['x.com'] })).json.code).toBe('INVALID_REQUEST');
    expect((await createDomain({ ...domain, out_applyment_id: 'D2' })).json.message).toMatch(/in the process/);
    expect(b.simulator.ledger({ effect: 'applied', key: 'D1' })).toMatchObject([{ count: 1 }]);
  });

  it('is queried and modified under its own path', async () => {
    b.simulator.script({ h5Domain: { out_applyment_id: 'D1', states: [{ after: 1, state: 'REJECTED' }] } });
    const id = idOf((await createDomain()).text);
    b.pass(1);
    expect((await b.v3.call('GET', `${BASE}/applications/${id}`)).status).toBe(404);
    expect((await b.v3.call('GET', `${BASE}/domain/applications/${id}`)).json.applyment_state).toBe('REJECTED');
    const patched = await b.v3.call('PATCH', `${BASE}/domain/applications/${id}`, { domains: ['x.com'] });
    expect(patched.json).toMatchObject({ applyment_state: 'PENDING', domains: ['x.com'] });
    b.pass(60);
    expect((await b.v3.call('GET', `${BASE}/domain/applications/${id}`)).json.applyment_state).toBe('APPROVED');
    expect(await permission()).toBe('UNAUTHORIZED');
  });
});

describe('notification', () => {
  const notified = (count: number) =>
    vi.waitFor(() => expect(hook.received.length).toBeGreaterThanOrEqual(count), 3000);

  it('is signed, encrypted with the APIv3 key, and says what the query says', async () => {
    const id = idOf((await create({ ...application, notify_url: `${hook.url}/h5` })).text);
    b.pass(2);
    expect(b.simulator.notifications()).toEqual([]);
    b.pass(3);
    await notified(1);
    const { headers, body } = hook.received[0] as Receiver['received'][number];
    const { publicKeyId, publicKey } = b.credentials.platform;
    expect(headers['wechatpay-serial']).toBe(publicKeyId);
    expect(headers['request-id']).toBeTruthy();
    const text = `${String(headers['wechatpay-timestamp'])}\n${String(headers['wechatpay-nonce'])}\n${body}\n`;
    const signature = Buffer.from(String(headers['wechatpay-signature']), 'base64');
    expect(verify('sha256', Buffer.from(text), createPublicKey(publicKey), signature)).toBe(true);
    const { event_type, resource } = JSON.parse(body) as { event_type: string; resource: Record<string, string> };
    expect(event_type).toBe('APPLYMENT_STATE.APPROVED');
    const sealed = Buffer.from(resource.ciphertext ?? '', 'base64');
    const key = Buffer.from(b.credentials.apiV3Key);
    const decipher = createDecipheriv('aes-256-gcm', key, resource.nonce ?? '', { authTagLength: 16 });
    decipher.setAAD(Buffer.from(resource.associated_data ?? '')).setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]).toString();
    expect(JSON.parse(plain)).toEqual(await query(id));
  });

  it('is repeated with the same id and a fresh signature until it is acknowledged, 200 and SUCCESS', async () => {
    hook.answers.push(
      { status: 500, body: '' },
      { status: 200, body: '{"code":"FAIL"}' },
      { status: 200, body: '{"code":"SUCCESS"}' },
    );
    await create({ ...application, notify_url: `${hook.url}/h5` });
    b.simulator.decideH5({ sub_mchid: SUB, state: 'REJECTED' });
    await notified(1);
    b.pass(14);
    expect(hook.received).toHaveLength(1);
    await vi.waitFor(() => expect(b.simulator.notifications()[0]?.deliveries).toHaveLength(1));
    b.pass(2);
    await notified(2);
    await vi.waitFor(() => expect(b.simulator.notifications()[0]?.deliveries).toHaveLength(2));
    b.pass(16);
    await notified(3);
    await vi.waitFor(() => expect(b.simulator.notifications()).toMatchObject([{ status: 'acknowledged' }]));
    b.pass(100_000);
    expect(hook.received).toHaveLength(3);
    const ids = hook.received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
    expect(new Set(ids).size).toBe(1);
    expect(new Set(hook.received.map(({ headers }) => headers['wechatpay-signature'])).size).toBe(3);
    const statuses = b.simulator.notifications({ kind: 'h5', key: SUB })[0]?.deliveries.map(({ status }) => status);
    expect(statuses).toEqual([500, 200, 200]);
  });

  it('gives up after sixteen attempts', async () => {
    hook.answers.push({ status: 500, body: '' });
    await create({ ...application, notify_url: `${hook.url}/h5` });
    b.simulator.decideH5({ sub_mchid: SUB, state: 'APPROVED' });
    for (let attempt = 1; attempt <= 16; attempt++) {
      await vi.waitFor(() => {
        b.simulator.advance();
        expect(b.simulator.notifications()[0]?.deliveries).toHaveLength(attempt);
      });
      b.pass(21_600);
    }
    await vi.waitFor(() => expect(b.simulator.notifications()[0]?.status).toBe('given-up'));
    expect(hook.received).toHaveLength(16);
  });

  it('goes to loopback only, and is not sent without a URL', async () => {
    await create({ ...application, notify_url: 'https://example.com/h5' });
    b.simulator.decideH5({ sub_mchid: SUB, state: 'APPROVED' });
    expect(b.simulator.notifications()).toMatchObject([{ status: 'refused', deliveries: [] }]);
    await create({ ...application, sub_mchid: '2491935632' });
    b.simulator.decideH5({ sub_mchid: '2491935632', state: 'APPROVED' });
    expect(b.simulator.notifications()).toHaveLength(1);
  });

  it('is doubled, lost or delayed when told so', async () => {
    const decide = async (sub_mchid: string) => {
      await create({ ...application, sub_mchid, notify_url: `${hook.url}/${sub_mchid}` });
      b.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    };
    b.simulator.script({ notifications: { lose: 1 } });
    await decide('1');
    expect(b.simulator.notifications()).toMatchObject([{ status: 'lost' }]);
    b.simulator.script({ notifications: { lose: 0, duplicate: 2 } });
    await decide('2');
    await notified(3);
    expect(hook.received.map(({ path }) => path)).toEqual(['/2', '/2', '/2']);
    b.simulator.script({ notifications: { duplicate: 0, delay: 30 } });
    await decide('3');
    b.pass(29);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(hook.received).toHaveLength(3);
    b.pass(1);
    await notified(4);
  });

  it('can be spoiled, repeated, or made by the tester', async () => {
    const url = `${hook.url}/custom`;
    const resource = { sub_mchid: SUB, applyment_id: 1, applyment_state: 'REJECTED' };
    const { id } = b.simulator.notify({ kind: 'h5', url, resource, id: 'fixed', once: true, signature: 'probe' });
    await notified(1);
    expect(hook.received[0]?.headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//);
    expect(JSON.parse(hook.received[0]?.body ?? '')).toMatchObject({ id: 'fixed' });
    b.simulator.notify({ repeat: id });
    await notified(2);
    b.simulator.notify({ kind: 'h5', url, resource, once: true, signature: 'missing' });
    await notified(3);
    expect(hook.received[2]?.headers).not.toHaveProperty('wechatpay-signature');
    b.simulator.notify({ kind: 'h5', url, resource, once: true, signature: 'stale' });
    await notified(4);
    expect(Date.now() / 1000 - Number(hook.received[3]?.headers['wechatpay-timestamp'])).toBeGreaterThan(300);
  });
});
