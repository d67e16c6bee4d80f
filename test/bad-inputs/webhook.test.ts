import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect } from 'vitest';
import { createWebhookServer } from '../../src/webhook/fastify';
import { createNotificationHandler } from '../../src/webhook/handler';
import type { WebhookRequest } from '../../src/webhook/handler';
import type { DeliveryOutcome } from '../../src/webhook/sink';
import {
  MCHID,
  merchants,
  NOW,
  PAYMENT,
  recordingLog,
  recordingSink,
  v2Notification,
  v3Notification,
} from '../webhook/genuine';
import { proveGroup } from './table';

/*
 * The HTTP layer: bytes on a socket, against the real server. Whatever is wrong with the transport is wrong with a
 * message that would be genuine otherwise, so that a missing guard shows as a delivery.
 */

async function startRig(behave?: () => Promise<DeliveryOutcome>) {
  const { sink, deliveries } = recordingSink(behave);
  const handler = createNotificationHandler({ merchants, deliver: sink, now: () => NOW, log: recordingLog().log });
  const app = createWebhookServer({
    handler,
    readiness: () => ({ ready: true, reasons: [] }),
    shutdownGraceMs: 200,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { deliveries, port, close: () => app.close() };
}

type Rig = Awaited<ReturnType<typeof startRig>>;

let rig: Rig;
/** Slow senders have a server of their own and begin at once, so that they are waited for together. */
let patient: Rig;
let slow: Readonly<Record<'headers' | 'body' | 'chunks' | 'announced', Promise<string>>>;
const idle: Promise<string>[] = [];

beforeAll(async () => {
  [rig, patient] = await Promise.all([startRig(), startRig()]);
  const genuine = wire(v3Notification());
  const border = genuine.indexOf('\r\n\r\n') + 4;
  slow = {
    headers: talk(patient, drip(genuine.slice(0, border).match(/.{1,20}/gs) ?? [])),
    body: talk(patient, drip([genuine.slice(0, border + 1), ...genuine.slice(border + 1)])),
    chunks: talk(patient, drip([chunkedHead(v3Notification()), ...Array<string>(100).fill('1\r\n{\r\n')])),
    announced: talk(patient, [wire(v3Notification(), { length: (length) => length + 1 })]),
  };
  for (let count = 0; count < 1_000; count += 1) idle.push(talk(patient, []));
});

afterAll(async () => {
  await Promise.all([rig?.close(), patient?.close()]);
});

/** One piece per second. */
async function* drip(pieces: readonly string[]): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece;
    await sleep(1_000, undefined, { ref: false });
  }
}

interface Wire {
  readonly extra?: readonly string[];
  readonly version?: string;
  readonly host?: readonly string[];
  readonly length?: (length: number) => number;
}

