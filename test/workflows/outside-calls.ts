import type { Rig } from '../../src/testing';
import { createTransport } from '../../src/wechatpay/http';
import { connectMerchant } from '../../src/wechatpay/merchant';
import type { Merchant } from '../../src/wechatpay/merchant';

/** The merchant's own calls, past Temporal: what a colleague does by hand, or what is older than the retention. */
export function callsOf(rig: Rig): NonNullable<Merchant['v3']> {
  const { v3 } = merchantOf(rig);
  if (v3 === undefined) throw new Error('the rig has no v3 keys');
  return v3;
}

export function v2CallsOf(rig: Rig): NonNullable<Merchant['v2']> {
  const { v2 } = merchantOf(rig);
  if (v2 === undefined) throw new Error('the rig has no v2 keys');
  return v2;
}

function merchantOf({ config, credentials, simulator }: Rig): Merchant {
  const keys = config.merchants.get(credentials.mchid);
  if (keys === undefined) throw new Error('the rig has no merchant');
  const transport = createTransport({ baseUrl: simulator.url });
  return connectMerchant(keys, {
    v3: transport,
    v2: transport,
    customsPrefix: config.customsPrefix,
    certificatesPath: config.certificatesPath,
    allowLoopback: true,
  });
}
