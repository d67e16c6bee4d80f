import { readFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WechatPayError } from '../../src/wechatpay/errors';
import { createTransport } from '../../src/wechatpay/http';
import type { HttpRequest, HttpTransport, TransportOptions } from '../../src/wechatpay/http';
import { httpServer, rawServer, recordingServer } from './servers';

const AUTHORIZATION = 'WECHATPAY2-SHA256-RSA2048 mchid="1230000109",signature="c2VjcmV0"';
const BODY = '{"certificate_id":"330821198809085211"}';
const post: HttpRequest = {
  method: 'POST',
  path: '/v3/x?a=%7C',
  headers: { Authorization: AUTHORIZATION, 'Content-Type': 'application/json' },
  body: BODY,
  call: 'test call',
};
const get: HttpRequest = { method: 'GET', path: '/v3/x', headers: {} };

function transportTo(baseUrl: string, options: Partial<TransportOptions> = {}): HttpTransport {
  const transport = createTransport({ baseUrl, timeoutMs: 400, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

async function failureOf(promise: Promise<unknown>): Promise<WechatPayError> {
  const result = await promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  expect(result).toBeInstanceOf(WechatPayError);
  return result as WechatPayError;
}

describe('a request', () => {
  it('is sent byte for byte, with its headers and its path as signed', async () => {
    const server = await recordingServer((_, response) => response.end('{}'));
    await transportTo(server.url).send(post);
    await transportTo(server.url).send({ ...post, body: Buffer.from([0xff, 0x00, 0x0a]) });
    // as JSON an HTTP client likes to trim the first and to quote the second
    await transportTo(server.url).send({ ...post, body: ' {"a":1}\n' });
    await transportTo(server.url).send({ ...post, body: 'not JSON' });
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/v3/x?a=%7C' });
    expect(server.seen[0]?.headers).toMatchObject({ authorization: AUTHORIZATION, 'content-type': 'application/json' });
    expect(server.seen[0]?.body.toString()).toBe(BODY);
    expect(server.seen[1]?.body).toEqual(Buffer.from([0xff, 0x00, 0x0a]));
    expect(server.seen.slice(2).map(({ body }) => body.toString())).toEqual([' {"a":1}\n', 'not JSON']);
  });

  it.each([
    'https://elsewhere.example.com/v3/x',
    '//elsewhere.example.com/v3/x',
    '/\\elsewhere.example.com',
    'v3/x',
    '',
    '/',
    '/v3/../x',
    '/v3/./x',
    '/v3/ä',
    '/v3/x y',
    '/v3/x#part',
    '/v3/x?a=b c',
    '/v3/x\n',
  ])('is refused when its path %j would not be sent as it was signed', async (path) => {
    const server = await recordingServer((_, response) => response.end('{}'));
    const error = await failureOf(transportTo(server.url).send({ ...post, path }));
    expect(error.errorClass).toBe('INPUT');
    expect(server.seen).toHaveLength(0);
  });

  it('does not go through a proxy of the environment', async () => {
    const proxy = await recordingServer((_, response) => response.end('proxy'));
    const gateway = await recordingServer((_, response) => response.end('gateway'));
    const before = { ...process.env };
    for (const name of ['no_proxy', 'NO_PROXY']) delete process.env[name];
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'all_proxy']) process.env[name] = proxy.url;
    try {
      const answer = await transportTo(gateway.url).send(post);
      expect(answer.body.toString()).toBe('gateway');
      expect(proxy.seen).toHaveLength(0);
    } finally {
      process.env = before;
    }
  });

  it.each([
    ['not a url', 'base URL: expected an absolute URL'],
    ['http://apihk.mch.weixin.qq.com', 'https'],
    ['ftp://127.0.0.1', 'https'],
    ['https://user:pass@apihk.mch.weixin.qq.com', 'no user name'],
    ['https://apihk.mch.weixin.qq.com/v3', 'no path'],
    ['https://apihk.mch.weixin.qq.com/?a=1', 'no path'],
  ])('needs a base URL that is right: %s', (baseUrl, expected) => {
    expect(() => createTransport({ baseUrl })).toThrow(expected);
  });

  it.each([
    ['timeoutMs', 0],
    ['timeoutMs', 2 ** 31],
    ['timeoutMs', Number.NaN],
    ['maxSockets', 0.5],
    ['idleMs', 0],
    ['idleMs', 8_000],
  ])('refuses a %s of %d', (name, value) => {
    expect(() => createTransport({ baseUrl: 'https://apihk.mch.weixin.qq.com', [name]: value })).toThrow(
      `${name}: expected an integer from 1 to`,
    );
  });
});

describe('an answer', () => {
  it.each([200, 204, 400, 401, 404, 418, 429, 500, 503])(
    'with status %d is handed back, not thrown',
    async (status) => {
      const server = await httpServer((_, response) => {
        response.writeHead(status, { 'Request-ID': 'R-1' });
        response.end(status === 204 ? undefined : '{"code":"X"}');
      });
      const answer = await transportTo(server.url).send(get);
      expect(answer.status).toBe(status);
      expect(answer.headers['request-id']).toBe('R-1');
      expect(answer.body.toString()).toBe(status === 204 ? '' : '{"code":"X"}');
    },
  );

  it('keeps its bytes: byte order mark, invalid UTF-8, HTML, long numbers', async () => {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf, 0xff]), Buffer.from('<html>{"n":9007199254740993}')]);
    const server = await httpServer((_, response) => {
      response.setHeader('Content-Type', 'application/json');
      response.end(bytes);
    });
    expect((await transportTo(server.url).send(get)).body).toEqual(bytes);
  });

  it('is decompressed before anyone verifies it', async () => {
    const server = await httpServer((_, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync('{"a":1}'));
    });
    expect((await transportTo(server.url).send(get)).body.toString()).toBe('{"a":1}');
  });

  it.each([301, 302, 303, 307, 308])('with status %d is never followed', async (status) => {
    const other = await recordingServer((_, response) => response.end('{}'));
    const headers = { Location: other.url, 'Request-ID': '08F78BB6' };
    const server = await httpServer((_, response) => response.writeHead(status, headers).end());
    const error = await failureOf(transportTo(server.url).send(post));
    expect(error).toMatchObject({
      errorClass: 'OUTCOME_UNKNOWN',
      httpStatus: status,
      call: 'test call',
      requestId: '08F78BB6',
    });
    expect(error.remedy).toContain('base URL');
    expect(other.seen).toHaveLength(0);
  });
});

