import { createPrivateKey, createPublicKey } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createTestCredentials, startSimulator } from '../../src/testing';
import { createTransport } from '../../src/wechatpay/http';
import { connectMerchant } from '../../src/wechatpay/merchant';

/** Every call of one merchant, over real HTTP, to a simulator of this test's own: for what only WeChat Pay can decide. */
export async function connected() {
  const made = await createTestCredentials();
  const payer = { certificate_id: '11010519491231002X', certificate_name: '张三' };
  const simulator = await startSimulator({ credentials: made, keyMode: 'publicKey', defaultPayer: payer });
  const transport = createTransport({ baseUrl: simulator.url });
  onTestFinished(async () => {
    transport.close();
    await simulator.close();
  });
  const { v3, v2 } = connectMerchant(
    {
      mchid: made.mchid,
      v3: {
        merchantSerial: made.merchantSerial,
        privateKey: createPrivateKey(made.merchantPrivateKey),
        apiV3Keys: [Buffer.from(made.apiV3Key)],
        publicKey: { id: made.platform.publicKeyId, key: createPublicKey(made.platform.publicKey) },
      },
      v2: { keys: { current: made.apiV2Key }, signType: 'MD5' },
    },
    {
      v3: transport,
      v2: transport,
      customsPrefix: '/v3/global/customs',
      certificatesPath: '/v3/global/certificates',
      allowLoopback: true,
    },
  );
  if (v3 === undefined || v2 === undefined) throw new Error('the merchant has keys of both kinds');
  return { ...v3, orders: v2.contractOrder, simulator, appid: made.appid, mchid: made.mchid };
}
