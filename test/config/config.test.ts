import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, describeVariables, loadConfig, transportTo, VARIABLES } from '../../src/config';
import type { Problem } from '../../src/wechatpay/errors';
import { CANARIES, pkcs8, writeKeyFiles } from './keys';

const file = writeKeyFiles();

const V3 = {
  WECHATPAY_MCHID: '1900000109',
  WECHATPAY_MERCHANT_SERIAL: '3775B6A45ACD588826D15E583A95F5DD12345678',
  WECHATPAY_MERCHANT_KEY_FILE: file('pkcs8.pem'),
  WECHATPAY_API_V3_KEY_FILE: file('v3.key'),
};
const V2 = { WECHATPAY_MCHID: '1900000109', WECHATPAY_API_V2_KEY_FILE: file('v2.key') };
const BOTH = { ...V3, ...V2 };
const SOMEBODY_ELSES_CONFIG = { TEMPORAL_CONFIG_FILE: file('absent.toml') };

type Env = Record<string, string | undefined>;

function load(env: Env, needs: ('merchants' | 'temporal')[] = ['merchants', 'temporal']) {
  return loadConfig({ ...SOMEBODY_ELSES_CONFIG, ...env }, { needs });
}

function problemsOf(env: Env, needs?: ('merchants' | 'temporal')[]): { error: ConfigurationError; list: Problem[] } {
  try {
    load(env, needs);
  } catch (error) {
    if (error instanceof ConfigurationError) return { error, list: [...error.problems] };
    throw error;
  }
  throw new Error('the configuration was accepted');
}

function leaks(text: string): string[] {
  const body = pkcs8.split('\n')[1] ?? 'no body';
  return [...Object.values(CANARIES), body].filter((canary) => text.includes(canary.slice(0, 20)));
}

