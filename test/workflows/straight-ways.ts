import { expect } from 'vitest';
import { identityOf, workflowIds } from '../../src/interface';
import type { Flow } from '../../src/interface';
import type { Rig } from '../../src/testing';
import type { ContractOrder } from '../../src/wechatpay/contract-order/schema';
import { debitOnNewContract } from './debit-samples';
import { eventually } from './histories';
import type { RunId } from './histories';
import { callsOf } from './outside-calls';
import { newSamples } from './samples';

/*
 * The straight way of every process, once, on a real server with the webhook and its notifications. What polls asks every
 * second; what is notified does not poll within the time of a test, so that it is the notification that ends it.
 */

type StraightWay = (rig: Rig) => Promise<RunId>;

const POLLED = { pollEvery: '1s' };
const NOTIFIED = { pollEvery: '1 hour' };

/** A record of a declaration made past this system. */
async function declaredElsewhere(rig: Rig, state: string) {
  const { declared, payer } = newSamples(rig.credentials);
  const { transaction_id } = declared;
  const next = [
    { after: 0, state: 'PROCESSING' },
    { after: 3, state: 'SUCCESS' },
  ];
  const states = [{ after: 0, state }];
  rig.simulator.script({ customs: { transaction_id, states, afterRepush: next, afterModify: next } });
  rig.simulator.payers({ transaction_id, ...payer });
  await callsOf(rig).customs.declare(declared);
  const { appid, mchid, out_trade_no, customs, merchant_customs_no, sub_order_no } = declared;
  const order = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no };
  return { declared, payer, order };
}

