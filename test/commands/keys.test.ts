import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { keepTestingKeys, testKeys } from '../../src/commands/keys';
import { loadConfig } from '../../src/config';
import type { Config } from '../../src/config';
import { createTestCredentials, writeTestCredentials } from '../../src/testing/credentials';
import type { Finding } from '../../src/wechatpay/keys/finding';
import type { KeyProvider } from '../../src/wechatpay/keys/provider';
import { rawServer } from '../wechatpay/servers';

const MINUTE = 60_000;
const [FIRST, SECOND] = ['1230000109', '1900000110'] as const;

afterEach(() => vi.useRealTimers());

/** Two merchants whose keys nobody can test: WeChat Pay is not there. */
async function twoMerchants(baseUrl = 'http://127.0.0.1:1', change = {}): Promise<Config> {
  const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
  const entries: object[] = [];
  for (const mchid of [FIRST, SECOND]) {
    const { env } = await writeTestCredentials(join(folder, mchid), {
      credentials: await createTestCredentials({ mchid }),
      port: 1,
    });
    entries.push({
      mchid,
      merchantSerial: env['WECHATPAY_MERCHANT_SERIAL'],
      merchantKeyFile: env['WECHATPAY_MERCHANT_KEY_FILE'],
      apiV3KeyFile: env['WECHATPAY_API_V3_KEY_FILE'],
    });
  }
  const file = join(folder, 'merchants.json');
  writeFileSync(file, JSON.stringify(entries));
  return loadConfig({ WECHATPAY_MERCHANTS_FILE: file, WECHATPAY_V3_BASE_URL: baseUrl, ...change }, { needs: [] });
}

it('one merchant whose keys cannot be had keeps nobody else from being tested, and is tried again soon', async () => {
  const config = await twoMerchants();
  const asked: string[] = [];
  const provider: KeyProvider = {
    keysOf: (mchid) => {
      asked.push(mchid);
      return mchid === FIRST ? Promise.reject(new Error('vault')) : Promise.resolve(config.merchants.get(mchid));
    },
  };
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  vi.useFakeTimers({ toFake: ['setTimeout'] });
  onTestFinished(() => void vi.clearAllTimers());
  keepTestingKeys(config, provider, log);
  await vi.waitUntil(() => lines.length === 2);
  expect(asked).toEqual([FIRST, SECOND]);
  expect(lines.map((line) => (JSON.parse(line) as { mchid?: string; msg: string }).mchid)).toEqual([SECOND, undefined]);
  expect(lines[1]).toContain('the keys could not be tested');
  expect(lines.join()).not.toContain('vault');
  // Not after a day, as when all is well.
  vi.advanceTimersByTime(10 * MINUTE);
  await vi.waitUntil(() => asked.length === 4);
});

it('goes through the configured proxy', async () => {
  const asked: string[] = [];
  const proxy = await rawServer((socket) => {
    socket.once('data', (bytes) => {
      asked.push(bytes.toString().split('\r\n')[0] ?? '');
      socket.end('HTTP/1.1 407 No\r\n\r\n');
    });
  });
  const findings: Finding[] = [];
  await testKeys(await twoMerchants('https://gateway.invalid', { WECHATPAY_PROXY_URL: proxy.url }), (finding) =>
    findings.push(finding),
  );
  expect(asked).toEqual(Array(2).fill('CONNECT gateway.invalid:443 HTTP/1.1'));
  expect(findings.map(({ code }) => code)).toEqual(['unreachable', 'unreachable']);
});
