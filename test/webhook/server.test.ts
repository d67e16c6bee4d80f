import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetricsServer, createWebhookServer } from '../../src/webhook/fastify';
import { createNotificationHandler } from '../../src/webhook/handler';
import type { WebhookRequest } from '../../src/webhook/handler';
import { createWebhookMetrics } from '../../src/webhook/metrics';
import type { ReadinessReport } from '../../src/webhook/readiness';
import { MCHID, merchants, NOW, PAYMENT, recordingLog, recordingSink, v2Notification, v3Notification } from './genuine';

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

/** A request as bytes, for what no well-behaved client sends. */
function wire(request: WebhookRequest, extra: readonly string[] = [], version = '1.1'): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`);
  return [
    `${request.method} ${request.path} HTTP/${version}`,
    'host: localhost',
    ...headers,
    ...extra,
    `content-length: ${request.rawBody.length}`,
    '',
    request.rawBody.toString('utf8'),
  ].join('\r\n');
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

  it('pipelined requests are answered in their order', async () => {
    const first = wire(v2Notification(PAYMENT));
    const second = wire({ ...v2Notification(PAYMENT), method: 'GET', rawBody: Buffer.alloc(0) });
    const third = wire(v3Notification(), ['connection: close']);
    expect(statusLines(await untilClosed(first + second + third))).toEqual([200, 405, 200]);
    expect(deliveries).toHaveLength(2);
  });

  it('HTTP/1.0 is answered', async () => {
    expect(statusLines(await untilClosed(wire(v3Notification(), [], '1.0')))).toEqual([200]);
  });

  it.each([
    ['a repeated signature header', ['Wechatpay-Signature: AAAA'], 401],
    ['a repeated timestamp header', ['WECHATPAY-TIMESTAMP: 1'], 401],
    ['a second content type', ['content-type: application/json'], 415],
    ['a second length', ['content-length: 5'], 400],
    ['chunks and a length together', ['transfer-encoding: chunked'], 400],
    ['headers of 17 kB', [`x-padding: ${'x'.repeat(17 * 1024)}`], 431],
  ])('%s is refused', async (_what, extra, status) => {
    const answer = await untilClosed(wire(v3Notification(), ['connection: close', ...extra]));
    expect(statusLines(answer)).toEqual([status]);
    expect(deliveries).toEqual([]);
  });

  it('what is no HTTP at all is refused', async () => {
    const answer = await untilClosed('\x16\x03\x01 hello\r\n\r\n');
    expect(statusLines(answer)).toEqual([400]);
    expect(answer).toContain('{"code":"FAIL","message":"bad request"}');
  });
});

describe('what is too large, wrong or nowhere', () => {
  const large = (kilobytes: number): WebhookRequest => ({
    ...v2Notification(PAYMENT),
    rawBody: Buffer.alloc(kilobytes * 1024, ' '),
  });

  it('a body of 65 KiB is refused in the protocol of its route', async () => {
    const answer = await send(large(65));
    expect(answer.status).toBe(413);
    expect(answer.body).toContain('<return_code><![CDATA[FAIL]]></return_code>');
  });

  it('a chunked body of 65 KiB is refused as well', async () => {
    expect((await send(large(65), { chunked: true })).status).toBe(413);
  });

  it('an announced body of 100 MB is refused before it comes', async () => {
    const { path, headers } = v2Notification(PAYMENT);
    const type = String(headers['content-type']);
    const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 104857600\r\n\r\n`;
    expect(statusLines(await untilClosed(head))).toEqual([413]);
  });

  it.each(['GET', 'PUT', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE'])('%s is refused with 405', async (method) => {
    const bodiless = { method, path: `/wechatpay/${MCHID}/payment`, headers: {}, rawBody: Buffer.alloc(0) };
    const answer = await send(bodiless);
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
  });

  it.each(['/', '/healthz', '/metrics', '/wechatpay', '/%', '/%ff', '//', `/wechatpay/../wechatpay/${MCHID}/payment`])(
    'POST %s leads nowhere',
    async (path) => {
      const answer = await send({ ...v2Notification(PAYMENT), path });
      expect(answer.status).toBe(404);
      expect(answer.body.split('\n')).toHaveLength(1);
      expect(answer.body).not.toMatch(/ at |node_modules|FST_/);
    },
  );

  it('a body without a content type, or with an impossible one, is refused with 415', async () => {
    const request = v3Notification();
    const { 'content-type': _removed, ...headers } = request.headers;
    expect((await send({ ...request, headers })).status).toBe(415);
    expect((await send({ ...request, headers: { ...headers, 'content-type': 'nonsense' } })).status).toBe(415);
    expect(deliveries).toEqual([]);
  });
});

describe('a sender that takes its time', () => {
  it.each([
    ['with its headers', 'POST / HTTP/1.1\r\nhost: x\r\n'],
    [
      'with its body',
      `POST /wechatpay/${MCHID}/payment HTTP/1.1\r\nhost: x\r\ncontent-type: text/xml\r\ncontent-length: 9\r\n\r\n<`,
    ],
    ['with everything', ''],
  ])('%s is cut off, and others are served meanwhile', { timeout: 30_000 }, async (_what, text) => {
    const slow = untilClosed(text);
    expect((await send(v3Notification())).status).toBe(200);
    expect(statusLines(await slow).every((status) => status === 408)).toBe(true);
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
