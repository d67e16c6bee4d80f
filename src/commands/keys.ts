import type { Logger } from 'pino';
import { configuredKeys } from '../config';
import type { Config } from '../config';
import type { WechatPayError } from '../wechatpay/errors';
import { createTransport } from '../wechatpay/http';
import type { Finding } from '../wechatpay/keys/finding';
import { fixedKeys } from '../wechatpay/keys/provider';
import type { KeyProvider } from '../wechatpay/keys/provider';
import { selfTest } from '../wechatpay/keys/self-test';

/** Certificates end while a process runs; what is wrong is looked at again sooner. */
const TEST_EVERY_MS = { day: 24 * 60 * 60_000, whileWrong: 10 * 60_000 };

/** The keys of the environment's files, read again from time to time. */
export function keysFromFiles(): KeyProvider {
  return configuredKeys({ ...process.env });
}

/** Logs why keys could not be had. */
export function keyFailureLog(log: Logger): (mchid: string, error: WechatPayError) => void {
  return (mchid, { errorClass, message, remedy }) => log.error({ mchid, errorClass, remedy }, message);
}

/** Tests the keys of every configured merchant, one after the other, and hands over what it finds as it finds it. */
export async function testKeys(
  config: Config,
  found: (finding: Finding) => void,
  provider = fixedKeys(config.merchants.values()),
): Promise<void> {
  const gateway = { v3: createTransport({ baseUrl: config.v3BaseUrl }), certificatesPath: config.certificatesPath };
  try {
    for (const mchid of config.merchants.keys()) {
      const keys = await provider.keysOf(mchid);
      if (keys !== undefined) for (const finding of await selfTest(keys, gateway)) found(finding);
    }
  } finally {
    gateway.v3.close();
  }
}

/**
 * The self-test of a running process, at once and every day, beside everything else. It ends nothing: a process serves
 * many merchants, what it finds may be repaired without a restart, and until then calls wait in Temporal and WeChat Pay
 * repeats its notifications.
 *
 * @returns what is wrong now, for `/readyz`
 */
export function keepTestingKeys(config: Config, provider: KeyProvider, log: Logger): () => readonly string[] {
  let errors: readonly string[] = [];
  const test = async (): Promise<void> => {
    const wrong: string[] = [];
    await testKeys(
      config,
      ({ level, what, ...fields }) => {
        log[level === 'error' ? 'error' : 'warn'](fields, what);
        if (level === 'error') wrong.push(`merchant ${fields.mchid}: ${what}. ${fields.remedy}`);
      },
      provider,
    ).catch((error: unknown) => {
      log.error({ errorName: error instanceof Error ? error.name : 'unknown' }, 'the keys could not be tested');
    });
    errors = wrong;
    setTimeout(() => void test(), wrong.length > 0 ? TEST_EVERY_MS.whileWrong : TEST_EVERY_MS.day).unref();
  };
  void test();
  return () => errors;
}
