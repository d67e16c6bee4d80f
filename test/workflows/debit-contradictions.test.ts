import { Worker } from '@temporalio/worker';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FAILURE_TYPES, workflowIds } from '../../src/interface';
import type { CommonOptions } from '../../src/interface';
import { workflowBundle } from '../../src/testing';
import type { DebitRecord, FrozenDebit } from '../../src/wechatpay/debit/schema';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventually } from './histories';

const QUEUE = 'debit-contradictions';
const TRANSACTION = '4200000001202601020000000001';

/** The simulator does not contradict itself, so here activities of the test's own stand for WeChat Pay's answers. */
describe('a debit of which WeChat Pay says contradicting things', () => {
  let rig: DevRig;
  let workers: Worker[];
  let running: Promise<void>[];
  let made = 0;
  let answers: Record<string, () => Promise<unknown>> = {};

  beforeAll(async () => {
    rig = await startDevRig({ withoutWorker: true });
    const activities = Object.fromEntries(
      ['submitDebit', 'awaitDebitResult', 'queryDebit', 'told'].map((name) => [
        name,
        () => answers[name]?.() ?? Promise.reject(new Error(`no answer to ${name}`)),
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

  function newDebit(): FrozenDebit {
    made += 1;
    return {
      appid: rig.credentials.appid,
      mch_id: rig.credentials.mchid,
      contract_id: 'Wx15463511252015071056489715',
      out_trade_no: `DC${Date.now()}${made}`,
      body: '水电代扣',
      total_fee: 888,
      spbill_create_ip: '8.8.8.8',
      notify_url: 'https://www.example.com/wechatpay/debit',
    };
  }

  const record = ({ out_trade_no, contract_id }: FrozenDebit, trade_state: string, over = {}): DebitRecord => ({
    trade_state,
    out_trade_no,
    contract_id,
    ...(trade_state === 'SUCCESS' && { transaction_id: TRANSACTION, total_fee: 888 }),
    ...over,
  });
  const pending = () =>
    Promise.reject(ApplicationFailure.create({ type: FAILURE_TYPES.stillPending, nextRetryDelay: '1 hour' }));

  function start(debit: FrozenDebit, options: CommonOptions = {}) {
    answers['submitDebit'] ??= () => Promise.resolve({ answer: record(debit, 'ACCEPT') });
    answers['awaitDebitResult'] ??= pending;
    return rig.client.workflow.start('contractDebit', {
      taskQueue: QUEUE,
      workflowId: workflowIds.debit(debit),
      args: [{ debit, options }],
    });
  }

  function notified({ appid, mch_id, out_trade_no, contract_id }: FrozenDebit, id: string, data: object) {
    const common = { appid, mch_id, out_trade_no, contract_id };
    return { id, receivedAt: new Date().toISOString(), kind: 'debit', data: { ...common, ...data } };
  }

  const isKept = (id: string) =>
    rig.client.workflow
      .getHandle(workflowIds.unclaimed({ kind: 'debit', mchid: rig.credentials.mchid, id }))
      .describe()
      .then(
        () => true,
        () => false,
      );

  it('fails as a conflict, for a person, when the debit that was made is another one', async () => {
    const debit = newDebit();
    answers['awaitDebitResult'] = () => Promise.resolve({ record: record(debit, 'SUCCESS', { total_fee: 1 }) });
    const handle = await start(debit);
    const error = await handle.result().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toMatchObject({
      type: FAILURE_TYPES.conflict,
      message: expect.stringContaining('total_fee') as string,
    });
    expect((await handle.describe()).searchAttributes).toMatchObject({ WxNeedsOperator: [true] });
  });

  it.each([
    ['REFUND', 'SUCCESS'],
    ['CLOSED', 'PAY_FAIL'],
  ])('ends a debit that WeChat Pay states as %s with %s', async (trade_state, outcome) => {
    const debit = newDebit();
    answers['awaitDebitResult'] = () => Promise.resolve({ record: record(debit, trade_state) });
    await expect((await start(debit)).result()).resolves.toMatchObject({ outcome });
  });

  it('keeps what contradicts the result and comes while that is told, and drops what says the same', async () => {
    const debit = newDebit();
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    answers['told'] = () => released;
    const handle = await start(debit, { onResult: { taskQueue: QUEUE, activity: 'told' } });
    const paid = { made: true, transaction_id: TRANSACTION, total_fee: 888, time_end: '20260102030501' };
    const ids = ['first', 'same', 'other'].map((name) => `${name}-${debit.out_trade_no}`);
    const [first = '', same = '', other = ''] = ids;
    await handle.signal('debitNotified', notified(debit, first, paid));
    await eventually(
      async () => ((await handle.query<{ state: string }>('status')).state === 'SUCCESS' ? true : undefined),
      'the result',
    );
    await handle.signal('debitNotified', notified(debit, same, paid));
    await handle.signal('debitNotified', notified(debit, other, { ...paid, transaction_id: '4200000009' }));
    release();
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'SUCCESS', transaction_id: TRANSACTION });
    expect(await Promise.all(ids.map(isKept))).toEqual([false, false, true]);
  });

  it.each([
    ['PAY_FAIL', 'PAY_FAIL'],
    ['NOTPAY', 'UNDECIDED'],
  ])('whose answer never came, notified as not made and then shown as %s, ends %s', async (trade_state, outcome) => {
    const debit = newDebit();
    answers['submitDebit'] = pending;
    answers['queryDebit'] = () => Promise.resolve(record(debit, trade_state));
    const handle = await start(debit, { giveUpAfter: '2s' });
    await handle.signal('debitNotified', notified(debit, `failed-${debit.out_trade_no}`, { made: false }));
    await expect(handle.result()).resolves.toMatchObject({ outcome });
  });

  it('keeps what was acknowledged when it is cancelled before anybody read it', async () => {
    const debit = newDebit();
    let submitted: (() => void) | undefined;
    answers['submitDebit'] = () =>
      new Promise((resolve) => (submitted = () => resolve({ answer: record(debit, 'ACCEPT') })));
    const handle = await start(debit);
    await eventually(async () => Promise.resolve(submitted === undefined ? undefined : true), 'the submission');
    const id = `unread-${debit.out_trade_no}`;
    await handle.signal('debitNotified', notified(debit, id, { made: false }));
    await handle.cancel();
    // What was sent has an outcome first; only then does the cancellation count.
    expect((await handle.describe()).status.name).toBe('RUNNING');
    submitted?.();
    await expect(handle.result()).rejects.toThrow();
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(await isKept(id)).toBe(true);
  });

  it('is not taken back by an answer that is older than the result', async () => {
    const debit = newDebit();
    let answer: (() => void) | undefined;
    answers['queryDebit'] = () => new Promise((resolve) => (answer = () => resolve(record(debit, 'NOTPAY'))));
    let decide: (() => void) | undefined;
    answers['awaitDebitResult'] = () =>
      new Promise((resolve) => (decide = () => resolve({ record: record(debit, 'SUCCESS') })));
    const handle = await start(debit);
    await eventually(
      async () => ((await handle.query<{ state: string }>('status')).state === 'ACCEPT' ? true : undefined),
      'the wait',
    );
    const refreshed = handle.executeUpdate('refresh');
    await eventually(
      async () => Promise.resolve(decide !== undefined && answer !== undefined ? true : undefined),
      'the question, beside the wait',
    );
    decide?.();
    answer?.();
    await expect(refreshed).resolves.toMatchObject({ trade_state: 'NOTPAY' });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });
});