describe('what is accepted', () => {
  it('a merchant with v3 and v2 keys, with every default in place', () => {
    const config = load(BOTH);
    const merchant = config.merchants.get('1900000109');
    expect(merchant?.v3?.apiV3Keys[0]?.toString()).toBe(CANARIES.apiV3Key);
    expect(merchant?.v2).toMatchObject({ signType: 'MD5' });
    expect(merchant?.v2?.keys.current).toBe(CANARIES.apiV2Key);
    expect(config).toMatchObject({
      taskQueue: 'wechatpay',
      apiTaskQueue: 'wechatpay-api',
      v3BaseUrl: 'https://apihk.mch.weixin.qq.com',
      v2BaseUrl: 'https://api.mch.weixin.qq.com',
      customsPrefix: '/v3/global/customs',
      certificatesPath: '/v3/global/certificates',
      webhook: { host: '127.0.0.1', port: 8080 },
      logLevel: 'info',
      shutdownGraceMs: 30_000,
      simulatorPort: 9080,
    });
    expect(config.metricsPort).toBeUndefined();
    expect(config.notifyBaseUrl).toBeUndefined();
  });

  it('a merchant with only v3 keys and one with only v2 keys', () => {
    expect(load(V3).merchants.get('1900000109')?.v2).toBeUndefined();
    expect(load(V2).merchants.get('1900000109')?.v3).toBeUndefined();
  });

  it('previous keys beside the current ones, the current one first', () => {
    const merchant = load({
      ...BOTH,
      WECHATPAY_API_V3_KEY_PREVIOUS_FILE: file('v3-previous.key'),
      WECHATPAY_API_V2_KEY_PREVIOUS_FILE: file('v2-previous.key'),
    }).merchants.get('1900000109');
    expect(merchant?.v3?.apiV3Keys.map(String)).toEqual([CANARIES.apiV3Key, CANARIES.previousV3Key]);
    expect(merchant?.v2?.keys.previous).toBe(CANARIES.previousV2Key);
  });

  it.each([
    ['a PKCS#1 private key', { WECHATPAY_MERCHANT_KEY_FILE: file('pkcs1.pem') }],
    ['an APIv3 key with one trailing new line', { WECHATPAY_API_V3_KEY_FILE: file('v3-newline.key') }],
    ['an APIv3 key with one trailing CR LF', { WECHATPAY_API_V3_KEY_FILE: file('v3-crlf.key') }],
    ['a v2 key with one trailing new line', { WECHATPAY_API_V2_KEY_FILE: file('v2-newline.key') }],
    ['a public key', { WECHATPAY_PUBLIC_KEY_ID: 'PUB_KEY_ID_0116', WECHATPAY_PUBLIC_KEY_FILE: file('public.pem') }],
    ['an https base URL on loopback', { WECHATPAY_V3_BASE_URL: 'https://127.0.0.1:9443' }],
    [
      'a Temporal elsewhere with WECHATPAY_CODEC=off',
      { TEMPORAL_ADDRESS: 't.example.com:7233', WECHATPAY_CODEC: 'off' },
    ],
    ['a Temporal on IPv6 loopback', { TEMPORAL_ADDRESS: '[::1]:7233' }],
    ['variables of other programs', { HOME: '/root', WEBHOOKISH: 'x' }],
  ])('%s', (_what, env) => {
    const merchant = load({ ...BOTH, ...env }).merchants.get('1900000109');
    expect(merchant?.v3?.apiV3Keys[0]).toHaveLength(32);
    expect(merchant?.v2?.keys.current).toHaveLength(32);
  });

  it('a proxy, whose password shows nowhere', () => {
    const config = load({ ...BOTH, WECHATPAY_PROXY_URL: 'http://user:canary-proxy@proxy.example.com:3128' });
    expect(transportTo('v3', config)).toEqual({
      baseUrl: 'https://apihk.mch.weixin.qq.com',
      proxyUrl: 'http://user:canary-proxy@proxy.example.com:3128',
    });
    expect(transportTo('v2', config).proxyUrl).toBe(transportTo('v3', config).proxyUrl);
    expect(transportTo('v2', load(BOTH))).toEqual({ baseUrl: 'https://api.mch.weixin.qq.com' });
    expect(JSON.stringify(config) + inspect(config, { depth: 9 })).not.toContain('canary');
  });

  it('a client without any merchant, that seals', () => {
    const config = load(
      { WECHATPAY_SEALING_KEY_ID: 'PUB_KEY_ID_0116', WECHATPAY_SEALING_KEY_FILE: file('public.pem') },
      ['temporal'],
    );
    expect(config.merchants.size).toBe(0);
    expect(config.sealing?.id).toBe('PUB_KEY_ID_0116');
    expect(config.sealing?.key.type).toBe('public');
  });

  it('a process without Temporal, wherever Temporal is', () => {
    expect(load({ TEMPORAL_ADDRESS: 't.example.com:7233' }, []).simulatorPort).toBe(9080);
  });

  it('http notifications while webhook and gateways are all on loopback', () => {
    const config = load({
      ...BOTH,
      WECHATPAY_V3_BASE_URL: 'http://127.0.0.1:9080/',
      WECHATPAY_V2_BASE_URL: 'http://localhost:9080',
      WECHATPAY_NOTIFY_BASE_URL: 'http://127.0.0.1:8080',
    });
    expect(config).toMatchObject({ v3BaseUrl: 'http://127.0.0.1:9080', notifyBaseUrl: 'http://127.0.0.1:8080' });
  });

  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['2 minutes', 120_000],
    ['1.5h', 5_400_000],
    ['7 days', 604_800_000],
  ])('the duration %s', (text, ms) => {
    expect(load({ SHUTDOWN_GRACE: text }, []).shutdownGraceMs).toBe(ms);
  });

  it('an activity to be told results', () => {
    expect(load({ WECHATPAY_ON_RESULT: 'shop/orders/recordResult' }, []).onResult).toEqual({
      taskQueue: 'shop/orders',
      activity: 'recordResult',
    });
  });
});

