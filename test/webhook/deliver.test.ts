import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FLOWS, SEARCH_ATTRIBUTE_TYPES, SEARCH_ATTRIBUTES, SIGNALS } from '../../src/interface';
import type {
  ContractNotified,
  DebitNotified,
  H5DomainReviewed,
  H5Reviewed,
  PaymentNotified,
} from '../../src/interface';
import { startDevServer } from '../../src/testing/servers';
import type { DevServer } from '../../src/testing/servers';
import { createTemporalSink } from '../../src/webhook/deliver';
import type { NotificationSink } from '../../src/webhook/sink';
import { CONTRACT, DEBIT, MCHID, PAYMENT, SUB_MCHID } from './genuine';

/** A real server and no worker: what the webhook promises must not need one. Workflows are closed by hand. */

const BY_HAND = 'by-hand';
const TASK_QUEUE = 'wechatpay-webhook-test';
const COMPLETE = 4;

let server: DevServer;
let connection: Connection;
let client: Client;
let sink: NotificationSink;
let count = 0;

beforeAll(async () => {
  server = await startDevServer({
    cli: inject('temporalCli'),
    uiPort: false,
    searchAttributes: SEARCH_ATTRIBUTE_TYPES,
  });
  connection = await Connection.connect({ address: server.address });
  client = new Client({ connection });
  sink = createTemporalSink({ client, taskQueue: TASK_QUEUE, onResult: { taskQueue: 'orders', activity: 'record' } });
});

afterAll(async () => {
  await connection?.close();
  await server?.stop();
});

const orderNumber = () => `DW${++count}`;
const orderId = (out_trade_no: string) => `contract-order/${MCHID}/${out_trade_no}`;
const contractId = (contract_code: string) => `contract/${MCHID}/123/${contract_code}`;
const unclaimedId = (kind: string, id: string) => `unclaimed/${kind}/${MCHID}/${id}`;

function paid(out_trade_no: string, transaction_id = PAYMENT.transaction_id): PaymentNotified {
  const { appid, openid, trade_type, time_end } = PAYMENT;
  const data = { appid, mch_id: MCHID, openid, trade_type, time_end, total_fee: 888, transaction_id, out_trade_no };
  return {
    id: `payment-${out_trade_no}-${transaction_id}`,
    receivedAt: '2026-01-02T03:05:06.000Z',
    kind: 'payment',
    data,
  };
}

function changed(contract_code: string, change_type: 'ADD' | 'DELETE' = 'ADD'): ContractNotified {
  const { openid, operate_time, contract_id, plan_id } = CONTRACT;
  const data = { mch_id: MCHID, change_type, contract_id, plan_id, contract_code, openid, operate_time };
  return { id: `${change_type}-${contract_code}`, receivedAt: '2026-01-02T03:05:06.000Z', kind: 'contract', data };
}

function reviewed(sub_mchid: string, applyment_state = 'APPROVED'): H5Reviewed {
  const data = { sub_mchid, applyment_id: '100000', applyment_state };
  return { id: `h5-${sub_mchid}-${applyment_state}`, receivedAt: '2026-01-02T03:05:06.000Z', kind: 'h5', data };
}

const RECEIVED = '2026-01-02T03:05:06.000Z';

function domainReviewed(out_applyment_id: string, applyment_state = 'APPROVED'): H5DomainReviewed {
  const data = { out_applyment_id, applyment_id: '100000', applyment_state };
  return { id: `domain-${out_applyment_id}-${applyment_state}`, receivedAt: RECEIVED, kind: 'h5-domain', data };
}

function debited(out_trade_no: string): DebitNotified {
  const { appid, openid, time_end, contract_id, transaction_id } = DEBIT;
  const made = { made: true, trade_type: 'PAP', total_fee: 888, openid, time_end, transaction_id } as const;
  const data = { ...made, appid, mch_id: MCHID, out_trade_no, contract_id };
  return { id: `debited-${out_trade_no}`, receivedAt: RECEIVED, kind: 'debit', data };
}

