import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WechatPayError } from '../../src/wechatpay/errors';
import { createTransport } from '../../src/wechatpay/http';
import type { HttpTransport } from '../../src/wechatpay/http';
import { proxyOf, TunnelAgent } from '../../src/wechatpay/http-tunnel';
import { rawServer } from './servers';

const fixture = (name: string): Buffer => readFileSync(join(__dirname, '../fixtures/v3-keys', name));
const key = fixture('test-only-platform-a.key.pem');
const cert = fixture('test-only-platform-a.cert.pem');

/** A proxy that leads every tunnel to `port` and keeps all that it can read. */
async function proxyTo(port: number, status = 200): Promise<{ url: string; read: string[]; tunnels: () => number }> {
  const read: string[] = [];
  let tunnels = 0;
  const server = createServer((asked, response) => {
    read.push(`${asked.method} ${asked.url} ${JSON.stringify(asked.headers)}`);
    response.end('proxy');
  });
  server.on('connect', (asked, client: Socket) => {
    read.push(`CONNECT ${asked.url} ${JSON.stringify(asked.headers)}`);
    client.on('error', () => undefined);
    if (status !== 200) return void client.end(`HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\n{}`);
    tunnels += 1;
    const gateway = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 Connection established\r\n\r\n'));
    gateway.on('error', () => client.destroy());
    client.on('data', (chunk: Buffer) => read.push(chunk.toString('latin1')));
    client.pipe(gateway).pipe(client);
    onTestFinished(() => void client.destroy());
  });
  return { url: await listening(server), read, tunnels: () => tunnels };
}

async function gateway(): Promise<number> {
  const server = createHttpsServer({ key, cert }, (asked, response) => {
    setTimeout(() => response.end(`gateway ${asked.url}`), asked.url === '/slow' ? 1_200 : 0);
  });
  return Number((await listening(server)).split(':')[2]);
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The host name is nobody's: only the proxy could know it. */
const BASE = 'https://gateway.invalid';
const SECRET = 'WECHATPAY2-SHA256-RSA2048 signature="c2VjcmV0"';

function transportThrough(proxyUrl: string): HttpTransport {
  const transport = createTransport({ baseUrl: BASE, proxyUrl, timeoutMs: 1_500, idleMs: 1_000 });
  onTestFinished(() => transport.close());
  return transport;
}

/** Trusts the gateway of the test, which no transport would. */
function clientThrough(proxyUrl: string, timeout = 2_000): (path: string) => Promise<string> {
  const trusting = { ca: cert, checkServerIdentity: () => undefined };
  const agent = new TunnelAgent(proxyOf(proxyUrl), { keepAlive: true, timeout, ...trusting });
  onTestFinished(() => agent.destroy());
  return (path) =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(BASE + path, { agent, headers: { Authorization: SECRET } }, (answer) => {
        answer.setEncoding('utf8').on('data', resolve);
      });
      request.on('error', reject).end();
    });
}

async function failureThrough(proxyUrl: string): Promise<WechatPayError> {
  const request = { method: 'POST', path: '/v3/x', headers: { Authorization: SECRET }, body: '{}' } as const;
  const error: unknown = await transportThrough(proxyUrl)
    .send(request)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WechatPayError);
  return error as WechatPayError;
}

describe('a tunnel', () => {
  it('leads to the gateway, again and again, and shows the proxy its name only', async () => {
    const proxy = await proxyTo(await gateway());
    const get = clientThrough(proxy.url.replace('//', '//user:p%40ss@'));
    expect([await get('/a'), await get('/b')]).toEqual(['gateway /a', 'gateway /b']);
    expect(proxy.tunnels()).toBe(1);
    expect(proxy.read[0]).toContain('CONNECT gateway.invalid:443');
    expect(proxy.read[0]).toContain(`"Basic ${Buffer.from('user:p@ss').toString('base64')}"`);
    expect(proxy.read.join()).not.toContain('c2VjcmV0');
  });

  it('is not cut while a call waits for longer than an idle connection may', async () => {
    const proxy = await proxyTo(await gateway());
    expect(await clientThrough(proxy.url, 500)('/slow')).toBe('gateway /slow');
  });

  it('is not believed when its end cannot prove to be the gateway', async () => {
    const proxy = await proxyTo(await gateway());
    const error = await failureThrough(proxy.url);
    expect(error).toMatchObject({ errorClass: 'UNAVAILABLE' });
    expect(error.message).toContain('TLS');
    expect(proxy.read.length).toBeGreaterThan(1);
    expect(proxy.read.join()).not.toContain('c2VjcmV0');
  });

  it.each([302, 403, 407, 502])('that the proxy refuses (%d) is no answer of the gateway', async (status) => {
    const proxy = await proxyTo(0, status);
    const error = await failureThrough(proxy.url);
    expect(error).toMatchObject({ errorClass: 'UNAVAILABLE', httpStatus: undefined });
    expect(error.message).toContain('the proxy opened no tunnel');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['says nothing', () => undefined],
    ['hangs up', (socket) => socket.destroy()],
    ['is no proxy', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
    ['is silent behind the tunnel', (socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))],
  ])('of a proxy that %s carried nothing', async (_, behave) => {
    const { url } = await rawServer(behave);
    expect(await failureThrough(url)).toMatchObject({ errorClass: 'UNAVAILABLE' });
  });

  it('through a proxy that is not there says so at once', async () => {
    const error = await failureThrough('http://127.0.0.1:1');
    expect(error).toMatchObject({ errorClass: 'UNAVAILABLE' });
    expect(error.message).toContain('ECONNREFUSED');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['proxy', () => undefined],
    ['gateway', (socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))],
  ])('to a silent %s is given up, not kept for ever', async (_, behave) => {
    let open = 0;
    const { url } = await rawServer((socket) => {
      open += 1;
      behave(socket);
      socket.on('data', () => undefined).on('close', () => (open -= 1));
    });
    expect(await failureThrough(url)).toMatchObject({ errorClass: 'UNAVAILABLE' });
    await expect.poll(() => open, { timeout: 8_000 }).toBe(0);
  });
});

describe('a proxy URL', () => {
  it.each([
    'proxy:3128',
    'https://proxy:3128',
    'socks5://proxy',
    'http://proxy/path',
    'http://proxy/?a=1',
    'http://proxy/#a',
    'http://u:s3cret%zz@proxy',
  ])('has to be one of an HTTP proxy: %s', (proxyUrl) => {
    const create = (): unknown => createTransport({ baseUrl: BASE, proxyUrl });
    expect(create).toThrow('proxy URL: expected http://host:port');
    expect(create).not.toThrow('s3cret');
  });

  it('has no place beside a base URL on this machine', () => {
    expect(() => createTransport({ baseUrl: 'http://127.0.0.1:1', proxyUrl: 'http://127.0.0.1:2' })).toThrow(
      'expected none',
    );
  });

  it('may name port 80 by naming none, and an address of version 6', () => {
    expect(proxyOf('http://proxy.example.com')).toEqual({ host: 'proxy.example.com', port: 80 });
    expect(proxyOf('http://[::1]:3128')).toEqual({ host: '::1', port: 3128 });
  });
});
