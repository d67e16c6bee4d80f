import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import axios from 'axios';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { WechatPayError } from '../../src/wechatpay/errors';
import { createTransport, USER_AGENT } from '../../src/wechatpay/http';
import type { HttpRequest, HttpTransport, TransportOptions } from '../../src/wechatpay/http';
import { httpServer, rawServer, recordingServer } from './servers';

/* Servers that want to hold a call, fill the memory or smuggle something in. */

const request: HttpRequest = { method: 'POST', path: '/v3/x', headers: {}, body: '{"a":1}', call: 'test call' };
const MIB = 1024 * 1024;
/** Long enough to connect on a busy machine. */
const TIMEOUT_MS = 700;

function transportTo(url: string, options: Partial<TransportOptions> = {}): HttpTransport {
  const transport = createTransport({ baseUrl: url, timeoutMs: TIMEOUT_MS, ...options });
  onTestFinished(() => transport.close());
  return transport;
}
const failureOf = (promise: Promise<unknown>): Promise<WechatPayError> =>
  promise.then(
    () => expect.fail('answered'),
    (error: unknown) => error as WechatPayError,
  );

/** Writes `piece` every 20 ms until the client has had enough. */
function drip(socket: Socket | ServerResponse, piece: string | Buffer | (() => string)): void {
  const timer = setInterval(() => socket.write(typeof piece === 'function' ? piece() : piece), 20);
  socket.on('close', () => clearInterval(timer));
}

