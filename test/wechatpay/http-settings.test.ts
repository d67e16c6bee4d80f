import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import type { SecureContextOptions } from 'node:tls';
import { gzipSync } from 'node:zlib';
import axios from 'axios';
import type { AxiosError, AxiosRequestConfig, AxiosStatic } from 'axios';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { axiosSettings } from '../../src/wechatpay/http-settings';
import { httpServer, rawServer, recordingServer } from './servers';

/*
 * Each option alone, without the checks of ours around it, against a server that wants to get past it: with all options
 * it does not, without this one it does. The second half shows that the first can fail; when it changes, axios has
 * changed a default.
 */

type Settings = Partial<ReturnType<typeof axiosSettings>>;
interface Option {
  readonly against: string;
  /** What the server got, or what came back. */
  readonly attack: (settings: Settings) => Promise<unknown>;
  readonly locked: unknown;
  readonly without: unknown;
}

const AUTHORIZATION = 'WECHATPAY2-SHA256-RSA2048 signature="c2VjcmV0"';
const post = { method: 'POST', url: '/v3/x', headers: { Authorization: AUTHORIZATION }, data: '{"a":1}' };

const settingsFor = (origin: string): ReturnType<typeof axiosSettings> => {
  const settings = axiosSettings({ origin, timeoutMs: 1_000, maxSockets: 5, idleMs: 100 });
  const { httpAgent, httpsAgent } = settings;
  onTestFinished(() => {
    httpAgent.destroy();
    httpsAgent.destroy();
  });
  return settings;
};
const ok: Parameters<typeof recordingServer>[0] = (_, response) => response.end('{}');
const call = (settings: Settings, request: AxiosRequestConfig, client: AxiosStatic = axios) =>
  client.create(settings as AxiosRequestConfig).request<unknown>({ ...post, ...request });
const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );
/** The body of the answer of a server that answers so. */
async function bodyFrom(listener: RequestListener, settings: Settings, request: AxiosRequestConfig = {}) {
  const { url } = await httpServer(listener);
  return (await call({ ...settings, baseURL: url }, request)).data;
}

const OPTIONS: Record<keyof ReturnType<typeof axiosSettings>, Option> = {
  adapter: {
    against: 'an XMLHttpRequest that an emulated browser has left behind',
    async attack(settings) {
      const { url } = await recordingServer(ok);
      vi.stubGlobal(
        'XMLHttpRequest',
        class {
          constructor() {
            throw Object.assign(new Error(), { code: 'EMULATED' });
          }
        },
      );
      // Only an axios loaded now sees it.
      const require = createRequire(__filename);
      delete require.cache[require.resolve('axios')];
      return codeOf(call({ ...settings, baseURL: url }, {}, require('axios') as AxiosStatic));
    },
    locked: 'answered',
    without: 'EMULATED',
  },
  baseURL: {
    against: 'a path without an origin',
    async attack(settings) {
      const { url } = await recordingServer(ok);
      return codeOf(call('baseURL' in settings ? { ...settings, baseURL: url } : settings, {}));
    },
    locked: 'answered',
    without: 'ERR_INVALID_URL',
  },
  allowAbsoluteUrls: {
    against: 'a URL of another host',
    async attack(settings) {
      const [gateway, other] = [await recordingServer(ok), await recordingServer(ok)];
      await call({ ...settings, baseURL: gateway.url }, { url: `${other.url}/v3/x` });
      return other.seen.map(({ headers }) => headers.authorization);
    },
    locked: [],
    without: [AUTHORIZATION],
  },
  proxy: {
    against: 'a proxy of the environment',
    async attack(settings) {
      const [gateway, proxy] = [await recordingServer(ok), await recordingServer(ok)];
      for (const name of ['no_proxy', 'NO_PROXY']) vi.stubEnv(name, '');
      for (const name of ['http_proxy', 'HTTP_PROXY']) vi.stubEnv(name, proxy.url);
      await call({ ...settings, baseURL: gateway.url }, {});
      return proxy.seen.map(({ headers }) => headers.authorization);
    },
    locked: [],
    without: [AUTHORIZATION],
  },
  maxRedirects: {
    against: 'a redirect to another host',
    async attack(settings) {
      const other = await recordingServer(ok);
      const gateway = await httpServer((_, response) => response.writeHead(307, { Location: other.url }).end());
      await call({ ...settings, baseURL: gateway.url }, {});
      return other.seen.map(({ body }) => body.toString());
    },
    locked: [],
    without: [post.data],
  },
  timeout: {
    against: 'a server that never answers',
    async attack(settings) {
      const { url } = await rawServer(() => undefined);
      const waiting = new Promise((resolve) => setTimeout(resolve, 2_500, 'still waiting'));
      return Promise.race([codeOf(call({ ...settings, baseURL: url }, {})), waiting]);
    },
    locked: 'ETIMEDOUT',
    without: 'still waiting',
  },
  transitional: {
    against: 'a time-out that looks like a cancellation',
    async attack(settings) {
      const { url } = await rawServer(() => undefined);
      return codeOf(call({ ...settings, baseURL: url }, {}));
    },
    locked: 'ETIMEDOUT',
    without: 'ECONNABORTED',
  },
  maxContentLength: {
    against: 'two megabytes out of two kilobytes',
    attack: (settings) =>
      codeOf(
        bodyFrom(
          (_, response) =>
            response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(2 * 1024 * 1024))),
          settings,
        ),
      ),
    locked: 'ERR_BAD_RESPONSE',
    without: 'answered',
  },
  maxBodyLength: {
    against: 'an upload of four megabytes',
    async attack(settings) {
      const gateway = await recordingServer(ok);
      await codeOf(call({ ...settings, baseURL: gateway.url }, { data: Buffer.alloc(4 * 1024 * 1024) }));
      return gateway.seen.map(({ body }) => body.length);
    },
    locked: [],
    without: [4 * 1024 * 1024],
  },
  responseType: {
    against: 'an answer that is not text',
    attack: (settings) =>
      bodyFrom((_, response) => response.end(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0xff])), settings),
    locked: Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0xff]),
    without: '{\ufffd',
  },
  transformRequest: {
    against: 'trimming what was signed',
    async attack(settings) {
      const gateway = await recordingServer(ok);
      const headers = { 'Content-Type': 'application/json' };
      await call({ ...settings, baseURL: gateway.url }, { headers, data: ' {"a":1}\n' });
      return gateway.seen[0]?.body.toString();
    },
    locked: ' {"a":1}\n',
    without: '{"a":1}',
  },
  transformResponse: {
    // Bytes are left alone anyway: shown for an answer asked for as JSON.
    against: 'parsing what was not verified',
    attack: (settings) =>
      bodyFrom((_, response) => response.end('{"n":9007199254740993}'), settings, { responseType: 'json' }),
    locked: '{"n":9007199254740993}',
    without: { n: 9007199254740992 },
  },
  validateStatus: {
    against: 'a refusal hidden in an exception',
    attack: (settings) => codeOf(bodyFrom((_, response) => response.writeHead(400).end('{}'), settings)),
    locked: 'answered',
    without: 'ERR_BAD_REQUEST',
  },
  redact: {
    // The sockets of an agent show them all the same, and so does util.inspect: no error of axios leaves us.
    against: 'an error that shows Authorization and body as JSON',
    async attack(settings) {
      const { url } = await rawServer((socket) => socket.destroy());
      const error: unknown = await call({ ...settings, baseURL: url }, {}).catch((thrown: unknown) => thrown);
      const { config } = (error as AxiosError).toJSON() as { config: AxiosRequestConfig };
      return [config.headers?.['Authorization'], config.data];
    },
    locked: ['[REDACTED ****]', '[REDACTED ****]'],
    without: [AUTHORIZATION, post.data],
  },
  httpAgent: {
    against: 'a server that closes the idle connection just when it is used again',
    async attack(settings) {
      const firstToClose = new Promise((resolve) => {
        void rawServer((socket) => {
          socket.once('data', () => {
            socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
            const idle = setTimeout(() => resolve('gateway'), 1_500);
            socket.once('end', () => {
              clearTimeout(idle);
              resolve('we');
            });
          });
        }).then(({ url }) => call({ ...settings, baseURL: url }, {}));
      });
      return firstToClose;
    },
    locked: 'we',
    without: 'gateway',
  },
  httpsAgent: {
    against: 'a certificate that nobody vouches for, with the check switched off by the environment',
    async attack(settings) {
      vi.spyOn(process, 'emitWarning').mockReturnValue();
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      return codeOf(call({ ...settings, baseURL: await impostor() }, {}));
    },
    locked: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    without: 'answered',
  },
};

