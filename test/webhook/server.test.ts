import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetricsServer, createWebhookServer } from '../../src/webhook/fastify';
import { createNotificationHandler } from '../../src/webhook/handler';
import type { WebhookRequest } from '../../src/webhook/handler';
import { createWebhookMetrics } from '../../src/webhook/metrics';
import type { ReadinessReport } from '../../src/webhook/readiness';
import { merchants, NOW, PAYMENT, recordingLog, recordingSink, v2Notification, v3Notification } from './genuine';

/* What is wrong with the transport is in test/bad-inputs/webhook.test.ts. */

let deliveries: unknown[];
let ready: ReadinessReport;
let port: number;
let close: () => Promise<unknown>;

beforeEach(async () => {
  const recording = recordingSink();
  deliveries = recording.deliveries;
  ready = { ready: true, reasons: [] };
  const handler = createNotificationHandler({
    merchants,
    deliver: recording.sink,
    now: () => NOW,
    log: recordingLog().log,
  });
  const app = createWebhookServer({ handler, readiness: () => ready, shutdownGraceMs: 200 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
  close = () => app.close();
});

afterEach(() => close());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

function send(request: WebhookRequest, { chunked = false } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, rawBody } = request;
    const length = chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': rawBody.length };
    const outgoing = httpRequest(
      { port, method, path, headers: { ...headers, ...length }, agent: false },
      (incoming) => {
        const parts: Buffer[] = [];
        incoming.on('data', (part: Buffer) => parts.push(part));
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            body: Buffer.concat(parts).toString(),
          });
        });
      },
    );
    outgoing.on('error', reject);
    if (chunked) for (let at = 0; at < rawBody.length; at += 100) outgoing.write(rawBody.subarray(at, at + 100));
    outgoing.end(chunked ? undefined : rawBody);
  });
}

/** Sends bytes and resolves with everything that came back once the server has closed the connection. */
function untilClosed(...writes: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket: Socket = connect(port, '127.0.0.1', () => writes.forEach((text) => socket.write(text)));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

const statusLines = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));

describe('over real HTTP', () => {
  it('genuine notifications are delivered from their exact bytes', async () => {
    const v3 = await send(v3Notification());
    const v2 = await send(v2Notification({ ...PAYMENT, attach: '支付测试' }));
    expect([v3.status, v2.status]).toEqual([200, 200]);
    expect(v2.headers['content-type']).toMatch(/text\/xml/);
    expect(deliveries).toHaveLength(2);
  });

  it('a chunked body is the same as a whole one', async () => {
    expect((await send(v3Notification(), { chunked: true })).status).toBe(200);
    expect(deliveries).toHaveLength(1);
  });

  it('what is no HTTP at all is refused', async () => {
    const answer = await untilClosed('\x16\x03\x01 hello\r\n\r\n');
    expect(statusLines(answer)).toEqual([400]);
    expect(answer).toContain('{"code":"FAIL","message":"bad request"}');
  });
});

describe('what is too large', () => {
  const large: WebhookRequest = { ...v2Notification(PAYMENT), rawBody: Buffer.alloc(65 * 1024, ' ') };

  it.each([false, true])('is refused in the protocol of its route (chunked: %s)', async (chunked) => {
    const answer = await send(large, { chunked });
    expect(answer.status).toBe(413);
    expect(answer.body).toContain('<return_code><![CDATA[FAIL]]></return_code>');
  });
});

describe('health', () => {
  const get = (path: string) => send({ method: 'GET', path, headers: {}, rawBody: Buffer.alloc(0) });

  it('healthz answers while the process can answer', async () => {
    ready = { ready: false, reasons: ['x'] };
    expect((await get('/healthz')).status).toBe(200);
  });

  it('readyz says why not', async () => {
    expect((await get('/readyz')).status).toBe(200);
    ready = { ready: false, reasons: ['Temporal, or the namespace, is not reachable'] };
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toEqual(ready);
  });

  it('the metrics server shows counters, and nothing on other paths', async () => {
    const { metrics, registry } = createWebhookMetrics();
    metrics.refused('payment', 'sign-mismatch');
    const app = createMetricsServer({ registry, readiness: () => ready });
    await app.listen({ host: '127.0.0.1', port: 0 });
    port = (app.server.address() as AddressInfo).port;
    try {
      const answer = await get('/metrics');
      expect(answer.body).toContain('wechatpay_webhook_refused_total{route="payment",reason="sign-mismatch"} 1');
      expect((await get('/readyz')).status).toBe(200);
      expect((await send(v2Notification(PAYMENT))).status).toBe(404);
    } finally {
      await app.close();
    }
  });
});
