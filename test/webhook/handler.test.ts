import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createNotificationHandler } from '../../src/webhook/handler';
import type { WebhookRequest } from '../../src/webhook/handler';
import { createWebhookMetrics } from '../../src/webhook/metrics';
import type { DeliveryOutcome } from '../../src/webhook/sink';
import {
  API_V3_KEY,
  CONTRACT,
  DEBIT,
  FAILED_DEBIT,
  H5_RESOURCE,
  MCHID,
  merchants,
  NOW,
  OTHER_MCHID,
  OTHER_V2_KEY,
  OTHER_V3_KEY,
  PAYMENT,
  recordingLog,
  recordingSink,
  SERIAL,
  stranger,
  SUB_MCHID,
  V2_KEY,
  v2Notification,
  v3Notification,
  withHeaders,
} from './genuine';

function webhook(behave?: () => Promise<DeliveryOutcome>, { deliveryDeadlineMs = 3_000 } = {}) {
  const { sink, deliveries } = recordingSink(behave);
  const { log, lines } = recordingLog();
  const { metrics, registry } = createWebhookMetrics();
  const handler = createNotificationHandler({
    merchants,
    deliver: sink,
    now: () => NOW,
    log,
    metrics,
    deliveryDeadlineMs,
  });
  return { handler, deliveries, lines, registry };
}

const XML_SUCCESS = '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>';
const payment = (fields: Record<string, string> = {}, options = {}) =>
  v2Notification({ ...PAYMENT, ...fields }, options);
const contract = (fields: Record<string, string> = {}, path = `/wechatpay/${MCHID}/contract`) =>
  v2Notification({ ...CONTRACT, ...fields }, { path });
const debit = (fields: Record<string, string>) => v2Notification(fields, { path: `/wechatpay/${MCHID}/debit` });
const domain = (resource: unknown, path = `/wechatpay/${MCHID}/h5-domain/A%7C1`) => v3Notification({ path, resource });
const without = (fields: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));

