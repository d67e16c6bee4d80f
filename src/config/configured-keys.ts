import { WechatPayError } from '../wechatpay/errors';
import type { KeyProvider } from '../wechatpay/keys/provider';
import { loadConfig } from './config';
import type { Config } from './config';
import { ConfigurationError } from './errors';
import type { Environment } from './reader';

/** One reading serves all merchants that are asked for within this time. */
const READ_EVERY_MS = 30_000;
/** Wrong files are read again sooner, but not for each question: anybody can make up merchant numbers. */
const READ_WRONG_EVERY_MS = 5_000;

/**
 * The keys in the files that the environment names, as they are now: a file that was exchanged counts without a
 * restart. Files that are wrong for the moment take no keys away, as long as whoever asks keeps those of before.
 */
export function configuredKeys(
  env: Environment,
  { now = Date.now }: { readonly now?: () => number } = {},
): KeyProvider {
  let read: { readonly at: number; readonly result: Config['merchants'] | WechatPayError } | undefined;
  const merchants = (): Config['merchants'] => {
    const age = read === undefined ? Number.NaN : now() - read.at;
    const freshFor = read?.result instanceof WechatPayError ? READ_WRONG_EVERY_MS : READ_EVERY_MS;
    if (read === undefined || age < 0 || age >= freshFor) read = { at: now(), result: readMerchants(env) };
    if (read.result instanceof WechatPayError) throw read.result;
    return read.result;
  };
  return { keysOf: (mchid) => new Promise((resolve) => resolve(merchants().get(mchid))) };
}

function readMerchants(env: Environment): Config['merchants'] | WechatPayError {
  try {
    return loadConfig(env, { needs: ['merchants'] }).merchants;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return new WechatPayError('CONFIGURATION', error.message, {
      remedy: 'Repair the files; they are read again by themselves.',
    });
  }
}
