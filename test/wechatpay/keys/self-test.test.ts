import { inspect } from 'node:util';
import { createPublicKey } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createTransport } from '../../../src/wechatpay/http';
import { checkKeys } from '../../../src/wechatpay/keys/check';
import type { Finding } from '../../../src/wechatpay/keys/finding';
import { selfTest } from '../../../src/wechatpay/keys/self-test';
import type { MerchantKeys } from '../../../src/wechatpay/merchant';
import { createTestCredentials } from '../../../src/testing/credentials';
import type { TestCredentials } from '../../../src/testing/credentials';
import { startSimulator } from '../../../src/testing/simulator';
import type { SimulatorOptions } from '../../../src/testing/simulator';
import { httpServer } from '../servers';
import {
  answerSigned,
  API_V3_KEY,
  credentials,
  encrypted,
  OLD_API_V3_KEY,
  platformA,
  publicKeyA,
} from '../v3/platform';
import { makeCertificate, newPrivateKey } from './make-certificate';

const DAY = 86_400_000;
const NOW = Date.parse('2026-05-06T07:08:09Z');
const SERIAL = '3775B6A45ACD588826D15E583A95F5DD12345678';
const privateKey = newPrivateKey();

const v3 = (change: Partial<NonNullable<MerchantKeys['v3']>> = {}): MerchantKeys => ({
  mchid: '1230000109',
  v3: { merchantSerial: SERIAL, privateKey, apiV3Keys: [API_V3_KEY], ...change },
});
const found = (findings: readonly Finding[]): string[] => findings.map(({ code, level }) => `${level} ${code}`);

describe('the keys alone', () => {
  const year = { from: NOW - 100 * DAY, to: NOW + 265 * DAY };

  it('say nothing when certificate, private key and serial are one another’s', () => {
    expect(checkKeys(v3({ certificate: makeCertificate(privateKey, year) }), NOW)).toEqual([]);
    expect(checkKeys(v3(), NOW)).toEqual([]);
  });

  it('do not count leading zeros of a serial', () => {
    const certificate = makeCertificate(privateKey, { ...year, serial: '00A1B2C3D4E5' });
    expect(checkKeys(v3({ certificate, merchantSerial: 'A1B2C3D4E5' }), NOW)).toEqual([]);
  });

  it.each<[string, Parameters<typeof makeCertificate>[1], string]>([
    ['of another serial', { ...year, serial: '5157F09EFDC0' }, 'error serial-not-of-certificate'],
    ['that has expired', { from: NOW - 9 * DAY, to: NOW }, 'error certificate-expired'],
    ['that is not yet valid', { from: NOW + 1_000, to: NOW + 99 * DAY }, 'error certificate-not-yet-valid'],
    [
      'that ends in less than 30 days',
      { from: NOW - DAY, to: NOW + 30 * DAY - 1_000 },
      'warning certificate-ends-soon',
    ],
    ['of another merchant', { ...year, commonName: '1230000999' }, 'warning certificate-of-another-merchant'],
  ])('name a certificate %s', (_, facts, expected) => {
    const [finding, ...more] = checkKeys(v3({ certificate: makeCertificate(privateKey, facts) }), NOW);
    expect(found(finding === undefined ? [] : [finding])).toEqual([expected]);
    expect(more).toEqual([]);
    expect(finding?.remedy).not.toBe('');
  });

  it('do not name a certificate that ends in 30 days', () => {
    const certificate = makeCertificate(privateKey, { from: NOW - DAY, to: NOW + 30 * DAY });
    expect(checkKeys(v3({ certificate }), NOW)).toEqual([]);
  });

  it('tell a wrong private key from a platform certificate', () => {
    const other = newPrivateKey();
    const own = makeCertificate(other, year);
    const platform = makeCertificate(other, { ...year, commonName: 'Tenpay.com sign' });
    expect(found(checkKeys(v3({ certificate: own }), NOW))).toEqual(['error key-not-of-certificate']);
    expect(found(checkKeys(v3({ certificate: platform }), NOW))).toEqual(['error platform-certificate']);
  });

  it('name a public key that is the merchant’s own', () => {
    const publicKey = { id: publicKeyA.id, key: createPublicKey(privateKey) };
    const [finding, ...more] = checkKeys(v3({ publicKey }), NOW);
    expect(finding).toMatchObject({
      code: 'own-public-key',
      level: 'error',
      remedy: expect.stringContaining('pub_key.pem') as string,
    });
    expect(more).toEqual([]);
  });

  it.each<[string, MerchantKeys, RegExp]>([
    ['a merchant number', { ...v3(), mchid: '123' }, /10 digits/],
    ['any key', { mchid: '1230000109' }, /neither APIv3 nor API v2/],
    ['an upper-case serial', v3({ merchantSerial: SERIAL.toLowerCase() }), /upper-case hexadecimal/],
    ['a private key', v3({ privateKey: createPublicKey(privateKey) }), /private RSA key/],
    ['an APIv3 key of 32 bytes', v3({ apiV3Keys: [API_V3_KEY.subarray(1)] }), /32 bytes/],
    ['an APIv3 key', v3({ apiV3Keys: [] }), /32 bytes/],
    ['a public key’s id', v3({ publicKey: { id: 'ID', key: publicKeyA.publicKey } }), /PUB_KEY_ID_/],
    ['a public key', v3({ publicKey: { id: publicKeyA.id, key: privateKey } }), /public RSA key/],
    [
      'a v2 key of 32 characters',
      { mchid: '1230000109', v2: { signType: 'MD5', keys: { current: 'x'.repeat(31) } } },
      /API v2 key/,
    ],
    [
      'a previous v2 key of 32 characters',
      { mchid: '1230000109', v2: { signType: 'MD5', keys: { current: 'x'.repeat(32), previous: ' '.repeat(32) } } },
      /API v2 key/,
    ],
  ])('miss %s', (_, keys, what) => {
    const [finding, ...more] = checkKeys(keys, NOW);
    expect(finding).toMatchObject({
      code: 'unusable-key',
      level: 'error',
      what: expect.stringMatching(what) as string,
    });
    expect(more).toEqual([]);
  });
});

