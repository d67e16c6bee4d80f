import type { Logger } from 'pino';
import { configuredKeys, transportTo } from '../config';
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

/**
 * Tests the keys of every configured merchant, one after the other, and hands over what it finds as it finds it.
 * Rejects when keys could not be had, once the merchants whose keys could be had are tested.
 */
export async function testKeys(
  config: Config,
  found: (finding: Finding) => void,
  provider = fixedKeys(config.merchants.values()),
): Promise<void> {
  const gateway = { v3: createTransport(transportTo('v3', config)), certificatesPath: config.certificatesPath };
  const failures: unknown[] = [];
  try {
    for (const mchid of config.merchants.keys()) {
      const keys = await provider.keysOf(mchid).catch((error: unknown) => void failures.push(error));
      if (keys !== undefined) for (const finding of await selfTest(keys, gateway)) found(finding);
    }
    if (failures.length > 0) throw failures[0];
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
    let complete = true;
    await testKeys(
      config,
      ({ level, what, ...fields }) => {
        log[level === 'error' ? 'error' : 'warn'](fields, what);
        if (level === 'error') wrong.push(`merchant ${fields.mchid}: ${what}. ${fields.remedy}`);
      },
      provider,
    ).catch((error: unknown) => {
      complete = false;
      log.error({ errorName: error instanceof Error ? error.name : 'unknown' }, 'the keys could not be tested');
    });
    errors = wrong;
    const inOrder = complete && wrong.length === 0;
    setTimeout(() => void test(), inOrder ? TEST_EVERY_MS.day : TEST_EVERY_MS.whileWrong).unref();
  };
  void test();
  return () => errors;
}
