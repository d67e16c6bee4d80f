import { WechatPayError } from '../wechatpay/errors';
import type { Merchant } from '../wechatpay/merchant';

/** Finds a merchant by its number; undefined when this worker has no keys for it. Its keys may have to be fetched. */
export type Merchants = (mchid: string) => Merchant | undefined | Promise<Merchant | undefined>;

export async function v3Of(merchants: Merchants, mchid: string): Promise<NonNullable<Merchant['v3']>> {
  return (await merchants(mchid))?.v3 ?? notConfigured(mchid, 'APIv3');
}

export async function v2Of(merchants: Merchants, mch_id: string): Promise<NonNullable<Merchant['v2']>> {
  return (await merchants(mch_id))?.v2 ?? notConfigured(mch_id, 'APIv2');
}

function notConfigured(mchid: string, api: string): never {
  throw new WechatPayError('CONFIGURATION', `this worker has no ${api} keys of merchant ${mchid}.`, {
    remedy: 'Add the merchant’s keys where this worker gets them from.',
  });
}
