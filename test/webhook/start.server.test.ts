import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadConfig } from '../../src/config';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';
import { startDevServer } from '../../src/testing/servers';
import type { DevServer } from '../../src/testing/servers';
import { startWebhook } from '../../src/webhook';
import type { RunningWebhook } from '../../src/webhook';
import { CANARIES, writeKeyFiles } from '../config/keys';
import { MCHID, PAYMENT, recordingLog, v2Notification } from './genuine';

const file = writeKeyFiles();

/** Nothing listens there: the certificates of WeChat Pay cannot be fetched. */
const NOWHERE = 'http://127.0.0.1:1';

function config(env: Record<string, string | undefined> = {}) {
  return loadConfig(
    {
      WECHATPAY_MCHID: MCHID,
      WECHATPAY_MERCHANT_SERIAL: '3775B6A45ACD588826D15E583A95F5DD12345678',
      WECHATPAY_MERCHANT_KEY_FILE: file('pkcs8.pem'),
      WECHATPAY_API_V3_KEY_FILE: file('v3.key'),
      WECHATPAY_API_V2_KEY_FILE: file('v2.key'),
      WECHATPAY_API_V2_KEY_PREVIOUS_FILE: file('v2-previous.key'),
      WECHATPAY_PUBLIC_KEY_ID: 'PUB_KEY_ID_0116',
      WECHATPAY_PUBLIC_KEY_FILE: file('public.pem'),
      WECHATPAY_V3_BASE_URL: NOWHERE,
      WECHATPAY_NOTIFY_BASE_URL: 'https://pay.example.com/hooks',
      WEBHOOK_PORT: '0',
      METRICS_PORT: '0',
      SHUTDOWN_GRACE: '300ms',
      TEMPORAL_CONFIG_FILE: file('absent.toml'),
      ...env,
    },
    { needs: ['merchants', 'temporal'] },
  );
}

let server: DevServer;
let connection: Connection;

beforeAll(async () => {
  server = await startDevServer({
    cli: inject('temporalCli'),
    uiPort: false,
    searchAttributes: SEARCH_ATTRIBUTE_TYPES,
  });
  connection = await Connection.connect({ address: server.address });
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

async function running(
  options: { client?: Client; env?: Record<string, string | undefined> },
  use: (webhook: RunningWebhook, lines: ReturnType<typeof recordingLog>['lines']) => Promise<void>,
): Promise<void> {
  const { log, lines } = recordingLog();
  const client = options.client ?? new Client({ connection });
  const webhook = await startWebhook({ config: config(options.env), client, log });
  try {
    await use(webhook, lines);
  } finally {
    await webhook.close();
  }
}

function post(webhook: RunningWebhook, out_trade_no: string, key: string = CANARIES.apiV2Key) {
  const { path, headers, rawBody } = v2Notification({ ...PAYMENT, out_trade_no }, { key });
  const type = String(headers['content-type']);
  return fetch(webhook.url + path, {
    method: 'POST',
    headers: { 'content-type': type },
    body: new Uint8Array(rawBody),
  });
}

describe('the ready webhook', () => {
  it('is ready, takes a payment with the current and the previous key, and counts', () =>
    running({}, async (webhook) => {
      expect((await fetch(`${webhook.url}/readyz`)).status).toBe(200);
      const answers = [await post(webhook, 'A1'), await post(webhook, 'A2', CANARIES.previousV2Key)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      for (const answer of answers) expect(await answer.text()).toContain('SUCCESS');
      expect((await post(webhook, 'A3', 'x'.repeat(32))).status).toBe(401);
      const metrics = await (await fetch(`${webhook.metricsUrl}/metrics`)).text();
      expect(metrics).toContain('wechatpay_webhook_accepted_total{route="payment",outcome="unclaimed"} 2');
      expect(metrics).toContain('wechatpay_webhook_refused_total{route="payment",reason="sign-mismatch"} 1');
    }));

  it('serves its routes below the path of its public address as well', () =>
    running({}, async (webhook) => {
      expect((await fetch(`${webhook.url}/hooks/wechatpay/${MCHID}/payment`)).status).toBe(405);
      expect((await fetch(`${webhook.url}/other/wechatpay/${MCHID}/payment`)).status).toBe(404);
    }));

  it('is not ready without a key of WeChat Pay, and takes v2 notifications all the same', () =>
    running(
      { env: { WECHATPAY_PUBLIC_KEY_ID: undefined, WECHATPAY_PUBLIC_KEY_FILE: undefined } },
      async (webhook, lines) => {
        const readiness = await fetch(`${webhook.url}/readyz`);
        expect(readiness.status).toBe(503);
        expect(await readiness.json()).toEqual({
          ready: false,
          reasons: [`merchant ${MCHID}: no key of WeChat Pay yet`],
        });
        expect((await post(webhook, 'C1')).status).toBe(200);
        expect(lines).toContainEqual({
          level: 'warn',
          message: "WeChat Pay's certificates could not be fetched",
          fields: { mchid: MCHID, errorName: 'WechatPayError' },
        });
      },
    ));

  it('starts without Temporal, says so, and asks WeChat Pay to come again', async () => {
    const lazy = Connection.lazy({ address: '127.0.0.1:1' });
    await running({ client: new Client({ connection: lazy }) }, async (webhook, lines) => {
      const readiness = await fetch(`${webhook.url}/readyz`);
      expect(readiness.status).toBe(503);
      expect(await readiness.json()).toEqual({
        ready: false,
        reasons: ['Temporal, or the namespace, is not reachable'],
      });
      expect((await fetch(`${webhook.url}/healthz`)).status).toBe(200);
      const answer = await post(webhook, 'B1');
      expect(answer.status).toBe(503);
      expect(await answer.text()).toContain('<![CDATA[FAIL]]>');
      expect(lines.at(-1)).toMatchObject({ level: 'error', fields: { reason: 'not-accepted' } });
    });
    await lazy.close();
  });

  it('is not ready in a namespace that does not exist', () =>
    running({ client: new Client({ connection, namespace: 'missing' }) }, async (webhook) => {
      expect((await fetch(`${webhook.url}/readyz`)).status).toBe(503);
    }));

  it('closes although a sender never finishes', async () => {
    await running({}, async (webhook) => {
      const socket = connect(Number(new URL(webhook.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      await new Promise<void>((resolve) => socket.write('POST / HTTP/1.1\r\nhost: x\r\n', () => resolve()));
      expect((await fetch(`${webhook.url}/healthz`)).status).toBe(200);
    });
  });

  it('gives its port back when its metrics port is taken', async () => {
    const free = await freePort();
    await running({}, async (webhook) => {
      const taken = new URL(String(webhook.metricsUrl)).port;
      const second = startWebhook({
        config: config({ WEBHOOK_PORT: String(free), METRICS_PORT: taken }),
        client: new Client({ connection }),
        log: recordingLog().log,
      });
      await expect(second).rejects.toThrow(/EADDRINUSE/);
      await expect(fetch(`http://127.0.0.1:${free}/healthz`)).rejects.toThrow();
    });
  });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