/** The self-test against the simulator, with keys that fit unless the test changes them. */
async function tested(
  change: (keys: NonNullable<MerchantKeys['v3']>, credentials: TestCredentials) => Partial<typeof keys>,
  options: { simulator?: Partial<SimulatorOptions>; now?: () => number } = {},
): Promise<readonly Finding[]> {
  const credentials = await createTestCredentials();
  const simulator = await startSimulator({ credentials, ...options.simulator });
  const transport = createTransport({ baseUrl: simulator.url });
  onTestFinished(async () => {
    transport.close();
    await simulator.close();
  });
  const { createPrivateKey } = await import('node:crypto');
  const keys = {
    merchantSerial: credentials.merchantSerial,
    privateKey: createPrivateKey(credentials.merchantPrivateKey),
    apiV3Keys: [Buffer.from(credentials.apiV3Key)],
  };
  const { mchid } = credentials;
  const findings = await selfTest(
    { mchid, v3: { ...keys, ...change(keys, credentials) } },
    { v3: transport, certificatesPath: '/v3/global/certificates' },
    options,
  );
  const shown = inspect(findings, { depth: 9, showHidden: true }) + JSON.stringify(findings);
  expect([credentials.apiV3Key, 'PRIVATE KEY', 'WECHATPAY2-SHA256'].filter((secret) => shown.includes(secret))).toEqual(
    [],
  );
  return findings;
}

describe('one request', () => {
  it('finds nothing wrong with keys that fit', async () => {
    expect(await tested(() => ({}))).toEqual([]);
  });

  it('finds nothing wrong in public key mode', async () => {
    const publicKey = (_: unknown, { platform }: TestCredentials) => ({
      publicKey: { id: platform.publicKeyId, key: createPublicKey(platform.publicKey) },
    });
    expect(await tested(publicKey, { simulator: { keyMode: 'publicKey' } })).toEqual([]);
    expect(await tested(publicKey)).toEqual([]);
  });

  it('finds a private key that does not fit its serial', async () => {
    const [finding, ...more] = await tested(() => ({ privateKey: newPrivateKey() }));
    expect(finding).toMatchObject({ code: 'signature-refused', level: 'error', mchid: '1230000109' });
    expect(finding?.remedy).toContain('API certificate');
    expect(more).toEqual([]);
  });

  it('finds a serial that is a platform certificate’s', async () => {
    const findings = await tested((_, { platform }) => ({ merchantSerial: platform.certificate.serial }));
    expect(found(findings)).toEqual(['error signature-refused']);
    expect(findings[0]?.remedy).toContain('a platform certificate has another serial');
  });

  it('finds an APIv3 key that opens nothing', async () => {
    expect(found(await tested(() => ({ apiV3Keys: [API_V3_KEY] })))).toEqual(['error api-v3-key-refused']);
    expect(found(await tested(() => ({ apiV3Keys: [API_V3_KEY, OLD_API_V3_KEY] })))).toEqual([
      'error api-v3-key-refused',
    ]);
  });

  it('warns while only the previous APIv3 key opens', async () => {
    const findings = await tested(({ apiV3Keys }) => ({ apiV3Keys: [API_V3_KEY, ...apiV3Keys] }));
    expect(found(findings)).toEqual(['warning api-v3-key-not-in-use']);
  });

  it('finds that a public key is needed', async () => {
    const findings = await tested(() => ({}), { simulator: { keyMode: 'publicKey' } });
    expect(found(findings)).toEqual(['error public-key-needed']);
  });

  it.each([
    [-600_000, 'error', '600 s slow'],
    [600_000, 'error', '600 s fast'],
    [-301_000, 'error', 'slow'],
    [301_000, 'error', 'fast'],
    [-120_000, 'warning', '120 s slow'],
    [120_000, 'warning', '120 s fast'],
    [290_000, 'warning', '290 s fast'],
  ])('tells a clock that is %i ms off, and blames nothing else', async (off, level, words) => {
    const findings = await tested(() => ({}), { now: () => Date.now() + off });
    expect(found(findings)).toEqual([`${level} clock`]);
    const seconds = Number(/(\d+) s/.exec(findings[0]?.what ?? '')?.[1]);
    expect(Math.abs(seconds - Math.abs(off) / 1000)).toBeLessThanOrEqual(2);
    expect(findings[0]?.what).toContain(words.replace(/^\d+ s /, ''));
  });

  it.each([-50_000, 50_000])('does not mind a clock that is %i ms off', async (off) => {
    expect(await tested(() => ({}), { now: () => Date.now() + off })).toEqual([]);
  });

  it('warns, and no more, when WeChat Pay cannot be reached', async () => {
    const transport = createTransport({ baseUrl: 'http://127.0.0.1:1' });
    const findings = await selfTest(v3(), { v3: transport, certificatesPath: '/v3/global/certificates' });
    expect(found(findings)).toEqual(['warning unreachable']);
  });

  it('asks nothing for keys that are unusable, and nothing for API v2', async () => {
    const { gateway, asked } = await scripted(() => undefined);
    expect(found(await selfTest(v3({ apiV3Keys: [] }), gateway))).toEqual(['error unusable-key']);
    const v2 = { signType: 'MD5', keys: { current: 'x'.repeat(32) } } as const;
    expect(await selfTest({ mchid: '1230000109', v2 }, gateway)).toEqual([]);
    expect(asked()).toBe(0);
  });
});