async function impostor(options: SecureContextOptions = {}): Promise<string> {
  const fixture = (name: string): Buffer => readFileSync(join(__dirname, '../fixtures/v3-keys', name));
  const [key, cert] = [fixture('test-only-platform-a.key.pem'), fixture('test-only-platform-a.cert.pem')];
  const server = createHttpsServer({ key, cert, ...options }, (_, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const NAMES = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];

describe.each(NAMES)('option %s', (name) => {
  const { against, attack, locked, without } = OPTIONS[name];

  it(`keeps out ${against}`, async () => {
    expect(await attack(settingsFor('http://127.0.0.1:1'))).toEqual(locked);
  });

  it('is what keeps it out', async () => {
    const settings: Settings = settingsFor('http://127.0.0.1:1');
    delete settings[name];
    expect(await attack(settings)).toEqual(without);
  });
});

describe('the oldest TLS', () => {
  const old: SecureContextOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' };
  const lowered = { minVersion: tls.DEFAULT_MIN_VERSION, ciphers: tls.DEFAULT_CIPHERS };
  afterEach(() => {
    tls.DEFAULT_MIN_VERSION = lowered.minVersion;
    tls.DEFAULT_CIPHERS = lowered.ciphers;
  });
  const codeFrom = async (change: (settings: ReturnType<typeof axiosSettings>) => void): Promise<unknown> => {
    // As --tls-min-v1.0 --tls-cipher-list would.
    tls.DEFAULT_MIN_VERSION = 'TLSv1';
    tls.DEFAULT_CIPHERS = 'DEFAULT:@SECLEVEL=0';
    const settings = settingsFor('http://127.0.0.1:1');
    change(settings);
    return codeOf(call({ ...settings, baseURL: await impostor(old) }, {}));
  };

  it('is 1.2, whatever the process allows', async () => {
    expect(await codeFrom(() => undefined)).toMatch(/PROTO/);
  });

  it('is so because the agent says it', async () => {
    const code = await codeFrom(({ httpsAgent }) => delete httpsAgent.options.minVersion);
    expect(code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
  });
});

it('names every option that is set', () => {
  expect(Object.keys(settingsFor('http://127.0.0.1:1')).sort()).toEqual([...NAMES].sort());
});
