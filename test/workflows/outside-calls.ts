import type { Rig } from '../../src/testing';
import { createTransport } from '../../src/wechatpay/http';
import { connectMerchant } from '../../src/wechatpay/merchant';
import type { Merchant } from '../../src/wechatpay/merchant';

/** The merchant's own calls, past Temporal: what a colleague does by hand, or what is older than the retention. */
export function callsOf({ config, credentials, simulator }: Rig): NonNullable<Merchant['v3']> {
  const keys = config.merchants.get(credentials.mchid);
  if (keys === undefined) throw new Error('the rig has no merchant');
  const transport = createTransport({ baseUrl: simulator.url });
  const { v3 } = connectMerchant(keys, {
    v3: transport,
    v2: transport,
    customsPrefix: config.customsPrefix,
    certificatesPath: config.certificatesPath,
  });
  if (v3 === undefined) throw new Error('the rig has no v3 keys');
  return v3;
}