/** A request as bytes, for what no well-behaved client sends. */
function wire(request: WebhookRequest, { extra = [], version = '1.1', host, length }: Wire = {}): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}`);
  return [
    `${request.method} ${request.path} HTTP/${version}`,
    ...(host ?? ['host: localhost']),
    ...headers,
    ...extra,
    `content-length: ${length?.(request.rawBody.length) ?? request.rawBody.length}`,
    '',
    request.rawBody.toString('utf8'),
  ].join('\r\n');
}

function chunkedHead(request: WebhookRequest): string {
  const [head = ''] = wire(request, { extra: ['transfer-encoding: chunked'] }).split('\r\n\r\n');
  return `${head.replace(/\r\ncontent-length: \d+/, '')}\r\n\r\n`;
}

const LAST: Wire = { extra: ['connection: close'] };

/** Sends pieces for as long as the server listens; everything that came back once the server has closed. */
function talk({ port }: Rig, pieces: Iterable<string | Buffer> | AsyncIterable<string>): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket: Socket = connect(port, '127.0.0.1', () => {
      void (async () => {
        for await (const piece of pieces) {
          if (!socket.writable) return;
          socket.write(piece);
        }
      })();
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

const statuses = (text: string): number[] => [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));

/** One answer with that status and one short line in either protocol; nothing delivered; others are served. */
function expectRefused(received: string, status: number, at: Rig = rig): void {
  expect(statuses(received)).toEqual([status]);
  const body = received.slice(received.indexOf('\r\n\r\n') + 4);
  expect(body).toMatch(
    /^(\{"code":"FAIL","message":"[a-z ]{1,40}"\}|<xml><return_code><!\[CDATA\[FAIL\]\]>[^\n]{1,100}<\/xml>)$/,
  );
  expect(received).not.toMatch(/\n {4}at |node_modules|FST_|HPE_|Error/);
  expect(at.deliveries).toEqual([]);
}

async function refuses(status: number, ...pieces: readonly (string | Buffer)[]): Promise<void> {
  expectRefused(await talk(rig, pieces), status);
  await serves(rig);
}

/** Still there for genuine notifications. */
async function serves(at: Rig): Promise<void> {
  expect(statuses(await talk(at, [wire(v3Notification(), LAST)]))).toEqual([200]);
  expect(at.deliveries).toHaveLength(1);
  at.deliveries.length = 0;
}

/** A genuine message with something wrong about its transport. */
const v3 = (change: Partial<WebhookRequest>, how: Wire = LAST) => wire({ ...v3Notification(), ...change }, how);
const v3Headers = (...extra: string[]) => wire(v3Notification(), { extra: ['connection: close', ...extra] });
const typed = (contentType: string | undefined) => {
  const request = v3Notification();
  return wire({ ...request, headers: { ...request.headers, 'content-type': contentType ?? 'drop' } }, LAST).replace(
    'content-type: drop\r\n',
    '',
  );
};
const padded = (bytes: number) => {
  const request = v2Notification(PAYMENT);
  return { ...request, rawBody: Buffer.concat([request.rawBody, Buffer.alloc(bytes - request.rawBody.length, ' ')]) };
};
const announcing = (bytes: number) => v3({}, { extra: ['connection: close'], length: () => bytes });

proveGroup('webhook', {
  B228: async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']) {
      const received = await talk(rig, [v3({ method })]);
      expect(statuses(received)).toEqual([405]);
      expect(received.toLowerCase()).toContain('\r\nallow: post\r\n');
      if (method !== 'HEAD') expectRefused(received, 405);
    }
    // No proxy: closed without a word.
    expect(await talk(rig, [v3({ method: 'CONNECT' })])).toBe('');
    await serves(rig);
  },
  B229: async () => {
    for (const path of ['/', '/wechatpay', `/wechatpay/${MCHID}`, `/wechatpay/${MCHID}/refund`, '/%ff', '/metrics']) {
      await refuses(404, v3({ path }));
    }
  },
  B230: async () => {
    const path = `/wechatpay/${MCHID}/payment`;
    for (const odd of [
      `/..${path}`,
      `/x/..${path}`,
      `//${path}`,
      `/${path}`,
      path.replaceAll('/', '//'),
      `${path}/..`,
    ]) {
      await refuses(404, v3({ path: odd }));
    }
    await refuses(404, v3({ path: `/wechatpay/${MCHID}/h5/..%2fpayment` }));
    await refuses(404, v3({ path: `/wechatpay/${MCHID}/h5/%2e%2e` }));
  },
  B231: async () => {
    for (const type of [
      'text/plain',
      'text/xml',
      'application/json2',
      'nonsense',
      'application/x-www-form-urlencoded',
    ]) {
      await refuses(415, typed(type));
    }
  },
  B232: () => refuses(415, typed(undefined)),
  B233: async () => {
    const request = v3Notification();
    const bomb = gzipSync(Buffer.alloc(10_000_000, ' '));
    const head = (body: Buffer) =>
      wire(request, { extra: ['connection: close', 'content-encoding: gzip'], length: () => body.length }).replace(
        /\r\n\r\n[^]*/,
        '\r\n\r\n',
      );
    const small = gzipSync(request.rawBody);
    await refuses(415, head(small), small);
    expect(bomb.length).toBeLessThan(64 * 1024);
    await refuses(415, head(bomb), bomb);
  },
  B234: async () => expectRefused(await slow.chunks, 408, patient),
  B235: async () => {
    expectRefused(await slow.announced, 408, patient);
    const cut = new Promise<void>((resolve) => {
      const message = wire(v3Notification(), { length: (length) => length + 1 });
      const socket = connect(rig.port, '127.0.0.1', () => socket.end(message));
      socket.resume().on('close', () => resolve());
    });
    await cut;
    expect(rig.deliveries).toEqual([]);
    await serves(rig);
  },
  B236: async () => {
    const received = await talk(rig, [wire(v3Notification(), { length: (length) => length - 1 })]);
    // The last byte is no request of its own; it may be found before the cut message is answered.
    expect([[400], [401, 400]]).toContainEqual(statuses(received));
    expect(rig.deliveries).toEqual([]);
    await serves(rig);
  },
  B237: () => refuses(400, v3Headers('content-length: 5')),
  B238: () => refuses(400, v3Headers('transfer-encoding: chunked')),
  B239: async () => {
    expect(statuses(await talk(rig, [wire(padded(64 * 1024), LAST)]))).toEqual([200]);
    rig.deliveries.length = 0;
    await refuses(413, wire(padded(64 * 1024 + 1), LAST));
    const chunked = `${chunkedHead(v3Notification())}10001\r\n${' '.repeat(64 * 1024 + 1)}\r\n0\r\n\r\n`;
    await refuses(413, chunked);
  },
  B240: () => refuses(413, wire(padded(10_000_000), LAST)),
  B241: () => refuses(413, announcing(100_000_000)),
  B242: async () => expectRefused(await slow.headers, 408, patient),
  B243: async () => expectRefused(await slow.body, 408, patient),
  B244: async () => {
    const received = await Promise.all(idle);
    expect(received.flatMap(statuses).every((status) => status === 408)).toBe(true);
    await serves(patient);
  },
  B245: async () => {
    const forged = wire({ ...v3Notification(), rawBody: Buffer.from('{}') });
    const answers = statuses(await talk(rig, [wire(v2Notification(PAYMENT)) + forged + v3({})]));
    expect(answers).toEqual([200, 401, 200]);
    expect(rig.deliveries).toMatchObject([{ to: 'payment' }, { to: 'h5' }]);
    rig.deliveries.length = 0;
  },
  B246: () => refuses(431, v3Headers(`x-padding: ${'x'.repeat(17_000)}`)),
  B247: async () => {
    const headers = (count: number, name: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => `${name(index)}: 1`);
    await refuses(431, v3Headers(...headers(200, (index) => `x-${index}`)));
    await refuses(431, v3Headers(...headers(200, () => 'x-same')));
    expect(statuses(await talk(rig, [v3Headers(...headers(80, (index) => `x-${index}`))]))).toEqual([200]);
    rig.deliveries.length = 0;
  },
  B248: async () => {
    const { headers } = v3Notification();
    for (const name of ['timestamp', 'nonce', 'signature', 'serial', 'signature-type']) {
      const header = `wechatpay-${name}`;
      await refuses(401, v3Headers(`${header}: ${String(headers[header])}`));
      await refuses(401, v3Headers(`${header.toUpperCase()}: x`));
    }
  },
  B249: async () => {
    await refuses(400, v3({}).replace('wechatpay-nonce: ', 'wechatpay-nonce:\r\n '));
  },
  B250: async () => {
    const received = await talk(rig, [wire(v3Notification(), { ...LAST, host: [] })]);
    expect(statuses(received)).toEqual([400]);
    // Node answers by itself, and with nothing.
    expect(received.split('\r\n\r\n')[1]).toBe('0');
    expect(rig.deliveries).toEqual([]);
    await serves(rig);
  },
  B251: async () => {
    const [head = '', body = ''] = v3Headers('expect: 100-continue').split(/(?<=\r\n\r\n)/);
    expect(statuses(await talk(rig, [head, body]))).toEqual([100, 200]);
    rig.deliveries.length = 0;
    expect(statuses(await talk(rig, [v3Headers('expect: 200-maybe')]))).toEqual([417]);
    expect(rig.deliveries).toEqual([]);
  },
  B252: async () => {
    expect(statuses(await talk(rig, [wire(v3Notification(), { version: '1.0', host: [] })]))).toEqual([200]);
    rig.deliveries.length = 0;
    await refuses(401, wire({ ...v3Notification(), rawBody: Buffer.from('{}') }, { version: '1.0' }));
  },
  B253: async () => {
    let accept = (_outcome: DeliveryOutcome): void => undefined;
    const leaving = await startRig(() => new Promise((resolve) => (accept = resolve)));
    try {
      const socket = connect(leaving.port, '127.0.0.1', () => socket.write(wire(v3Notification())));
      while (leaving.deliveries.length === 0) await sleep(5);
      socket.destroy();
      await sleep(50);
      accept('delivered');
      leaving.deliveries.length = 0;
      const next = talk(leaving, [wire(v3Notification(), LAST)]);
      while (leaving.deliveries.length === 0) await sleep(5);
      accept('delivered');
      expect(statuses(await next)).toEqual([200]);
    } finally {
      await leaving.close();
    }
  },
});
