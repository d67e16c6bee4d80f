import { certificateDownload } from '../wechatpay/certificates/calls';
import type { HttpTransport } from '../wechatpay/http';
import { createKeyRing } from '../wechatpay/v3/key-ring';
import type { KeyRing } from '../wechatpay/v3/key-ring';
import type { Config } from './config';
import type { MerchantConfig } from './merchants';

/**
 * WeChat Pay's keys as one merchant knows them: the configured public key, and the certificates, which stay accepted
 * beside it. Absent for a merchant without APIv3. Nothing is downloaded before somebody asks for a key.
 *
 * @param transport to the v3 gateway.
 */
export function merchantKeyRing(
  { mchid, v3 }: MerchantConfig,
  { certificatesPath }: Pick<Config, 'certificatesPath'>,
  transport: HttpTransport,
): KeyRing | undefined {
  if (v3 === undefined) return undefined;
  const { merchantSerial, privateKey, apiV3Keys, publicKey } = v3;
  return createKeyRing({
    ...(publicKey !== undefined && { publicKeys: [{ id: publicKey.id, publicKey: publicKey.key }] }),
    download: certificateDownload({
      mchid,
      merchantSerial,
      privateKey,
      apiV3Keys,
      transport,
      path: certificatesPath,
    }),
  });
}