function notDebited(out_trade_no: string): DebitNotified {
  const { appid, contract_id } = DEBIT;
  const data = { made: false, appid, mch_id: MCHID, out_trade_no, contract_id, err_code: 'NOTENOUGH' } as const;
  return { id: `not-debited-${out_trade_no}`, receivedAt: RECEIVED, kind: 'debit', data };
}

const open = (workflowType: string, workflowId: string) =>
  client.workflow.start(workflowType, { workflowId, taskQueue: BY_HAND, args: [] });

/** Starts a workflow and completes it with a result, as a worker would. */
async function closed(workflowType: string, workflowId: string, result: unknown): Promise<void> {
  const { namespace } = client.options;
  const taskQueue = `${BY_HAND}-${++count}`;
  await client.workflow.start(workflowType, { workflowId, taskQueue, args: [] });
  const { taskToken } = await connection.withDeadline(Date.now() + 30_000, () =>
    connection.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue }, identity: 'test' }),
  );
  const payloads = [defaultPayloadConverter.toPayload(result)];
  await connection.workflowService.respondWorkflowTaskCompleted({
    namespace,
    taskToken,
    identity: 'test',
    commands: [{ commandType: COMPLETE, completeWorkflowExecutionCommandAttributes: { result: { payloads } } }],
  });
}

/** Signals of the newest run, as `[name, argument]`. */
async function signalsOf(workflowId: string): Promise<[string, unknown][]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }): [string, unknown][] => {
    const payload = signal?.input?.payloads?.[0];
    return signal && payload ? [[signal.signalName ?? '', defaultPayloadConverter.fromPayload(payload)]] : [];
  });
}

async function inputOf(workflowId: string): Promise<unknown> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const payload = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  return payload && defaultPayloadConverter.fromPayload(payload);
}

const exists = (workflowId: string) =>
  client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      () => true,
      () => false,
    );

describe('a payment', () => {
  it('reaches its open order', async () => {
    const out_trade_no = orderNumber();
    await open(FLOWS.contractOrder, orderId(out_trade_no));
    const message = paid(out_trade_no);
    expect(await sink.payment({ mch_id: MCHID, out_trade_no }, message)).toBe('delivered');
    expect(await signalsOf(orderId(out_trade_no))).toEqual([[SIGNALS.paymentNotified, message]]);
  });

  it('that a closed order knows already is a duplicate', async () => {
    const out_trade_no = orderNumber();
    const { transaction_id } = PAYMENT;
    await closed(FLOWS.contractOrder, orderId(out_trade_no), { payment: 'PAID', transaction_id, total_fee: 888 });
    const message = paid(out_trade_no);
    expect(await sink.payment({ mch_id: MCHID, out_trade_no }, message)).toBe('duplicate');
    expect(await exists(unclaimedId('payment', message.id))).toBe(false);
  });

  it('that contradicts a closed order is kept for a person, findable before any worker has seen it', async () => {
    const out_trade_no = orderNumber();
    await closed(FLOWS.contractOrder, orderId(out_trade_no), { payment: 'NOT_PAID', contract: 'NOT_SIGNED' });
    const message = paid(out_trade_no);
    expect(await sink.payment({ mch_id: MCHID, out_trade_no }, message)).toBe('unclaimed');
    const workflowId = unclaimedId('payment', message.id);
    const { typedSearchAttributes, status, type, taskQueue } = await client.workflow.getHandle(workflowId).describe();
    expect([status.name, type, taskQueue]).toEqual(['RUNNING', FLOWS.unclaimedNotification, TASK_QUEUE]);
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxNeedsOperator)).toBe(true);
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxFlow)).toBe('unclaimedNotification');
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxMchId)).toBe(MCHID);
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxKeys)).toEqual([out_trade_no, PAYMENT.transaction_id]);
    expect(await inputOf(workflowId)).toEqual({
      mchid: MCHID,
      notification: message,
      reason: expect.stringContaining('its result does not say the same'),
      // Somebody is told, as for the contracts that the webhook starts.
      options: { onResult: { taskQueue: 'orders', activity: 'record' } },
    });
  });

  it('nobody waits for is kept once, however often it comes, and not again after it was dealt with', async () => {
    const out_trade_no = orderNumber();
    const message = paid(out_trade_no);
    const deliver = () => sink.payment({ mch_id: MCHID, out_trade_no }, message);
    expect(await Promise.all([deliver(), deliver(), deliver()])).toEqual(['unclaimed', 'unclaimed', 'unclaimed']);
    const handle = client.workflow.getHandle(unclaimedId('payment', message.id));
    const { runId } = await handle.describe();
    await handle.terminate('dealt with');
    expect(await deliver()).toBe('duplicate');
    expect((await handle.describe()).runId).toBe(runId);
  });

  it('for an order that was terminated names that', async () => {
    const out_trade_no = orderNumber();
    await (await open(FLOWS.contractOrder, orderId(out_trade_no))).terminate('test');
    const message = paid(out_trade_no);
    expect(await sink.payment({ mch_id: MCHID, out_trade_no }, message)).toBe('unclaimed');
    expect(await inputOf(unclaimedId('payment', message.id))).toMatchObject({
      reason: expect.stringContaining('closed as TERMINATED'),
    });
  });
});

