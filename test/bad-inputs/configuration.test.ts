import { createPrivateKey, generateKeyPairSync, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ConfigurationError, loadConfig } from '../../src/config';
import { createTestCredentials } from '../../src/testing/credentials';
import { startSimulator } from '../../src/testing/simulator';
import { formatBeijingTime, parseBeijingTime } from '../../src/wechatpay/contract-order/times';
import type { Problem } from '../../src/wechatpay/errors';
import { createTransport } from '../../src/wechatpay/http';
import type { HttpTransport } from '../../src/wechatpay/http';
import { checkKeys } from '../../src/wechatpay/keys/check';
import type { Finding } from '../../src/wechatpay/keys/finding';
import { knownMerchants } from '../../src/wechatpay/keys/known-merchants';
import { selfTest } from '../../src/wechatpay/keys/self-test';
import { createKeyRing } from '../../src/wechatpay/v3/key-ring';
import { signText } from '../../src/wechatpay/v3/signing';
import { verifySignature } from '../../src/wechatpay/v3/verification';
import { makeCertificate } from '../wechatpay/keys/make-certificate';
import { recordingServer } from '../wechatpay/servers';
import { NOW, platformA, publicKeyA, signedHeaders } from '../wechatpay/v3/platform';
import { proveGroup, provenIn } from './table';

const DAY = 86_400_000;
const MINUTE = 60_000;
const V3_KEY = 'V3canaryV3canaryV3canaryV3canary';
const V2_KEY = 'V2canaryV2canaryV2canaryV2canary';
const MCHID = '1230000109';
const SERIAL = '3775B6A45ACD588826D15E583A95F5DD12345678';

const newPair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const own = newPair();
const foreign = newPair();
const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1', passphrase?: string): string =>
  key
    .export({ type, format: 'pem', ...(passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }) })
    .toString();

const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
let files = 0;
function file(content: string): string {
  const path = join(folder, `${(files += 1)}`);
  writeFileSync(path, content);
  return path;
}

const RIGHT = {
  WECHATPAY_MCHID: MCHID,
  WECHATPAY_MERCHANT_SERIAL: SERIAL,
  WECHATPAY_MERCHANT_KEY_FILE: file(pem(own.privateKey, 'pkcs8')),
  WECHATPAY_API_V3_KEY_FILE: file(V3_KEY),
  WECHATPAY_API_V2_KEY_FILE: file(V2_KEY),
};
type Env = Readonly<Record<string, string>>;

const load = (change: Env) => loadConfig({ ...RIGHT, ...change }, { needs: ['merchants'] }).merchants.get(MCHID);

