import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import type { ContractOrder } from '../../src/wechatpay/contract-order/schema';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventsOf, eventually, readableHistory } from './histories';
import { newSamples } from './samples';

/** No poll comes within the time of a test, so that what ends a wait is the notification. */
const NO_POLLS = { pollEvery: '1 hour' };

/** Nothing is cached, so that every step is a replay. */
describe('payment and signing of an order, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig({ maxCachedWorkflows: 0 });
  });
  afterAll(() => rig?.close());

  async function ordered(over: Partial<ContractOrder> = {}, options: object = NO_POLLS) {
    const order: ContractOrder = { ...newSamples(rig.credentials).signed, ...over };
    const process = await rig.wechatpay.orderWithContract({ order, options });
    return { order, process };
  }

  /** What WeChat Pay would send, whatever it knows of the order. */
  function notifyPayment({ mch_id, appid, out_trade_no, openid = 'oUpF8', trade_type }: ContractOrder, over = {}) {
    const { id } = rig.simulator.notify({
      kind: 'payment',
      url: `${rig.webhook.url}/wechatpay/${mch_id}/payment`,
      fields: {
        ...{ return_code: 'SUCCESS', result_code: 'SUCCESS', appid, mch_id, openid, out_trade_no, trade_type },
        ...{ nonce_str: '5d2b6c2a8db53831f7eda20af46e531c', is_subscribe: 'N', bank_type: 'CFT' },
        ...{ total_fee: '888', cash_fee: '888', transaction_id: `4200${out_trade_no.replace(/\D/g, '')}` },
        ...{ time_end: '20260102030501', ...over },
      },
    });
    return acknowledged(id);
  }

  function notifySigning(order: ContractOrder, over = {}) {
    const { mch_id, plan_id, contract_code, openid = 'oUpF8', out_trade_no } = order;
    const { id } = rig.simulator.notify({
      kind: 'contract',
      url: `${rig.webhook.url}/wechatpay/${mch_id}/contract/${out_trade_no}`,
      fields: {
        ...{ return_code: 'SUCCESS', result_code: 'SUCCESS', mch_id, plan_id, contract_code, openid },
        ...{ change_type: 'ADD', operate_time: '2026-01-02 03:05:01', contract_id: `Wx${out_trade_no}`, ...over },
      },
    });
    return acknowledged(id);
  }

  async function acknowledged(id: string): Promise<void> {
    const find = () => rig.simulator.notifications().find((one) => one.id === id)?.acknowledged || undefined;
    await eventually(() => Promise.resolve(find()), 'the acknowledgement');
  }

  async function kept(kind: string, number: string): Promise<{ workflowId: string; reason: string }> {
    const query = "WorkflowType = 'unclaimedNotification' AND ExecutionStatus = 'Running' AND WxNeedsOperator = true";
    return eventually(async () => {
      for await (const { workflowId } of rig.client.workflow.list({ query })) {
        if (!workflowId.startsWith(`unclaimed/${kind}/`)) continue;
        if (!(await readableHistory(rig.client, { workflowId })).includes(number)) continue;
        const { reason = '' } = await rig.wechatpay.status(workflowId);
        return { workflowId, reason };
      }
      return undefined;
    }, `keeping the ${kind} notification about ${number} for an operator`);
  }

  it('the signing may be told before the payment', async () => {
    const { order, process } = await ordered();
    await notifySigning(order);
    await expect(process.status()).resolves.toMatchObject({ state: 'NOTPAY' });
    await notifyPayment(order);
    await expect(process.result()).resolves.toMatchObject({
      payment: 'PAID',
      contract: 'SIGNED',
      contract_id: `Wx${order.out_trade_no}`,
    });
    expect((await eventsOf(rig.client, process)).length).toBeLessThanOrEqual(40);
  });

  it.each([
    ['plan_id', { plan_id: '124' }],
    ['contract_code', { contract_code: 'Other1' }],
    ['openid', { openid: 'oUpF8Other' }],
    ['appid', { appid: 'wx0000000000000001' }],
  ])('a signing with another %s is kept at once, and the order goes on waiting', async (field, over) => {
    const { order, process } = await ordered();
    const contract_id = `WxForeign${order.out_trade_no}`;
    await notifySigning(order, { ...over, contract_id });
    const { reason } = await kept('contract', contract_id);
    expect(reason).toContain(field);
    await notifyPayment(order);
    await eventually(async () => ((await process.status()).state === 'SUCCESS' ? true : undefined), 'the payment');
    // Also while it waits for nothing but the signing, and it goes on waiting for the right one.
    await notifySigning(order, { ...over, contract_id: `${contract_id}2` });
    await kept('contract', `${contract_id}2`);
    await notifySigning(order);
    await expect(process.result()).resolves.toMatchObject({
      contract: 'SIGNED',
      contract_id: `Wx${order.out_trade_no}`,
    });
  });

  it.each([
    ['total_fee', { total_fee: '889' }],
    ['openid', { openid: 'oUpF8Other' }],
    ['appid', { appid: 'wx0000000000000001' }],
  ])('a payment with another %s is kept, and the order stays unpaid', async (field, over) => {
    const { order, process } = await ordered();
    const transaction_id = `4200000${order.out_trade_no.replace(/\D/g, '')}99`;
    await notifyPayment(order, { ...over, transaction_id });
    const { reason } = await kept('payment', transaction_id);
    expect(reason).toContain(field);
    await expect(process.status()).resolves.toMatchObject({ state: 'NOTPAY' });
    await rig.client.workflow.getHandle(process.workflowId).cancel();
  });

  it('a payment that comes after the close is kept for a person; the result stands', async () => {
    const { order, process } = await ordered({}, { pollEvery: '1s' });
    rig.simulator.script({ order: { out_trade_no: order.out_trade_no, trade_state: 'CLOSED' } });
    await expect(process.result()).resolves.toMatchObject({ payment: 'NOT_PAID', contract: 'NOT_SIGNED' });
    await notifyPayment(order);
    const { workflowId, reason } = await kept('payment', order.out_trade_no);
    expect(reason).toContain('is closed, and its result does not say the same');
    await expect(process.result()).resolves.toMatchObject({ payment: 'NOT_PAID' });
    await rig.client.workflow.getHandle(workflowId).executeUpdate('resolve', { args: [{ note: 'refunded' }] });
    await expect(rig.client.workflow.getHandle(workflowId).result()).resolves.toMatchObject({ outcome: 'RESOLVED' });
  });

  it.each([
    ['JSAPI', {}, { parameters: { signType: 'MD5' } }],
    ['APP', {}, { parameters: { package: 'Sign=WXPay' } }],
    ['NATIVE', { product_id: '1' }, { code_url: expect.any(String) as string }],
    ['MWEB', {}, { mweb_url: expect.any(String) as string }],
  ] as const)('an order by %s is opened, paid and signed', async (trade_type, over, shown) => {
    const { order, process } = await ordered({ ...over, trade_type });
    expect(process.first).toMatchObject({ answer: { state: 'NOTPAY', trade_type, presign: 'SUCCESS' } });
    const cashier = await process.cashier();
    expect(cashier).toMatchObject({ trade_type, presign: 'SUCCESS', ...shown });
    rig.simulator.pay({ out_trade_no: order.out_trade_no, openid: order.openid });
    rig.simulator.sign({ out_trade_no: order.out_trade_no });
    await expect(process.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
    await expect(process.cashier()).rejects.toThrow();
    const { mch_id, plan_id, contract_code } = order;
    const contract = await rig.wechatpay.contract({ mch_id, plan_id, contract_code });
    expect(contract.workflowId).toBe(workflowIds.contract({ mch_id, plan_id, contract_code }));
    await contract.terminate({ remark: 'the test is over' });
    await expect(contract.result()).resolves.toMatchObject({ outcome: 'TERMINATED' });
  });
});
