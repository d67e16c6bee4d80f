import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEARCH_ATTRIBUTES, workflowIds } from '../../src/interface';
import type { ResultEvent } from '../../src/interface';
import type { ContractOrder } from '../../src/wechatpay/contract-order/schema';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventually, readableHistory } from './histories';
import { newSamples } from './samples';

const NO_POLLS = { pollEvery: '1 hour' };
const ENDED = { outcome: 'TERMINATED' };

/** Nothing is cached, so that every step is a replay. */
describe('a signed contract, on a real server', () => {
  let rig: DevRig;
  const told: ResultEvent[] = [];
  let caller: Worker;
  let running: Promise<void>;

  beforeAll(async () => {
    rig = await startDevRig({ maxCachedWorkflows: 0 });
    caller = await Worker.create({
      connection: rig.nativeConnection,
      taskQueue: 'orders',
      activities: { told: (event: ResultEvent) => void told.push(event) },
    });
    running = caller.run();
  });
  afterAll(async () => {
    caller?.shutdown();
    await running;
    await rig?.close();
  });

  const CALLER = { onResult: { taskQueue: 'orders', activity: 'told' } };

  function keyOf({ mch_id, plan_id, contract_code }: ContractOrder) {
    return { mch_id, plan_id, contract_code };
  }

  /** An order that is paid and signed; its contract lives on. */
  async function signed(options: object = {}) {
    const { signed: order } = newSamples(rig.credentials);
    const { out_trade_no } = order;
    rig.simulator.script({ order: { out_trade_no, pay: { after: 1 }, sign: { after: 2 } } });
    const process = await rig.wechatpay.orderWithContract({ order, options: { ...NO_POLLS, ...options } });
    await expect(process.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
    return { order, contract: await rig.wechatpay.contract(keyOf(order)) };
  }

  function notify({ out_trade_no, mch_id, plan_id, contract_code, openid = '' }: ContractOrder, over: object) {
    return rig.simulator.notify({
      kind: 'contract',
      url: `${rig.webhook.url}/wechatpay/${mch_id}/contract`,
      fields: {
        ...{ return_code: 'SUCCESS', result_code: 'SUCCESS', mch_id, plan_id, contract_code, openid },
        ...{ change_type: 'DELETE', operate_time: '2027-01-02 03:05:01', contract_termination_mode: '2' },
        ...{ contract_id: `Wx${out_trade_no}`, request_serial: '1', ...over },
      },
    });
  }

  function effects(effect: 'terminated', { contract_code }: ContractOrder): number {
    return rig.simulator.ledger({ effect }).find(({ key }) => key.endsWith(`/${contract_code}`))?.count ?? 0;
  }

  async function unclaimedAbout(contract_id: string): Promise<string> {
    return eventually(async () => {
      for await (const { workflowId } of rig.client.workflow.list({
        query: "WorkflowType = 'unclaimedNotification' AND ExecutionStatus = 'Running' AND WxNeedsOperator = true",
      })) {
        if ((await readableHistory(rig.client, { workflowId })).includes(contract_id)) return workflowId;
      }
      return undefined;
    }, `keeping the notification about ${contract_id}`);
  }

  it('is ended by us once, however many ask at the same time', async () => {
    const { order, contract } = await signed();
    const remark = 'refunded';
    const records = await Promise.all([contract.terminate({ remark }), contract.terminate({ remark })]);
    expect(records[0]).toMatchObject({ contract_state: '1', contract_termination_mode: '3' });
    await expect(contract.result()).resolves.toMatchObject({ ...ENDED, contract_termination_mode: '3' });
    expect(effects('terminated', order)).toBe(1);
  });

  it('whose termination was done and not answered is ended, and ended once', async () => {
    const { order, contract } = await signed();
    rig.simulator.faults({ call: 'papay/deletecontract', kind: 'act-and-500', key: order.contract_code });
    await expect(contract.terminate({ remark: 'refunded' })).resolves.toMatchObject({ contract_state: '1' });
    await expect(contract.result()).resolves.toMatchObject({ ...ENDED, contract_termination_mode: '3' });
    expect(effects('terminated', order)).toBe(1);
  });

  it('lives on when WeChat Pay refuses to end it', async () => {
    const { order, contract } = await signed();
    const fault = { call: 'papay/deletecontract', kind: 'error', code: 'CONTRACTERROR', message: 'no' } as const;
    rig.simulator.faults({ ...fault, key: order.contract_code });
    await expect(contract.terminate({ remark: 'refunded' })).rejects.toMatchObject({ name: 'ConflictError' });
    await expect(contract.status()).resolves.toMatchObject({ state: 'SIGNED', needsOperator: false });
    await expect(contract.terminate({ remark: 'x'.repeat(257) })).rejects.toMatchObject({ name: 'InvalidInputError' });
    await expect(contract.terminate({ remark: 'again' })).resolves.toMatchObject({ contract_state: '1' });
  });

  it('that ended without a notification is found so by asking now', async () => {
    const { order, contract } = await signed();
    await expect(contract.refresh()).resolves.toMatchObject({ contract_state: '0' });
    rig.simulator.terminate({ out_trade_no: order.out_trade_no, mode: '4' }); // the plan names no address for it
    await expect(contract.refresh()).resolves.toMatchObject({ contract_state: '1' });
    await expect(contract.result()).resolves.toMatchObject({ ...ENDED, contract_termination_mode: '4' });
  });

  it('is found ended by its polls, if they were asked for', async () => {
    const { order, contract } = await signed();
    const { mch_id, appid, plan_id, contract_code } = order;
    await rig.wechatpay.watchContract({
      contract: { mch_id, appid, plan_id, contract_code },
      options: { pollEvery: '1s' },
    });
    rig.simulator.terminate({ out_trade_no: order.out_trade_no, mode: '1' });
    await expect(contract.result()).resolves.toMatchObject({ ...ENDED, contract_termination_mode: '1' });
  });

  it('is not ended by a notification about another contract, which is kept', async () => {
    const { order, contract } = await signed();
    notify(order, { contract_id: `WxOther${order.out_trade_no}` });
    const workflowId = await unclaimedAbout(`WxOther${order.out_trade_no}`);
    await expect(rig.wechatpay.status(workflowId)).resolves.toMatchObject({
      state: 'UNCLAIMED',
      reason: "its contract_id differ from the contract's",
    });
    await expect(contract.status()).resolves.toMatchObject({ state: 'SIGNED' });
    await contract.terminate({ remark: 'the test is over' });
  });

  it('that has ended is not revived by its own signing, delivered late; a new code is a new contract', async () => {
    const { order, contract } = await signed();
    const { contract_id } = (await contract.terminate({ remark: 'moved' })) ?? {};
    await contract.result();
    const late = notify(order, { change_type: 'ADD', contract_id, operate_time: '2026-01-02 03:05:01' });
    await eventually(
      () => Promise.resolve(rig.simulator.notifications().find(({ id }) => id === late.id)?.acknowledged || undefined),
      'the acknowledgement',
    );
    const { status } = await rig.client.workflow.getHandle(contract.workflowId).describe();
    expect(status.name).toBe('COMPLETED');
    await expect(
      rig.wechatpay.watchContract({ contract: { ...keyOf(order), appid: order.appid } }),
    ).rejects.toMatchObject({ name: 'ConflictError' });

    const next = newSamples(rig.credentials).signed;
    const again = { ...next, openid: order.openid ?? '' };
    const { out_trade_no } = again;
    rig.simulator.script({ order: { out_trade_no, pay: { after: 1 }, sign: { after: 2 } } });
    await (await rig.wechatpay.orderWithContract({ order: again, options: NO_POLLS })).result();
    const second = await rig.wechatpay.contract(keyOf(again));
    expect(second.workflowId).not.toBe(contract.workflowId);
    await expect(second.status()).resolves.toMatchObject({ state: 'SIGNED' });
    await second.terminate({ remark: 'the test is over' });
  });

  it('tells its end to whom its order told, under the same reference', async () => {
    const { order, contract } = await signed({ ...CALLER, reference: 'order-77' });
    const { typedSearchAttributes } = await eventually(async () => {
      const description = await rig.client.workflow.getHandle(contract.workflowId).describe();
      const keys = description.typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxKeys) ?? [];
      return keys.includes('order-77') ? description : undefined;
    }, 'the reference');
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxKeys)).toContain(order.out_trade_no);
    await contract.terminate({ remark: 'refunded' });
    await contract.result();
    const events = told.filter(({ reference }) => reference === 'order-77');
    expect(events).toMatchObject([
      { flow: 'contractOrder', result: { contract: 'SIGNED' } },
      { flow: 'contract', workflowId: contract.workflowId, result: ENDED },
    ]);
    expect(events[1]?.eventId).toBe(`${contract.workflowId}/${events[1]?.runId}/result`);
  });

  it('has its contradictions told to the same caller at once, and again when a person has resolved them', async () => {
    const { order, contract } = await signed({ ...CALLER, reference: 'order-78' });
    const other = `WxOther${order.out_trade_no}`;
    await eventually(async () => {
      const history = await readableHistory(rig.client, { workflowId: contract.workflowId });
      return history.includes('order-78') ? true : undefined;
    }, 'the hand-over');
    notify(order, { contract_id: other });
    const workflowId = await unclaimedAbout(other);
    const events = () => told.filter((event) => event.workflowId === workflowId);
    await eventually(() => Promise.resolve(events().length > 0 || undefined), 'telling that it is kept');
    await rig.client.workflow.getHandle(workflowId).executeUpdate('resolve', { args: [{ note: 'a typing error' }] });
    await rig.client.workflow.getHandle(workflowId).result();
    expect(events()).toMatchObject([
      { reference: 'order-78', result: { outcome: 'UNCLAIMED', kind: 'contract' } },
      { reference: 'order-78', result: { outcome: 'RESOLVED', note: 'a typing error' } },
    ]);
    expect(new Set(events().map(({ eventId }) => eventId)).size).toBe(2);
    await contract.terminate({ remark: 'the test is over' });
  });

  it('signed elsewhere can be watched and ended, and is asked for only if its numbers are whole', async () => {
    const { order, contract: first } = await signed();
    await rig.client.workflow.getHandle(first.workflowId).terminate('as if it had never been watched here');
    const { mch_id, appid, plan_id, contract_code } = order;
    await expect(
      rig.wechatpay.watchContract({
        contract: { mch_id, appid, plan_id: 'x', contract_code: '' },
        options: { adopt: true } as object,
      }),
    ).rejects.toMatchObject({ problems: [{ path: '$.options.adopt' }, { path: '$.contract.plan_id' }, {}] });
    const handle = await rig.client.workflow.start('contract', {
      taskQueue: 'wechatpay',
      workflowId: workflowIds.contract({ ...keyOf(order), contract_code: `${contract_code}B` }),
      args: [{ mch_id, plan_id, contract_code: `${contract_code}B` }],
    });
    await expect(handle.executeUpdate('refresh')).rejects.toMatchObject({ cause: { type: 'WechatPay.Conflict' } });
    await rig.wechatpay.watchContract({ contract: { mch_id, appid, plan_id, contract_code: `${contract_code}B` } });
    await expect(handle.executeUpdate('refresh')).resolves.toBeNull();
    await expect(rig.wechatpay.status(handle.workflowId)).resolves.toMatchObject({
      state: 'SIGNED',
      needsOperator: true,
      reason: expect.stringContaining('no such contract') as string,
    });
    await expect(handle.executeUpdate('terminate', { args: [{ remark: 'x' }] })).rejects.toMatchObject({
      cause: { type: 'WechatPay.Conflict' },
    });
    await handle.cancel();
  });
});
