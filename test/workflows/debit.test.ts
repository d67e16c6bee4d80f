import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ResultEvent } from '../../src/interface';
import { ConflictError } from '../../src/client';
import type { DebitScript } from '../../src/testing/simulator/scripts';
import type { Debit } from '../../src/wechatpay/debit/schema';
import { asked, debited, debitOnNewContract } from './debit-samples';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventsOf, eventually } from './histories';
import type { RunId } from './histories';

/** No poll comes within the time of a test, so that what ends a wait is the notification. */
const NO_POLLS = { pollEvery: '1 hour' };
const LATER = 100_000;

describe('a debit, on a real server with real notifications', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterEach(() => {
    rig.simulator.script({ notifications: { lose: 0, duplicate: 0, delay: 0 } });
    rig.simulator.clearFaults();
  });
  afterAll(() => rig?.close());

  async function newDebit(script: DebitScript = {}): Promise<Debit> {
    const debit = await debitOnNewContract(rig);
    rig.simulator.script({ debit: { ...script, out_trade_no: debit.out_trade_no } });
    return debit;
  }

  /** Sends a notification of our own making, correctly signed, and waits until the webhook has taken it. */
  async function notify(debit: Debit, fields: Record<string, string>): Promise<void> {
    const { appid, mch_id, out_trade_no, contract_id } = debit;
    const { id } = rig.simulator.notify({
      kind: 'debit',
      url: `${rig.webhook.url}/wechatpay/${mch_id}/debit`,
      fields: { return_code: 'SUCCESS', appid, mch_id, out_trade_no, contract_id, ...fields },
    });
    await acknowledged(id);
  }

  const acknowledged = (id: string) =>
    eventually(async () => {
      await Promise.resolve();
      return rig.simulator.notifications().find((one) => one.id === id && one.acknowledged);
    }, 'the acknowledgement');

  const made = (debit: Debit, transaction_id: string) => ({
    result_code: 'SUCCESS',
    trade_state: 'SUCCESS',
    trade_type: 'PAP',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    is_subscribe: 'N',
    bank_type: 'CFT',
    total_fee: String(debit.total_fee),
    cash_fee: String(debit.total_fee),
    transaction_id,
    time_end: '20260102030501',
  });
  const NOT_MADE = { result_code: 'FAIL', err_code: 'NOTENOUGH', err_code_des: '余额不足' };

  async function unclaimedAbout({ out_trade_no }: Debit): Promise<string[]> {
    const found: string[] = [];
    const query = `WorkflowType = 'unclaimedNotification' AND WxKeys = '${out_trade_no}' AND ExecutionStatus = 'Running'`;
    for await (const { workflowId } of rig.client.workflow.list({ query })) found.push(workflowId);
    return found;
  }

  /** Why the one notification about this debit is kept. */
  const keptReason = (debit: Debit) =>
    eventually(async () => {
      const [workflowId, ...more] = await unclaimedAbout(debit);
      if (more.length > 0) throw new Error('more than one is kept');
      return workflowId === undefined ? undefined : (await rig.wechatpay.status(workflowId)).reason;
    }, 'an unclaimed notification');

  const signals = async (run: RunId) =>
    (await eventsOf(rig.client, run)).filter((name) => name === 'workflowExecutionSignaled').length;

  it('is made by its notification, without a poll', async () => {
    const debit = await newDebit();
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    expect(process.first).toMatchObject({ answer: { state: 'NOTPAY', out_trade_no: debit.out_trade_no } });
    await expect(process.result()).resolves.toMatchObject({
      outcome: 'SUCCESS',
      total_fee: 888,
      contract_id: debit.contract_id,
    });
    // One question before it was sent, one after, and the one that began the wait: none that told the result.
    expect([debited(rig, debit), asked(rig, 'pay/paporderquery', debit)]).toEqual([1, 3]);
  });

  it('notified four times at once, and again afterwards, is one debit that troubles nobody', async () => {
    const debit = await newDebit();
    rig.simulator.script({ notifications: { duplicate: 3 } });
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const [record] = rig.simulator.notifications({ kind: 'debit', key: debit.out_trade_no });
    const before = record?.deliveries.length ?? 0;
    rig.simulator.notify({ repeat: record?.id ?? '' });
    const deliveries = await eventually(async () => {
      await Promise.resolve();
      const [now] = rig.simulator.notifications({ kind: 'debit', key: debit.out_trade_no });
      return now !== undefined && now.deliveries.length > before ? now.deliveries : undefined;
    }, 'the repeated delivery');
    expect(new Set(deliveries.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await unclaimedAbout(debit)).toEqual([]);
  });

  it('that failed is told with WeChat Pay’s words, once the query says so', async () => {
    const debit = await newDebit({ result: 'PAY_FAIL', err_code: 'NOTENOUGH', err_code_des: '余额不足' });
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    await expect(process.result()).resolves.toEqual({
      outcome: 'PAY_FAIL',
      contract_id: debit.contract_id,
      code: 'NOTENOUGH',
      message: '余额不足',
      remedy: expect.stringContaining('new out_trade_no') as string,
    });
  });

  it('notified as failed while the query says otherwise goes on, and its words are not believed', async () => {
    const debit = await newDebit({ after: 8 });
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    await notify(debit, { ...NOT_MADE, err_code: '0', err_code_des: '业务成功' });
    await eventually(async () => ((await signals(process)) > 0 ? true : undefined), 'the signal');
    expect(await process.status()).toMatchObject({ state: 'NOTPAY' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(await unclaimedAbout(debit)).toEqual([]);
  });

  it.each<[string, (debit: Debit) => Record<string, string>, string]>([
    ['amount', (debit) => ({ ...made(debit, '4200000001202601020000000001'), total_fee: '1' }), 'total_fee'],
    [
      'contract',
      (debit) => ({ ...made(debit, '4200000001202601020000000002'), contract_id: 'WxFOREIGN' }),
      'contract_id',
    ],
    ['app', (debit) => ({ ...made(debit, '4200000001202601020000000003'), appid: 'wxffffffffffffffff' }), 'appid'],
    ['contract that failed', () => ({ ...NOT_MADE, contract_id: 'WxFOREIGN' }), 'contract_id'],
  ])('is not decided by a notification of another %s, which is kept for a person', async (_what, fields, named) => {
    const debit = await newDebit({ after: LATER });
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    await notify(debit, fields(debit));
    expect(await keptReason(debit)).toBe(`its ${named} differ from the debit's`);
    expect(await process.status()).toMatchObject({ state: 'NOTPAY' });
    await rig.client.workflow.getHandle(process.workflowId).cancel();
  });

  it('that failed and is then notified as made keeps its result, and a person is asked to look', async () => {
    const debit = await newDebit({ result: 'PAY_FAIL' });
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'PAY_FAIL' });
    await notify(debit, made(debit, '4200000001202601020000000004'));
    expect(await keptReason(debit)).toContain('its result does not say the same');
    await expect(process.result()).resolves.toMatchObject({ outcome: 'PAY_FAIL' });
  });

  it('that nobody started here is kept for a person', async () => {
    const debit = await newDebit();
    await notify(debit, made(debit, '4200000001202601020000000005'));
    expect(await keptReason(debit)).toContain('no workflow');
  });

  it('whose notifications are lost is found by asking', async () => {
    const debit = await newDebit();
    rig.simulator.script({ notifications: { lose: 'all' } });
    const process = await rig.wechatpay.debit({ debit, options: { pollEvery: '1s' } });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(await signals(process)).toBe(0);
  });

  it('can be asked for now', async () => {
    const debit = await newDebit();
    rig.simulator.script({ notifications: { lose: 'all' } });
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    await eventually(
      async () =>
        ((await process.refresh()) as { trade_state?: string } | null)?.trade_state === 'SUCCESS' || undefined,
      'the debit',
    );
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });

  it('started twice is one debit; other data under its number are refused, open and closed', async () => {
    const debit = await newDebit();
    const start = (over: Partial<Debit> = {}) =>
      rig.wechatpay.debit({ debit: { ...debit, ...over }, options: NO_POLLS });
    const [one, two] = await Promise.all([start(), start()]);
    expect(two.runId).toBe(one.runId);
    await expect(start({ total_fee: 1 })).rejects.toMatchObject({ fields: ['total_fee'] });
    await expect(one.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const third = await start();
    expect(third.runId).toBe(one.runId);
    await expect(start({ contract_id: 'WxOther' })).rejects.toBeInstanceOf(ConflictError);
    expect([debited(rig, debit), asked(rig, 'pay/pappayapply', debit)]).toEqual([1, 1]);
  });

  it('whose first answer is lost is found, and not applied for again', async () => {
    const debit = await newDebit({ after: 3 });
    rig.simulator.faults({ call: 'pay/pappayapply', key: debit.out_trade_no, kind: 'act-and-drop' });
    const process = await rig.wechatpay.debit({ debit, options: NO_POLLS });
    expect(process.first).toMatchObject({ answer: { state: 'NOTPAY' } });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(asked(rig, 'pay/pappayapply', debit)).toBe(1);
  });

  it('tells a caller that crashes again and again, under one event id', async () => {
    const debit = await newDebit();
    const process = await rig.wechatpay.debit({
      debit,
      options: { ...NO_POLLS, reference: 'rent-2026-05', onResult: { taskQueue: 'rents', activity: 'debited' } },
    });
    const told: ResultEvent[] = [];
    const caller = await Worker.create({
      connection: rig.nativeConnection,
      taskQueue: 'rents',
      activities: {
        debited: (event: ResultEvent) => {
          told.push(event);
          if (told.length < 3) throw new Error('the order database is down');
        },
      },
    });
    const result = await caller.runUntil(process.result());
    expect(told).toHaveLength(3);
    expect(new Set(told.map((event) => JSON.stringify(event))).size).toBe(1);
    expect(told[0]).toEqual({
      eventId: `${process.workflowId}/${process.runId}/result`,
      flow: 'contractDebit',
      workflowId: process.workflowId,
      runId: process.runId,
      reference: 'rent-2026-05',
      result,
    });
  });

  it('keeps its result when the caller refuses it for good, and calls a person', async () => {
    const debit = await newDebit();
    const process = await rig.wechatpay.debit({
      debit,
      options: { ...NO_POLLS, onResult: { taskQueue: 'refusing', activity: 'debited' } },
    });
    const caller = await Worker.create({
      connection: rig.nativeConnection,
      taskQueue: 'refusing',
      activities: {
        debited: () => {
          throw ApplicationFailure.nonRetryable('no such rent');
        },
      },
    });
    await expect(caller.runUntil(process.result())).resolves.toMatchObject({ outcome: 'SUCCESS' });
    await expect(process.status()).resolves.toMatchObject({
      state: 'SUCCESS',
      needsOperator: true,
      reason: "The caller's activity debited refused this result for good: tell the caller.",
      result: { outcome: 'SUCCESS' },
    });
  });

  it('is wrong input before anything starts, with every problem', async () => {
    const debit = await newDebit();
    const wrong = rig.wechatpay.debit({ debit: { ...debit, total_fee: 0, spbill_create_ip: 'x' } });
    await expect(wrong).rejects.toMatchObject({
      problems: [{ path: '$.debit.total_fee' }, { path: '$.debit.spbill_create_ip' }],
    });
    expect(asked(rig, 'pay/paporderquery', debit)).toBe(0);
  });
});
