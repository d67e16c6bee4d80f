import { createPublicKey } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { createTestCredentials, startSimulator } from '../../src/testing';
import type { NotificationRecord, Simulator, TestCredentials } from '../../src/testing';
import { freePorts } from '../../src/testing/servers/ports';
import { paymentLadder } from '../../src/testing/simulator/notify-ladders';
import { createNotificationHandler, createWebhookServer } from '../../src/webhook';
import { recordingLog, recordingSink, SUB_MCHID } from '../webhook/genuine';

/* A webhook that is down for hours, by WeChat Pay's documented gaps between its tries; only the hours are simulated. */

const HOUR = 3_600_000;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of closing.splice(0).reverse()) await step();
});

async function world() {
  const credentials = await createTestCredentials();
  const clock = { now: Date.now() };
  const simulator = await startSimulator({ credentials, now: () => clock.now, signatureNow: () => clock.now });
  closing.push(() => simulator.close());
  const [port] = (await freePorts(1)) as [number];
  const began = clock.now;
  let tried = 1;
  let due = began;
  /** Lets the hours pass from one try to the next, and each come to its end. */
  const passUntil = async (hours: number): Promise<void> => {
    const end = began + hours * HOUR;
    for (const gap of paymentLadder.slice(tried)) {
      if (due + gap * 1_000 > end || one(simulator).acknowledged) break;
      due += gap * 1_000;
      clock.now = due;
      tried += 1;
      await vi.waitFor(() => expect(tries(simulator)).toBe(tried), { timeout: 10_000 });
    }
    clock.now = Math.max(clock.now, end);
  };
  return { credentials, clock, simulator, port, passUntil };
}

const tries = (simulator: Simulator): number => one(simulator).deliveries.length;
const one = (simulator: Simulator): NotificationRecord => simulator.notifications()[0] as NotificationRecord;

/** The webhook, from now on. */
async function startWebhook({ mchid, apiV3Key, platform }: TestCredentials, port: number, now: () => number) {
  const { sink, deliveries } = recordingSink();
  const publicKey = createPublicKey(platform.publicKey);
  const keyRing = {
    find: (id: string) => Promise.resolve(id === platform.publicKeyId ? publicKey : undefined),
    sealingKey: () => Promise.resolve({ id: platform.publicKeyId, publicKey }),
    refresh: () => Promise.resolve(),
    ids: () => [platform.publicKeyId],
  };
  const merchant = { keyRing, apiV3Keys: [Buffer.from(apiV3Key)], v2Keys: [] };
  const handler = createNotificationHandler({
    merchants: (asked) => (asked === mchid ? merchant : undefined),
    deliver: sink,
    now,
    log: recordingLog().log,
  });
  const server = createWebhookServer({
    handler,
    readiness: () => ({ ready: true, reasons: [] }),
    shutdownGraceMs: 100,
  });
  await server.listen({ host: '127.0.0.1', port });
  closing.push(() => server.close());
  return deliveries;
}

function notify(simulator: Simulator, { mchid }: TestCredentials, port: number): void {
  simulator.notify({
    kind: 'h5',
    url: `http://127.0.0.1:${port}/wechatpay/${mchid}/h5/${SUB_MCHID}`,
    resource: { sub_mchid: SUB_MCHID, applyment_id: 1, applyment_state: 'APPROVED' },
  });
}

it(
  'a webhook that was down for six hours gets the notification at WeChat Pay’s next try',
  { timeout: 60_000 },
  async () => {
    const { credentials, clock, simulator, port, passUntil } = await world();
    notify(simulator, credentials, port);
    await vi.waitFor(() => expect(tries(simulator)).toBe(1));
    await passUntil(6);
    expect(one(simulator)).toMatchObject({ acknowledged: false, status: 'waiting' });
    expect(tries(simulator)).toBe(11);
    const deliveries = await startWebhook(credentials, port, () => clock.now);
    await passUntil(7);
    expect(one(simulator)).toMatchObject({ acknowledged: true, status: 'acknowledged' });
    expect(tries(simulator)).toBe(12);
    expect(deliveries).toMatchObject([{ to: 'h5', args: [{ sub_mchid: SUB_MCHID }, {}] }]);
  },
);

it(
  'a webhook that was down for 26 hours never hears of it: WeChat Pay gave up, and the polls have to find it',
  { timeout: 60_000 },
  async () => {
    const { credentials, clock, simulator, port, passUntil } = await world();
    notify(simulator, credentials, port);
    await vi.waitFor(() => expect(tries(simulator)).toBe(1));
    await passUntil(26);
    await vi.waitFor(() => expect(one(simulator).status).toBe('given-up'));
    expect(tries(simulator)).toBe(16);
    const deliveries = await startWebhook(credentials, port, () => clock.now);
    await passUntil(50);
    expect(deliveries).toEqual([]);
  },
);
