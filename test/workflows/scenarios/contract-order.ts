import { expect } from 'vitest';
import { SIGNALS, workflowIds } from '../../../src/interface';
import type { ContractOrderOptions } from '../../../src/interface';
import type { OrderScript } from '../../../src/testing/simulator/scripts';
import type { ContractOrder } from '../../../src/wechatpay/contract-order/schema';
import { completeContractOrder } from '../../../src/wechatpay/contract-order/complete';
import { eventually } from '../histories';
import { v2CallsOf } from '../outside-calls';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';
import { endingsOf, HOUR, MINUTE } from './scenario';
import { asleep, cancelled, effects, handleOf, notification, startedByHand } from './steps';

interface Ordered {
  readonly script?: OrderScript;
  readonly options?: ContractOrderOptions;
  /** Seconds. Default two hours. */
  readonly expiresIn?: number;
}

/** Makes an order of which `script` is true. */
async function ordered(rig: SkippingRig, { script, options, expiresIn = 2 * HOUR }: Ordered = {}) {
  const { signed } = newSamples(rig.credentials);
  rig.simulator.script({ order: { ...script, out_trade_no: signed.out_trade_no } });
  const order = await rig.expiringIn(signed, expiresIn);
  const process = await rig.wechatpay.orderWithContract({ order, ...(options && { options }) });
  return { process, order };
}

/** An order that was made outside of this system. */
async function orderedElsewhere(rig: SkippingRig, expiresIn: number) {
  const { signed } = newSamples(rig.credentials);
  const addresses = { payment: () => 'http://127.0.0.1:1/payment', contract: () => 'http://127.0.0.1:1/contract' };
  const expiring = await rig.expiringIn(signed, expiresIn);
  const order = completeContractOrder(expiring, addresses, await rig.environment.currentTimeMs());
  await v2CallsOf(rig).contractOrder.create(order);
  return order;
}

/** What the webhook hands on once the user has paid. */
function payment({ appid, mch_id, openid, out_trade_no, total_fee }: ContractOrder, transaction_id: string) {
  const made = { trade_type: 'JSAPI', time_end: '20260102030501' };
  return notification('payment', { appid, mch_id, openid, out_trade_no, total_fee, transaction_id, ...made });
}

/** What the webhook hands on once the user has signed. */
function signing({ mch_id, openid, plan_id, contract_code }: ContractOrder, contract_id: string) {
  const signed = { change_type: 'ADD', operate_time: '2026-01-02 03:05:01' };
  return notification('contract', { mch_id, openid, plan_id, contract_code, contract_id, ...signed });
}