describe('a genuine notification', () => {
  it('about an H5 review reaches the application of the sub-merchant in its URL', async () => {
    const { handler, deliveries, lines } = webhook();
    const response = await handler(v3Notification());
    expect(response).toMatchObject({ status: 200, body: '{"code":"SUCCESS","message":"OK"}' });
    expect(response.headers['content-type']).toMatch(/^application\/json/);
    expect(deliveries).toEqual([
      {
        to: 'h5',
        args: [
          { mchid: MCHID, sub_mchid: SUB_MCHID },
          {
            id: 'f7c34059-0f2d-5b32-ba33-a42dks0597c5',
            createTime: '2026-01-02T11:05:01+08:00',
            receivedAt: '2026-01-02T03:05:06.000Z',
            kind: 'h5',
            data: expect.objectContaining({
              applyment_id: '100000',
              applyment_state: 'APPROVED',
              sub_mchid: SUB_MCHID,
            }),
          },
        ],
      },
    ]);
    expect(lines).toEqual([
      {
        level: 'info',
        message: 'notification accepted',
        fields: {
          route: 'h5',
          mchid: MCHID,
          outcome: 'delivered',
          status: 200,
          requestId: '08F78BB6AF0610D302189F9D',
        },
      },
    ]);
  });

  it.each(['MD5', 'HMAC-SHA256'] as const)('about a payment, signed with %s, reaches its order', async (signType) => {
    const { handler, deliveries, registry } = webhook();
    const response = await handler(payment({}, { signType }));
    expect(response).toMatchObject({ status: 200, body: XML_SUCCESS });
    expect(response.headers['content-type']).toMatch(/^text\/xml/);
    expect(deliveries).toMatchObject([
      {
        to: 'payment',
        args: [
          { mch_id: MCHID, out_trade_no: 'DW202601020001' },
          { kind: 'payment', id: expect.stringMatching(/^[0-9a-f]{64}$/), data: { total_fee: 888 } },
        ],
      },
    ]);
    expect(await registry.metrics()).toContain(`wechatpay_webhook_v2_signatures_total{algorithm="${signType}"} 1`);
  });

  it('about a signing reaches its contract, and the order if the URL names one', async () => {
    const { handler, deliveries } = webhook();
    await handler(contract());
    await handler(contract({}, `/wechatpay/${MCHID}/contract/DW%7C1`));
    expect(deliveries.map(({ to, args }) => [to, args[0]])).toEqual([
      ['contract', { mch_id: MCHID }],
      ['contract', { mch_id: MCHID, out_trade_no: 'DW|1' }],
    ]);
    expect(deliveries[0]?.args[1]).toMatchObject({ kind: 'contract', data: { change_type: 'ADD', plan_id: '123' } });
  });

  it.each<[string, Record<string, string>, object]>([
    ['that was made', DEBIT, { made: true, total_fee: 888, transaction_id: DEBIT.transaction_id }],
    ['that failed', FAILED_DEBIT, { made: false, trade_state: 'PAY_FAIL', err_code: 'NOTENOUGH' }],
    // Real messages of this kind lack it, and call the failure a success.
    [
      'that failed without a state',
      { ...without(FAILED_DEBIT, 'trade_state'), err_code: '0', err_code_des: '业务成功' },
      { made: false, err_code: '0' },
    ],
    ['of which nobody can tell', { ...DEBIT, trade_state: 'NOTPAY' }, { made: false, trade_state: 'NOTPAY' }],
  ])('about a debit %s reaches its debit', async (_what, fields, data) => {
    const { handler, deliveries, registry } = webhook();
    expect(await handler(debit(fields))).toMatchObject({ status: 200, body: XML_SUCCESS });
    expect(deliveries).toMatchObject([
      {
        to: 'debit',
        args: [
          { mch_id: MCHID, out_trade_no: 'DD202601020001' },
          { kind: 'debit', id: expect.stringMatching(/^[0-9a-f]{64}$/), data },
        ],
      },
    ]);
    expect(await registry.metrics()).toContain('wechatpay_webhook_accepted_total{route="debit",outcome="delivered"} 1');
  });

  it.each<[string, object]>([
    ['its own number', { applyment_id: 1, out_applyment_id: 'A|1', applyment_state: 'APPROVED' }],
    // Then only the path tells which one of ours it is.
    ['WeChat Pay’s number alone', { applyment_id: 1, applyment_state: 'APPROVED' }],
  ])('about a domain modification, with %s, reaches the one in its URL', async (_what, resource) => {
    const { handler, deliveries, registry } = webhook();
    expect((await handler(domain(resource))).status).toBe(200);
    expect(deliveries).toMatchObject([
      {
        to: 'h5Domain',
        args: [
          { mchid: MCHID, out_applyment_id: 'A|1' },
          { kind: 'h5-domain', data: { applyment_id: '1', applyment_state: 'APPROVED' } },
        ],
      },
    ]);
    expect(await registry.metrics()).toContain(
      'wechatpay_webhook_accepted_total{route="h5-domain",outcome="delivered"} 1',
    );
  });

  it('with media type parameters in another case passes', async () => {
    const { handler } = webhook();
    const v3 = withHeaders(v3Notification(), { 'content-type': 'Application/JSON; charset=UTF-8' });
    const v2 = withHeaders(payment(), { 'content-type': 'application/xml;charset=utf-8' });
    expect([(await handler(v3)).status, (await handler(v2)).status]).toEqual([200, 200]);
  });

  it.each([299, -299])('%d seconds away from our clock passes', async (seconds) => {
    const { handler, deliveries } = webhook();
    expect((await handler(v3Notification({ at: NOW + seconds * 1000 }))).status).toBe(200);
    expect(deliveries).toHaveLength(1);
  });

  it('delivered twice is handed over twice under one id: the workflow knows it again', async () => {
    const { handler, deliveries } = webhook();
    await handler(payment({ nonce_str: 'a' }));
    await handler(payment({ nonce_str: 'b' }));
    const ids = deliveries.map(({ args }) => (args[1] as { id: string }).id);
    expect(ids[0]).toBe(ids[1]);
  });

  it.each(['delivered', 'duplicate', 'unclaimed'] as const)(
    'that was %s is acknowledged and counted',
    async (outcome) => {
      const { handler, registry } = webhook(() => Promise.resolve(outcome));
      expect((await handler(payment())).status).toBe(200);
      expect(await registry.metrics()).toContain(
        `wechatpay_webhook_accepted_total{route="payment",outcome="${outcome}"} 1`,
      );
    },
  );
});

