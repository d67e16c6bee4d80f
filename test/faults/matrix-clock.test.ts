import { afterAll, beforeAll, expect, it } from 'vitest';
import { PAYMENT, v2Notification } from '../webhook/genuine';
import { movedClock } from './clock';
import type { MovedClock } from './clock';
import { webhookProcess } from './webhook-process';
import type { WebhookProcess } from './webhook-process';

/* A process whose clock is wrong, by libfaketime. 503: believed, and nobody there to deliver it to. 401: not believed. */

let clock: MovedClock;
let webhook: WebhookProcess;

beforeAll(async () => {
  clock = movedClock(0);
  webhook = await webhookProcess(clock.env);
}, 300_000);
afterAll(async () => {
  await webhook?.stop();
  clock?.remove();
});

/** The statuses of genuine v3 notifications, signed at these times. */
function statuses(...times: number[]): Promise<number[]> {
  return Promise.all(times.map((at) => webhook.send(webhook.genuine(at))));
}

it.each([600, -600])(
  'a webhook whose clock is %d s off refuses v3 notifications, and says that it may be its clock',
  { timeout: 60_000 },
  async (off) => {
    clock.set(off);
    const before = webhook.lines.length;
    // It is the clock alone: what was signed by the same wrong clock is believed.
    expect(await statuses(Date.now(), Date.now() + off * 1_000)).toEqual([401, 503]);
    expect(webhook.lines.slice(before).find((line) => line.includes('"reason":"stale"'))).toMatch(
      /more than five minutes from this clock: an old message, or the clock of this machine is wrong/,
    );
  },
);

it('a webhook whose clock is ten minutes off takes v2 notifications, which have no time', async () => {
  clock.set(600);
  const { mchid, apiV2Key } = webhook.credentials;
  const payment = v2Notification({ ...PAYMENT, mch_id: mchid }, { key: apiV2Key, path: `/wechatpay/${mchid}/payment` });
  const forged = { ...payment, rawBody: Buffer.from(String(payment.rawBody).replace('888', '889')) };
  expect(await Promise.all([payment, forged].map(webhook.send))).toEqual([503, 401]);
});

it('a webhook goes on by its clock while that jumps an hour back and forth', { timeout: 60_000 }, async () => {
  for (const seconds of [-3_600, 3_600, 0]) {
    clock.set(seconds);
    const now = clock.now();
    expect(await statuses(now, now + 3_600_000, now - 3_600_000)).toEqual([503, 401, 401]);
  }
});