type Answer = Parameters<Parameters<typeof httpServer>[0]>[1];

/** A gateway that answers as the test says. */
async function scripted(answer: (response: Answer) => void) {
  let asked = 0;
  const { url } = await httpServer((_, response) => {
    asked += 1;
    answer(response);
  });
  const transport = createTransport({ baseUrl: url });
  onTestFinished(() => transport.close());
  return { gateway: { v3: transport, certificatesPath: '/v3/global/certificates' }, asked: () => asked };
}

describe('other answers', () => {
  const keys: MerchantKeys = { mchid: credentials.mchid, v3: { ...credentials, apiV3Keys: [API_V3_KEY] } };
  const signed = (response: Answer, body: unknown) =>
    answerSigned(response, 200, JSON.stringify(body), { timestamp: Math.floor(Date.now() / 1000) });
  const certificate = (effective_time: string, expire_time: string) => ({
    serial_no: platformA.serial,
    effective_time,
    expire_time,
    encrypt_certificate: encrypted(platformA.certificatePem, 'certificate'),
  });

  it('a platform certificate that has ended', async () => {
    const { gateway } = await scripted((response) =>
      signed(response, { data: [certificate('2020-01-01T00:00:00Z', '2021-01-01T00:00:00Z')] }),
    );
    const findings = await selfTest(keys, gateway);
    expect(found(findings)).toEqual(['error platform-certificates-expired']);
    expect(findings[0]?.what).toContain('ended on 2021-01-01');
  });

  it('a platform certificate that is not valid yet', async () => {
    const { gateway } = await scripted((response) =>
      signed(response, { data: [certificate('2099-01-01T00:00:00Z', '2100-01-01T00:00:00Z')] }),
    );
    const findings = await selfTest(keys, gateway);
    expect(found(findings)).toEqual(['error platform-certificates-expired']);
    expect(findings[0]?.what).toContain('valid from 2099-01-01');
  });

  it('a list that is none', async () => {
    const { gateway } = await scripted((response) => signed(response, { data: 'none' }));
    expect(found(await selfTest(keys, gateway))).toEqual(['error platform-certificates-unusable']);
  });

  it('an empty list', async () => {
    const { gateway } = await scripted((response) => signed(response, { data: [] }));
    expect(found(await selfTest(keys, gateway))).toEqual(['error platform-certificates-unusable']);
  });

  it.each([
    [403, { code: 'NO_AUTH', message: 'no permission' }, 'warning refused'],
    [404, 'a page of somebody else', 'warning refused'],
    [429, { code: 'FREQUENCY_LIMIT_EXCEED', message: 'slower' }, 'warning unreachable'],
    [500, { code: 'SYSTEM_ERROR', message: 'system error' }, 'warning unreachable'],
  ])('a refusal with %i', async (status, body, expected) => {
    const { gateway } = await scripted((response) => {
      response.writeHead(status).end(JSON.stringify(body));
    });
    expect(found(await selfTest(keys, gateway))).toEqual([expected]);
  });
});