async function orderedAndSigned(rig: Rig): Promise<{ order: ContractOrder; run: RunId }> {
  const { signed } = newSamples(rig.credentials);
  const { mchid } = rig.credentials;
  rig.simulator.script({
    order: { out_trade_no: signed.out_trade_no, pay: { after: 1 }, sign: { after: 2 } },
    plan: { plan_id: signed.plan_id, terminationUrl: `${rig.webhook.url}/wechatpay/${mchid}/contract` },
  });
  const process = await rig.wechatpay.orderWithContract({ order: signed, options: NOTIFIED });
  await expect(process.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
  return { order: signed, run: process };
}

/** Once it has asked, the next query is an hour away. */
async function asked(process: { status(): Promise<{ lastMessage?: string }> }): Promise<void> {
  await eventually(async () => (await process.status()).lastMessage, 'the first query');
}

export const STRAIGHT_WAYS: Readonly<Record<Flow, StraightWay>> = {
  customsDeclaration: async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    const states = [
      { after: 0, state: 'PROCESSING' },
      { after: 4, state: 'SUCCESS' },
    ];
    rig.simulator.script({ customs: { transaction_id, states } });
    const process = await rig.wechatpay.declare({ declaration: declared, options: POLLED });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const effects = rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(transaction_id));
    expect(effects).toMatchObject([{ count: 1 }]);
    return process;
  },
  customsModification: async (rig) => {
    const { declared } = await declaredElsewhere(rig, 'FAIL');
    const { fee_type: _feeType, ...modification } = { ...declared, duty: 99 };
    const process = await rig.wechatpay.modifyDeclaration({ modification, options: POLLED });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS', record: { duty: 99 } });
    return process;
  },
  customsRepush: async (rig) => {
    const { order } = await declaredElsewhere(rig, 'EXCEPT');
    const process = await rig.wechatpay.repushDeclaration({ repush: order, options: POLLED });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    return process;
  },
  identityVerification: async (rig) => {
    const { order, payer } = await declaredElsewhere(rig, 'SUCCESS');
    const process = await rig.wechatpay.verifyIdentity({ order, identity: payer });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SAME' });
    return process;
  },
  h5Application: async (rig) => {
    const { sub_mchid, ...approved } = newSamples(rig.credentials).approved;
    rig.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const application = { ...approved, sub_mchid };
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application, options: NOTIFIED });
    await asked(process);
    rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
    return process;
  },
  h5Amendment: async (rig) => {
    const { rejected: application } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const { sub_mchid } = application;
    rig.simulator.script({
      h5: { sub_mchid, states: [{ after: 0, state: 'REJECTED' }], resubmission: [{ after: 0, state: 'UNDER_REVIEW' }] },
    });
    const rejected = await rig.wechatpay.applyForH5({ mchid, application, options: POLLED });
    await expect(rejected.result()).resolves.toMatchObject({ outcome: 'REJECTED' });
    const { applyment_id } = (rejected.first as { answer: { applyment_id: string } }).answer;
    const amendment = { domains: ['example.com'], transaction_limit_type: 'NORMAL_LIMIT' as const };
    const process = await rig.wechatpay.amendH5({ mchid, sub_mchid, applyment_id, amendment, options: NOTIFIED });
    await asked(process);
    rig.simulator.decideH5({ applyment_id, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id });
    return process;
  },
  h5DomainModification: async (rig) => {
    const { sub_mchid } = newSamples(rig.credentials).approved;
    const out_applyment_id = `DOM${sub_mchid}`;
    rig.simulator.script({ h5Domain: { out_applyment_id, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const named = { domains: ['shop.example.com'], website_url: 'https://shop.example.com' };
    const process = await rig.wechatpay.modifyH5Domains({
      mchid: rig.credentials.mchid,
      modification: { out_applyment_id, sub_mchid, ...named },
      options: NOTIFIED,
    });
    await asked(process);
    rig.simulator.decideH5({ out_applyment_id, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
    return process;
  },
  contractOrder: async (rig) => (await orderedAndSigned(rig)).run,
  contract: async (rig) => {
    const { order } = await orderedAndSigned(rig);
    const { workflowId } = identityOf.contract(order);
    const handle = rig.client.workflow.getHandle(workflowId);
    const { runId } = await handle.describe();
    rig.simulator.terminate({ out_trade_no: order.out_trade_no, mode: '2' });
    const ended = { outcome: 'TERMINATED', contract_termination_mode: '2' };
    await expect(handle.result()).resolves.toMatchObject(ended);
    return { workflowId, runId };
  },
  contractDebit: async (rig) => {
    const debit = await debitOnNewContract(rig);
    const process = await rig.wechatpay.debit({ debit, options: NOTIFIED });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS', total_fee: debit.total_fee });
    return process;
  },
  unclaimedNotification: async (rig) => {
    const { mchid, appid } = rig.credentials;
    const { out_trade_no, openid, total_fee } = newSamples(rig.credentials).signed;
    const transaction_id = `100440074020140903${out_trade_no.replace(/\D/g, '').slice(-10)}`;
    const fee = { total_fee: String(total_fee), cash_fee: String(total_fee) };
    rig.simulator.notify({
      kind: 'payment',
      url: `${rig.webhook.url}/wechatpay/${mchid}/payment`,
      fields: {
        ...{ return_code: 'SUCCESS', result_code: 'SUCCESS', appid, mch_id: mchid, openid, out_trade_no },
        ...{ nonce_str: '5d2b6c2a8db53831f7eda20af46e531c', is_subscribe: 'N', trade_type: 'JSAPI', bank_type: 'CFT' },
        ...{ ...fee, transaction_id, time_end: '20260102030501' },
      },
    });
    const query = `WxFlow = 'unclaimedNotification' AND WxKeys = '${out_trade_no}'`;
    const run = await eventually(async () => {
      for await (const found of rig.client.workflow.list({ query })) return found;
      return undefined;
    }, 'keeping the notification');
    expect(run.workflowId.startsWith(workflowIds.unclaimed({ kind: 'payment', mchid, id: '' }))).toBe(true);
    const handle = rig.client.workflow.getHandle(run.workflowId, run.runId);
    await handle.executeUpdate('resolve', { args: [{ note: 'refunded on the platform' }] });
    await expect(handle.result()).resolves.toEqual({ outcome: 'RESOLVED', note: 'refunded on the platform' });
    return run;
  },
};