describe('a signing', () => {
  it('starts its contract with what it says, and tells it', async () => {
    const code = orderNumber();
    const message = changed(code);
    expect(await sink.contract({ mch_id: MCHID }, message)).toBe('delivered');
    expect(await sink.contract({ mch_id: MCHID }, { ...message, id: 'again' })).toBe('delivered');
    const { typedSearchAttributes, type } = await client.workflow.getHandle(contractId(code)).describe();
    expect(type).toBe(FLOWS.contract);
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxKeys)).toEqual([code]);
    expect(await inputOf(contractId(code))).toEqual({
      mch_id: MCHID,
      plan_id: '123',
      contract_code: code,
      contract_id: CONTRACT.contract_id,
      openid: CONTRACT.openid,
      options: { onResult: { taskQueue: 'orders', activity: 'record' } },
    });
    expect(
      (await signalsOf(contractId(code))).map(([name, argument]) => [name, (argument as { id: string }).id]),
    ).toEqual([
      [SIGNALS.contractNotified, message.id],
      [SIGNALS.contractNotified, 'again'],
    ]);
  });

  it('reaches the open order that its URL names as well', async () => {
    const [code, out_trade_no] = [orderNumber(), orderNumber()];
    await open(FLOWS.contractOrder, orderId(out_trade_no));
    const message = changed(code);
    expect(await sink.contract({ mch_id: MCHID, out_trade_no }, message)).toBe('delivered');
    expect(await signalsOf(orderId(out_trade_no))).toEqual([[SIGNALS.contractNotified, message]]);
    expect(await inputOf(contractId(code))).toMatchObject({ out_trade_no });
  });

  it.each([
    [
      'knows it already is a duplicate',
      { payment: 'PAID', contract: 'SIGNED', contract_id: CONTRACT.contract_id },
      'duplicate',
    ],
    ['ended without one is kept for a person', { payment: 'PAID', contract: 'NOT_SIGNED' }, 'unclaimed'],
  ])('of a closed order that %s', async (_what, result, outcome) => {
    const [code, out_trade_no] = [orderNumber(), orderNumber()];
    await closed(FLOWS.contractOrder, orderId(out_trade_no), result);
    const message = changed(code);
    expect(await sink.contract({ mch_id: MCHID, out_trade_no }, message)).toBe(outcome);
    expect(await exists(unclaimedId('contract', message.id))).toBe(outcome === 'unclaimed');
  });

  it('delivered late does not revive a terminated contract', async () => {
    const code = orderNumber();
    const { contract_id } = CONTRACT;
    await closed(FLOWS.contract, contractId(code), { outcome: 'TERMINATED', contract_id });
    const handle = client.workflow.getHandle(contractId(code));
    const { runId } = await handle.describe();
    expect(await sink.contract({ mch_id: MCHID }, changed(code))).toBe('duplicate');
    expect(await handle.describe()).toMatchObject({ runId, status: { name: 'COMPLETED' } });
  });

  it('of another contract under the code of a terminated one is kept for a person', async () => {
    const code = orderNumber();
    await closed(FLOWS.contract, contractId(code), { outcome: 'TERMINATED', contract_id: 'another' });
    expect(await sink.contract({ mch_id: MCHID }, changed(code))).toBe('unclaimed');
  });
});