describe('what is refused, with the variable and the remedy', () => {
  const cases: [what: string, env: Env, variable: string, text: RegExp][] = [
    ['a missing file', { WECHATPAY_API_V3_KEY_FILE: '/nowhere/v3.key' }, 'WECHATPAY_API_V3_KEY_FILE', /no such file/],
    ['a loop of links', { WECHATPAY_API_V3_KEY_FILE: file('loop.key') }, 'WECHATPAY_API_V3_KEY_FILE', /symbolic links/],
    ['an empty file', { WECHATPAY_API_V3_KEY_FILE: file('empty.key') }, 'WECHATPAY_API_V3_KEY_FILE', /empty/],
    [
      'a directory',
      { WECHATPAY_API_V3_KEY_FILE: file('folder.key') },
      'WECHATPAY_API_V3_KEY_FILE',
      /not a regular file/,
    ],
    ['a huge file', { WECHATPAY_API_V3_KEY_FILE: file('big.key') }, 'WECHATPAY_API_V3_KEY_FILE', /1 MiB/],
    [
      'the key itself instead of a file',
      { WECHATPAY_API_V3_KEY_FILE: CANARIES.apiV3Key },
      'WECHATPAY_API_V3_KEY_FILE',
      /a name of 32 characters/,
    ],
    [
      'the private key itself instead of a file',
      { WECHATPAY_MERCHANT_KEY_FILE: pkcs8 },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /give its path/,
    ],
    [
      'an APIv3 key of 31 bytes',
      { WECHATPAY_API_V3_KEY_FILE: file('v3-31.key') },
      'WECHATPAY_API_V3_KEY_FILE',
      /got 31 bytes/,
    ],
    [
      'an APIv3 key of 33 bytes',
      { WECHATPAY_API_V3_KEY_FILE: file('v3-33.key') },
      'WECHATPAY_API_V3_KEY_FILE',
      /got 33 bytes/,
    ],
    [
      'an APIv3 key with two trailing new lines',
      { WECHATPAY_API_V3_KEY_FILE: file('v3-two-newlines.key') },
      'WECHATPAY_API_V3_KEY_FILE',
      /got 33 bytes, white space among them/,
    ],
    [
      'a previous APIv3 key of 31 bytes',
      { WECHATPAY_API_V3_KEY_PREVIOUS_FILE: file('v3-31.key') },
      'WECHATPAY_API_V3_KEY_PREVIOUS_FILE',
      /32 bytes/,
    ],
    [
      'a v2 key of 31 characters',
      { WECHATPAY_API_V2_KEY_FILE: file('v2-31.key') },
      'WECHATPAY_API_V2_KEY_FILE',
      /got 31 characters/,
    ],
    [
      'a v2 key with a blank',
      { WECHATPAY_API_V2_KEY_FILE: file('v2-blank.key') },
      'WECHATPAY_API_V2_KEY_FILE',
      /white space/,
    ],
    [
      'an encrypted PKCS#8 key',
      { WECHATPAY_MERCHANT_KEY_FILE: file('encrypted.pem') },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /openssl pkcs8 -topk8 -nocrypt/,
    ],
    [
      'an encrypted PKCS#1 key',
      { WECHATPAY_MERCHANT_KEY_FILE: file('encrypted-pkcs1.pem') },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /with a password/,
    ],
    [
      'a certificate instead of a key',
      { WECHATPAY_MERCHANT_KEY_FILE: file('certificate.pem') },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /got a certificate/,
    ],
    [
      'a public key instead of a private one',
      { WECHATPAY_MERCHANT_KEY_FILE: file('public.pem') },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /got a public key/,
    ],
    [
      'a DER key',
      { WECHATPAY_MERCHANT_KEY_FILE: file('der.key') },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /no PEM private key/,
    ],
    ['a cut PEM', { WECHATPAY_MERCHANT_KEY_FILE: file('cut.pem') }, 'WECHATPAY_MERCHANT_KEY_FILE', /damaged PEM/],
    [
      'RSA of 1024 bits',
      { WECHATPAY_MERCHANT_KEY_FILE: file('small.pem') },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /RSA of 1024 bits/,
    ],
    [
      'an elliptic curve key',
      { WECHATPAY_MERCHANT_KEY_FILE: file('elliptic.pem') },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /a key of type ec/,
    ],
    ['a merchant number of 9 digits', { WECHATPAY_MCHID: '190000010' }, 'WECHATPAY_MCHID', /got 9 characters/],
    ['a merchant number with the letter O', { WECHATPAY_MCHID: '19OOOOO109' }, 'WECHATPAY_MCHID', /10 digits/],
    [
      'a serial in lower case',
      { WECHATPAY_MERCHANT_SERIAL: V3.WECHATPAY_MERCHANT_SERIAL.toLowerCase() },
      'WECHATPAY_MERCHANT_SERIAL',
      /upper-case/,
    ],
    [
      'v3 keys without a serial',
      { WECHATPAY_MERCHANT_SERIAL: undefined },
      'WECHATPAY_MERCHANT_SERIAL',
      /set all three/,
    ],
    [
      'v3 keys without the private key',
      { WECHATPAY_MERCHANT_KEY_FILE: undefined },
      'WECHATPAY_MERCHANT_KEY_FILE',
      /set all three/,
    ],
    [
      'v3 keys without the APIv3 key',
      { WECHATPAY_API_V3_KEY_FILE: undefined },
      'WECHATPAY_API_V3_KEY_FILE',
      /set all three/,
    ],
    ['keys without a merchant number', { WECHATPAY_MCHID: undefined }, 'WECHATPAY_MCHID', /merchant number/],
    [
      'a previous v2 key alone',
      { WECHATPAY_API_V2_KEY_FILE: undefined, WECHATPAY_API_V2_KEY_PREVIOUS_FILE: file('v2-previous.key') },
      'WECHATPAY_API_V2_KEY_FILE',
      /current API v2 key/,
    ],
    [
      'a public key id without its file',
      { WECHATPAY_PUBLIC_KEY_ID: 'PUB_KEY_ID_0116' },
      'WECHATPAY_PUBLIC_KEY_FILE',
      /WECHATPAY_PUBLIC_KEY_ID/,
    ],
    [
      'a public key file without its id',
      { WECHATPAY_PUBLIC_KEY_FILE: file('public.pem') },
      'WECHATPAY_PUBLIC_KEY_ID',
      /WECHATPAY_PUBLIC_KEY_FILE/,
    ],
    [
      'a public key id without its prefix',
      { WECHATPAY_PUBLIC_KEY_ID: '0116', WECHATPAY_PUBLIC_KEY_FILE: file('public.pem') },
      'WECHATPAY_PUBLIC_KEY_ID',
      /PUB_KEY_ID_/,
    ],
    [
      'a private key as the public key',
      { WECHATPAY_PUBLIC_KEY_ID: 'PUB_KEY_ID_0116', WECHATPAY_PUBLIC_KEY_FILE: file('pkcs8.pem') },
      'WECHATPAY_PUBLIC_KEY_FILE',
      /got a private key/,
    ],
    [
      'a certificate as the public key',
      { WECHATPAY_PUBLIC_KEY_ID: 'PUB_KEY_ID_0116', WECHATPAY_PUBLIC_KEY_FILE: file('certificate.pem') },
      'WECHATPAY_PUBLIC_KEY_FILE',
      /got a certificate/,
    ],
    [
      'a sealing key id without its file',
      { WECHATPAY_SEALING_KEY_ID: 'PUB_KEY_ID_0116' },
      'WECHATPAY_SEALING_KEY_FILE',
      /WECHATPAY_SEALING_KEY_ID/,
    ],
    [
      'an http gateway',
      { WECHATPAY_V3_BASE_URL: 'http://apihk.mch.weixin.qq.com' },
      'WECHATPAY_V3_BASE_URL',
      /Use https/,
    ],
    [
      'a gateway that only looks like loopback',
      { WECHATPAY_V2_BASE_URL: 'http://127.0.0.1.example.com' },
      'WECHATPAY_V2_BASE_URL',
      /Use https/,
    ],
    [
      'a gateway with a password',
      { WECHATPAY_V2_BASE_URL: 'https://me:hunter2@example.com' },
      'WECHATPAY_V2_BASE_URL',
      /user name and password/,
    ],
    [
      'a proxy that opens no tunnels',
      { WECHATPAY_PROXY_URL: 'socks5://user:hunter2@proxy.example.com' },
      'WECHATPAY_PROXY_URL',
      /http:\/\/proxy\.example\.com:3128/,
    ],
    [
      'a proxy to a gateway on this machine',
      { WECHATPAY_PROXY_URL: 'http://proxy.example.com:3128', WECHATPAY_V2_BASE_URL: 'http://127.0.0.1:9080' },
      'WECHATPAY_PROXY_URL',
      /Unset it, or WECHATPAY_V2_BASE_URL/,
    ],
    [
      'a gateway with a path',
      { WECHATPAY_V3_BASE_URL: 'https://example.com/v3' },
      'WECHATPAY_V3_BASE_URL',
      /after the host/,
    ],
    [
      'http notifications to a public gateway',
      { WECHATPAY_NOTIFY_BASE_URL: 'http://127.0.0.1:8080' },
      'WECHATPAY_NOTIFY_BASE_URL',
      /Use https/,
    ],
    [
      'http notifications to a webhook on every interface',
      {
        WECHATPAY_V3_BASE_URL: 'http://127.0.0.1:9080',
        WECHATPAY_V2_BASE_URL: 'http://127.0.0.1:9080',
        WEBHOOK_HOST: '0.0.0.0',
        WECHATPAY_NOTIFY_BASE_URL: 'http://127.0.0.1:8080',
      },
      'WECHATPAY_NOTIFY_BASE_URL',
      /Use https/,
    ],
    [
      'a notification address with a query',
      { WECHATPAY_NOTIFY_BASE_URL: 'https://a.example.com/?x=1' },
      'WECHATPAY_NOTIFY_BASE_URL',
      /query/,
    ],
    [
      'a notification address of 94 characters',
      { WECHATPAY_NOTIFY_BASE_URL: `https://a.example.com/${'x'.repeat(72)}` },
      'WECHATPAY_NOTIFY_BASE_URL',
      /93 characters/,
    ],
    [
      'a typo',
      { WECHATPAY_MERCHANT_SERIALS: 'x' },
      'WECHATPAY_MERCHANT_SERIALS',
      /Did you mean WECHATPAY_MERCHANT_SERIAL\?/,
    ],
    ['an unknown variable', { WECHATPAY_UNHEARD_OF_THING: 'x' }, 'WECHATPAY_UNHEARD_OF_THING', /Unset it/],
    [
      'empty instead of unset',
      { WECHATPAY_NOTIFY_BASE_URL: '' },
      'WECHATPAY_NOTIFY_BASE_URL',
      /Unset WECHATPAY_NOTIFY_BASE_URL/,
    ],
    ['only blanks', { LOG_LEVEL: '  ' }, 'LOG_LEVEL', /Unset LOG_LEVEL/],
    ['a duration without a unit', { SHUTDOWN_GRACE: '30' }, 'SHUTDOWN_GRACE', /30s or 2 minutes/],
    ['a duration with an unknown unit', { SHUTDOWN_GRACE: '3 fortnights' }, 'SHUTDOWN_GRACE', /duration/],
    ['port 99999', { WEBHOOK_PORT: '99999' }, 'WEBHOOK_PORT', /65535/],
    ['a port with text', { METRICS_PORT: '9090/tcp' }, 'METRICS_PORT', /65535/],
    ['an unknown log level', { LOG_LEVEL: 'verbose' }, 'LOG_LEVEL', /one of trace, debug/],
    ['a sign type in lower case', { WECHATPAY_V2_SIGN_TYPE: 'md5' }, 'WECHATPAY_V2_SIGN_TYPE', /Write MD5/],
    [
      'another customs prefix',
      { WECHATPAY_CUSTOMS_PREFIX: '/v3/customs' },
      'WECHATPAY_CUSTOMS_PREFIX',
      /\/global\/v3\/customs/,
    ],
    [
      'a certificates path without a slash',
      { WECHATPAY_CERTIFICATES_PATH: 'v3/certificates' },
      'WECHATPAY_CERTIFICATES_PATH',
      /slash/,
    ],
    ['a rate of zero', { WECHATPAY_REQUESTS_PER_SECOND: '0' }, 'WECHATPAY_REQUESTS_PER_SECOND', /positive/],
    [
      'an API queue that the workflows would not use',
      { WECHATPAY_TASK_QUEUE: 'shop', WECHATPAY_API_TASK_QUEUE: 'wechatpay-api' },
      'WECHATPAY_API_TASK_QUEUE',
      /shop-api/,
    ],
    [
      'a result activity without a queue',
      { WECHATPAY_ON_RESULT: 'recordResult' },
      'WECHATPAY_ON_RESULT',
      /TASK_QUEUE\/ACTIVITY/,
    ],
    ['a Temporal elsewhere', { TEMPORAL_ADDRESS: 't.example.com:7233' }, 'WECHATPAY_CODEC', /WECHATPAY_CODEC=off/],
    [
      'a Temporal on a host called 127.example.com',
      { TEMPORAL_ADDRESS: '127.example.com:7233' },
      'WECHATPAY_CODEC',
      /plain text/,
    ],
    ['a codec other than off', { WECHATPAY_CODEC: 'on' }, 'WECHATPAY_CODEC', /one of off/],
    [
      'codec keys, which are not supported',
      { WECHATPAY_CODEC_KEYS_FILE: file('v3.key') },
      'WECHATPAY_CODEC_KEYS_FILE',
      /not built/,
    ],
    [
      'an unreadable Temporal profile',
      { TEMPORAL_CONFIG_FILE: file('v3-two-newlines.key') },
      'TEMPORAL_CONFIG_FILE',
      /envconfig/,
    ],
  ];

  it.each(cases)('%s', (_what, env, variable, text) => {
    const { error, list } = problemsOf({ ...BOTH, ...env });
    expect(list.map(({ path }) => path)).toEqual([variable]);
    expect(error.message).toMatch(text);
    expect(error.message).toContain(variable);
    expect(list[0]?.remedy).not.toBe('');
  });

  it('a merchant with neither v3 nor v2 keys', () => {
    const { list } = problemsOf({ WECHATPAY_MCHID: '1900000109' });
    expect(list).toHaveLength(1);
    expect(list[0]?.remedy).toMatch(/WECHATPAY_API_V2_KEY_FILE/);
  });

  it('no merchant at all where one is needed', () => {
    expect(problemsOf({}).list.map(({ path }) => path)).toEqual(['WECHATPAY_MCHID']);
  });

  it('many problems in one error, each once', () => {
    const { error, list } = problemsOf({
      WECHATPAY_MCHID: 'abc',
      WECHATPAY_MERCHANT_SERIAL: V3.WECHATPAY_MERCHANT_SERIAL,
      WECHATPAY_MERCHANT_KEY_FILE: file('encrypted.pem'),
      WECHATPAY_API_V3_KEY_FILE: file('v3-33.key'),
      WECHATPAY_API_V2_KEY_FILE: file('v2-31.key'),
      WECHATPAY_MHCID: 'x',
      WEBHOOK_PORT: 'http',
      LOG_LEVEL: '',
      TEMPORAL_ADDRESS: 't.example.com:7233',
    });
    expect(list.map(({ path }) => path).sort()).toEqual(
      [
        'LOG_LEVEL',
        'WEBHOOK_PORT',
        'WECHATPAY_API_V2_KEY_FILE',
        'WECHATPAY_API_V3_KEY_FILE',
        'WECHATPAY_CODEC',
        'WECHATPAY_MCHID',
        'WECHATPAY_MERCHANT_KEY_FILE',
        'WECHATPAY_MHCID',
      ].sort(),
    );
    expect(error.message).toMatch(/^invalid configuration: 8 problems\n/);
    expect(leaks(error.message + inspect(error, { depth: 9 }) + JSON.stringify(error))).toEqual([]);
  });

  it('no problem shows a key, not even one pasted into the wrong variable', () => {
    for (const [, env] of cases) {
      const { error } = problemsOf({ ...BOTH, ...env });
      expect(leaks(error.message + inspect(error, { depth: 9, showHidden: true }))).toEqual([]);
    }
    const pasted = problemsOf({ ...BOTH, WECHATPAY_MCHID: CANARIES.apiV2Key, WECHATPAY_MERCHANT_SERIAL: pkcs8 });
    expect(pasted.list).toHaveLength(2);
    expect(leaks(pasted.error.message)).toEqual([]);
    expect(problemsOf({ ...BOTH, WECHATPAY_V2_BASE_URL: 'https://me:hunter2@example.com' }).error.message).not.toMatch(
      /hunter2/,
    );
  });
});