describe('a genuine notification nobody can use is kept for a person', () => {
  it.each<[string, WebhookRequest, string, RegExp]>([
    [
      'about another sub-merchant than its URL',
      v3Notification({ resource: { ...H5_RESOURCE, sub_mchid: '1900000201' } }),
      'h5',
      /1900000201 differs from 1900000200/,
    ],
    ['whose plain text is no review', v3Notification({ resource: [1, 2] }), 'h5', /applyment_id/],
    [
      'about another domain modification than its URL',
      domain({ applyment_id: 1, out_applyment_id: 'A2' }),
      'h5-domain',
      /A2 differs from A[|]1/,
    ],
    ['about a domain modification without a number', domain({ applyment_state: 'APPROVED' }), 'h5-domain', /neither/],
    [
      'about a domain modification on the URL for applications',
      v3Notification({ resource: { ...H5_RESOURCE, out_applyment_id: 'A1' } }),
      'h5-domain',
      /URL about an application/,
    ],
    [
      'about an application on the URL for domain modifications',
      v3Notification({ path: `/wechatpay/${MCHID}/h5-domain/A1` }),
      'h5',
      /URL about a domain modification/,
    ],
    ['about a payment on the URL for debits', debit(PAYMENT), 'debit', /trade_type/],
    ['about a debit that names no number', debit(without(FAILED_DEBIT, 'out_trade_no')), 'debit', /out_trade_no/],
    ['about a debit without an amount', debit(without(DEBIT, 'total_fee')), 'debit', /total_fee/],
    ['about a payment that states no success', payment({ result_code: 'FAIL' }), 'payment', /result_code/],
    ['about a payment without an amount', v2Notification(without(PAYMENT, 'total_fee')), 'payment', /total_fee/],
    ['about a contract on the URL for payments', v2Notification(CONTRACT), 'payment', /no payment notification/],
    [
      'about a payment on the URL for contracts',
      payment({}, { path: `/wechatpay/${MCHID}/contract` }),
      'contract',
      /change_type/,
    ],
    ['about a contract change nobody knows', contract({ change_type: 'PAUSE' }), 'contract', /change_type/],
  ])('%s', async (_what, request, kind, reason) => {
    const { handler, deliveries } = webhook(() => Promise.resolve('unclaimed'));
    expect((await handler(request)).status).toBe(200);
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]).toMatchObject({
      to: 'unclaimed',
      args: [{ mchid: MCHID, reason: expect.stringMatching(reason), notification: { kind } }],
    });
  });
});

// Each class of bad messages is in test/bad-inputs/{v3,v2}-notification.test.ts.
describe('what is refused without a delivery', () => {
  const header = (name: string, change: (value: string) => string | string[] | undefined) => {
    const request = v3Notification();
    return withHeaders(request, { [name]: change(String(request.headers[name])) });
  };
  const foreignKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  const v3: [string, WebhookRequest, number][] = [
    ['signed by a stranger', v3Notification({ signWith: stranger.privateKey }), 401],
    [
      'signed by a stranger under an unknown serial',
      v3Notification({ signWith: foreignKey, serial: 'F'.repeat(40) }),
      401,
    ],
    ['under an unknown serial', v3Notification({ serial: '5157F09EFDC096DE15EBE81A47057A7200000002' }), 401],
    ['300 seconds old', v3Notification({ at: NOW - 300_000 }), 401],
    ['300 seconds ahead', v3Notification({ at: NOW + 300_000 }), 401],
    ['with two signatures', header('wechatpay-signature', (value) => [value, value]), 401],
    ['with two serials', header('wechatpay-serial', () => [SERIAL, SERIAL]), 401],
    ['of another signature type', header('wechatpay-signature-type', () => 'WECHATPAY2-SM2-WITH-SM3'), 401],
    ['with another nonce', header('wechatpay-nonce', () => 'x'), 401],
    ['with an empty body', { ...v3Notification(), rawBody: Buffer.alloc(0) }, 401],
    ['encrypted for another merchant', v3Notification({ key: OTHER_V3_KEY }), 401],
    ['for a merchant without APIv3', v3Notification({ path: `/wechatpay/1900000111/h5/${SUB_MCHID}` }), 404],
    [
      'for another merchant than its URL names',
      v3Notification({ path: `/wechatpay/${OTHER_MCHID}/h5/${SUB_MCHID}` }),
      401,
    ],
    ['for a merchant nobody knows', v3Notification({ path: `/wechatpay/1999999999/h5/${SUB_MCHID}` }), 404],
    ['on an unknown path', v3Notification({ path: '/wechatpay' }), 404],
    ['with a query', v3Notification({ path: `/wechatpay/${MCHID}/h5/${SUB_MCHID}?x=1` }), 404],
    ['as XML', header('content-type', () => 'text/xml'), 415],
    ['without a content type', header('content-type', () => undefined), 415],
    ['with two content types', header('content-type', (value) => [value, value]), 415],
    ['compressed', withHeaders(v3Notification(), { 'content-encoding': 'gzip' }), 415],
    ['of 65 KiB', { ...v3Notification(), rawBody: Buffer.alloc(65 * 1024, ' ') }, 413],
    ['of one byte more than 64 KiB', { ...v3Notification(), rawBody: Buffer.alloc(64 * 1024 + 1, ' ') }, 413],
    ...['GET', 'PUT', 'OPTIONS', 'TRACE', 'post'].map((method): [string, WebhookRequest, number] => [
      `by ${method}`,
      { ...v3Notification(), method },
      405,
    ]),
  ];

  it.each(v3)('v3: %s', async (_what, request, status) => {
    const { handler, deliveries, lines } = webhook();
    const response = await handler(request);
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ code: 'FAIL' });
    expect(response.body.length).toBeLessThan(80);
    expect(deliveries).toEqual([]);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields.reason).toBeTruthy();
  });

  const v2: [string, WebhookRequest, number][] = [
    ['signed with another key', payment({}, { key: OTHER_V2_KEY }), 401],
    ['naming another merchant than its URL', payment({ mch_id: OTHER_MCHID }), 401],
    ['naming no merchant', v2Notification(without(PAYMENT, 'mch_id')), 401],
    ['of another merchant, with its own key, on our URL', payment({ mch_id: OTHER_MCHID }, { key: OTHER_V2_KEY }), 401],
    ['of ours on the URL of another merchant', payment({}, { path: `/wechatpay/${OTHER_MCHID}/payment` }), 401],
    ['for a merchant without API v2', payment({}, { path: '/wechatpay/1900000111/payment' }), 404],
    ['as JSON', withHeaders(payment(), { 'content-type': 'application/json' }), 415],
    ['of 65 KiB', { ...payment(), rawBody: Buffer.alloc(65 * 1024, ' ') }, 413],
    ['by GET', { ...payment(), method: 'GET' }, 405],
  ];

  it.each(v2)('v2: %s', async (_what, request, status) => {
    const { handler, deliveries, lines } = webhook();
    const response = await handler(request);
    expect(response.status).toBe(status);
    expect(response.body).toMatch(/^<xml><return_code><!\[CDATA\[FAIL\]\]><\/return_code>/);
    expect(deliveries).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  it('says in a 405 what would have been allowed', async () => {
    const response = await webhook().handler({ ...payment(), method: 'GET' });
    expect(response.headers['allow']).toBe('POST');
  });

  it('tells the sender nothing about the reason, and the log the exact one', async () => {
    const { handler, lines, registry } = webhook();
    const stale = await handler(v3Notification({ at: NOW - 300_000 }));
    const forged = await handler(v3Notification({ signWith: stranger.privateKey }));
    expect(stale.body).toBe(forged.body);
    expect(lines.map(({ fields }) => fields.reason)).toEqual(['stale', 'bad-signature']);
    expect(await registry.metrics()).toContain('wechatpay_webhook_refused_total{route="h5",reason="stale"} 1');
  });

  it('alerts when a validly signed notification cannot be decrypted', async () => {
    const { handler, lines, registry } = webhook();
    await handler(v3Notification({ key: OTHER_V3_KEY }));
    expect(lines).toMatchObject([{ level: 'error', fields: { reason: 'cannot-decrypt', mchid: MCHID } }]);
    expect(await registry.metrics()).toContain('wechatpay_webhook_refused_total{route="h5",reason="cannot-decrypt"} 1');
  });

  it('logs a probe quietly', async () => {
    const { handler, lines } = webhook();
    await handler(header('wechatpay-signature', (value) => `WECHATPAY/SIGNTEST/${value}`));
    expect(lines).toMatchObject([{ level: 'info', fields: { reason: 'probe' } }]);
  });
});