describe('a termination', () => {
  it('reaches its contract, and troubles nobody when the order is over or was never here', async () => {
    const [code, out_trade_no] = [orderNumber(), orderNumber()];
    await closed(FLOWS.contractOrder, orderId(out_trade_no), { payment: 'PAID', contract: 'NOT_SIGNED' });
    const message = changed(code, 'DELETE');
    expect(await sink.contract({ mch_id: MCHID, out_trade_no }, message)).toBe('delivered');
    expect(await sink.contract({ mch_id: MCHID, out_trade_no: orderNumber() }, message)).toBe('delivered');
    expect(await signalsOf(contractId(code))).toHaveLength(2);
    expect(await exists(unclaimedId('contract', message.id))).toBe(false);
  });
});

describe('a review result', () => {
  it('reaches the open application of its sub-merchant', async () => {
    await open(FLOWS.h5Application, `h5/${MCHID}/${SUB_MCHID}`);
    const message = reviewed(SUB_MCHID);
    expect(await sink.h5({ mchid: MCHID, sub_mchid: SUB_MCHID }, message)).toBe('delivered');
    expect(await signalsOf(`h5/${MCHID}/${SUB_MCHID}`)).toEqual([[SIGNALS.h5Reviewed, message]]);
  });

  it.each([
    ['APPROVED', 'duplicate'],
    ['REJECTED', 'unclaimed'],
  ])('%s about an approved application is %s', async (state, outcome) => {
    const sub_mchid = `19000003${state.length}${count++}`;
    await closed(FLOWS.h5Application, `h5/${MCHID}/${sub_mchid}`, { outcome: 'APPROVED', applyment_id: '100000' });
    expect(await sink.h5({ mchid: MCHID, sub_mchid }, reviewed(sub_mchid, state))).toBe(outcome);
  });
});

describe('a review result of a domain modification', () => {
  const idOf = (out_applyment_id: string) => `h5-domain/${MCHID}/${out_applyment_id}`;

  it('reaches the open modification that its URL names', async () => {
    const out_applyment_id = orderNumber();
    await open(FLOWS.h5DomainModification, idOf(out_applyment_id));
    const message = domainReviewed(out_applyment_id);
    expect(await sink.h5Domain({ mchid: MCHID, out_applyment_id }, message)).toBe('delivered');
    expect(await signalsOf(idOf(out_applyment_id))).toEqual([[SIGNALS.h5Reviewed, message]]);
  });

  it.each([
    ['APPROVED', 'duplicate'],
    ['REJECTED', 'unclaimed'],
  ])('%s about an approved modification is %s', async (state, outcome) => {
    const out_applyment_id = orderNumber();
    await closed(FLOWS.h5DomainModification, idOf(out_applyment_id), { outcome: 'APPROVED', applyment_id: '100000' });
    const message = domainReviewed(out_applyment_id, state);
    expect(await sink.h5Domain({ mchid: MCHID, out_applyment_id }, message)).toBe(outcome);
    expect(await exists(unclaimedId('h5-domain', message.id))).toBe(outcome === 'unclaimed');
  });

  it('that nobody waits for is kept for a person', async () => {
    const out_applyment_id = orderNumber();
    const message = domainReviewed(out_applyment_id);
    expect(await sink.h5Domain({ mchid: MCHID, out_applyment_id }, message)).toBe('unclaimed');
    expect(await inputOf(unclaimedId('h5-domain', message.id))).toMatchObject({
      notification: message,
      reason: `no workflow ${idOf(out_applyment_id)} is known`,
    });
  });
});

