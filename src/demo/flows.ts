import { createPublicKey } from 'node:crypto';
import { WechatPayClient } from '../client';
import type { StartedProcess } from '../client';
import type { WorkflowResult } from '../interface';
import { samples } from './samples';
import { SimulatorControl } from './simulator-control';
import { DEMO_TASK_QUEUE } from './stage';
import type { Stage } from './stage';

/** One process of the demo: how it starts, and what counts as the result it is to show. */
export interface DemoFlow {
  readonly title: string;
  readonly start: () => Promise<StartedProcess<WorkflowResult>>;
  /** What the caller does next, and says. */
  readonly afterStart?: (say: (line: string) => void) => Promise<void>;
  /** Business numbers under which the simulator counts queries. */
  readonly keys: readonly string[];
  readonly expected: Readonly<Record<string, unknown>>;
}

/** Urgent, so that nobody has to wait; in production the schedule starts with a minute. */
const OPTIONS = { pollEvery: '2s' };
/** WeChat Pay's side of the story, in seconds. */
const SOON = { processing: 2, decided: 6, paid: 3, signed: 5 };

/** Tells the simulator what is to happen, and returns the processes to start. */
export async function demoFlows(stage: Stage): Promise<DemoFlow[]> {
  const { credentials, notifyBaseUrl } = stage;
  const { mchid, appid } = credentials;
  const sample = samples({ mchid, appid, suffix: String(Date.now()).slice(-10) });
  const simulator = new SimulatorControl(stage.simulatorUrl);
  const wechatpay = new WechatPayClient(stage.client, {
    taskQueue: DEMO_TASK_QUEUE,
    notifyBaseUrl,
    allowLoopback: true,
    // Made-up payers: the flag --allow-remote has accepted where they go.
    plainPayloads: true,
    sealingKey: { id: credentials.platform.publicKeyId, publicKey: createPublicKey(credentials.platform.publicKey) },
  });

  await simulator.registerPayer({ transaction_id: sample.declared.transaction_id, ...sample.payer });
  const explanation = 'enterprise 123456 is not an e-commerce platform enterprise';
  const audit_reject_detail = 'The home page shows no prices.';
  await simulator.script({
    customs: [
      {
        transaction_id: sample.failed.transaction_id,
        states: [
          { after: SOON.processing, state: 'PROCESSING' },
          { after: SOON.decided, state: 'FAIL', explanation },
        ],
      },
    ],
    h5: [
      {
        sub_mchid: sample.rejected.sub_mchid,
        states: [
          { after: SOON.processing, state: 'UNDER_REVIEW' },
          { after: SOON.decided, state: 'REJECTED', audit_reject_detail },
        ],
      },
    ],
    order: [
      { out_trade_no: sample.signed.out_trade_no, pay: { after: SOON.paid }, sign: { after: SOON.signed } },
      {
        out_trade_no: sample.presignFailed.out_trade_no,
        presign: 'FAIL',
        contract_err_code: 'SYSTEMERROR',
        contract_err_code_des: 'system error',
        pay: { after: SOON.paid },
      },
    ],
  });

  return [
    {
      title: 'declaration, identity checked',
      start: () => wechatpay.declare({ declaration: sample.declared, identity: sample.payer, options: OPTIONS }),
      keys: numbers(sample.declared),
      expected: { outcome: 'SUCCESS', identity: { outcome: 'SAME' } },
    },
    {
      title: 'declaration that customs rejects',
      start: () => wechatpay.declare({ declaration: sample.failed, options: OPTIONS }),
      keys: numbers(sample.failed),
      expected: { outcome: 'FAIL', explanation },
    },
    {
      title: 'H5 application, approved',
      start: () => wechatpay.applyForH5({ mchid, application: sample.approved }),
      keys: [],
      expected: { outcome: 'APPROVED' },
    },
    {
      title: 'H5 application, rejected',
      start: () => wechatpay.applyForH5({ mchid, application: sample.rejected }),
      keys: [],
      expected: { outcome: 'REJECTED', audit_reject_detail },
    },
    {
      title: 'order, paid and signed',
      start: () => wechatpay.orderWithContract({ order: sample.signed }),
      afterStart: async (say) => {
        const order = await wechatpay.contractOrder(sample.signed);
        const { parameters } = await order.cashier();
        say(`for the payer's browser (JSAPI): ${JSON.stringify(parameters)}`);
      },
      keys: [sample.signed.out_trade_no, sample.signed.contract_code],
      expected: { payment: 'PAID', contract: 'SIGNED' },
    },
    {
      title: 'order, paid, pre-signing failed',
      start: () => wechatpay.orderWithContract({ order: sample.presignFailed }),
      keys: [sample.presignFailed.out_trade_no, sample.presignFailed.contract_code],
      expected: { payment: 'PAID', contract: 'PRESIGN_FAILED' },
    },
  ];
}

function numbers({ sub_order_no }: { sub_order_no?: string }): string[] {
  return sub_order_no === undefined ? [] : [sub_order_no];
}
