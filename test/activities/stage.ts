import { createPrivateKey, createPublicKey } from 'node:crypto';
import { createActivities } from '../../src/activities';
import type { ApiActivities } from '../../src/activities';
import { sealIdentity } from '../../src/client/sealing';
import { createTestCredentials, startSimulator } from '../../src/testing';
import type { CallName, Effect, Simulator, SimulatorOptions, TestCredentials } from '../../src/testing';
import type {
  CertificateVerification,
  CustomsDeclaration,
  CustomsModification,
  CustomsRecord,
  CustomsRepush,
  PlainIdentity,
} from '../../src/wechatpay/customs/schema';
import type { FrozenContractOrder } from '../../src/wechatpay/contract-order/schema';
import { formatBeijingTime } from '../../src/wechatpay/contract-order/times';
import type { H5Application } from '../../src/wechatpay/h5/schema';
import type { FrozenDebit } from '../../src/wechatpay/debit/schema';
import { createTransport } from '../../src/wechatpay/http';
import { connectMerchant } from '../../src/wechatpay/merchant';
import type { Merchant } from '../../src/wechatpay/merchant';
import { attempt } from './attempts';

/** A simulated WeChat Pay whose states stand still, and the activities of one merchant of it. */
export interface Stage {
  readonly simulator: Simulator;
  readonly credentials: TestCredentials;
  readonly activities: ApiActivities;
  /** The same with a limit of 300 ms for one call: for answers that never come. */
  readonly impatient: ApiActivities;
  /** Runs `act` once, when the next call of that name has been answered and before the answer is read. */
  after(call: CallName, act: () => void): void;
  count(effect: Effect): number;
  calls(call: string): number;
  readonly samples: Samples;
  /** What must never be found in a failure: keys, personal data, the bodies' marks. */
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

export interface Samples {
  readonly declaration: CustomsDeclaration;
  /** The same with another duty. */
  readonly modification: CustomsModification;
  readonly repush: CustomsRepush;
  readonly payer: PlainIdentity;
  readonly verification: CertificateVerification;
  readonly application: H5Application;
  readonly order: FrozenContractOrder;
  /** On a contract whose number is known once it is {@link signed}. */
  readonly debit: FrozenDebit;
  readonly contract: { mch_id: string; appid: string; plan_id: string; contract_code: string; remark: string };
}

/** Real settling waits take most of a minute. */
const TIMING = { settling: [10, 25], beforeRepeatedApplication: 20 };
const STILL = 1_000_000;

export async function stage(options: Partial<SimulatorOptions> = {}): Promise<Stage> {
  const credentials = await createTestCredentials();
  const hooks = new Map<string, () => void>();
  const simulator = await startSimulator({
    credentials,
    log: ({ event, name }) => {
      const act = event === 'call' ? hooks.get(name) : undefined;
      hooks.delete(name);
      act?.();
    },
    processingAfter: STILL,
    decidedAfter: STILL,
    underReviewAfter: STILL,
    reviewedAfter: STILL,
    closeNotBefore: 0,
    ...options,
  });
  const patience = [5_000, 300].map((timeoutMs) => {
    const transport = createTransport({ baseUrl: simulator.url, timeoutMs });
    const merchant = merchantOf(credentials, transport);
    const merchants = (mchid: string): Merchant | undefined => (mchid === credentials.mchid ? merchant : undefined);
    return { transport, activities: createActivities({ merchants, timing: TIMING }) };
  });
  const [patient, impatient] = patience;
  const samples = samplesOf(credentials);
  return {
    simulator,
    credentials,
    activities: patient!.activities,
    impatient: impatient!.activities,
    after: (call, act) => void hooks.set(call, act),
    count: (effect) => simulator.ledger({ effect }).reduce((total, entry) => total + entry.count, 0),
    calls: (call) => simulator.calls({ call }).find(({ key }) => key === undefined)?.count ?? 0,
    samples,
    secrets: secretsOf(credentials, samples),
    close: async () => {
      for (const { transport } of patience) transport.close();
      await simulator.close();
    },
  };
}

function merchantOf(credentials: TestCredentials, transport: ReturnType<typeof createTransport>): Merchant {
  const { mchid, merchantSerial, merchantPrivateKey, apiV3Key, apiV2Key, platform } = credentials;
  return connectMerchant(
    {
      mchid,
      v3: {
        merchantSerial,
        privateKey: createPrivateKey(merchantPrivateKey),
        apiV3Keys: [Buffer.from(apiV3Key)],
        publicKey: { id: platform.publicKeyId, key: createPublicKey(platform.publicKey) },
      },
      v2: { keys: { current: apiV2Key }, signType: 'MD5' },
    },
    {
      v3: transport,
      v2: transport,
      customsPrefix: '/v3/global/customs',
      certificatesPath: '/v3/global/certificates',
      allowLoopback: true,
    },
  );
}

/** WeChat Pay's own samples, with marks in them that must not come back in a failure. */
function samplesOf({ mchid, appid, platform }: TestCredentials): Samples {
  const key = {
    appid,
    mchid,
    out_trade_no: '20150806125346',
    transaction_id: '1000320306201511078440737890',
    customs: 'SHANGHAI_ZS',
    sub_order_no: '20150806125346S',
    merchant_customs_no: '123456',
  };
  const payer = { certificate_id: '330821198809085212', certificate_name: 'Zhang San' };
  const sealed = sealIdentity(payer, {
    id: platform.publicKeyId,
    publicKey: createPublicKey(platform.publicKey),
  });
  const plan = { plan_id: '123', contract_code: 'DWC100005698' };
  return {
    declaration: { ...key, fee_type: 'CNY', order_fee: 1776, transport_fee: 888, product_fee: 888, duty: 88 },
    modification: { ...key, order_fee: 1776, transport_fee: 888, product_fee: 888, duty: 99 },
    repush: key,
    payer,
    verification: { ...key, ...sealed },
    application: {
      sub_mchid: '2400000001',
      domains: ['qq.com'],
      website_url: 'https://qq.com',
      applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
      transaction_limit_type: 'NORMAL_LIMIT',
      website_state: 'HAS_LAUNCHED',
    },
    order: {
      appid,
      mch_id: mchid,
      out_trade_no: 'DW100005698',
      body: 'Ipad mini 16G 白色',
      total_fee: 888,
      spbill_create_ip: '123.12.12.123',
      trade_type: 'JSAPI',
      openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      ...plan,
      contract_display_account: '张三的代扣',
      contract_mchid: mchid,
      contract_appid: appid,
      notify_url: 'https://www.example.com/wechatpay/payment',
      contract_notify_url: 'https://www.example.com/wechatpay/contract',
      time_start: formatBeijingTime(Date.now()),
      time_expire: formatBeijingTime(Date.now() + 2 * 3_600_000),
      request_serial: '1695',
    },
    debit: {
      appid,
      mch_id: mchid,
      contract_id: 'unknown',
      out_trade_no: 'DD100005698',
      body: '水电代扣',
      total_fee: 888,
      spbill_create_ip: '123.12.12.123',
      notify_url: 'https://www.example.com/wechatpay/debit',
    },
    contract: { mch_id: mchid, appid, ...plan, remark: 'the user moved' },
  };
}

function secretsOf(credentials: TestCredentials, { payer, verification, order }: Samples): string[] {
  return [
    payer.certificate_id,
    payer.certificate_name,
    verification.certificate_id,
    verification.certificate_name,
    order.openid ?? '',
    order.contract_display_account,
    credentials.apiV2Key,
    credentials.apiV3Key,
    ...credentials.merchantPrivateKey.split('\n').slice(1, 3),
    'WECHATPAY2',
    'Authorization',
    // Marks of a request body, JSON and XML.
    '{"appid"',
    '{"sub_mchid"',
    '<xml>',
  ];
}

/** A declaration whose customs interface failed, ready to be pushed again. */
export async function excepted({ simulator, activities, samples }: Stage): Promise<CustomsRecord> {
  const { declaration } = samples;
  simulator.script({
    customs: { transaction_id: declaration.transaction_id, states: [{ after: 0, state: 'EXCEPT' }] },
  });
  await attempt(activities.submitDeclaration, { declaration });
  const { result } = await attempt(activities.queryDeclaration, { declaration });
  if (result === null || result === undefined) throw new Error('the declaration was not made');
  return result;
}

/** A contract that was paid for and signed; WeChat Pay's number of it. */
export async function signed({ simulator, activities, samples }: Stage): Promise<string> {
  const { order } = samples;
  await attempt(activities.submitContractOrder, { order });
  simulator.pay({ out_trade_no: order.out_trade_no });
  const { contract_id } = simulator.sign({ out_trade_no: order.out_trade_no });
  if (contract_id === undefined) throw new Error('the contract was not signed');
  return contract_id;
}
