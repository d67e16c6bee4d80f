import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOnce, command } from '../system/child';

/** Nothing listens there, and no server is asked to. */
const NOBODY = '127.0.0.1:1';

let folder: string;
beforeAll(async () => {
  await buildOnce();
  folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** Runs a command that is to fail, and returns what it says: no stack, nothing on stdout. */
async function complaint(name: string, env: Record<string, string>): Promise<string> {
  const child = command([name], env);
  await expect(child.ended).resolves.toBe(1);
  expect(child.stdout).toBe('');
  expect(child.stderr).toMatch(/^temporal-wechatpay: /);
  expect(child.stderr).not.toMatch(/^ +at |node_modules/m);
  return child.stderr;
}

describe.each(['worker', 'webhook'])('%s', (name) => {
  it('asks for a merchant when there is none, and says both ways to give one', async () => {
    await expect(complaint(name, {})).resolves.toMatch(
      /1 problem\nWECHATPAY_MCHID: expected a merchant\. Set WECHATPAY_MCHID and its keys, or WECHATPAY_MERCHANTS_FILE\./,
    );
  });

  it('names every variable that is missing at once', async () => {
    const says = await complaint(name, { WECHATPAY_MERCHANT_SERIAL: '5157F09EFDC096DE15EBE81A47057A7200000000' });
    for (const variable of ['WECHATPAY_MCHID', 'WECHATPAY_MERCHANT_KEY_FILE', 'WECHATPAY_API_V3_KEY_FILE']) {
      expect(says).toMatch(new RegExp(`^${variable}: expected .+\\. .+`, 'm'));
    }
  });

  it('names every variable that is wrong at once, with what was expected, and shows no secret', async () => {
    const secrets = ['a-key-that-is-much-too-short', '0123456789abcdef0123456789abcdef'];
    const [short, misplaced] = secrets as [string, string];
    const says = await complaint(name, {
      WECHATPAY_MCHID: '123',
      WECHATPAY_MERCHANT_SERIAL: '5157F09EFDC096DE15EBE81A47057A7200000000',
      WECHATPAY_MERCHANT_KEY_FILE: await file('certificate.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n'),
      WECHATPAY_API_V3_KEY_FILE: await file('short.txt', short),
      // The key itself in place of a file that holds it.
      WECHATPAY_API_V2_KEY_FILE: misplaced,
      WECHATPAY_NOTIFY_BASEURL: 'https://example.com',
      WEBHOOK_PORT: '99999',
      METRICS_PORT: 'many',
      LOG_LEVEL: 'loud',
      SHUTDOWN_GRACE: 'a while',
      TEMPORAL_ADDRESS: 'temporal.example.com:7233',
    });
    const wrong = [
      'WECHATPAY_MCHID: expected a merchant number of 10 digits',
      'WECHATPAY_MERCHANT_KEY_FILE: expected a PEM private key',
      'WECHATPAY_API_V3_KEY_FILE: expected an APIv3 key of 32 bytes, got 28 bytes',
      'WECHATPAY_API_V2_KEY_FILE: expected',
      'WECHATPAY_NOTIFY_BASEURL: expected a variable this package knows. Did you mean WECHATPAY_NOTIFY_BASE_URL?',
      'WEBHOOK_PORT: expected',
      'METRICS_PORT: expected',
      'LOG_LEVEL: expected',
      'SHUTDOWN_GRACE: expected',
      'WECHATPAY_CODEC: expected off, because Temporal is not on loopback',
    ];
    expect(wrong.filter((words) => !says.includes(`\n${words}`))).toEqual([]);
    expect(says).toContain(`${wrong.length} problems`);
    expect(secrets.filter((secret) => says.includes(secret))).toEqual([]);
  });
});

describe('without a Temporal that answers', () => {
  it('worker and setup name its address and the variable', async () => {
    const keys = { WECHATPAY_MCHID: '1230000109', WECHATPAY_API_V2_KEY_FILE: await file('v2.txt', 'k'.repeat(32)) };
    // At once, because each gives a server ten seconds.
    const says = await Promise.all(
      ['worker', 'setup'].map((name) => complaint(name, { ...keys, TEMPORAL_ADDRESS: NOBODY })),
    );
    for (const words of says) {
      expect(words).toMatch(/Temporal at 127\.0\.0\.1:1 does not answer\. .*TEMPORAL_ADDRESS/);
    }
  });

  it('setup does not repeat a configuration file that cannot be read: it may hold an API key', async () => {
    const config = await file('temporal.toml', '[profile.default]\napi_key = not-quoted-secret\n');
    const says = await complaint('setup', { TEMPORAL_CONFIG_FILE: config });
    expect(says).toMatch(/TEMPORAL_CONFIG_FILE: expected settings/);
    expect(says).not.toContain('not-quoted-secret');
  });
});
