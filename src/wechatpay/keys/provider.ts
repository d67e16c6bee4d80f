import type { MerchantKeys } from '../merchant';

/**
 * Where the keys of merchants come from: files, a secret store, a database. Asked again from time to time, so that keys
 * can be exchanged without a restart; what it throws never reaches a log, except a `WechatPayError`.
 */
export interface KeyProvider {
  /** The keys a merchant has now; `undefined` for one that is not served here (any longer). */
  keysOf(mchid: string): Promise<MerchantKeys | undefined>;
}

/** Keys that do not change while the process runs. */
export function fixedKeys(merchants: Iterable<MerchantKeys>): KeyProvider {
  const byNumber = new Map([...merchants].map((keys) => [keys.mchid, keys]));
  return { keysOf: (mchid) => Promise.resolve(byNumber.get(mchid)) };
}
