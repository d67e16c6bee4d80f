import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProcessStatus } from '../../src/client/process';
import { eventsOf } from './histories';
import type { RunId } from './histories';
import { newSamples } from './samples';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

const KEY_WRONG = /key|signature/i;

describe.each([{ maxCachedWorkflows: 200 }, { maxCachedWorkflows: 0 }])('the operator, with %o', (cache) => {
  let rig: SkippingRig;
  const played: RunId[] = [];

  beforeAll(async () => {
    rig = await startSkippingRig(cache);
  });
  afterAll(async () => {
    try {
      if (rig !== undefined) expect(await rig.replay(...played)).toBeGreaterThan(2);
    } finally {
      await rig?.close();
    }
  });

  const statusOf = ({ workflowId }: RunId) => rig.wechatpay.status(workflowId);

  /** Lets time pass until it is so: when exactly depends on the poll that happens to see it. */
  async function becomes(process: RunId, holds: (status: ProcessStatus) => boolean): Promise<ProcessStatus> {
    for (let step = 0; step < 36; step += 1) {
      const status = await statusOf(process);
      if (holds(status)) return status;
      await rig.environment.sleep('5 minutes');
    }
    throw new Error(`not within three hours: ${JSON.stringify(await statusOf(process))}`);
  }

  function breakKey(key: string): void {
    rig.simulator.faults({ kind: '401', key, times: 'always' });
  }

  async function declared() {
    const { declared: declaration } = newSamples(rig.credentials);
    const { transaction_id, sub_order_no = '' } = declaration;
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'PROCESSING' }] } });
    const process = await rig.wechatpay.declare({ declaration });
    played.push(process);
    return { transaction_id, sub_order_no, process };
  }

  it('is told of a wait that a wrong key holds up, and told off when it is repaired, while nothing else changes', async () => {
    const { transaction_id, sub_order_no, process } = await declared();
    breakKey(sub_order_no); // what a part is asked for by
    await rig.environment.sleep('9 minutes');
    await expect(statusOf(process)).resolves.toMatchObject({ state: 'PROCESSING', needsOperator: false });
    const told = await becomes(process, ({ needsOperator }) => needsOperator);
    expect(told.state).toBe('PROCESSING');
    expect(told.reason).toMatch(KEY_WRONG);
    rig.simulator.clearFaults();
    const after = await becomes(process, ({ needsOperator }) => !needsOperator);
    expect(after).toMatchObject({ state: 'PROCESSING', needsOperator: false, since: told.since });
    expect(after.reason).toBeUndefined();
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });

  it('costs a wait that nothing holds up no event', async () => {
    const { transaction_id, process } = await declared();
    await rig.environment.sleep('30 minutes');
    const before = await eventsOf(rig.client, process);
    expect(before.filter((event) => event === 'activityTaskScheduled')).toHaveLength(2);
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
    await rig.result(process);
  });

  it('is told of a second fault while a first one is being shown', async () => {
    const { approved } = newSamples(rig.credentials);
    const { sub_mchid } = approved;
    rig.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'PENDING' }] } });
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: approved });
    played.push(process);
    const slow = await becomes(process, ({ needsOperator }) => needsOperator);
    expect(slow.state).toBe('PENDING');
    expect(slow.reason).toContain('more than 15 minutes');
    breakKey((process.first as { answer: { applyment_id: string } }).answer.applyment_id);
    await becomes(process, ({ reason = '' }) => KEY_WRONG.test(reason));
    // Repaired, it is still as slow as it was.
    rig.simulator.clearFaults();
    await becomes(process, ({ needsOperator, reason }) => needsOperator && reason === slow.reason);
    rig.simulator.decideH5({ sub_mchid, state: 'UNDER_REVIEW' });
    await becomes(process, ({ state, needsOperator }) => state === 'UNDER_REVIEW' && !needsOperator);
    rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
  });

  it('is told of a payment that cannot be asked for, and told off before it is paid', async () => {
    const { signed } = newSamples(rig.credentials);
    const { out_trade_no } = signed;
    const order = await rig.wechatpay.orderWithContract({ order: await rig.expiringIn(signed, 5 * 3_600) });
    played.push(order);
    breakKey(out_trade_no);
    await becomes(order, ({ state, needsOperator }) => state === 'NOTPAY' && needsOperator);
    rig.simulator.clearFaults();
    await becomes(order, ({ state, needsOperator }) => state === 'NOTPAY' && !needsOperator);
    rig.simulator.pay({ out_trade_no });
    rig.simulator.sign({ out_trade_no });
    await expect(rig.result(order)).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
  });

  it('is told of a request that a wrong key holds up; it is sent once, when the key is right', async () => {
    const { declared: declaration } = newSamples(rig.credentials);
    const { transaction_id, mchid, customs, sub_order_no } = declaration;
    breakKey(transaction_id);
    const workflowId = `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`;
    const handle = await rig.client.workflow.start('customsDeclaration', {
      workflowId,
      taskQueue: 'wechatpay',
      args: [{ declaration }],
    });
    const process = { workflowId, runId: handle.firstExecutionRunId };
    played.push(process);
    const told = await becomes(process, ({ needsOperator }) => needsOperator);
    expect(told.state).toBe('SUBMITTING');
    expect(told.reason).toMatch(KEY_WRONG);
    rig.simulator.clearFaults();
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    await expect(statusOf(process)).resolves.toMatchObject({ needsOperator: false });
    const sent = rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(transaction_id));
    expect(sent).toMatchObject([{ count: 1 }]);
  });
});
