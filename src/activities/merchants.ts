import { WechatPayError } from '../wechatpay/errors';
import type { Merchant } from '../wechatpay/merchant';

/** Finds a merchant by its number; undefined when this worker has no keys for it. */
export type Merchants = (mchid: string) => Merchant | undefined;

export function v3Of(merchants: Merchants, mchid: string): NonNullable<Merchant['v3']> {
  return merchants(mchid)?.v3 ?? notConfigured(mchid, 'APIv3');
}

export function v2Of(merchants: Merchants, mch_id: string): NonNullable<Merchant['v2']> {
  return merchants(mch_id)?.v2 ?? notConfigured(mch_id, 'APIv2');
}

function notConfigured(mchid: string, api: string): never {
  throw new WechatPayError('CONFIGURATION', `this worker has no ${api} keys of merchant ${mchid}.`, {
    remedy: 'Add the merchant to the worker’s configuration and restart it.',
  });
}