describe('a debit result', () => {
  const idOf = (out_trade_no: string) => `debit/${MCHID}/${out_trade_no}`;

  it.each([
    ['that it was made', debited],
    ['that it was not made', notDebited],
  ])('%s reaches its open debit', async (_what, told) => {
    const out_trade_no = orderNumber();
    await open(FLOWS.contractDebit, idOf(out_trade_no));
    const message = told(out_trade_no);
    expect(await sink.debit({ mch_id: MCHID, out_trade_no }, message)).toBe('delivered');
    expect(await signalsOf(idOf(out_trade_no))).toEqual([[SIGNALS.debitNotified, message]]);
  });

  it.each([
    ['made', { outcome: 'SUCCESS', transaction_id: DEBIT.transaction_id, total_fee: 888 }, debited, 'duplicate'],
    ['made', { outcome: 'SUCCESS', transaction_id: DEBIT.transaction_id, total_fee: 888 }, notDebited, 'unclaimed'],
    ['failed', { outcome: 'PAY_FAIL' }, notDebited, 'duplicate'],
    ['failed', { outcome: 'PAY_FAIL' }, debited, 'unclaimed'],
    ['undecided', { outcome: 'UNDECIDED' }, debited, 'unclaimed'],
  ])('about a debit that was %s (%j) is compared with that: %#', async (_how, result, told, outcome) => {
    const out_trade_no = orderNumber();
    await closed(FLOWS.contractDebit, idOf(out_trade_no), result);
    const message = told(out_trade_no);
    expect(await sink.debit({ mch_id: MCHID, out_trade_no }, message)).toBe(outcome);
    expect(await exists(unclaimedId('debit', message.id))).toBe(outcome === 'unclaimed');
  });

  it('that nobody waits for is kept for a person', async () => {
    const out_trade_no = orderNumber();
    const message = debited(out_trade_no);
    expect(await sink.debit({ mch_id: MCHID, out_trade_no }, message)).toBe('unclaimed');
    const { typedSearchAttributes } = await client.workflow.getHandle(unclaimedId('debit', message.id)).describe();
    expect(typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxKeys)).toEqual([out_trade_no, DEBIT.transaction_id]);
  });
});

describe('nothing is taken for delivered', () => {
  const message = paid('DW-nowhere');
  const to = { mch_id: MCHID, out_trade_no: 'DW-nowhere' };

  it('while Temporal cannot be reached', async () => {
    const lazy = Connection.lazy({ address: '127.0.0.1:1' });
    const unreachable = createTemporalSink({
      client: new Client({ connection: lazy }),
      taskQueue: TASK_QUEUE,
      deadlineMs: 500,
    });
    const finished = unreachable.payment(to, message).then(
      () => 'delivered',
      () => 'rejected',
    );
    expect(await Promise.race([finished, sleep(10_000, 'still waiting', { ref: false })])).toBe('rejected');
    await unreachable.idle();
    await lazy.close();
  });

  it('in a namespace that does not exist', async () => {
    const wrong = createTemporalSink({
      client: new Client({ connection, namespace: 'missing' }),
      taskQueue: TASK_QUEUE,
    });
    await expect(wrong.payment(to, message)).rejects.toThrow();
    await expect(wrong.contract({ mch_id: MCHID }, changed('nowhere'))).rejects.toThrow();
    await expect(wrong.unclaimed({ mchid: MCHID, notification: message, reason: 'test' })).rejects.toThrow();
  });
});
