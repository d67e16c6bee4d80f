import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventually } from './histories';
import { newSamples } from './samples';

const NO_POLLS = { pollEvery: '1 hour' };
const run = promisify(execFile);

describe('what an operator can do, on a real server', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  function declarationIn(state: string) {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({ customs: { transaction_id: declared.transaction_id, states: [{ after: 0, state }] } });
    return declared;
  }

  function moveTo(transaction_id: string, state: string): void {
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state }] } });
  }

  async function isWaiting(workflowId: string): Promise<void> {
    await eventually(async () => {
      const { lastMessage } = await rig.wechatpay.status(workflowId);
      return lastMessage === undefined ? undefined : true;
    }, 'the first poll');
  }

  it('sees who waits, for what, since when, and when it asks next', async () => {
    const declared = declarationIn('PROCESSING');
    const process = await rig.wechatpay.declare({ declaration: declared, options: { ...NO_POLLS, reference: 'A-17' } });
    await isWaiting(process.workflowId);
    const status = await rig.wechatpay.status(process.workflowId);
    expect(status).toMatchObject({
      flow: 'customsDeclaration',
      state: 'PROCESSING',
      needsOperator: false,
      lastMessage: 'still PROCESSING at SHANGHAI_ZS, asked once, next in 60 min',
      asked: 1,
    });
    expect(Date.parse(status.nextAsk ?? '')).toBeGreaterThan(Date.now() + 50 * 60_000);
    const query = `WxFlow = 'customsDeclaration' AND WxState = 'PROCESSING' AND WxCustoms = 'SHANGHAI_ZS' AND WxKeys = 'A-17'`;
    await eventually(
      async () => ((await rig.client.workflow.count(query)).count === 1 ? true : undefined),
      'finding it',
    );
    await rig.client.workflow.getHandle(process.workflowId).cancel();
  });

  it('asks now by resetting the waiting activity, with the command of the documentation', async () => {
    const declared = declarationIn('PROCESSING');
    const process = await rig.wechatpay.declare({ declaration: declared, options: NO_POLLS });
    await isWaiting(process.workflowId);
    moveTo(declared.transaction_id, 'SUCCESS');
    await run(inject('temporalCli'), [
      ...['activity', 'reset', '--address', rig.server.address],
      ...['--activity-id', 'await-result', '-w', process.workflowId],
    ]);
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });

  it('asks now by the update refresh', async () => {
    const declared = declarationIn('PROCESSING');
    const process = await rig.wechatpay.declare({ declaration: declared, options: NO_POLLS });
    await isWaiting(process.workflowId);
    moveTo(declared.transaction_id, 'SUCCESS');
    await expect(process.refresh()).resolves.toMatchObject({ state: 'SUCCESS' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });

  it('cancels a wait at once', async () => {
    const declared = declarationIn('PROCESSING');
    const process = await rig.wechatpay.declare({ declaration: declared, options: NO_POLLS });
    await isWaiting(process.workflowId);
    await rig.client.workflow.getHandle(process.workflowId).cancel();
    await expectCancelled(process.result());
  });

  it('cannot cancel between sending and knowing: the declaration is recorded first', async () => {
    const declared = declarationIn('PROCESSING');
    rig.simulator.faults({ kind: 'delay', call: 'customs/declare', key: declared.transaction_id, ms: 1_500, times: 1 });
    const starting = rig.wechatpay.declare({ declaration: declared, options: NO_POLLS });
    const { mchid, customs, transaction_id, sub_order_no } = declared;
    const workflowId = workflowIds.customs({ mchid, customs, transaction_id, sub_order_no });
    await eventually(async () => {
      const calls = rig.simulator.calls({ call: 'customs/declare', key: transaction_id });
      return Promise.resolve(calls.length > 0 ? true : undefined);
    }, 'sending the declaration');
    await rig.client.workflow.getHandle(workflowId).cancel();
    const process = await starting;
    expect(process.first).toMatchObject({ answer: { state: 'PROCESSING' } });
    await expectCancelled(process.result());
    expect(
      rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(transaction_id)),
    ).toMatchObject([{ count: 1 }]);
  });

  it('gives the number of an application whose answer was lost; a foreign one is refused', async () => {
    const { approved, rejected } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const later = (sub_mchid: string) => ({ sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] });
    rig.simulator.script({ h5: [later(approved.sub_mchid), later(rejected.sub_mchid)] });
    const foreign = await rig.wechatpay.applyForH5({
      mchid,
      application: { ...rejected, domains: ['example.com'] },
      options: NO_POLLS,
    });
    const { applyment_id: foreignId } = (foreign.first as { answer: { applyment_id: string } }).answer;
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: approved.sub_mchid, times: 1 });
    const process = await rig.wechatpay.applyForH5({ mchid, application: approved, options: NO_POLLS });
    await expect(process.status()).resolves.toMatchObject({ state: 'SUBMITTED_ID_UNKNOWN', needsOperator: true });
    const handle = rig.client.workflow.getHandle(process.workflowId);
    const attach = (applyment_id: string) => handle.executeUpdate('attachApplication', { args: [{ applyment_id }] });
    await expect(attach('not a number')).rejects.toMatchObject({ cause: { type: 'WechatPay.InvalidInput' } });
    await expect(attach(foreignId)).rejects.toMatchObject({ cause: { type: 'WechatPay.Conflict' } });
    const [application] = rig.simulator.calls({ call: 'h5/create', key: approved.sub_mchid });
    expect(application?.count).toBe(2); // the lost one, and one more, which proved that the first arrived
    const { applyment_id } = rig.simulator.decideH5({ sub_mchid: approved.sub_mchid, state: 'UNDER_REVIEW' });
    await attach(applyment_id);
    await eventually(
      async () => ((await process.status()).state === 'UNDER_REVIEW' ? true : undefined),
      'the state of the application that was attached',
    );
    await expect(process.status()).resolves.toMatchObject({ needsOperator: false });
    await expect(attach(applyment_id)).rejects.toMatchObject({ cause: { type: 'WechatPay.Conflict' } });
    rig.simulator.decideH5({ sub_mchid: approved.sub_mchid, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id });
    await rig.client.workflow.getHandle(foreign.workflowId).cancel();
  });

  it('asks for an application at once after its number was given, also while a question is still under way', async () => {
    const { approved } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const { sub_mchid } = approved;
    rig.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: sub_mchid, times: 1 });
    const process = await rig.wechatpay.applyForH5({ mchid, application: approved, options: { pollEvery: '1s' } });
    const questions = () => rig.simulator.calls({ call: 'h5/permission', key: sub_mchid })[0]?.count ?? 0;
    rig.simulator.faults({ kind: 'delay', call: 'h5/permission', key: sub_mchid, ms: 5_000, times: 'always' });
    const before = questions();
    await eventually(async () => Promise.resolve(questions() > before ? true : undefined), 'a slow question');
    const { applyment_id } = rig.simulator.decideH5({ sub_mchid, state: 'UNDER_REVIEW' });
    await process.attachApplication({ applyment_id });
    await expect(process.attachApplication({ applyment_id })).rejects.toMatchObject({ name: 'ConflictError' });
    await expect(process.refresh()).resolves.toMatchObject({ applyment_id, applyment_state: 'UNDER_REVIEW' });
    // The process itself waits for the slow question's end before it asks for the application.
    await expect(process.status()).resolves.toMatchObject({ state: 'SUBMITTED_ID_UNKNOWN' });
    rig.simulator.clearFaults();
    rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id });
  });

  it('learns the number of a lost application from its verified notification', async () => {
    const { approved } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: approved.sub_mchid, times: 1 });
    const process = await rig.wechatpay.applyForH5({ mchid, application: approved, options: NO_POLLS });
    const { applyment_id } = rig.simulator.decideH5({ sub_mchid: approved.sub_mchid, state: 'APPROVED' });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id });
  });

  it('terminates a contract at WeChat Pay', async () => {
    const { signed } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, pay: { after: 1 }, sign: { after: 2 } } });
    const order = await rig.wechatpay.orderWithContract({ order: signed, options: NO_POLLS });
    await order.result();
    const { plan_id, contract_code } = signed;
    const handle = rig.client.workflow.getHandle(workflowIds.contract({ mch_id: mchid, plan_id, contract_code }));
    await expect(handle.executeUpdate('terminate', { args: [{ remark: '' }] })).rejects.toMatchObject({
      cause: { type: 'WechatPay.InvalidInput' },
    });
    await handle.executeUpdate('terminate', { args: [{ remark: 'refunded' }] });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'TERMINATED', contract_termination_mode: '3' });
    expect(
      rig.simulator.ledger({ effect: 'terminated' }).filter(({ key }) => key.includes(contract_code)),
    ).toMatchObject([{ count: 1 }]);
  });

  it('declares again after a cancelled run, and resumes one that was undecided: each is a new run', async () => {
    const declared = declarationIn('PROCESSING');
    const first = await rig.wechatpay.declare({ declaration: declared, options: NO_POLLS });
    await isWaiting(first.workflowId);
    await rig.client.workflow.getHandle(first.workflowId).cancel();
    await expectCancelled(first.result());
    const second = await rig.wechatpay.declare({ declaration: declared, options: { giveUpAfter: '2s' } });
    expect(second.runId).not.toBe(first.runId);
    await expect(second.result()).resolves.toMatchObject({ outcome: 'UNDECIDED' });
    moveTo(declared.transaction_id, 'SUCCESS');
    const resumed = await rig.wechatpay.resumeDeclaration({ declaration: declared, options: NO_POLLS });
    expect(resumed.runId).not.toBe(second.runId);
    await expect(resumed.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(
      rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(declared.transaction_id)),
    ).toMatchObject([{ count: 1 }]);
  });

  it('two identity questions about one order are never taken for one', async () => {
    const { declared, payer } = newSamples(rig.credentials);
    const declaration = await rig.wechatpay.declare({ declaration: declared, options: { pollEvery: '1s' } });
    await declaration.result();
    rig.simulator.script({ customs: { transaction_id: declared.transaction_id, identity: 'UNCHECKED' } });
    const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no } = declared;
    const order = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no };
    const first = await rig.wechatpay.verifyIdentity({ order, identity: payer });
    const second = rig.wechatpay.verifyIdentity({ order, identity: { ...payer, certificate_name: 'Li Si' } });
    await expect(second).rejects.toMatchObject({ name: 'ConflictError' });
    await rig.client.workflow.getHandle(first.workflowId).terminate('the test is over');
  });

  it('ignores a signal typed by hand that holds nothing', async () => {
    const { signed } = newSamples(rig.credentials);
    const order = await rig.wechatpay.orderWithContract({ order: signed, options: NO_POLLS });
    const handle = rig.client.workflow.getHandle(order.workflowId);
    await handle.signal('paymentNotified', { id: 'x' });
    await handle.signal('paymentNotified', { id: 'y', data: {} });
    await handle.signal('contractNotified', { id: 'z', data: { change_type: 'ADD' } });
    await expect(order.status()).resolves.toMatchObject({ state: 'NOTPAY' });
    await handle.cancel();
    await expectCancelled(order.result());
  });

  it('cannot open the cashier or close an order that is decided', async () => {
    const { presignFailed } = newSamples(rig.credentials);
    rig.simulator.script({
      order: { out_trade_no: presignFailed.out_trade_no, pay: { after: 1 }, sign: { after: 600 } },
    });
    const order = await rig.wechatpay.orderWithContract({
      order: presignFailed,
      options: { ...NO_POLLS, contractWait: '8s' },
    });
    const first = await order.cashier();
    const again = await order.cashier();
    expect(again.prepay_id).toBe(first.prepay_id);
    expect(again.parameters?.['nonceStr']).not.toBe(first.parameters?.['nonceStr']);
    await eventually(async () => ((await order.status()).state === 'SUCCESS' ? true : undefined), 'the payment');
    await expect(order.cashier()).rejects.toMatchObject({ name: 'ConflictError' });
    await expect(order.closeOrder()).rejects.toMatchObject({ name: 'ConflictError' });
    await expect(order.result()).resolves.toMatchObject({ payment: 'PAID', contract: 'NOT_SIGNED' });
  });
});

async function expectCancelled(result: Promise<unknown>): Promise<void> {
  const error = await result.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
}
