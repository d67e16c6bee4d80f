import { WithStartWorkflowOperation } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import type { CallName } from '../../src/testing/simulator/calls';
import { debitOnNewContract } from './debit-samples';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventsOf, eventually } from './histories';
import type { RunId } from './histories';
import { newSamples } from './samples';

const NO_POLLS = { pollEvery: '1 hour' };

describe('an update in a state that does not allow it', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  /** A process as it is typed at the command line: nobody waits for its first answer. */
  async function typed(flow: string, workflowId: string, input: object) {
    const handle = await rig.client.workflow.start(flow, { workflowId, taskQueue: 'wechatpay', args: [input] });
    return { workflowId, runId: handle.firstExecutionRunId };
  }

  /** One that stays SUBMITTING, because WeChat Pay does not serve `call`. */
  async function submitting(call: CallName, key: string, flow: string, workflowId: string, input: object) {
    rig.simulator.faults({ kind: '503', call, key, times: 'always' });
    const run = await typed(flow, workflowId, input);
    await eventually(
      async () => (rig.simulator.calls({ call, key }).length > 0 ? Promise.resolve(true) : undefined),
      call,
    );
    return run;
  }

  async function update(run: RunId, name: string, argument?: unknown): Promise<unknown> {
    const handle = rig.client.workflow.getHandle(run.workflowId);
    return argument === undefined
      ? handle.executeUpdate(name)
      : handle.executeUpdate<unknown, [unknown]>(name, { args: [argument] });
  }

  /** What it is rejected with. A rejection leaves nothing in the history; `answered`: updates that were answered before. */
  async function refusal(run: RunId, name: string, argument?: unknown, answered = 0) {
    const error = await update(run, name, argument).then(
      () => undefined,
      (thrown: unknown) => thrown as { cause: { type: string; message: string } },
    );
    const updates = (await eventsOf(rig.client, run)).filter((event) => event.startsWith('workflowExecutionUpdate'));
    expect(updates).toHaveLength(2 * answered); // accepted and completed, each
    return { type: error?.cause.type, message: error?.cause.message };
  }

  async function stop(run: RunId): Promise<void> {
    await rig.client.workflow.getHandle(run.workflowId, run.runId).terminate('the test is over');
    rig.simulator.clearFaults();
  }

  it('an application that is being submitted has no number to ask for, and none to be given', async () => {
    const { approved: application } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const { sub_mchid } = application;
    const id = workflowIds.h5({ mchid, sub_mchid });
    const run = await submitting('h5/create', sub_mchid, 'h5Application', id, { mchid, application });
    await expect(refusal(run, 'refresh')).resolves.toEqual({
      type: 'WechatPay.Conflict',
      message:
        "refresh is not possible: this h5Application is SUBMITTING. It is possible once the application's number is " +
        'known. Nothing is possible now but to wait or to cancel.',
    });
    await expect(refusal(run, 'attachApplication', { applyment_id: '1' })).resolves.toMatchObject({
      type: 'WechatPay.Conflict',
      message: expect.stringContaining('this h5Application is SUBMITTING') as string,
    });
    await expect(refusal(run, 'attachApplication', { applyment_id: 'x' })).resolves.toMatchObject({
      type: 'WechatPay.InvalidInput',
    });
    await stop(run);
  });

  it('an application without a number says what is possible instead', async () => {
    const { approved: application } = newSamples(rig.credentials);
    rig.simulator.script({ notifications: { lose: 'all' } });
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: application.sub_mchid, times: 1 });
    const { mchid } = rig.credentials;
    const run = await rig.wechatpay.applyForH5({ mchid, application, options: NO_POLLS });
    const { message } = await refusal(run, 'refresh', undefined, 1);
    expect(message).toContain('this h5Application is SUBMITTED_ID_UNKNOWN');
    expect(message).toContain('Possible now: attachApplication.');
    await stop(run);
    rig.simulator.script({ notifications: { lose: 0 } });
  });

  it('an order that is being submitted can be asked for, but neither be opened nor closed', async () => {
    const { signed: order } = newSamples(rig.credentials);
    const { out_trade_no } = order;
    const id = workflowIds.contractOrder(order);
    const run = await submitting('pay/contractorder', out_trade_no, 'contractOrder', id, { order });
    await expect(update(run, 'refresh')).resolves.toBeNull();
    for (const [name, when] of [
      ['cashier', 'while the order can be paid'],
      ['closeOrder', 'while the order is unpaid'],
    ] as const) {
      const { type, message } = await refusal(run, name, undefined, 1);
      expect(type).toBe('WechatPay.Conflict');
      expect(message).toBe(
        `${name} is not possible: this contractOrder is SUBMITTING. It is possible ${when}. Possible now: refresh.`,
      );
    }
    await stop(run);
  });

  it('a paid order that waits for its contract can neither be opened nor closed', async () => {
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, pay: { after: 0 }, sign: { after: 600 } } });
    const run = await rig.wechatpay.orderWithContract({ order: signed, options: NO_POLLS });
    await eventually(async () => ((await run.status()).state === 'SUCCESS' ? true : undefined), 'the payment');
    for (const name of ['cashier', 'closeOrder']) {
      const { message } = await refusal(run, name, undefined, 1);
      expect(message).toContain(`${name} is not possible: this contractOrder is SUCCESS.`);
      expect(message).toContain('Possible now: refresh.');
    }
    await stop(run);
  });

  it('a declaration and a debit that are being submitted can be asked for; it changes nothing', async () => {
    const { declared: declaration } = newSamples(rig.credentials);
    const customs = await submitting(
      'customs/declare',
      declaration.transaction_id,
      'customsDeclaration',
      workflowIds.customs(declaration),
      { declaration },
    );
    await expect(update(customs, 'refresh')).resolves.toBeNull();
    await expect(rig.wechatpay.status(customs.workflowId)).resolves.toMatchObject({ state: 'SUBMITTING' });
    await stop(customs);
    const debit = await debitOnNewContract(rig);
    const id = workflowIds.debit(debit);
    const debiting = await submitting('pay/pappayapply', debit.out_trade_no, 'contractDebit', id, { debit });
    await expect(update(debiting, 'refresh')).resolves.toBeNull();
    await stop(debiting);
  });

  /** `refresh`, together with the start of a process as it is typed by hand: its defaults are not filled in yet. */
  async function refreshedAtItsStart(flow: string, workflowId: string, input: object, call: CallName, key: string) {
    rig.simulator.faults({ kind: '503', call, key, times: 'always' });
    const startWorkflowOperation = new WithStartWorkflowOperation<Workflow>(flow, {
      workflowId,
      taskQueue: 'wechatpay',
      args: [input],
      workflowIdConflictPolicy: 'FAIL',
    });
    try {
      return await rig.client.workflow.executeUpdateWithStart('refresh', { startWorkflowOperation });
    } finally {
      await rig.client.workflow.getHandle(workflowId).terminate('the test is over');
      rig.simulator.clearFaults();
    }
  }

  it('that comes with the start of an order is answered', async () => {
    const { signed: order } = newSamples(rig.credentials);
    expect(order.notify_url).toBeUndefined();
    const id = workflowIds.contractOrder(order);
    const refreshed = refreshedAtItsStart('contractOrder', id, { order }, 'pay/contractorder', order.out_trade_no);
    await expect(refreshed).resolves.toBeNull();
  });

  it('that comes with the start of a debit is answered', async () => {
    const debit = await debitOnNewContract(rig);
    expect(debit.notify_url).toBeUndefined();
    const id = workflowIds.debit(debit);
    const refreshed = refreshedAtItsStart('contractDebit', id, { debit }, 'pay/pappayapply', debit.out_trade_no);
    await expect(refreshed).resolves.toBeNull();
  });

  it('that comes with the start of an application or a change of domains is refused in words that say why', async () => {
    const { approved: application } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const { sub_mchid, domains } = application;
    const out_applyment_id = `DOMAINS${Date.now()}`;
    const modification = { out_applyment_id, sub_mchid, domains, website_url: 'https://www.example.com' };
    expect(application.notify_url).toBeUndefined();
    for (const [flow, id, input, call] of [
      ['h5Application', workflowIds.h5({ mchid, sub_mchid }), { mchid, application }, 'h5/create'],
      [
        'h5DomainModification',
        workflowIds.h5Domain({ mchid, out_applyment_id }),
        { mchid, modification },
        'h5-domain/create',
      ],
    ] as const) {
      await expect(refreshedAtItsStart(flow, id, input, call, sub_mchid)).rejects.toMatchObject({
        cause: {
          type: 'WechatPay.Conflict',
          message: expect.stringContaining(
            `this ${flow} is SUBMITTING. It is possible once the application's number is known`,
          ) as string,
        },
      });
    }
  });

  it('a contract that would have expired and cannot be asked for calls a person, until its appid is known', async () => {
    const { mchid } = rig.credentials;
    const key = { mch_id: mchid, plan_id: '123', contract_code: `NOAPPID${Date.now()}E` };
    const run = await typed('contract', workflowIds.contract(key), {
      ...key,
      contract_expired_time: '2020-01-01 00:00:00',
    });
    const reason = async (words: string) =>
      eventually(async () => {
        const status = await rig.wechatpay.status(run.workflowId);
        return status.needsOperator && status.reason?.includes(words) === true ? true : undefined;
      }, words);
    await reason('without its `appid` nobody knows whether it was renewed');
    await rig.wechatpay.watchContract({ contract: { ...key, appid: 'wxd678efh567hg6787' } });
    await reason('WeChat Pay knows no such contract under this appid');
    await stop(run);
  });

  it('a contract whose appid nobody knows can be neither asked for nor ended', async () => {
    const { mchid } = rig.credentials;
    const key = { mch_id: mchid, plan_id: '123', contract_code: `NOAPPID${Date.now()}` };
    const run = await typed('contract', workflowIds.contract(key), key);
    for (const [name, argument] of [['refresh'], ['terminate', { remark: 'refunded' }]] as const) {
      const { type, message } = await refusal(run, name, argument);
      expect(type).toBe('WechatPay.Conflict');
      expect(message).toContain(`${name} is not possible: this contract is SIGNED.`);
      expect(message).toContain('`appid`');
    }
    await expect(refusal(run, 'terminate', {})).resolves.toMatchObject({ type: 'WechatPay.InvalidInput' });
    await stop(run);
  });
});
