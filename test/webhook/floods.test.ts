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
