import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FAILURE_TYPES, workflowIds } from '../../src/interface';
import { workflowBundle } from '../../src/testing';
import { completeContractOrder } from '../../src/wechatpay/contract-order/complete';
import type { FrozenContractOrder } from '../../src/wechatpay/contract-order/schema';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventually } from './histories';
import { newSamples } from './samples';

const QUEUE = 'contradictions';

/** The simulator does not contradict itself, so here activities of the test's own stand for WeChat Pay's answers. */
describe('answers that contradict each other', () => {
  let rig: DevRig;
  let workers: Worker[];
  let running: Promise<void>[];
  let answers: Record<string, (input: never) => Promise<unknown>> = {};

  beforeAll(async () => {
    rig = await startDevRig({ withoutWorker: true });
    const names = [
      'submitContractOrder',
      'awaitPayment',
      'awaitContract',
      'queryContract',
      'terminateContract',
      'told',
    ];
    const activities = Object.fromEntries(
      names.map((name) => [
        name,
        (input: never) => answers[name]?.(input) ?? Promise.reject(new Error(`no answer to ${name}`)),
      ]),
    );
    const connection = rig.nativeConnection;
    workers = [
      await Worker.create({ connection, taskQueue: QUEUE, workflowBundle: await workflowBundle(), activities }),
      await Worker.create({ connection, taskQueue: `${QUEUE}-api`, activities }),
    ];
    running = workers.map((worker) => worker.run());
  });
  afterEach(() => {
    answers = {};
  });
  afterAll(async () => {
    for (const worker of workers ?? []) worker.shutdown();
    await Promise.all(running ?? []);
    await rig?.close();
  });

  function newOrder(): FrozenContractOrder {
    const { signed } = newSamples(rig.credentials);
    const addresses = { payment: () => 'https://a.example.com/p', contract: () => 'https://a.example.com/c' };
    return completeContractOrder(signed, addresses, Date.now());
  }

  function paid({ out_trade_no, appid, mch_id, openid, total_fee }: FrozenContractOrder) {
    const transaction_id = '1004400740201409030005092168';
    return {
      trade_state: 'SUCCESS',
      out_trade_no,
      appid,
      mch_id,
      openid,
      total_fee,
      transaction_id,
      time_end: '20260102030501',
    };
  }

  function start(order: FrozenContractOrder, options: object) {
    answers['submitContractOrder'] = () =>
      Promise.resolve({
        answer: { answer: { prepay_id: 'wx1', trade_type: 'JSAPI', presign: 'SUCCESS' }, answeredAt: Date.now() },
      });
    answers['awaitPayment'] = () => Promise.resolve({ record: paid(order) });
    return rig.client.workflow.start('contractOrder', {
      taskQueue: QUEUE,
      workflowId: workflowIds.contractOrder(order),
      args: [{ order, options }],
    });
  }

  async function isKept(id: string): Promise<void> {
    await eventually(async () => {
      const { mchid } = rig.credentials;
      const open = await rig.client.workflow
        .getHandle(workflowIds.unclaimed({ kind: 'contract', mchid, id }))
        .describe();
      return open.status.name === 'RUNNING' ? true : undefined;
    }, `keeping notification ${id}`);
  }

  it('a contract that is not the ordered one does not take the payment with it', async () => {
    const order = newOrder();
    answers['awaitContract'] = () =>
      Promise.reject(
        ApplicationFailure.create({ type: FAILURE_TYPES.conflict, message: 'openid differs', nonRetryable: true }),
      );
    const handle = await start(order, { contractWait: '10s' });
    await expect(handle.result()).resolves.toMatchObject({
      payment: 'PAID',
      contract: 'UNDECIDED',
      message: 'openid differs',
    });
  });

  it('the last look takes no foreign contract for the ordered one', async () => {
    const order = newOrder();
    const pending = ApplicationFailure.create({ type: FAILURE_TYPES.stillPending, nextRetryDelay: '1 hour' });
    answers['awaitContract'] = () => Promise.reject(pending);
    const { plan_id, contract_code } = order;
    answers['queryContract'] = () =>
      Promise.resolve({ contract_state: '0', contract_id: 'FOREIGN', plan_id, contract_code, openid: 'somebody else' });
    const handle = await start(order, { contractWait: '2s' });
    const result = await handle.result();
    expect(result).toMatchObject({ payment: 'PAID', contract: 'UNDECIDED' });
    expect(JSON.stringify(result)).not.toContain('FOREIGN');
  });

  it('a signing that is notified while the contract’s ending is told is kept', async () => {
    const { mch_id, plan_id, contract_code, appid, openid = '' } = newOrder();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    answers['told'] = () => released;
    const input = { mch_id, plan_id, contract_code, appid, contract_id: 'C1' };
    const handle = await rig.client.workflow.start('contract', {
      taskQueue: QUEUE,
      workflowId: workflowIds.contract(input),
      args: [{ ...input, options: { onResult: { taskQueue: QUEUE, activity: 'told' } } }],
    });
    const notified = (id: string, change_type: 'ADD' | 'DELETE', contract_id: string) =>
      handle.signal('contractNotified', {
        id,
        receivedAt: new Date().toISOString(),
        kind: 'contract',
        data: { mch_id, plan_id, contract_code, openid, change_type, contract_id, operate_time: '2026-01-02 03:05:01' },
      });
    await notified(`end-${contract_code}`, 'DELETE', 'C1');
    await eventually(
      async () => ((await handle.query<{ state: string }>('status')).state === 'TERMINATED' ? true : undefined),
      'the termination',
    );
    await notified(`again-${contract_code}`, 'ADD', 'C2');
    release();
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'TERMINATED', contract_id: 'C1' });
    await isKept(`again-${contract_code}`);
  });

  it('a contract WeChat Pay does not know is not terminated here', async () => {
    const { mch_id, plan_id, contract_code, appid } = newOrder();
    answers['terminateContract'] = () => Promise.resolve(null);
    const input = { mch_id, plan_id, contract_code, appid };
    const handle = await rig.client.workflow.start('contract', {
      taskQueue: QUEUE,
      workflowId: workflowIds.contract(input),
      args: [input],
    });
    await expect(handle.executeUpdate('terminate', { args: [{ remark: 'refunded' }] })).rejects.toMatchObject({
      cause: { type: FAILURE_TYPES.conflict },
    });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.cancel();
  });
});
