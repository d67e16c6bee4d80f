import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadConfig } from '../../src/config';
import { createTestCredentials } from '../../src/testing/credentials';
import type { TestCredentials } from '../../src/testing/credentials';
import { startSimulator } from '../../src/testing/simulator';
import type { Simulator } from '../../src/testing/simulator';
import { createNotificationHandler, createWebhookServer } from '../../src/webhook';
import type { WebhookRequest } from '../../src/webhook';
import { webhookMerchants } from '../../src/webhook/merchants';
import { createTransport } from '../../src/wechatpay/http';
import type { KeyProvider } from '../../src/wechatpay/keys/provider';
import type { MerchantKeys } from '../../src/wechatpay/merchant';
import { MCHID, OTHER_MCHID, PAYMENT, recordingLog, recordingSink, v2Notification, v3Notification } from './genuine';

const MINUTE = 60_000;
/** What is signed here counts as signed now, however far the test has moved the clock. */
const NOBODY = '5157F09EFDC096DE15EBE81A47057A7200000000';

/** One key WeChat Pay signs with. */
interface Signer {
  readonly serial: string;
  readonly signWith: KeyObject;
}

const certificateSigner = ({ serial, privateKey }: { serial: string; privateKey: string }): Signer => ({
  serial,
  signWith: createPrivateKey(privateKey),
});

