import { createPrivateKey, createPublicKey } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createTestCredentials, startSimulator } from '../../src/testing';
import type { Simulator, SimulatorOptions, TestCredentials } from '../../src/testing';
import { createTransport } from '../../src/wechatpay/http';
import { connectMerchant } from '../../src/wechatpay/merchant';
import type { Merchant } from '../../src/wechatpay/merchant';

export type V3Calls = NonNullable<Merchant['v3']>;

/** Made once: RSA keys take their time. */
let credentials: Promise<TestCredentials> | undefined;

/** A merchant connected to a WeChat Pay of its own, which signs and classifies with code that it shares with nobody. */
export interface Simulated extends V3Calls {
  readonly simulator: Simulator;
  readonly credentials: TestCredentials;
  /** Lets seconds of the simulator's clock pass. */
  pass(seconds: number): void;
}

export async function simulated(
  options: Partial<SimulatorOptions> = {},
  gateway: { readonly customsPrefix?: string } = {},
): Promise<Simulated> {
  const made = await (credentials ??= createTestCredentials());
  let ahead = 0;
  const simulator = await startSimulator({ credentials: made, now: () => Date.now() + ahead, ...options });
  const transport = createTransport({ baseUrl: simulator.url });
  onTestFinished(async () => {
    transport.close();
    await simulator.close();
  });
  const { v3 } = connectMerchant(
    {
      mchid: made.mchid,
      v3: {
        merchantSerial: made.merchantSerial,
        privateKey: createPrivateKey(made.merchantPrivateKey),
        apiV3Keys: [Buffer.from(made.apiV3Key)],
        publicKey: { id: made.platform.publicKeyId, key: createPublicKey(made.platform.publicKey) },
      },
    },
    {
      v3: transport,
      v2: transport,
      customsPrefix: '/v3/global/customs',
      certificatesPath: '/v3/certificates',
      allowLoopback: true,
      ...gateway,
    },
  );
  return {
    ...v3!,
    simulator,
    credentials: made,
    pass(seconds) {
      ahead += seconds * 1000;
      simulator.advance();
    },
  };
}