describe('while it cannot be delivered', () => {
  const never = () => new Promise<DeliveryOutcome>(() => undefined);
  const fails = () => Promise.reject(new TypeError('14 UNAVAILABLE: secret detail'));
  const throws = () => {
    throw new RangeError('secret detail');
  };

  it.each<[string, () => Promise<DeliveryOutcome>]>([
    ['refuses', fails],
    ['throws', throws],
    ['does not answer', never],
  ])('the sender is asked to come again when Temporal %s', async (_how, behave) => {
    const { handler, lines } = webhook(behave, { deliveryDeadlineMs: 50 });
    const [v3, v2] = [await handler(v3Notification()), await handler(payment())];
    expect([v3.status, v2.status]).toEqual([503, 503]);
    expect(JSON.parse(v3.body)).toMatchObject({ code: 'FAIL' });
    expect(v2.body).toContain('<return_code><![CDATA[FAIL]]></return_code>');
    expect(JSON.stringify([v3, v2, lines])).not.toContain('secret detail');
    expect(lines.every(({ level }) => level === 'error')).toBe(true);
  });
});

it('logs neither bodies, nor keys, nor personal data', async () => {
  const { handler, lines } = webhook();
  const requests = [
    v3Notification(),
    payment(),
    contract(),
    payment({}, { key: OTHER_V2_KEY }),
    v3Notification({ key: OTHER_V3_KEY }),
  ];
  for (const request of requests) await handler(request);
  const text = JSON.stringify(lines);
  for (const canary of [PAYMENT.openid, V2_KEY, API_V3_KEY.toString(), 'pay.example.com', 'ciphertext', '<xml>']) {
    expect(text).not.toContain(canary);
  }
});