/** A webhook on a port, before the simulator's platform; only the clock's date is the test's. */
async function stage(given: (credentials: TestCredentials) => Partial<NonNullable<MerchantKeys['v3']>> = () => ({})) {
  vi.useFakeTimers({ toFake: ['Date'] });
  const credentials = await createTestCredentials({ mchid: MCHID });
  const other = await createTestCredentials({ mchid: OTHER_MCHID, platform: credentials.platform });
  const simulator = await startSimulator({ credentials: [credentials, other] });
  const keysOf = ({
    mchid,
    merchantSerial,
    merchantPrivateKey,
    apiV3Key,
    apiV2Key,
  }: TestCredentials): MerchantKeys => ({
    mchid,
    v3: {
      merchantSerial,
      privateKey: createPrivateKey(merchantPrivateKey),
      apiV3Keys: [Buffer.from(apiV3Key)],
      ...given(credentials),
    },
    v2: { keys: { current: apiV2Key }, signType: 'MD5' },
  });
  const keys = new Map([credentials, other].map((one) => [one.mchid, keysOf(one)]));
  const provider: KeyProvider = { keysOf: (mchid) => Promise.resolve(keys.get(mchid)) };
  const transport = createTransport({ baseUrl: simulator.url });
  const config = loadConfig({ WECHATPAY_V3_BASE_URL: simulator.url }, { needs: [] });
  const { log, lines } = recordingLog();
  const merchants = webhookMerchants(provider, { config, transport, log });
  const { sink, deliveries } = recordingSink();
  const handler = createNotificationHandler({ merchants: (mchid) => merchants.of(mchid), deliver: sink, log });
  const server = createWebhookServer({
    handler,
    readiness: () => ({ ready: true, reasons: [] }),
    shutdownGraceMs: 100,
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  onTestFinished(async () => {
    agent.destroy();
    await server.close();
    transport.close();
    await simulator.close();
  });
  const send = (message: WebhookRequest): Promise<number> =>
    new Promise((resolve, reject) => {
      const options = { method: message.method, headers: message.headers as Record<string, string>, agent };
      request(url + message.path, options, (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      })
        .on('error', reject)
        .end(message.rawBody);
    });
  const genuine = ({ serial, signWith }: Signer, apiV3Key = credentials.apiV3Key): WebhookRequest =>
    v3Notification({ serial, signWith, key: Buffer.from(apiV3Key), at: Date.now() });
  return {
    credentials,
    other,
    simulator,
    keys,
    send,
    genuine,
    deliveries,
    lines,
    certificate: certificateSigner(credentials.platform.certificate),
    publicKey: {
      serial: credentials.platform.publicKeyId,
      signWith: createPrivateKey(credentials.platform.privateKey),
    },
    pass: (ms: number) => vi.setSystemTime(Date.now() + ms),
  };
}

type Stage = Awaited<ReturnType<typeof stage>>;

const publicKeyOf = ({ platform }: TestCredentials) => ({
  publicKey: { id: platform.publicKeyId, key: createPublicKey(platform.publicKey) },
});

async function statuses(s: Stage, messages: readonly WebhookRequest[]): Promise<Readonly<Record<number, number>>> {
  const counted: Record<number, number> = {};
  for (const status of await Promise.all(messages.map(s.send))) counted[status] = (counted[status] ?? 0) + 1;
  return counted;
}

const downloads = (simulator: Simulator): number =>
  simulator.calls({ call: 'certificates' }).reduce((sum, { count }) => sum + count, 0);

/** `count` messages, signed by each of the signers in turn. */
const mixed = (s: Stage, count: number, ...signers: readonly Signer[]): WebhookRequest[] =>
  Array.from({ length: count }, (_, index) => s.genuine(signers[index % signers.length] as Signer));

afterEach(() => {
  vi.useRealTimers();
});

describe('a rotation of certificates under load', () => {
  it('refuses no genuine message, and downloads once for each rotation', async () => {
    const s = await stage();
    expect(await statuses(s, mixed(s, 200, s.certificate))).toEqual({ 200: 200 });
    expect(downloads(s.simulator)).toBe(1);
    let signers = [s.certificate];
    for (let rotation = 1; rotation <= 3; rotation += 1) {
      s.pass(MINUTE);
      // What the old one signed is still arriving while the new one signs already.
      const before = mixed(s, 150, ...signers).map(s.send);
      signers = [...signers, certificateSigner(await s.simulator.rotateCertificate())];
      const after = mixed(s, 300, ...signers).map(s.send);
      expect(new Set(await Promise.all([...before, ...after]))).toEqual(new Set([200]));
      expect(downloads(s.simulator)).toBe(1 + rotation);
    }
    expect(s.deliveries).toHaveLength(200 + 3 * 450);
    expect(s.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  it('and a change-over to the public key at the same time refuses none either', async () => {
    const s = await stage(publicKeyOf);
    expect(await statuses(s, mixed(s, 200, s.publicKey, s.certificate))).toEqual({ 200: 200 });
    s.pass(MINUTE);
    const rotated = certificateSigner(await s.simulator.rotateCertificate());
    expect(await statuses(s, mixed(s, 300, s.publicKey, rotated, s.certificate))).toEqual({ 200: 300 });
    expect(downloads(s.simulator)).toBe(2);
  });

  it('under a flood of forged serials refuses none, and none of the forged is accepted', async () => {
    const s = await stage();
    expect(await s.send(s.genuine(s.certificate))).toBe(200);
    s.pass(MINUTE);
    const rotated = certificateSigner(await s.simulator.rotateCertificate());
    const forged = Array.from({ length: 1_000 }, (_, index) =>
      s.genuine({ ...rotated, serial: `F00D${String(index).padStart(36, '0')}` }),
    );
    const both = forged.flatMap((message, index) =>
      index % 5 === 0 ? [message, s.genuine(index % 2 === 0 ? rotated : s.certificate)] : [message],
    );
    expect(await statuses(s, both)).toEqual({ 200: 200, 401: 1_000 });
    expect(downloads(s.simulator)).toBe(2);
  });
});

describe('thousands of forged serials', () => {
  it('at once cost one download', async () => {
    const s = await stage();
    const signWith = s.certificate.signWith;
    const forged = Array.from({ length: 3_000 }, (_, index) =>
      s.genuine({ signWith, serial: `F00D${String(index).padStart(36, '0')}` }),
    );
    expect(await statuses(s, forged)).toEqual({ 401: 3_000 });
    expect(downloads(s.simulator)).toBe(1);
  });

  it('over ten minutes cost one download a minute', async () => {
    const s = await stage();
    for (let second = 0; second < 600; second += 5) {
      expect(await s.send(s.genuine({ ...s.certificate, serial: NOBODY }))).toBe(401);
      s.pass(5_000);
    }
    expect(downloads(s.simulator)).toBe(10);
  });
});

describe('a roll-over of the merchant’s own keys, without a restart', () => {
  it('refuses nothing of before, between and after, and keeps the certificates it knows', async () => {
    const s = await stage();
    const { mchid, apiV3Key, apiV2Key } = s.credentials;
    const [nextV3, nextV2] = ['N'.repeat(32), 'n'.repeat(32)];
    const message = (key: string) => s.genuine(s.certificate, key);
    const payment = (key: string) => v2Notification({ ...PAYMENT, mch_id: mchid }, { key });
    expect(await statuses(s, [message(apiV3Key), payment(apiV2Key)])).toEqual({ 200: 2 });
    const set = async (v3Keys: readonly string[], keys: { current: string; previous?: string }) => {
      const { v3, v2 } = s.keys.get(mchid) as Required<MerchantKeys>;
      s.keys.set(mchid, {
        mchid,
        v3: { ...v3, apiV3Keys: v3Keys.map((key) => Buffer.from(key)) },
        v2: { ...v2, keys },
      });
      s.pass(MINUTE);
      // The first message after a minute brings the question, those after it the answer.
      expect(await s.send(message(apiV3Key))).toBe(200);
      await vi.waitFor(async () => expect(await s.send(message(v3Keys[0] as string))).toBe(200));
    };
    // Both are accepted before WeChat Pay is told, and until the last message of before has arrived.
    await set([nextV3, apiV3Key], { current: nextV2, previous: apiV2Key });
    expect(
      await statuses(
        s,
        [apiV3Key, nextV3].flatMap((key) => Array.from({ length: 100 }, () => message(key))),
      ),
    ).toEqual({ 200: 200 });
    expect(
      await statuses(
        s,
        [apiV2Key, nextV2].flatMap((key) => Array(100).fill(payment(key)) as WebhookRequest[]),
      ),
    ).toEqual({ 200: 200 });
    // The certificate of before the roll-over was taken over.
    expect(downloads(s.simulator)).toBe(1);
  });

  it('and one key alone opens nothing of the other', async () => {
    const s = await stage();
    expect(await s.send(s.genuine(s.certificate, 'N'.repeat(32)))).toBe(401);
    const { mchid } = s.credentials;
    expect(await s.send(v2Notification({ ...PAYMENT, mch_id: mchid }, { key: 'n'.repeat(32) }))).toBe(401);
  });
});

describe('a provider of keys that fails', () => {
  it('is answered with 503, so that WeChat Pay comes again', async () => {
    const s = await stage();
    const own = s.keys.get(MCHID) as MerchantKeys;
    s.keys.set(MCHID, { ...own, v3: { ...(own.v3 as NonNullable<typeof own.v3>), apiV3Keys: [] } });
    expect(await s.send(s.genuine(s.certificate))).toBe(503);
    s.keys.set(MCHID, own);
    s.pass(5_000);
    expect(await s.send(s.genuine(s.certificate))).toBe(200);
  });
});