describe('the merchants file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wechatpay-merchants-'));
  writeFileSync(join(folder, 'v2.key'), CANARIES.apiV2Key);
  let count = 0;
  const merchantsFile = (content: unknown): Env => {
    const name = join(folder, `merchants-${count++}.json`);
    writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content));
    return { WECHATPAY_MERCHANTS_FILE: name };
  };
  const one = {
    mchid: '1900000109',
    appid: 'wxd930ea5d5a258f4f',
    merchantSerial: V3.WECHATPAY_MERCHANT_SERIAL,
    merchantKeyFile: file('pkcs8.pem'),
    apiV3KeyFile: file('v3.key'),
    publicKeyId: 'PUB_KEY_ID_0116',
    publicKeyFile: file('public.pem'),
    notifyBaseUrl: 'https://one.example.com/',
  };
  const two = { mchid: '1900000110', apiV2KeyFile: 'v2.key' };

  it('derives the API queue from the queue of the workflows', () => {
    expect(load({ ...merchantsFile([two]), WECHATPAY_TASK_QUEUE: 'shop' }).apiTaskQueue).toBe('shop-api');
  });

  it('gives every merchant its own keys, with file names relative to the file', () => {
    const { merchants } = load(merchantsFile([one, two]));
    expect([...merchants.keys()]).toEqual(['1900000109', '1900000110']);
    expect(merchants.get('1900000109')).toMatchObject({
      appid: 'wxd930ea5d5a258f4f',
      notifyBaseUrl: 'https://one.example.com',
      v3: { publicKey: { id: 'PUB_KEY_ID_0116' } },
    });
    expect(merchants.get('1900000110')?.v2?.keys.current).toBe(CANARIES.apiV2Key);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['no JSON', '{ "apiV2Key": "V2canaryV2canaryV2canaryV2canary" ', 'WECHATPAY_MERCHANTS_FILE', /JSON/],
    [
      'a field that comes twice',
      '[{"mchid":"1900000110","mchid":"1900000111","apiV2KeyFile":"v2.key"}]',
      'WECHATPAY_MERCHANTS_FILE',
      /the same field twice/,
    ],
    ['no list', one, 'WECHATPAY_MERCHANTS_FILE', /list/],
    ['an empty list', [], 'WECHATPAY_MERCHANTS_FILE', /at least one/],
    ['an entry that is no object', [null], 'WECHATPAY_MERCHANTS_FILE[0]', /object/],
    ['a typo', [{ ...one, merchantSeral: 'x' }], 'WECHATPAY_MERCHANTS_FILE[0].merchantSeral', /merchantSerial/],
    [
      'a key of the prototype',
      '[{"mchid":"1900000110","apiV2KeyFile":"v2.key","__proto__":{}}]',
      'WECHATPAY_MERCHANTS_FILE[0].__proto__',
      /Remove/,
    ],
    ['a number for text', [two, { ...one, mchid: 1900000109 }], 'WECHATPAY_MERCHANTS_FILE[1].mchid', /quotation marks/],
    ['a missing part', [{ ...one, apiV3KeyFile: undefined }], 'WECHATPAY_MERCHANTS_FILE[0].apiV3KeyFile', /all three/],
    ['no keys', [{ mchid: '1900000109' }], 'WECHATPAY_MERCHANTS_FILE[0].apiV3KeyFile', /APIv3, API v2, or both/],
    ['the same merchant twice', [two, two], 'WECHATPAY_MERCHANTS_FILE[1].mchid', /each merchant once/],
    [
      'http notifications',
      [{ ...two, notifyBaseUrl: 'http://a.example.com' }],
      'WECHATPAY_MERCHANTS_FILE (merchant 1900000110).notifyBaseUrl',
      /https/,
    ],
  ])('refuses %s', (_what, content, path, text) => {
    const { error, list } = problemsOf(merchantsFile(content));
    expect(list.map((problem) => problem.path)).toEqual([path]);
    expect(error.message).toMatch(text);
    expect(leaks(error.message)).toEqual([]);
  });

  it('refuses the file and the single-merchant variables together', () => {
    const { list } = problemsOf({ ...merchantsFile([one]), ...V2 });
    expect(list).toHaveLength(1);
    expect(list[0]?.remedy).toMatch(/WECHATPAY_MCHID, WECHATPAY_API_V2_KEY_FILE/);
  });
});

