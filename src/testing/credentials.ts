import { generateKeyPair, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { makeCertificate, newSerial } from './simulator/certificate';

/** One platform certificate of WeChat Pay with the private key that only WeChat Pay has. All PEM. */
export interface TestPlatformCertificate {
  /** 40 upper-case hexadecimal digits. */
  readonly serial: string;
  readonly certificate: string;
  readonly privateKey: string;
  /** ISO 8601. */
  readonly effectiveTime: string;
  readonly expireTime: string;
}

/** WeChat Pay's side: both ways it can sign, with different keys, as in reality. */
export interface TestPlatform {
  /** `PUB_KEY_ID_` and digits. */
  readonly publicKeyId: string;
  readonly publicKey: string;
  readonly privateKey: string;
  readonly certificate: TestPlatformCertificate;
}

/** Everything one merchant needs, and WeChat Pay's counterparts. Made up; no value is worth hiding. */
export interface TestCredentials {
  readonly mchid: string;
  readonly appid: string;
  /** Serial of the merchant's API certificate, 40 upper-case hexadecimal digits. */
  readonly merchantSerial: string;
  /** PEM, PKCS#8. */
  readonly merchantPrivateKey: string;
  /** PEM, SPKI. */
  readonly merchantPublicKey: string;
  /** 32 characters. */
  readonly apiV3Key: string;
  /** 32 characters. */
  readonly apiV2Key: string;
  readonly platform: TestPlatform;
}

const newKeyPair = promisify(generateKeyPair);

async function newRsaKey(): Promise<{ privateKey: string; publicKey: string }> {
  return newKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/** A new platform certificate with its own RSA-2048 key, valid from one day ago for five years. */
export async function createPlatformCertificate(): Promise<TestPlatformCertificate> {
  const from = new Date(Date.now() - 24 * 3600 * 1000);
  const serial = newSerial();
  const { privateKey } = await newRsaKey();
  const expire = new Date(Date.UTC(from.getUTCFullYear() + 5, from.getUTCMonth(), from.getUTCDate()));
  return {
    serial,
    certificate: makeCertificate(privateKey, serial, from),
    privateKey,
    effectiveTime: from.toISOString(),
    expireTime: expire.toISOString(),
  };
}

/**
 * Credentials of one simulated merchant, new at each call.
 *
 * @param options.platform the platform of an earlier merchant: many merchants, one WeChat Pay.
 */
export async function createTestCredentials(
  options: { mchid?: string; appid?: string; platform?: TestPlatform } = {},
): Promise<TestCredentials> {
  const [merchant, platform] = await Promise.all([newRsaKey(), options.platform ?? createPlatform()]);
  return {
    mchid: options.mchid ?? '1230000109',
    appid: options.appid ?? 'wxd678efh567hg6787',
    merchantSerial: newSerial(),
    merchantPrivateKey: merchant.privateKey,
    merchantPublicKey: merchant.publicKey,
    apiV3Key: randomBytes(16).toString('hex'),
    apiV2Key: randomBytes(16).toString('hex'),
    platform,
  };
}

async function createPlatform(): Promise<TestPlatform> {
  const [key, certificate] = await Promise.all([newRsaKey(), createPlatformCertificate()]);
  const digits = BigInt(`0x${randomBytes(16).toString('hex')}`)
    .toString()
    .padStart(28, '0')
    .slice(-28);
  return { publicKeyId: `PUB_KEY_ID_${digits}`, publicKey: key.publicKey, privateKey: key.privateKey, certificate };
}

/** What {@link writeTestCredentials} made. */
export interface WrittenCredentials {
  readonly credentials: TestCredentials;
  /** Environment variables that point at the files and at a simulator on loopback. */
  readonly env: Readonly<Record<string, string>>;
  /** What the simulator needs, for {@link readTestCredentials}. */
  readonly simulatorFile: string;
}

/**
 * Writes the credentials as files (mode 0600) into `directory` and returns the environment variables of worker,
 * webhook and client that point at them.
 *
 * @param options.port port the simulator will listen on. Default 9080.
 */
export async function writeTestCredentials(
  directory: string,
  options: { credentials?: TestCredentials; port?: number } = {},
): Promise<WrittenCredentials> {
  const credentials = options.credentials ?? (await createTestCredentials());
  const port = options.port ?? 9080;
  const folder = resolve(directory);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const write = async (file: string, content: string): Promise<string> => {
    const path = join(folder, file);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const publicKeyFile = await write('wechatpay_public_key.pem', credentials.platform.publicKey);
  const simulatorFile = await write('simulator.json', `${JSON.stringify(credentials, null, 2)}\n`);
  const baseUrl = `http://127.0.0.1:${port}`;
  const env = {
    WECHATPAY_MCHID: credentials.mchid,
    WECHATPAY_MERCHANT_SERIAL: credentials.merchantSerial,
    WECHATPAY_MERCHANT_KEY_FILE: await write('apiclient_key.pem', credentials.merchantPrivateKey),
    WECHATPAY_API_V3_KEY_FILE: await write('api_v3_key.txt', credentials.apiV3Key),
    WECHATPAY_API_V2_KEY_FILE: await write('api_v2_key.txt', credentials.apiV2Key),
    WECHATPAY_PUBLIC_KEY_ID: credentials.platform.publicKeyId,
    WECHATPAY_PUBLIC_KEY_FILE: publicKeyFile,
    WECHATPAY_SEALING_KEY_ID: credentials.platform.publicKeyId,
    WECHATPAY_SEALING_KEY_FILE: publicKeyFile,
    WECHATPAY_V3_BASE_URL: baseUrl,
    WECHATPAY_V2_BASE_URL: baseUrl,
    SIMULATOR_PORT: String(port),
  };
  return { credentials, env, simulatorFile };
}

/** Reads the `simulator.json` that {@link writeTestCredentials} wrote. */
export async function readTestCredentials(file: string): Promise<TestCredentials> {
  const parsed = JSON.parse(await readFile(file, 'utf8')) as Partial<TestCredentials> | null;
  if (typeof parsed?.mchid !== 'string' || typeof parsed.platform?.certificate?.serial !== 'string') {
    throw new Error(`${file}: expected the simulator.json of writeTestCredentials, got other JSON. Write it again.`);
  }
  return parsed as TestCredentials;
}
