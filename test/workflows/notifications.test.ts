import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SEARCH_ATTRIBUTES, SIGNALS, workflowIds } from '../../src/interface';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventsOf, eventually, readableHistory } from './histories';
import { newSamples } from './samples';

/** No poll comes within the time of a test, so that what ends a wait is the notification. */
const NO_POLLS = { pollEvery: '1 hour' };

describe('notifications, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  async function openUnclaimed(kind: string): Promise<string[]> {
    const found: string[] = [];
    const query = `WorkflowType = 'unclaimedNotification' AND ExecutionStatus = 'Running' AND WxMchId = '${rig.credentials.mchid}'`;
    for await (const { workflowId } of rig.client.workflow.list({ query })) {
      if (workflowId.startsWith(`unclaimed/${kind}/`)) found.push(workflowId);
    }
    return found;
  }

  async function unclaimedAbout(number: string, kind: string): Promise<{ workflowId: string; reason?: string }> {
    return eventually(async () => {
      for (const workflowId of await openUnclaimed(kind)) {
        const history = await readableHistory(rig.client, { workflowId });
        if (!history.includes(number)) continue;
        const { reason } = await rig.wechatpay.status(workflowId);
        return { workflowId, ...(reason === undefined ? {} : { reason }) };
      }
      return undefined;
    }, `an unclaimed ${kind} notification about ${number}`);
  }

  it('an H5 application is approved by its notification, and the query decides', async () => {
    const { approved } = newSamples(rig.credentials);
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, states: [{ after: 2, state: 'APPROVED' }] } });
    const process = await rig.wechatpay.applyForH5({
      mchid: rig.credentials.mchid,
      application: approved,
      options: NO_POLLS,
    });
    await expect(process.result()).resolves.toMatchObject({
      outcome: 'APPROVED',
      authorization_state: 'FORMAL_AUTHORITY',
    });
    expect(await eventsOf(rig.client, process)).toContain('workflowExecutionSignaled');
  });

  it('an old REJECTED that the query denies does not end the application', async () => {
    const { rejected } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({ h5: { sub_mchid: rejected.sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const process = await rig.wechatpay.applyForH5({ mchid, application: rejected, options: NO_POLLS });
    const { applyment_id } = (process.first as { answer: { applyment_id: string } }).answer;
    rig.simulator.notify({
      kind: 'h5',
      url: `${rig.webhook.url}/wechatpay/${mchid}/h5/${rejected.sub_mchid}`,
      resource: `{"sub_mchid":"${rejected.sub_mchid}","applyment_id":${applyment_id},"applyment_state":"REJECTED","audit_reject_detail":"old"}`,
    });
    await eventually(
      async () => ((await eventsOf(rig.client, process)).includes('workflowExecutionSignaled') ? true : undefined),
      'the signal',
    );
    await expect(process.status()).resolves.toMatchObject({ state: 'UNDER_REVIEW' });
    rig.simulator.decideH5({ sub_mchid: rejected.sub_mchid, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
  });

  it('another message under a known id wakes nobody', async () => {
    const { rejected } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const { sub_mchid } = rejected;
    rig.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const process = await rig.wechatpay.applyForH5({ mchid, application: rejected, options: NO_POLLS });
    const { applyment_id } = (process.first as { answer: { applyment_id: string } }).answer;
    const handle = rig.client.workflow.getHandle(process.workflowId);
    const queries = async () => {
      const { events } = await handle.fetchHistory();
      const scheduled = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
      return scheduled.filter((name) => name === 'queryH5Application').length;
    };
    const tell = async (id: string, applyment_state: string, queriesAfter: number) => {
      const data = { sub_mchid, applyment_id, applyment_state };
      await handle.signal(SIGNALS.h5Reviewed, { id, receivedAt: '2026-01-02T03:05:06.000Z', kind: 'h5', data });
      await eventually(async () => ((await queries()) >= queriesAfter ? true : undefined), 'the query');
    };
    await tell('one', 'REJECTED', 1);
    await tell('one', 'APPROVED', 1);
    await tell('another', 'REJECTED', 2);
    await expect(process.status()).resolves.toMatchObject({ state: 'UNDER_REVIEW' });
    expect(await queries()).toBe(2);
    await handle.cancel();
  });

  it('a notification during a poll that is under way ends the wait all the same', async () => {
    const { approved } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const applying = rig.wechatpay.applyForH5({ mchid, application: approved, options: NO_POLLS });
    rig.simulator.faults({ kind: 'delay', call: 'h5/query', ms: 2_000, times: 1 });
    const process = await applying;
    const { applyment_id } = (process.first as { answer: { applyment_id: string } }).answer;
    rig.simulator.notify({
      kind: 'h5',
      url: `${rig.webhook.url}/wechatpay/${mchid}/h5/${approved.sub_mchid}`,
      resource: `{"sub_mchid":"${approved.sub_mchid}","applyment_id":${applyment_id},"applyment_state":"REJECTED"}`,
    });
    await eventually(
      async () => ((await eventsOf(rig.client, process)).includes('activityTaskCancelRequested') ? true : undefined),
      'cancelling the poll',
    );
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await expect(process.status()).resolves.toMatchObject({ state: 'UNDER_REVIEW' });
    rig.simulator.decideH5({ sub_mchid: approved.sub_mchid, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
  });

  it('an order is paid and signed by notifications, whichever comes first', async () => {
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({
      order: { out_trade_no: signed.out_trade_no, pay: { after: 1 }, sign: { after: 2 } },
      notifications: {},
    });
    const process = await rig.wechatpay.orderWithContract({ order: signed, options: NO_POLLS });
    await expect(process.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
    const queries = rig.simulator.calls({ key: signed.out_trade_no }).filter(({ call }) => call === 'pay/orderquery');
    expect(queries[0]?.count).toBeLessThanOrEqual(2);
    const { typedSearchAttributes } = await rig.client.workflow.getHandle(process.workflowId).describe();
    const { transaction_id } = (await process.result()) as { transaction_id: string };
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxKeys)).toContain(transaction_id);
  });

  it('the contract outlives the order, knows its order, and ends with the termination', async () => {
    const { signed } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({
      order: { out_trade_no: signed.out_trade_no, pay: { after: 1 }, sign: { after: 2 } },
      plan: { plan_id: signed.plan_id, terminationUrl: `${rig.webhook.url}/wechatpay/${mchid}/contract` },
    });
    const process = await rig.wechatpay.orderWithContract({ order: signed, options: NO_POLLS });
    await process.result();
    const workflowId = workflowIds.contract({
      mch_id: mchid,
      plan_id: signed.plan_id,
      contract_code: signed.contract_code,
    });
    await expect(rig.wechatpay.status(workflowId)).resolves.toMatchObject({ flow: 'contract', state: 'SIGNED' });
    await eventually(
      async () =>
        (await readableHistory(rig.client, { workflowId })).includes(`order/${signed.out_trade_no}`) ? true : undefined,
      'handing over the order',
    );
    rig.simulator.terminate({ out_trade_no: signed.out_trade_no, mode: '2' });
    await expect(rig.client.workflow.getHandle(workflowId).result()).resolves.toMatchObject({
      outcome: 'TERMINATED',
      contract_termination_mode: '2',
    });
  });

  it('the same notification a hundred times changes the state once', async () => {
    const { presignFailed } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({
      order: { out_trade_no: presignFailed.out_trade_no, presign: 'SUCCESS', pay: { after: 1 }, sign: { after: 600 } },
    });
    const process = await rig.wechatpay.orderWithContract({
      order: presignFailed,
      options: { ...NO_POLLS, contractWait: '20s' },
    });
    await eventually(async () => ((await process.status()).state === 'SUCCESS' ? true : undefined), 'the payment');
    const [notification] = rig.simulator.notifications({ kind: 'payment', key: presignFailed.out_trade_no });
    for (let count = 0; count < 100; count += 1) rig.simulator.notify({ repeat: notification?.id ?? '' });
    const deliveries = () =>
      rig.simulator.notifications({ kind: 'payment', key: presignFailed.out_trade_no })[0]?.deliveries;
    await eventually(() => Promise.resolve(deliveries()?.length === 101 ? true : undefined), 'a hundred answers');
    expect(deliveries()?.filter(({ acknowledged }) => !acknowledged)).toEqual([]);
    const signals = (await eventsOf(rig.client, process)).filter((name) => name === 'workflowExecutionSignaled');
    expect(signals.length).toBe(101);
    const result = await process.result();
    expect(result).toMatchObject({ payment: 'PAID', contract: 'NOT_SIGNED' });
    const changes = (await eventsOf(rig.client, process)).filter((name) => name === 'upsertWorkflowSearchAttributes');
    expect(changes).toHaveLength(3); // NOTPAY, SUCCESS, the outcome
    await expect(openUnclaimed('payment')).resolves.not.toContain(expect.stringContaining(mchid + notification?.id));
  });

  it('a payment that contradicts its order is acknowledged, kept for a person, and never applied', async () => {
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({
      order: { out_trade_no: signed.out_trade_no, pay: { after: 1, total_fee: 1 }, trade_state: 'NOTPAY' },
    });
    const process = await rig.wechatpay.orderWithContract({ order: signed, options: NO_POLLS });
    const { workflowId, reason } = await unclaimedAbout(signed.out_trade_no, 'payment');
    expect(reason).toContain('total_fee');
    await expect(process.status()).resolves.toMatchObject({ state: 'NOTPAY' });
    const [notification] = rig.simulator.notifications({ kind: 'payment', key: signed.out_trade_no });
    expect(notification?.acknowledged).toBe(true);
    const handle = rig.client.workflow.getHandle(workflowId);
    await expect(handle.executeUpdate('resolve', { args: [{ note: '' }] })).rejects.toThrow();
    await handle.executeUpdate('resolve', { args: [{ note: 'refunded on the platform' }] });
    await expect(handle.result()).resolves.toEqual({ outcome: 'RESOLVED', note: 'refunded on the platform' });
    await rig.client.workflow.getHandle(process.workflowId).cancel();
  });

  it('a contradiction that comes while the order is ending is kept too', async () => {
    const { presignFailed } = newSamples(rig.credentials);
    const { mchid, appid } = rig.credentials;
    const { out_trade_no, openid } = presignFailed;
    rig.simulator.script({ order: { out_trade_no, presign: 'FAIL', pay: { after: 1 } } });
    const order = await rig.wechatpay.orderWithContract({
      order: presignFailed,
      // Nobody works on this queue yet, so the order goes on ending.
      options: { ...NO_POLLS, onResult: { taskQueue: 'slow-caller', activity: 'paid' } },
    });
    await eventually(
      async () => ((await order.status()).state === 'PAID/PRESIGN_FAILED' ? true : undefined),
      'the payment',
    );
    rig.simulator.notify({
      kind: 'payment',
      url: `${rig.webhook.url}/wechatpay/${mchid}/payment`,
      fields: {
        ...{ return_code: 'SUCCESS', result_code: 'SUCCESS', appid, mch_id: mchid, openid, out_trade_no },
        ...{ nonce_str: '5d2b6c2a8db53831f7eda20af46e531c', is_subscribe: 'N', trade_type: 'JSAPI', bank_type: 'CFT' },
        ...{ total_fee: '888', cash_fee: '888', transaction_id: '1004400740201409030005099999' },
        time_end: '20260102030501',
      },
    });
    await eventually(async () => {
      const signals = (await eventsOf(rig.client, order)).filter((name) => name === 'workflowExecutionSignaled');
      return signals.length === 2 ? true : undefined;
    }, 'the second signal');
    const caller = await Worker.create({
      connection: rig.nativeConnection,
      taskQueue: 'slow-caller',
      activities: { paid: () => Promise.resolve() },
    });
    await caller.runUntil(() => order.result());
    const { reason } = await unclaimedAbout('1004400740201409030005099999', 'payment');
    expect(reason).toContain('ending');
  });

  it('a payment of an order nobody started here is kept and acknowledged', async () => {
    const { signed } = newSamples(rig.credentials);
    const { mchid, appid } = rig.credentials;
    const id = rig.simulator.notify({
      kind: 'payment',
      url: `${rig.webhook.url}/wechatpay/${mchid}/payment`,
      fields: {
        return_code: 'SUCCESS',
        result_code: 'SUCCESS',
        appid,
        mch_id: mchid,
        nonce_str: '5d2b6c2a8db53831f7eda20af46e531c',
        openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
        is_subscribe: 'N',
        trade_type: 'JSAPI',
        bank_type: 'CFT',
        total_fee: '888',
        cash_fee: '888',
        transaction_id: '1004400740201409030005092168',
        out_trade_no: signed.out_trade_no,
        time_end: '20260102030501',
      },
    });
    const { reason } = await unclaimedAbout(signed.out_trade_no, 'payment');
    expect(reason).toBeDefined();
    const record = rig.simulator.notifications().find((one) => one.id === id.id);
    expect(record?.acknowledged).toBe(true);
  });

  it.each(['bad', 'missing', 'stale', 'probe'] as const)('a %s signature gets 401 and no signal', async (signature) => {
    const { approved } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    const process = await rig.wechatpay.applyForH5({ mchid, application: approved, options: NO_POLLS });
    const { id } = rig.simulator.notify({
      kind: 'h5',
      url: `${rig.webhook.url}/wechatpay/${mchid}/h5/${approved.sub_mchid}`,
      resource: { sub_mchid: approved.sub_mchid, applyment_id: 1, applyment_state: 'REJECTED' },
      signature,
      once: true,
    });
    const deliveries = await eventually(async () => {
      await Promise.resolve();
      const record = rig.simulator.notifications().find((one) => one.id === id);
      return record !== undefined && record.deliveries.length > 0 ? record.deliveries : undefined;
    }, 'the delivery');
    expect(deliveries[0]?.status).toBe(401);
    expect(await eventsOf(rig.client, process)).not.toContain('workflowExecutionSignaled');
    await rig.client.workflow.getHandle(process.workflowId).cancel();
  });
});