it('an answer that breaks off still tells its request id, and nothing it echoes', async () => {
  const breakOff = async (requestId: string) => {
    const { url } = await rawServer((socket) => {
      socket.once('data', () => {
        socket.end(`HTTP/1.1 200 OK\r\nRequest-ID: ${requestId}\r\nContent-Length: 100\r\n\r\n{"a":`);
      });
    });
    const signed = { ...post, headers: { Authorization: 'WECHATPAY2-SHA256-RSA2048 signature="c2VjcmV0"' } };
    return (await failureOf(transportTo(url).send(signed))).requestId;
  };
  expect(await breakOff('08F78BB6')).toBe('08F78BB6');
  expect(await breakOff('08F c2VjcmV0')).toBe('08F (hidden)');
});

describe('an answer that does not arrive whole leaves the outcome unknown', () => {
  const cases: Record<string, () => Promise<{ url: string }>> = {
    'larger than 1 MiB': () => httpServer((_, response) => response.end(Buffer.alloc(1024 * 1024 + 1, 'a'))),
    'a gzip bomb': () =>
      httpServer((_, response) => {
        response.setHeader('Content-Encoding', 'gzip');
        response.end(gzipSync(Buffer.alloc(20 * 1024 * 1024)));
      }),
    'damaged gzip': () =>
      httpServer((_, response) => {
        response.setHeader('Content-Encoding', 'gzip');
        const damaged = gzipSync('{"a":1}');
        damaged.writeUInt32LE(0, damaged.length - 8);
        response.end(damaged);
      }),
    'dripping without end': () =>
      httpServer((_, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      }),
    'a black hole': () => rawServer(() => undefined),
    'continue and then silence': () => rawServer((socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n')),
    'a reset before the answer': () => rawServer((socket) => socket.once('data', () => socket.resetAndDestroy())),
    'closed before the answer': () => rawServer((socket) => socket.once('data', () => socket.end())),
    'cut off after half the body': () =>
      rawServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":')),
      ),
    'two Content-Length': () =>
      rawServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}')),
      ),
    'not HTTP': () => rawServer((socket) => socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))),
  };

  it.each(Object.keys(cases))('%s', async (name) => {
    const { url } = await cases[name]!();
    const error = await failureOf(transportTo(url).send(post));
    expect(error.errorClass).toBe('OUTCOME_UNKNOWN');
    expect(error.httpStatus).toBeUndefined();
    expect(error.remedy).toContain('Ask for the result first');
  });

  it('the caller stops waiting', async () => {
    const { url } = await rawServer(() => undefined);
    const stop = new AbortController();
    const failure = failureOf(transportTo(url, { timeoutMs: 60_000 }).send({ ...post, signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    expect((await failure).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('the transport is closed under a running call', async () => {
    const { url } = await rawServer((socket) => socket.once('data', () => transport.close()));
    const transport = createTransport({ baseUrl: url });
    expect((await failureOf(transport.send(post))).errorClass).toBe('OUTCOME_UNKNOWN');
    expect((await failureOf(transport.send(post))).errorClass).toBe('UNAVAILABLE');
  });
});

describe('a request that provably was not sent can be repeated', () => {
  it('connection refused', async () => {
    const { url } = await rawServer(() => undefined);
    const nobody = url.replace(/\d+$/, '1');
    expect((await failureOf(transportTo(nobody).send(post))).errorClass).toBe('UNAVAILABLE');
  });

  it('unknown host name', async () => {
    const error = await failureOf(transportTo('https://no-such-host.invalid', { timeoutMs: 4_000 }).send(post));
    expect(error.errorClass).toBe('UNAVAILABLE');
  });

  it('a TLS handshake that never ends', async () => {
    const { port } = await rawServer(() => undefined);
    expect((await failureOf(transportTo(`https://127.0.0.1:${port}`).send(post))).errorClass).toBe('UNAVAILABLE');
  });

  it('a TLS handshake that is reset', async () => {
    const { port } = await rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    expect((await failureOf(transportTo(`https://127.0.0.1:${port}`).send(post))).errorClass).toBe('UNAVAILABLE');
  });

  it('a server certificate that nobody vouches for', async () => {
    const keys = join(__dirname, '../fixtures/v3-keys');
    let reached = false;
    const server = createHttpsServer(
      {
        key: readFileSync(join(keys, 'test-only-platform-a.key.pem')),
        cert: readFileSync(join(keys, 'test-only-platform-a.cert.pem')),
      },
      (_, response) => {
        reached = true;
        response.end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const error = await failureOf(transportTo(`https://127.0.0.1:${port}`).send(post));
    expect(error.errorClass).toBe('UNAVAILABLE');
    expect(error.message).toContain('TLS');
    expect(reached).toBe(false);
  });

  it('still waiting for a free connection at its deadline', async () => {
    const { url } = await rawServer(() => undefined);
    const transport = transportTo(url, { maxSockets: 1 });
    const first = failureOf(transport.send(post));
    const second = failureOf(transport.send({ ...post, signal: AbortSignal.timeout(100) }));
    expect((await second).errorClass).toBe('UNAVAILABLE');
    expect((await first).errorClass).toBe('OUTCOME_UNKNOWN');
  });
});

describe('what an error shows', () => {
  it.each([
    ['sent', () => rawServer((socket) => socket.once('data', () => socket.resetAndDestroy()))],
    ['not sent', () => Promise.resolve({ url: 'http://127.0.0.1:1' })],
    ['redirected', () => httpServer((_, response) => response.writeHead(307, { Location: '/?k=c2VjcmV0' }).end())],
  ])('is neither key nor body nor the HTTP client (%s)', async (_, target) => {
    const error = await failureOf(transportTo((await target()).url).send(post));
    const shown = [
      inspect(error, { depth: 10, showHidden: true }),
      JSON.stringify(error),
      error.message,
      error.stack,
    ].join();
    expect(shown).not.toMatch(/WECHATPAY2|c2VjcmV0|330821198809085211|certificate_id|AxiosError/);
    expect(error.cause).toBeUndefined();
  });
});

describe('keep-alive', () => {
  it('uses a connection again', async () => {
    const ports = new Set<number | undefined>();
    const server = await httpServer((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('{}');
    });
    const transport = transportTo(server.url);
    for (let i = 0; i < 3; i += 1) await transport.send(get);
    expect(ports.size).toBe(1);
  });
});
