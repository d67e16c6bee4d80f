// The webhook's handler of the built package, without HTTP and without Temporal: our own part alone.
import { createPublicKey } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from '../../scripts/install.mjs';
import { forgeriesOf } from './mutations.mjs';
import { quantile } from '../statistics.mjs';

/** Handled between two looks at the clock, so that making the next ones is not counted. */
const BATCH = 500;
/** Signatures are valid for five minutes, so forgeries are made of new ones from time to time. */
const SIGNED_ANEW_EVERY = 50_000;

/** With the keys of a merchant, as the webhook process has them, and a sink that takes everything. */
export function createBuiltHandler({ mchid, apiV3Key, apiV2Key, platform }) {
  const lib = createRequire(import.meta.url);
  const { createNotificationHandler, createWebhookMetrics } = lib(join(root, 'lib', 'webhook'));
  const { createKeyRing } = lib(join(root, 'lib', 'wechatpay', 'v3', 'key-ring.js'));
  const merchant = {
    keyRing: createKeyRing({
      publicKeys: [{ id: platform.publicKeyId, publicKey: createPublicKey(platform.publicKey) }],
      download: () => Promise.resolve([]),
    }),
    apiV3Keys: [Buffer.from(apiV3Key)],
    v2Keys: [apiV2Key],
  };
  const silent = () => undefined;
  const taken = () => Promise.resolve('delivered');
  return createNotificationHandler({
    merchants: (asked) => (asked === mchid ? merchant : undefined),
    deliver: { h5: taken, h5Domain: taken, payment: taken, contract: taken, debit: taken, unclaimed: taken },
    log: { info: silent, warn: silent, error: silent },
    metrics: createWebhookMetrics().metrics,
  });
}

/** As an HTTP server hands it over. */
export function requestOf({ path, headers, body }) {
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { method: 'POST', path, headers: Object.fromEntries(lower), rawBody: body };
}

/**
 * @param {(message: object) => Promise<{ status: number }>} handler
 * @param models makes genuine notifications, signed now
 * @returns how many forgeries were accepted, the answers, and the processor time of this process for all of them, seconds
 */
export async function refuseForgeries(handler, models, { count, seed }) {
  const answers = {};
  const acceptedHow = {};
  let [accepted, genuineBetween, processorSeconds] = [0, 0, 0];
  let next;
  for (let done = 0; done < count; done += BATCH) {
    if (done % SIGNED_ANEW_EVERY === 0) {
      const genuine = models();
      // Without genuine ones that are accepted, forgeries that are refused would prove nothing.
      for (const message of genuine) await accept(handler, message);
      genuineBetween += genuine.length;
      next = forgeriesOf(genuine, seed + done);
    }
    const forgeries = Array.from({ length: Math.min(BATCH, count - done) }, () => next());
    const requests = forgeries.map(requestOf);
    const statuses = [];
    const before = process.cpuUsage();
    for (const request of requests) statuses.push((await handler(request)).status);
    const { user, system } = process.cpuUsage(before);
    processorSeconds += (user + system) / 1e6;
    statuses.forEach((status, index) => {
      answers[status] = (answers[status] ?? 0) + 1;
      if (status >= 300) return;
      accepted += 1;
      const { how } = forgeries[index];
      acceptedHow[how] = (acceptedHow[how] ?? 0) + 1;
    });
  }
  return { count, accepted, acceptedHow, genuineBetween, answers, processorSeconds };
}

/** How long genuine notifications take in the handler, one after the other. */
export async function timeGenuine(handler, messages) {
  const milliseconds = new Float64Array(messages.length);
  const before = process.cpuUsage();
  for (const [index, message] of messages.entries()) {
    const began = performance.now();
    await accept(handler, message);
    milliseconds[index] = performance.now() - began;
  }
  const { user, system } = process.cpuUsage(before);
  return {
    count: messages.length,
    processorMsEach: (user + system) / 1e3 / messages.length,
    ...{ p50Ms: quantile(milliseconds, 0.5), p99Ms: quantile(milliseconds, 0.99) },
  };
}

async function accept(handler, message) {
  const { status } = await handler(requestOf(message));
  if (status !== 200) throw new Error(`a genuine ${message.kind} notification was answered with ${status}`);
}