const withTimeSkipped = endingsOf('contractOrder', {
  'paid-and-signed': async (rig) => {
    const { process, order } = await ordered(rig, {
      script: { pay: { after: MINUTE }, sign: { after: 2 * MINUTE } },
    });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
    const contract = rig.environment.client.workflow.getHandle(workflowIds.contract(order));
    await expect(contract.describe()).resolves.toMatchObject({ type: 'contract' });
    return process;
  },
  'paid-not-signed': async (rig) => {
    const { process } = await ordered(rig, { script: { pay: { after: MINUTE } } });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'NOT_SIGNED' });
    return process;
  },
  'closed-unpaid': async (rig) => {
    const { process, order } = await ordered(rig, { expiresIn: 30 * MINUTE });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'NOT_PAID', contract: 'NOT_SIGNED' });
    expect(effects(rig, 'closed', order.out_trade_no)).toBe(1);
    return process;
  },
  'payment-overtakes-the-close': async (rig) => {
    const { process } = await ordered(rig, {
      script: { close: 'paid-meanwhile' },
      options: { giveUpAfter: '10 minutes', contractWait: '1 hour' },
    });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID' });
    return process;
  },
  'presign-failed-and-sold': async (rig) => {
    const { process } = await ordered(rig, { script: { presign: 'FAIL', pay: { after: MINUTE } } });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'PRESIGN_FAILED' });
    return process;
  },
  'presign-failed-and-closed': async (rig) => {
    const { process, order } = await ordered(rig, {
      script: { presign: 'FAIL' },
      options: { presignFailure: 'close' },
    });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'NOT_PAID', contract: 'PRESIGN_FAILED' });
    expect(effects(rig, 'closed', order.out_trade_no)).toBe(1);
    return process;
  },
  'cashier-opened': async (rig) => {
    const { process } = await ordered(rig, { script: { pay: { after: 10 * MINUTE }, sign: { after: 11 * MINUTE } } });
    await expect(process.cashier()).resolves.toMatchObject({ trade_type: 'JSAPI' });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
    return process;
  },
  refused: async (rig) => {
    const { signed } = newSamples(rig.credentials);
    const key = signed.out_trade_no;
    rig.simulator.faults({ call: 'pay/contractorder', kind: 'error', key, code: 'ORDERPAID', message: 'paid' });
    const process = await rig.wechatpay.orderWithContract({ order: await rig.expiringIn(signed, HOUR) });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'REFUSED', code: 'ORDERPAID' });
    return process;
  },
  'never-answered': async (rig) => {
    const { signed } = newSamples(rig.credentials);
    const key = signed.out_trade_no;
    rig.simulator.faults({ call: 'pay/orderquery', kind: '500', key, times: 'always' });
    const order = await rig.expiringIn(signed, 30 * MINUTE);
    const run = await startedByHand(rig, 'contractOrder', workflowIds.contractOrder(signed), { order });
    await expect(rig.result(run)).resolves.toMatchObject({ payment: 'UNDECIDED', contract: 'UNDECIDED' });
    expect(effects(rig, 'ordered', key)).toBe(0);
    return run;
  },
  adopted: async (rig) => {
    const order = await orderedElsewhere(rig, 30 * MINUTE);
    const process = await rig.wechatpay.resumeOrder({ order });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'UNDECIDED' });
    expect(effects(rig, 'closed', order.out_trade_no)).toBe(0);
    expect(effects(rig, 'ordered', order.out_trade_no)).toBe(1);
    return process;
  },
  'adopted-again': async (rig) => {
    const order = await orderedElsewhere(rig, 30 * MINUTE);
    const first = await rig.wechatpay.resumeOrder({ order });
    await expect(rig.result(first)).resolves.toMatchObject({ payment: 'UNDECIDED' });
    const again = await rig.wechatpay.resumeOrder({ order });
    expect(again.runId).not.toBe(first.runId);
    await expect(rig.result(again)).resolves.toMatchObject({ payment: 'UNDECIDED' });
    return again;
  },
  cancelled: async (rig) => {
    const { process } = await ordered(rig);
    await asleep(rig, process);
    return cancelled(rig, process);
  },
});

const inRealTime = endingsOf(
  'contractOrder',
  {
    'paid-and-signed-by-notifications': async (rig) => {
      const { process, order } = await ordered(rig, { options: { pollEvery: '1 day' } });
      await asleep(rig, process);
      const { out_trade_no } = order;
      const { transaction_id = '' } = rig.simulator.pay({ out_trade_no });
      const { contract_id = '' } = rig.simulator.sign({ out_trade_no });
      const handle = handleOf(rig, process);
      await handle.signal(SIGNALS.contractNotified, signing(order, contract_id));
      await handle.signal(SIGNALS.paymentNotified, payment(order, transaction_id));
      await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED', contract_id });
      return process;
    },
    'paid-before-a-person-could-close-it': async (rig) => {
      const { process, order } = await ordered(rig, { options: { pollEvery: '1 day', contractWait: '3s' } });
      await asleep(rig, process);
      await expect(process.closeOrder()).resolves.toMatchObject({ accepted: true });
      const { transaction_id = '' } = rig.simulator.pay({ out_trade_no: order.out_trade_no });
      await handleOf(rig, process).signal(SIGNALS.paymentNotified, payment(order, transaction_id));
      await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'NOT_SIGNED' });
      expect(effects(rig, 'closed', order.out_trade_no)).toBe(0);
      return process;
    },
    'contradicting-payment-kept': async (rig) => {
      const { process, order } = await ordered(rig, { options: { pollEvery: '1 day', contractWait: '3s' } });
      await asleep(rig, process);
      const other = payment({ ...order, total_fee: 1 }, '1004400740201409030005092168');
      await handleOf(rig, process).signal(SIGNALS.paymentNotified, other);
      const unclaimed = workflowIds.unclaimed({ kind: 'payment', mchid: order.mch_id, id: other.id });
      await eventually(() => rig.wechatpay.status(unclaimed), 'keeping it');
      const { transaction_id = '' } = rig.simulator.pay({ out_trade_no: order.out_trade_no });
      await handleOf(rig, process).signal(SIGNALS.paymentNotified, payment(order, transaction_id));
      await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'NOT_SIGNED' });
      return process;
    },
  },
  'real',
);

export const contractOrderEndings = [...withTimeSkipped, ...inRealTime];
