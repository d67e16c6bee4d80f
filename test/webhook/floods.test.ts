import { expect, it } from 'vitest';
import { createKeyRing } from '../../src/wechatpay/v3/key-ring';
import { createNotificationHandler } from '../../src/webhook/handler';
import type { NotificationHandlerOptions } from '../../src/webhook/handler';
import { createWebhookMetrics } from '../../src/webhook/metrics';
import {
  keyRing,
  merchants,
  NOW,
  OTHER_V2_KEY,
  PAYMENT,
  platform,
  recordingLog,
  recordingSink,
  SERIAL,
  SUB_MCHID,
  v2Notification,
  v3Notification,
} from './genuine';

/* Anybody can send anything to a webhook: what does it cost us? */

/** The webhook, and what a flood of requests leaves behind. */
function webhook(options: Partial<NotificationHandlerOptions> = {}) {
  const { sink, deliveries } = recordingSink();
  const { log, lines } = recordingLog();
  const { metrics, registry } = createWebhookMetrics();
  const handler = createNotificationHandler({ merchants, deliver: sink, now: () => NOW, log, metrics, ...options });
  return { handler, deliveries, lines, registry };
}

it('a flood of forged messages costs the webhook five lines, and metrics count each of them', async () => {
  const { handler, deliveries, lines, registry } = webhook();
  const message = v2Notification(PAYMENT, { key: OTHER_V2_KEY });
  for (let count = 0; count < 2_000; count += 1) expect((await handler(message)).status).toBe(401);
  expect((await handler(v2Notification(PAYMENT))).status).toBe(200);
  expect(lines.map(({ fields }) => fields.reason ?? fields.outcome)).toEqual([
    ...Array<string>(5).fill('sign-mismatch'),
    'delivered',
  ]);
  expect(deliveries).toHaveLength(1);
  expect(await registry.metrics()).toContain(
    'wechatpay_webhook_refused_total{route="payment",reason="sign-mismatch"} 2000',
  );
});

it.each(['GET', 'POST'])('a flood by %s over made-up merchants and paths costs ten lines', async (method) => {
  const { handler, lines } = webhook();
  for (let count = 0; count < 200; count += 1) {
    const mchid = String(2_000_000_000 + count);
    await handler({ ...v3Notification({ path: `/wechatpay/${mchid}/h5/${SUB_MCHID}` }), method });
    await handler({ ...v3Notification({ path: `/${mchid}` }), method });
  }
  expect(lines).toHaveLength(10);
  expect(JSON.stringify(lines)).not.toContain('2000000');
});

it('a flood of unknown serials makes the key ring ask once a minute, and refuses no genuine message', async () => {
  let clock = NOW;
  let downloads = 0;
  const ring = createKeyRing({
    now: () => clock,
    download: () => {
      downloads += 1;
      const times = { effectiveAt: 0, expiresAt: NOW * 2 };
      return Promise.resolve([{ serial: SERIAL, publicKey: platform.publicKey, ...times }]);
    },
  });
  const { handler, deliveries } = webhook({
    merchants: (mchid) => ({ ...merchants(mchid)!, keyRing: ring }),
    now: () => clock,
  });
  const flood = async () => {
    const serials = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(40, 'F'));
    const answers = await Promise.all(serials.map((serial) => handler(v3Notification({ serial, at: clock }))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await handler(v3Notification({ at: clock }))).status).toBe(200);
  };
  await flood();
  expect(downloads).toBe(1);
  clock += 59_000;
  await flood();
  expect(downloads).toBe(1);
  clock += 1_000;
  await flood();
  expect(downloads).toBe(2);
  expect(deliveries).toHaveLength(3);
});

it('a message that cannot be genuine makes the key ring ask nobody', async () => {
  const asked: string[] = [];
  const ring = { ...keyRing, find: (id: string) => Promise.resolve(void asked.push(id)) };
  const { handler } = webhook({ merchants: (mchid) => ({ ...merchants(mchid)!, keyRing: ring }) });
  const unknown = { serial: 'F'.repeat(40) };
  const headers = v3Notification(unknown).headers;
  const broken = {
    'wechatpay-signature': '!!!',
    'wechatpay-serial': '../certificates',
    'wechatpay-nonce': 'a\nb',
    'wechatpay-timestamp': String(NOW / 1000 - 301),
  };
  for (const [name, value] of Object.entries(broken)) {
    const request = { ...v3Notification(unknown), headers: { ...headers, [name]: value } };
    expect((await handler(request)).status).toBe(401);
  }
  const probe = { ...headers, 'wechatpay-signature': `WECHATPAY/SIGNTEST/${String(headers['wechatpay-signature'])}` };
  expect((await handler({ ...v3Notification(unknown), headers: probe })).status).toBe(401);
  expect(asked).toEqual([]);
});

it('a flood of genuine messages is given to Temporal a few at a time; the others are asked to come again at once', async () => {
  const waiting: (() => void)[] = [];
  const { sink, deliveries } = recordingSink(() => new Promise((resolve) => waiting.push(() => resolve('delivered'))));
  const { handler, lines, registry } = webhook({ deliver: sink, maxDeliveries: 3 });
  const answers = Array.from({ length: 50 }, () => handler(v2Notification(PAYMENT)));
  const refused = await Promise.all(answers.slice(3));
  expect(refused.every(({ status }) => status === 503)).toBe(true);
  // Forged ones are told so, and take nobody's place.
  expect((await handler(v2Notification(PAYMENT, { key: OTHER_V2_KEY }))).status).toBe(401);
  expect(deliveries).toHaveLength(3);
  expect(await registry.metrics()).toContain('wechatpay_webhook_refused_total{route="payment",reason="busy"} 47');
  expect(lines.filter(({ fields }) => fields.reason === 'busy').every(({ level }) => level === 'error')).toBe(true);
  for (const answer of waiting.splice(0)) answer();
  expect((await Promise.all(answers.slice(0, 3))).map(({ status }) => status)).toEqual([200, 200, 200]);
  // What was refused comes again, and there is room for it: also after deliveries that failed.
  const again = handler(v2Notification(PAYMENT));
  await new Promise((resolve) => setImmediate(resolve));
  for (const answer of waiting.splice(0)) answer();
  expect((await again).status).toBe(200);
});

it('deliveries that fail or take too long make room as well', async () => {
  const never = () => new Promise<never>(() => undefined);
  const { sink, deliveries } = recordingSink(never);
  const { handler } = webhook({ deliver: sink, maxDeliveries: 2, deliveryDeadlineMs: 20 });
  for (let round = 1; round <= 3; round += 1) {
    const answers = await Promise.all([1, 2, 3].map(() => handler(v2Notification(PAYMENT))));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
    expect(deliveries).toHaveLength(2 * round);
  }
});
