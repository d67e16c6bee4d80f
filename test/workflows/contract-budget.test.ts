import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import type { ContractOrderOptions } from '../../src/interface';
import { debitOnNewContract } from './debit-samples';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventsOf } from './histories';
import { newSamples } from './samples';

/** Events of an order that is submitted, paid and signed, one after the other; a few more if two come in one millisecond. */
const BUDGET = 40;
/** No poll comes within the time of a test, so that what ends a wait is the notification. */
const NO_POLLS = { pollEvery: '1 hour' };

describe('the event budget of a contract order, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  async function paidAndSigned(options: ContractOrderOptions, script: object) {
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, ...script } });
    const process = await rig.wechatpay.orderWithContract({ order: signed, options });
    await expect(process.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
    const { raw } = await rig.client.workflow.getHandle(process.workflowId, process.runId).describe();
    const events = await eventsOf(rig.client, process);
    const bytes = Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0);
    printed(`an order with ${JSON.stringify(options)}: ${events.length} events, ${bytes} bytes`);
    return { events };
  }

  function printed(line: string): void {
    process.stdout.write(`[budget] ${line}\n`);
  }

  it('is kept by an order that is told of its payment and its signing', async () => {
    const { events } = await paidAndSigned(NO_POLLS, { pay: { after: 1 }, sign: { after: 3 } });
    expect(events.length).toBeLessThanOrEqual(BUDGET);
    // Nothing that the client had filled in is filled in again, and the contract is told by one signal.
    expect(events).not.toContain('markerRecorded');
    expect(events.filter((name) => name === 'signalExternalWorkflowExecutionInitiated')).toHaveLength(1);
    expect(events.filter((name) => name === 'startChildWorkflowExecutionInitiated')).toEqual([]);
    // SUBMITTING, NOTPAY, SUCCESS and the outcome: each is written once, the first by the client.
    expect(events.filter((name) => name === 'upsertWorkflowSearchAttributes')).toHaveLength(3);
  });

  it('is kept by an order that is told of both at once, which waits for one of them only', async () => {
    const { events } = await paidAndSigned(NO_POLLS, { pay: { after: 1 }, sign: { after: 1 } });
    expect(events.length).toBeLessThanOrEqual(BUDGET);
  });

  it('is kept by an order that finds out by itself, however often it asks', async () => {
    // A notification that is lost, for these orders only: its address leads nowhere.
    const { signed } = newSamples(rig.credentials);
    const order = { ...signed, notify_url: `${rig.webhook.url}/no`, contract_notify_url: `${rig.webhook.url}/no` };
    rig.simulator.script({ order: { out_trade_no: order.out_trade_no, pay: { after: 8 }, sign: { after: 16 } } });
    const process = await rig.wechatpay.orderWithContract({ order, options: { pollEvery: '1s' } });
    await expect(process.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED' });
    const events = await eventsOf(rig.client, process);
    const asked = rig.simulator.calls({ key: order.out_trade_no }).find(({ call }) => call === 'pay/orderquery');
    expect(asked?.count).toBeGreaterThanOrEqual(4);
    expect(events.length).toBeLessThanOrEqual(BUDGET);
    // Nobody had told of the contract, so the order is the one to begin watching it.
    expect(events).toContain('startChildWorkflowExecutionInitiated');
    const { mch_id, plan_id, contract_code } = order;
    const workflowId = workflowIds.contract({ mch_id, plan_id, contract_code });
    await expect(rig.wechatpay.status(workflowId)).resolves.toMatchObject({ state: 'SIGNED' });
  });
});

/** A debit that is accepted and then made: by a notification four events more, which the wait is cut short by. */
const DEBIT_BUDGET = { asked: 22, told: 26 };

describe('the event budget of a debit, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  async function made(notify_url: string | undefined, pollEvery: string) {
    const given = await debitOnNewContract(rig);
    const debit = notify_url === undefined ? given : { ...given, notify_url };
    rig.simulator.script({ debit: { out_trade_no: debit.out_trade_no, after: 4 } });
    const run = await rig.wechatpay.debit({ debit, options: { pollEvery } });
    await expect(run.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const events = await eventsOf(rig.client, run);
    process.stdout.write(`[budget] a debit asked for every ${pollEvery}: ${events.length} events\n`);
    return { events, polls: rig.simulator.calls({ key: debit.out_trade_no }) };
  }

  it('is kept by a debit that is asked for, however often', async () => {
    const { events, polls } = await made(`${rig.webhook.url}/no`, '1s');
    expect(polls.find(({ call }) => call === 'pay/paporderquery')?.count).toBeGreaterThanOrEqual(4);
    expect(events.length).toBeLessThanOrEqual(DEBIT_BUDGET.asked);
    expect(events.filter((name) => name === 'activityTaskScheduled')).toHaveLength(2);
  });

  it('is kept by a debit that is told of', async () => {
    const { events } = await made(undefined, '1 hour');
    expect(events.length).toBeLessThanOrEqual(DEBIT_BUDGET.told);
  });
});