/** The configuration is refused for this one reason, in words that hold no secret. */
function refuses(change: Env, problem: Partial<Problem> & { readonly remedy: unknown }): void {
  let thrown: unknown;
  try {
    load(change);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(ConfigurationError);
  const { problems, message } = thrown as ConfigurationError;
  expect(problems).toEqual([{ expected: expect.any(String) as string, ...problem }]);
  expect(problems[0]?.got?.length ?? 0).toBeLessThanOrEqual(64);
  expect(message).toContain(problem.path);
  const secrets = [V3_KEY.slice(0, 16), V2_KEY.slice(0, 16), 'PRIVATE KEY-----', 'hunter2'];
  expect(secrets.filter((secret) => (message + JSON.stringify(problems)).includes(secret))).toEqual([]);
}

const like = (text: RegExp): string => expect.stringMatching(text) as string;

/** The self-test of keys that a simulator knows, but for what is changed. */
async function tested(
  change: Partial<{ privateKey: KeyObject; merchantSerial: string }>,
  now: () => number = Date.now,
): Promise<readonly Finding[]> {
  const credentials = await createTestCredentials({ mchid: MCHID });
  const simulator = await startSimulator({ credentials });
  const transport = transportTo(simulator.url);
  onTestFinished(() => simulator.close());
  const v3 = {
    merchantSerial: credentials.merchantSerial,
    privateKey: createPrivateKey(credentials.merchantPrivateKey),
    apiV3Keys: [Buffer.from(credentials.apiV3Key)],
    ...change,
    ...(change.merchantSerial === 'platform' && { merchantSerial: credentials.platform.certificate.serial }),
  };
  const gateway = { v3: transport, certificatesPath: '/v3/global/certificates' };
  return selfTest({ mchid: MCHID, v3 }, gateway, { now });
}

function transportTo(baseUrl: string): HttpTransport {
  const transport = createTransport({ baseUrl });
  onTestFinished(() => transport.close());
  return transport;
}

const findingsOfCertificate = (facts: Parameters<typeof makeCertificate>[1]) =>
  checkKeys(
    {
      mchid: MCHID,
      v3: {
        merchantSerial: SERIAL,
        privateKey: own.privateKey,
        apiV3Keys: [Buffer.from(V3_KEY)],
        certificate: makeCertificate(own.privateKey, facts),
      },
    },
    NOW,
  );

proveGroup('configuration', {
  B389: () => {
    const wrong = { code: 'length', path: 'WECHATPAY_API_V3_KEY_FILE', expected: 'an APIv3 key of 32 bytes' };
    const remedy = like(/without spaces/);
    refuses({ WECHATPAY_API_V3_KEY_FILE: file(V3_KEY.slice(1)) }, { ...wrong, got: '31 bytes', remedy });
    refuses({ WECHATPAY_API_V3_KEY_FILE: file(`${V3_KEY}x`) }, { ...wrong, got: '33 bytes', remedy });
  },
  B390: () => {
    for (const end of ['\n', '\r\n']) {
      const { v3 } = load({ WECHATPAY_API_V3_KEY_FILE: file(V3_KEY + end) }) ?? {};
      expect(v3?.apiV3Keys.map(String)).toEqual([V3_KEY]);
    }
    refuses(
      { WECHATPAY_API_V3_KEY_FILE: file(`${V3_KEY}\n\n`) },
      {
        code: 'length',
        path: 'WECHATPAY_API_V3_KEY_FILE',
        got: '33 bytes, white space among them',
        remedy: like(/blank lines/),
      },
    );
  },
  B391: () =>
    refuses(
      { WECHATPAY_API_V2_KEY_FILE: file(V2_KEY.slice(1)) },
      { code: 'length', path: 'WECHATPAY_API_V2_KEY_FILE', got: '31 characters', remedy: like(/merchant platform/) },
    ),
  B392: () => {
    const key = load({ WECHATPAY_MERCHANT_KEY_FILE: file(pem(own.privateKey, 'pkcs1')) })?.v3?.privateKey;
    const signature = Buffer.from(signText('text', key as KeyObject), 'base64');
    expect(verify('sha256', Buffer.from('text'), own.publicKey, signature)).toBe(true);
  },
  B393: () => {
    for (const type of ['pkcs8', 'pkcs1'] as const) {
      refuses(
        { WECHATPAY_MERCHANT_KEY_FILE: file(pem(own.privateKey, type, 'hunter2')) },
        {
          code: 'key-encrypted',
          path: 'WECHATPAY_MERCHANT_KEY_FILE',
          got: 'a private key with a password',
          remedy: like(/openssl pkcs8 -topk8 -nocrypt/),
        },
      );
    }
  },
  B394: async () => {
    const certificate = file(makeCertificate(own.privateKey).toString());
    expect(load({ WECHATPAY_MERCHANT_CERTIFICATE_FILE: certificate })?.v3?.certificate?.serialNumber).toBe(SERIAL);
    refuses(
      {
        WECHATPAY_MERCHANT_CERTIFICATE_FILE: certificate,
        WECHATPAY_MERCHANT_KEY_FILE: file(pem(foreign.privateKey, 'pkcs8')),
      },
      {
        code: 'key-not-of-certificate',
        path: 'WECHATPAY_MERCHANT_KEY_FILE',
        expected: "the private key of the merchant's certificate",
        got: 'the private key of another certificate',
        remedy: like(/same download/),
      },
    );
    refuses(
      { WECHATPAY_MERCHANT_CERTIFICATE_FILE: certificate, WECHATPAY_MERCHANT_SERIAL: '5157F09EFDC096DE' },
      {
        code: 'serial-not-of-certificate',
        path: 'WECHATPAY_MERCHANT_SERIAL',
        expected: "the serial of the merchant's certificate",
        got: 'another serial',
        remedy: like(new RegExp(`Set it to ${SERIAL}`)),
      },
    );
    // Without the certificate only WeChat Pay can tell.
    expect(await tested({ privateKey: foreign.privateKey })).toEqual([
      {
        code: 'signature-refused',
        level: 'error',
        mchid: MCHID,
        what: like(/the private key does not fit the serial/),
        remedy: like(/Account Center > API Security/),
      },
    ]);
  },
  B395: () =>
    expect(findingsOfCertificate({ from: NOW - 9 * DAY, to: NOW })).toEqual([
      {
        code: 'certificate-expired',
        level: 'error',
        mchid: MCHID,
        what: "the merchant's certificate expired on 2023-11-14T22:13:20.000Z",
        remedy: like(/Apply for a new one/),
      },
    ]),
  B396: () =>
    expect(findingsOfCertificate({ from: NOW + 1_000, to: NOW + 99 * DAY })).toEqual([
      {
        code: 'certificate-not-yet-valid',
        level: 'error',
        mchid: MCHID,
        what: "the merchant's certificate is valid from 2023-11-14T22:13:21.000Z on",
        remedy: like(/set the clock/),
      },
    ]),
  B397: async () => {
    const platform = makeCertificate(foreign.privateKey, { commonName: 'Tenpay.com sign' });
    refuses(
      { WECHATPAY_MERCHANT_CERTIFICATE_FILE: file(platform.toString()) },
      {
        code: 'platform-certificate',
        path: 'WECHATPAY_MERCHANT_CERTIFICATE_FILE',
        expected: "the merchant's own certificate",
        got: "a platform certificate, which is WeChat Pay's",
        remedy: like(/apiclient_cert\.pem/),
      },
    );
    const [finding] = await tested({ merchantSerial: 'platform' });
    expect(finding).toMatchObject({
      code: 'signature-refused',
      remedy: like(/a platform certificate has another serial/),
    });
  },
  B398: () =>
    refuses(
      { WECHATPAY_MERCHANT_SERIAL: SERIAL.toLowerCase() },
      {
        code: 'format',
        path: 'WECHATPAY_MERCHANT_SERIAL',
        expected: 'a certificate serial number in upper-case hexadecimal',
        got: '40 characters',
        remedy: like(/openssl x509 .*-serial/),
      },
    ),
  B399: async () => {
    const zone = process.env['TZ'];
    onTestFinished(() => {
      if (zone === undefined) delete process.env['TZ'];
      else process.env['TZ'] = zone;
    });
    const offsets = new Set<number>();
    for (const name of ['UTC', 'Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati']) {
      process.env['TZ'] = name;
      offsets.add(new Date(NOW).getTimezoneOffset());
      expect(formatBeijingTime(NOW)).toBe('20231115061320');
      expect(parseBeijingTime('20231115061320')).toBe(NOW);
      const [finding] = findingsOfCertificate({ from: NOW - DAY, to: NOW });
      expect(finding?.what).toContain('2023-11-14T22:13:20.000Z');
      const message = { headers: signedHeaders('{}'), body: Buffer.from('{}'), now: NOW };
      await verifySignature({ ...message, findKey: () => Promise.resolve(platformA.publicKey) });
    }
    expect(offsets.size).toBe(4);
  },
  B400: async () => {
    expect(await tested({}, () => Date.now() - 10 * MINUTE)).toEqual([
      {
        code: 'clock',
        level: 'error',
        mchid: MCHID,
        what: like(/^the clock of this machine is (599|600|601) s slow$/),
        remedy: like(/Synchronise it \(NTP\)/),
      },
    ]);
    const message = { headers: signedHeaders('{}'), body: Buffer.from('{}'), now: NOW - 10 * MINUTE };
    await expect(
      verifySignature({ ...message, findKey: () => Promise.resolve(platformA.publicKey) }),
    ).rejects.toMatchObject({
      reason: 'stale',
      message: like(/600 s ahead of the local clock.*check its time synchronisation/),
    });
  },
  B401: async () => {
    const clock = { now: NOW };
    let downloads = 0;
    const certificate = { ...platformA, effectiveAt: NOW - 90 * DAY, expiresAt: NOW + DAY };
    const ring = createKeyRing({
      publicKeys: [publicKeyA],
      download: () => Promise.resolve((downloads += 1) > 0 ? [certificate] : []),
      now: () => clock.now,
    });
    let asked = 0;
    const merchants = knownMerchants({
      provider: {
        keysOf: () => {
          asked += 1;
          return Promise.resolve(undefined);
        },
      },
      connect: () => 'merchant',
      now: () => clock.now,
    });
    await merchants.of(MCHID);
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    clock.now -= 30 * DAY;
    // Neither is silent for thirty days, until the old time has come again.
    expect(await ring.find(platformA.serial)).toBe(platformA.publicKey);
    expect(await ring.find(publicKeyA.id)).toBe(publicKeyA.publicKey);
    expect(await ring.find('5157F09EFDC096DE')).toBeUndefined();
    await merchants.of(MCHID);
    expect({ downloads, asked }).toEqual({ downloads: 2, asked: 2 });
  },
  B402: provenIn('test/cli/configuration.test.ts', 'worker and setup name its address and the variable'),
  B403: provenIn(
    'test/worker/start.server.test.ts',
    'a namespace that does not exist is named, with the command that helps',
  ),
  B404: () => {
    // A client's queue that nobody polls: what it starts waits, and says so.
    void provenIn(
      'test/workflows/starting.test.ts',
      'starting gives up waiting for the first answer, and the process goes on once a worker is there',
    )();
    refuses(
      { WECHATPAY_TASK_QUEUE: 'shop', WECHATPAY_API_TASK_QUEUE: 'wechatpay-api' },
      {
        code: 'contradiction',
        path: 'WECHATPAY_API_TASK_QUEUE',
        expected: 'shop-api',
        got: 'wechatpay-api',
        remedy: 'Unset it.',
      },
    );
  },
  B405: provenIn('test/worker/start.server.test.ts', 'a worker with other code on the same queue changes nothing'),
  B406: provenIn(
    'test/cli/operation.test.ts',
    'a webhook whose log cannot be written works on, and ends when it is asked to',
  ),
  B407: provenIn(
    'test/cli/operation.test.ts',
    'a webhook needs no disk to write to',
    'a key that cannot be written is named with its path',
  ),
  B408: provenIn(
    'test/cli/operation.test.ts',
    'a webhook that runs out of file descriptors answers again once they are back',
  ),
  B409: () => {
    void provenIn(
      'test/cli/operation.test.ts',
      'a webhook with little memory holds out a flood of the largest messages',
    )();
    // Whom it hits all the same is dead.
    void provenIn(
      'test/system/processes.test.ts',
      'a declaration survives the death of the worker that waits for it, and is made once',
      'a declaration is made once although its worker dies while WeChat Pay is at it',
    )();
  },
  B410: async () => {
    const transport = transportTo('https://gateway.invalid');
    await expect(transport.send({ method: 'GET', path: '/v3/global/certificates', headers: {} })).rejects.toMatchObject(
      {
        errorClass: 'UNAVAILABLE',
        message: like(/the host name could not be resolved \((ENOTFOUND|EAI_AGAIN)\); the request was not sent/),
        remedy: like(/DNS/),
      },
    );
    const v3 = { merchantSerial: SERIAL, privateKey: own.privateKey, apiV3Keys: [Buffer.from(V3_KEY)] };
    const gateway = { v3: transport, certificatesPath: '/v3/global/certificates' };
    const [finding] = await selfTest({ mchid: MCHID, v3 }, gateway);
    expect(finding).toMatchObject({ code: 'unreachable', level: 'warning', remedy: like(/DNS/) });
  },
  B411: async () => {
    const proxy = await recordingServer((_, response) => response.writeHead(502).end());
    const gateway = await recordingServer((_, response) => response.end('{}'));
    const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
    const before = names.map((name) => [name, process.env[name]] as const);
    onTestFinished(() => {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    for (const name of names) process.env[name] = proxy.url;
    const { status } = await transportTo(gateway.url).send({ method: 'GET', path: '/v3/x', headers: {} });
    expect({ status, direct: gateway.seen.length, proxied: proxy.seen.length }).toEqual({
      status: 200,
      direct: 1,
      proxied: 0,
    });
  },
  B412: provenIn('test/system/processes.test.ts', 'a second process on the same port says which variable to change'),
  B413: () => {
    for (const empty of ['', '  ']) {
      refuses(
        { WECHATPAY_NOTIFY_BASE_URL: empty },
        {
          code: 'empty',
          path: 'WECHATPAY_NOTIFY_BASE_URL',
          expected: 'a value, or the variable unset',
          got: 'nothing',
          remedy: 'Unset WECHATPAY_NOTIFY_BASE_URL or give it a value.',
        },
      );
    }
  },
  B414: () => {
    refuses(
      { WECHATPAY_NOTIFY_BASEURL: 'https://pay.example.com' },
      {
        code: 'unknown',
        path: 'WECHATPAY_NOTIFY_BASEURL',
        expected: 'a variable this package knows',
        remedy: 'Did you mean WECHATPAY_NOTIFY_BASE_URL?',
      },
    );
  },
});