describe('one deadline, which no byte moves', () => {
  let line = 0;
  const cases: Record<string, () => Promise<{ url: string }>> = {
    'a status line that drips': () =>
      rawServer((socket) => {
        socket.write('HTTP/1.1 200 ');
        drip(socket, 'O');
      }),
    'header lines that drip': () =>
      rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        drip(socket, () => `x${(line += 1)}: y\r\n`);
      }),
    'interim answers without end': () => rawServer((socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n')),
    'a body that drips': () => httpServer((_, response) => drip(response, 'x')),
    'a compressed body that drips': () =>
      httpServer((_, response) => {
        response.writeHead(200, { 'Content-Encoding': 'gzip' });
        response.write(gzipSync('{}').subarray(0, 10));
        drip(response, Buffer.from([0, 0, 0, 0xff, 0xff]));
      }),
    'a body that stops one byte before its end': () =>
      rawServer((socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{'))),
    'an upload that nobody reads': () => rawServer((socket) => socket.pause()),
  };

  it.each(Object.keys(cases))('%s', async (name) => {
    const { url } = await cases[name]!();
    const body = name.startsWith('an upload') ? Buffer.alloc(2 * MIB) : '{}';
    const error = await failureOf(transportTo(url).send({ ...request, body }));
    expect(error).toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', call: 'test call' });
    expect(error.message).toContain(`no complete answer within ${TIMEOUT_MS} ms`);
  });

  it('includes the wait for a free connection', async () => {
    const { url } = await rawServer(() => undefined);
    const transport = transportTo(url, { maxSockets: 1 });
    const first = failureOf(transport.send(request));
    const second = failureOf(transport.send(request));
    // The first one's end frees the connection; a deadline that only begins there would end much later.
    const muchLater = first.then(() => new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS / 2, 'much later')));
    expect(await Promise.race([second.then(({ message }) => message), muchLater])).toContain(`${TIMEOUT_MS} ms`);
  });

  it('closes the connection, so that a late answer cannot belong to the next call', async () => {
    let closed = 0;
    const server = await rawServer((socket) => {
      socket.once('close', () => (closed += 1));
      socket.once('data', () => {
        if (closed > 0) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond');
      });
    });
    const transport = transportTo(server.url);
    await failureOf(transport.send(request));
    await expect.poll(() => closed).toBe(1);
    expect((await transport.send(request)).body.toString()).toBe('second');
  });

  it('leaves no timer and no listener behind', async () => {
    const { url } = await httpServer((_, response) => response.end('{}'));
    const caller = new AbortController();
    const added: unknown[] = [];
    const { signal } = caller;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (type: string, listener: () => void) => {
      added.push(listener);
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: () => void) => {
      added.splice(added.indexOf(listener), 1);
      remove(type, listener);
    };
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const transport = transportTo(url, { timeoutMs: 60_000 });
    await Promise.all(Array.from({ length: 20 }, () => transport.send({ ...request, signal })));
    expect(added).toHaveLength(0);
    expect(timers() - before).toBeLessThan(20);
  });

  it('ends with its call: closing the transport afterwards has nothing to stop', async () => {
    const { url } = await httpServer((_, response) => response.end('{}'));
    const transport = transportTo(url);
    await Promise.all([transport.send(request), transport.send(request)]);
    const abort = vi.spyOn(AbortController.prototype, 'abort');
    transport.close();
    expect(abort).not.toHaveBeenCalled();
    abort.mockRestore();
  });

  it('does not start when the caller has already given up', async () => {
    const server = await recordingServer((_, response) => response.end('{}'));
    const error = await failureOf(transportTo(server.url).send({ ...request, signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ errorClass: 'UNAVAILABLE' });
    expect(server.seen).toHaveLength(0);
  });
});

describe('memory', () => {
  const bombs: Record<string, [encoding: string, body: Buffer]> = {
    gzip: ['gzip', gzipSync(Buffer.alloc(20 * MIB))],
    'gzip, spelled in capitals': ['GZIP', gzipSync(Buffer.alloc(20 * MIB))],
    'x-gzip': ['x-gzip', gzipSync(Buffer.alloc(20 * MIB))],
    deflate: ['deflate', deflateSync(Buffer.alloc(20 * MIB))],
    'deflate without header': ['deflate', deflateRawSync(Buffer.alloc(20 * MIB))],
    'brotli, which was not asked for': ['br', brotliCompressSync(Buffer.alloc(20 * MIB))],
  };

  it.each(Object.keys(bombs))('is bounded by what an answer inflates to: %s', async (name) => {
    const [encoding, body] = bombs[name]!;
    const { url } = await httpServer((_, response) =>
      response.writeHead(200, { 'Content-Encoding': encoding }).end(body),
    );
    const error = await failureOf(transportTo(url, { timeoutMs: 10_000 }).send(request));
    expect(error.errorClass).toBe('OUTCOME_UNKNOWN');
    expect(error.message).toContain('larger than 1 MiB');
  });

  it('is bounded by what came, when it was compressed twice', async () => {
    const { url } = await httpServer((_, response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(gzipSync(Buffer.alloc(20 * MIB))));
    });
    const { body } = await transportTo(url, { timeoutMs: 10_000 }).send(request);
    // Inflated once: no signature fits it.
    expect(body.length).toBeLessThan(MIB);
  });

  it('is bounded by the headers', async () => {
    const { url } = await rawServer((socket) =>
      socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}\r\n`)),
    );
    const error = await failureOf(transportTo(url).send(request));
    expect(error.errorClass).toBe('OUTCOME_UNKNOWN');
    expect(error.message).toContain('HPE_HEADER_OVERFLOW');
  });

  it('takes an answer of exactly 1 MiB, and none of one byte more', async () => {
    const { url } = await httpServer((asked, response) =>
      response.end(Buffer.alloc(asked.url === '/v3/x' ? MIB : MIB + 1)),
    );
    const transport = transportTo(url, { timeoutMs: 10_000 });
    expect((await transport.send(request)).body.length).toBe(MIB);
    expect((await failureOf(transport.send({ ...request, path: '/v3/y' }))).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('sends 3 MiB and refuses to send more', async () => {
    const server = await recordingServer((_, response) => response.end('{}'));
    const transport = transportTo(server.url, { timeoutMs: 10_000 });
    await transport.send({ ...request, body: Buffer.alloc(3 * MIB) });
    const error = await failureOf(transport.send({ ...request, body: Buffer.alloc(3 * MIB + 1) }));
    expect(error).toMatchObject({ errorClass: 'INPUT' });
    expect(server.seen.map(({ body }) => body.length)).toEqual([3 * MIB]);
  });
});

describe('headers', () => {
  it.each([
    ['Authorization', 'WECHATPAY2 mchid="1"\r\nX-Evil: 1'],
    ['Wechatpay-Serial', 'PUB_KEY_ID_1\n'],
    ['Authorization', 'WECHATPAY2 mchid="１２３"'],
    ['X\r\nEvil', '1'],
    ['', '1'],
    ['X Y', '1'],
  ])('that would not arrive as they are stop the call: %j', async (name, value) => {
    const server = await recordingServer((_, response) => response.end('{}'));
    const error = await failureOf(transportTo(server.url).send({ ...request, headers: { [name]: value } }));
    expect(error).toMatchObject({ errorClass: 'INPUT', call: 'test call' });
    expect(error.message + String(error.stack)).not.toMatch(/WECHATPAY2|PUB_KEY_ID_1|Evil/);
    expect(server.seen).toHaveLength(0);
  });

  it('ask for gzip only, and say who asks, in the version of the package', async () => {
    const server = await recordingServer((_, response) => response.end('{}'));
    await transportTo(server.url).send(request);
    expect(server.seen[0]?.headers).toMatchObject({ 'accept-encoding': 'gzip', 'user-agent': USER_AGENT });
    const { name, version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
    expect(USER_AGENT).toBe(`${name}/${version}`);
  });

  it('of an answer that came twice are one text, which nobody takes for one value', async () => {
    const { url } = await rawServer((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nWechatpay-Serial: A\r\nWechatpay-Serial: B\r\nContent-Length: 2\r\n\r\n{}'),
      ),
    );
    expect((await transportTo(url).send(request)).headers['wechatpay-serial']).toBe('A, B');
  });
});

it.each(['baseURL', 'proxy', 'auth', 'transformResponse', 'validateStatus', 'maxRedirects'])(
  'an Object.prototype with %s changes nothing',
  async (name) => {
    const gateway = await recordingServer((_, response) => response.end('{"n":9007199254740993}'));
    const other = await recordingServer((_, response) => response.end('other'));
    const values: Record<string, unknown> = {
      baseURL: other.url,
      proxy: { protocol: 'http', host: '127.0.0.1', port: other.port },
      auth: { username: 'u', password: 'p' },
      transformResponse: [() => 'other'],
      validateStatus: () => false,
      maxRedirects: 5,
    };
    const transport = transportTo(gateway.url);
    Object.defineProperty(Object.prototype, name, { value: values[name], configurable: true, writable: true });
    try {
      const answer = await transport.send({ ...request, headers: { Authorization: 'ours' } });
      expect(answer.body.toString()).toBe('{"n":9007199254740993}');
    } finally {
      delete (Object.prototype as Record<string, unknown>)[name];
    }
    expect(gateway.seen.map(({ headers }) => headers.authorization)).toEqual(['ours']);
    expect(other.seen).toHaveLength(0);
  },
);

describe('an idle connection', () => {
  /** Keeps a connection for `patience` ms without a request; tells who closed it. */
  const serverWithPatience = (patience: number, closedBy: string[]): Promise<{ url: string }> =>
    rawServer((socket) => {
      let idle: NodeJS.Timeout | undefined;
      socket.on('data', () => {
        clearTimeout(idle);
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
        idle = setTimeout(() => {
          closedBy.push('gateway');
          socket.destroy();
        }, patience);
      });
      socket.once('end', () => {
        clearTimeout(idle);
        closedBy.push('client');
      });
    });

  it('is closed by us before the gateway does, so that no call meets a closing connection', async () => {
    const closedBy: string[] = [];
    const { url } = await serverWithPatience(800, closedBy);
    const transport = transportTo(url, { idleMs: 100, timeoutMs: 5_000 });
    await transport.send(request);
    await transport.send(request);
    await expect.poll(() => closedBy).toEqual(['client']);
  });

  it('waits for less than the 8 s of the gateway, unless told otherwise', () => {
    const create = vi.spyOn(axios, 'create');
    createTransport({ baseUrl: 'http://127.0.0.1:1' }).close();
    const { httpAgent, httpsAgent } = create.mock.calls[0]?.[0] as Record<string, { options: { timeout: number } }>;
    create.mockRestore();
    for (const agent of [httpAgent, httpsAgent]) {
      expect(agent?.options).toMatchObject({ keepAlive: true, timeout: 7_000, maxSockets: 50 });
    }
  });
});
