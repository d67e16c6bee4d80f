import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import type { ContractInput, WorkflowStatus } from '../../src/interface';
import type { ContractOrder } from '../../src/wechatpay/contract-order/schema';
import { v2CallsOf } from './outside-calls';
import { eventually } from './histories';
import type { RunId } from './histories';
import { newSamples } from './samples';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

const DAY = 86_400_000;
const HALF_AN_HOUR = 1_800;

describe('the years of a contract, with time skipped and nothing cached', () => {
  let rig: SkippingRig;
  const runs: RunId[] = [];

  beforeAll(async () => {
    rig = await startSkippingRig({ maxCachedWorkflows: 0 });
  });
  afterAll(async () => {
    try {
      if (rig !== undefined) expect(await rig.replay(...runs)).toBeGreaterThan(0);
    } finally {
      await rig?.close();
    }
  });

  /** A contract that WeChat Pay has; no notification ever tells of it. */
  async function signedContract(): Promise<{ order: ContractOrder; input: ContractInput & { appid: string } }> {
    const { signed } = newSamples(rig.credentials);
    await simulatorOnServerTime(signed);
    const order = { ...(await rig.expiringIn(signed, HALF_AN_HOUR)), trade_type: 'JSAPI' as const };
    const { mch_id, appid, plan_id, contract_code, out_trade_no, openid } = order;
    const url = 'http://127.0.0.1:1/nowhere';
    const whole = { contract_mchid: mch_id, contract_appid: appid, notify_url: url, contract_notify_url: url };
    // The digits of a number may begin with 0, a serial may not.
    const request_serial = `1${out_trade_no.replace(/\D/g, '')}`;
    await v2CallsOf(rig).contractOrder.create({ ...order, ...whole, request_serial });
    rig.simulator.pay({ out_trade_no });
    rig.simulator.sign({ out_trade_no });
    return { order, input: { mch_id, appid, plan_id, contract_code, openid } };
  }

  /** The simulator learns the time of the server, which runs ahead, from activities: one that asks for nothing. */
  async function simulatorOnServerTime({ mch_id, appid, plan_id, contract_code }: ContractOrder): Promise<void> {
    const asking = { mch_id, appid, plan_id, contract_code: `${contract_code}X` };
    const handle = await start({ ...asking, contract_expired_time: '2020-01-01 00:00:00' });
    await eventually(
      () => Promise.resolve(rig.simulator.calls({ key: asking.contract_code })[0]),
      'a question about a contract that is long over',
    );
    await handle.cancel();
  }

  async function start(input: ContractInput) {
    return rig.environment.client.workflow.start('contract', {
      taskQueue: 'wechatpay',
      workflowId: workflowIds.contract(input),
      args: [input],
    });
  }

  /** The run that is open now, how many events it has, and what it was started with. */
  async function newestRun(workflowId: string) {
    const handle = rig.environment.client.workflow.getHandle(workflowId);
    const { runId } = await handle.describe();
    const { events } = await rig.environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
    const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    const input = JSON.parse(Buffer.from(payload ?? new Uint8Array()).toString()) as ContractInput;
    runs.push({ workflowId, runId });
    return { runId, events: events?.length ?? 0, input, status: await handle.query<WorkflowStatus>('status') };
  }

  /** A Beijing time as contracts have it, by the server's clock, which runs ahead of ours and of the simulator's. */
  async function inDays(days: number): Promise<string> {
    const then = (await rig.environment.currentTimeMs()) + days * DAY + 8 * 3_600_000;
    return new Date(then).toISOString().slice(0, 19).replace('T', ' ');
  }

  function asked({ contract_code }: ContractOrder): number {
    const calls = rig.simulator.calls({ call: 'papay/querycontract', key: contract_code });
    return calls[0]?.count ?? 0;
  }

  it('a weekly question costs no history, goes on in new runs, and finds the end that nobody told', async () => {
    const { order, input } = await signedContract();
    const handle = await start({ ...input, options: { pollEvery: '7 days' } });
    const sizes: number[] = [];
    const seen = new Set<string>();
    for (let month = 0; month < 13; month++) {
      await rig.environment.sleep(29 * DAY);
      const { events, runId } = await newestRun(handle.workflowId);
      sizes.push(events);
      seen.add(runId);
    }
    expect(asked(order)).toBeGreaterThanOrEqual(52);
    expect(seen.size).toBeGreaterThanOrEqual(12);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(12);
    rig.simulator.terminate({ out_trade_no: order.out_trade_no, mode: '2' });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'TERMINATED', contract_termination_mode: '2' });
  });

  it('is asked for on the day it would expire, and found expired', async () => {
    const { order, input } = await signedContract();
    const handle = await start({ ...input, contract_expired_time: await inDays(5 * 365) });
    const before = asked(order);
    await rig.environment.sleep(5 * 365 * DAY - DAY);
    expect(asked(order)).toBe(before);
    rig.simulator.terminate({ out_trade_no: order.out_trade_no, mode: '1' });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'TERMINATED', contract_termination_mode: '1' });
    expect(asked(order)).toBe(before + 1);
  });

  it('renewed by itself, it lives on after that day', async () => {
    const { order, input } = await signedContract();
    const soon = await inDays(10);
    const handle = await start({ ...input, contract_expired_time: soon });
    const before = asked(order);
    await rig.environment.sleep(20 * DAY);
    expect(asked(order)).toBe(before + 1);
    await rig.environment.sleep(60 * DAY);
    const { input: later, status } = await newestRun(handle.workflowId);
    expect(later.contract_expired_time).not.toBe(soon);
    expect(status).toMatchObject({ state: 'SIGNED', needsOperator: false });
    expect(asked(order)).toBe(before + 1);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
  });

  it('another contract under its numbers ends nothing and calls a person, once', async () => {
    const { order, input } = await signedContract();
    const handle = await start({ ...input, contract_id: 'WxOther', options: { pollEvery: '1 day' } });
    rig.simulator.terminate({ out_trade_no: order.out_trade_no });
    await rig.environment.sleep(20 * DAY);
    const { events, status } = await newestRun(handle.workflowId);
    expect(status).toMatchObject({ state: 'SIGNED', needsOperator: true });
    expect(status.reason).toContain('another contract');
    expect(asked(order)).toBeGreaterThanOrEqual(20);
    expect(events).toBeLessThanOrEqual(16);
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
  });

  it('what is known goes along, and the ids that were acted on', async () => {
    const { input } = await signedContract();
    const { appid: _appid, ...little } = input;
    const handle = await start({ ...little, options: { reference: 'subscription-1' } });
    const data = { ...little, change_type: 'ADD', contract_id: 'WxOfThis', operate_time: '2026-01-02 03:05:01' };
    const notification = { receivedAt: '2026-01-02T03:05:06.000Z', kind: 'contract', data };
    await handle.signal('contractNotified', { ...notification, id: 'one' });
    await handle.signal('contractNotified', {
      ...{ id: 'two', receivedAt: notification.receivedAt, kind: 'order' },
      data: { appid: input.appid, out_trade_no: 'N1', contract_id: 'WxOther' },
    });
    await rig.environment.sleep(31 * DAY);
    const second = await newestRun(handle.workflowId);
    expect(second.runId).not.toBe(handle.firstExecutionRunId);
    expect(second.input).toMatchObject({
      contract_id: 'WxOfThis',
      options: { reference: 'subscription-1' },
      seen: ['one', 'two'],
      attention: "contract_id of its order differ from the contract's",
    });
    // The second run shows what the first had to tell, and since when.
    expect(second.status).toMatchObject({ state: 'SIGNED', needsOperator: true, reason: second.input.attention });
    const ending = { ...data, change_type: 'DELETE' };
    await handle.signal('contractNotified', { ...notification, id: 'one', data: ending }); // an id the first run knew
    // Last in this file: the server's clock runs on by months while the signal is under way.
    const mode = { contract_termination_mode: '4' };
    await handle.signal('contractNotified', { ...notification, id: 'end', data: { ...ending, ...mode } });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'TERMINATED', ...mode });
  });
});