describe('what a configuration shows', () => {
  const config = load({
    ...BOTH,
    WECHATPAY_API_V3_KEY_PREVIOUS_FILE: file('v3-previous.key'),
    WECHATPAY_API_V2_KEY_PREVIOUS_FILE: file('v2-previous.key'),
  });
  const merchant = config.merchants.get('1900000109');
  const shown = [config, merchant, merchant?.v3, merchant?.v2, merchant?.v2?.keys, merchant?.v3?.apiV3Keys].flatMap(
    (part) => [JSON.stringify(part), inspect(part, { depth: 9 }), inspect(part, { depth: 9, showHidden: true })],
  );
  const [hex, bytes] = [Buffer.from(CANARIES.apiV3Key), [...Buffer.from(CANARIES.apiV3Key)].join(',')];

  it('holds no key, neither as text nor as bytes', () => {
    const text = shown.join('\n') + JSON.stringify([...config.merchants]);
    expect(leaks(text)).toEqual([]);
    expect(text).not.toContain(hex.toString('hex').slice(0, 20));
    expect(text).not.toContain(inspect(hex).slice(8, 30));
    expect(text).not.toContain(bytes.slice(0, 20));
    expect(text).toContain('[secret]');
  });
});

describe('the table of variables', () => {
  it('has a row for every variable, and nothing that breaks a Markdown table', () => {
    const rows = describeVariables().trimEnd().split('\n');
    expect(rows).toHaveLength(Object.keys(VARIABLES).length + 2);
    for (const row of rows) expect(row.replaceAll('\\|', '').split('|')).toHaveLength(6);
  });

  it('has defaults that its own parsers accept', () => {
    const defaults = Object.entries<{ default?: string; type: string }>(VARIABLES)
      .filter(([, { default: standard, type }]) => standard !== undefined && type !== 'temporal')
      .map(([name, { default: standard }]) => [name, standard] as const);
    expect(load(Object.fromEntries(defaults), [])).toEqual(load({}, []));
  });
});
