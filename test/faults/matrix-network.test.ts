import dns from 'node:dns';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startSimulator, writeTestCredentials } from '../../src/testing';
import { WechatPayError } from '../../src/wechatpay/errors';
import { createTransport } from '../../src/wechatpay/http';
import { buildOnce, command } from '../system/child';
import { recordingServer } from '../wechatpay/servers';

/* The network around us: names that do not resolve, addresses that lead nowhere, proxies nobody meant. */

interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** What this machine's resolver says about every name; `undefined` never comes. */
function resolver(answer: readonly Address[] | NodeJS.ErrnoException | undefined): void {
  type Done = (error: NodeJS.ErrnoException | null, addresses?: readonly Address[]) => void;
  vi.spyOn(dns, 'lookup').mockImplementation(((_name: string, _options: object, done: Done) => {
    if (answer === undefined) return;
    process.nextTick(() => (answer instanceof Error ? done(answer) : done(null, answer)));
  }) as unknown as typeof dns.lookup);
}

afterEach(() => {
  vi.restoreAllMocks();
});

const post = { method: 'POST', path: '/v3/global/customs/orders', body: '{}', headers: {} } as const;

/** Sends one request to `localhost`, whatever that resolves to. */
async function send(port: number): Promise<string> {
  const transport = createTransport({ baseUrl: `http://localhost:${port}`, timeoutMs: 1_500 });
  onTestFinished(() => transport.close());
  return transport.send(post).then(
    ({ status }) => String(status),
    (error: unknown) => (error instanceof WechatPayError ? error.errorClass : 'another error'),
  );
}

const OVER_4: Address = { address: '127.0.0.1', family: 4 };
/** Nobody listens on it. */
const OVER_6: Address = { address: '::1', family: 6 };
/** Of documentation (RFC 3849): there is no way to it. */
const NOWHERE_6: Address = { address: '2001:db8::1', family: 6 };

describe('a name that cannot be resolved', () => {
  it.each(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA'])('with %s was not sent to', async (code) => {
    const gateway = await recordingServer((_, response) => response.end('{}'));
    resolver(Object.assign(new Error('getaddrinfo'), { code }));
    expect(await send(gateway.port)).toBe('UNAVAILABLE');
    expect(gateway.seen).toEqual([]);
  });

  it('while the resolver says nothing was not sent to, and ends at the deadline', async () => {
    resolver(undefined);
    expect(await send(1)).toBe('UNAVAILABLE');
  });
});

describe('a gateway with addresses of both versions', () => {
  it.each([
    ['refuses', OVER_6],
    ['has no route', NOWHERE_6],
  ])('is reached by IPv4, once, while IPv6 %s', async (_what, broken) => {
    const gateway = await recordingServer((_, response) => response.end('{}'));
    resolver([broken, OVER_4]);
    expect(await send(gateway.port)).toBe('200');
    expect(gateway.seen).toHaveLength(1);
  });

  it('of which none can be reached was not sent to', async () => {
    const { port } = await closedPort();
    resolver([OVER_6, OVER_4]);
    expect(await send(port)).toBe('UNAVAILABLE');
    resolver([NOWHERE_6]);
    expect(await send(port)).toBe('UNAVAILABLE');
  });
});

describe('proxy variables that somebody has set', () => {
  beforeAll(() => buildOnce(), 300_000);

  it('are ignored by a process that calls WeChat Pay', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const proxy = await recordingServer((_, response) => response.end('proxy'));
    let connections = 0;
    const tunnels = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => tunnels.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void tunnels.close());
    const https = `http://127.0.0.1:${(tunnels.address() as AddressInfo).port}`;
    const { credentials } = await writeTestCredentials(folder);
    const simulator = await startSimulator({ credentials });
    onTestFinished(() => simulator.close());
    const { env } = await writeTestCredentials(folder, { credentials, port: simulator.port });
    const child = command(['certificates', '--check'], {
      ...env,
      ...{ http_proxy: proxy.url, HTTP_PROXY: proxy.url, npm_config_proxy: proxy.url },
      ...{ https_proxy: https, HTTPS_PROXY: https, all_proxy: https, ALL_PROXY: https },
      // Node itself may be told to use them, from 22.21 and 24 on.
      NODE_USE_ENV_PROXY: '1',
    });
    expect({ code: await child.ended, says: child.output }).toEqual({ code: 0, says: 'keys in order, merchants: 1\n' });
    expect(simulator.calls().reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(0);
    expect([proxy.seen.length, connections]).toEqual([0, 0]);
  });
});

async function closedPort(): Promise<{ port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { port };
}
