import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completeContractOrder } from '../../src/wechatpay/contract-order/complete';
import { callsOf, v2CallsOf } from './outside-calls';
import { newSamples } from './samples';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('endings that take days, with time skipped', () => {
  let rig: SkippingRig;

  beforeAll(async () => {
    rig = await startSkippingRig({ maxCachedWorkflows: 0 });
  });
  afterAll(async () => {
    try {
      await rig?.replay();
    } finally {
      await rig?.close();
    }
  });

  function pushes(transaction_id: string): number {
    return rig.simulator.ledger({ effect: 'pushed' }).filter(({ key }) => key.includes(transaction_id))[0]?.count ?? 0;
  }

  it('EXCEPT is pushed again by itself, and then succeeds', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: {
        transaction_id: declared.transaction_id,
        states: [{ after: HOUR, state: 'EXCEPT', explanation: 'lock' }],
        afterRepush: [
          { after: 0, state: 'PROCESSING' },
          { after: HOUR, state: 'SUCCESS' },
        ],
      },
    });
    const process = await rig.wechatpay.declare({ declaration: declared });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const before = pushes(declared.transaction_id);
    expect(before).toBe(2); // the declaration itself, and the re-push
  });

  it('EXCEPT that stays is pushed as often as asked, then handed to a person', async () => {
    const { declared } = newSamples(rig.credentials);
    const except = { after: MINUTE, state: 'EXCEPT', explanation: 'lock' };
    rig.simulator.script({
      customs: { transaction_id: declared.transaction_id, states: [except], afterRepush: [except] },
    });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { repushes: 2 } });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'EXCEPT',
      explanation: 'lock',
      remedy: 'Re-push later.',
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    expect(pushes(declared.transaction_id)).toBe(3);
  });

  it('EXCEPT that heals by itself is not pushed', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: {
        transaction_id: declared.transaction_id,
        states: [
          { after: MINUTE, state: 'EXCEPT' },
          { after: 5 * MINUTE, state: 'SUCCESS' },
        ],
      },
    });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { repushAfter: '2 hours' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(pushes(declared.transaction_id)).toBe(1);
  });

  it('a declaration that customs never decides is UNDECIDED, and can be resumed to its end', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: { transaction_id: declared.transaction_id, states: [{ after: 0, state: 'PROCESSING' }] },
    });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { giveUpAfter: '2 days' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED', record: { state: 'PROCESSING' } });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    rig.simulator.script({
      customs: { transaction_id: declared.transaction_id, states: [{ after: 0, state: 'SUCCESS' }] },
    });
    const resumed = await rig.wechatpay.resumeDeclaration({ declaration: declared });
    expect(resumed.runId).not.toBe(process.runId);
    await expect(rig.result(resumed)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(
      rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(declared.transaction_id)),
    ).toMatchObject([{ count: 1 }]);
  });

  it('a decision in the last moment before the limit is still seen', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: {
        transaction_id: declared.transaction_id,
        states: [
          { after: 0, state: 'PROCESSING' },
          { after: 3 * DAY - MINUTE, state: 'FAIL', explanation: 'late' },
        ],
      },
    });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { giveUpAfter: '3 days' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'FAIL', explanation: 'late' });
  });

  it('adopting nothing is wrong input, and nothing is sent', async () => {
    const { declared } = newSamples(rig.credentials);
    const adopting = rig.wechatpay.declare({ declaration: declared, options: { adopt: true } });
    await expect(adopting).rejects.toMatchObject({ errorClass: 'INPUT', code: 'NOT_FOUND' });
    expect(
      rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(declared.transaction_id)),
    ).toEqual([]);
  });

  it('adopting watches what somebody else declared', async () => {
    const { declared } = newSamples(rig.credentials);
    await callsOf(rig).customs.declare(declared);
    const process = await rig.wechatpay.declare({ declaration: declared, options: { adopt: true } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
  });

  it.each([
    ['DIFFERENT', { outcome: 'DIFFERENT' }],
    ['USER_ACCOUNT_ABNORMAL', { outcome: 'DIFFERENT', code: 'USER_ACCOUNT_ABNORMAL' }],
    ['UNCHECKED', { outcome: 'UNCHECKED' }],
    ['PAYER_INVALID', { outcome: 'REFUSED', code: 'INVALID_REQUEST' }],
  ] as const)('identity answer %s never fails the declaration', async (identity, expected) => {
    const { declared, payer } = newSamples(rig.credentials);
    rig.simulator.script({ customs: { transaction_id: declared.transaction_id, identity } });
    const process = await rig.wechatpay.declare({ declaration: declared, identity: payer });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', identity: expected });
  });

  it('an identity is verified by itself, after the declaration', async () => {
    const { declared, payer } = newSamples(rig.credentials);
    rig.simulator.payers({ transaction_id: declared.transaction_id, ...payer });
    await callsOf(rig).customs.declare(declared);
    const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no } = declared;
    const order = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no };
    const same = await rig.wechatpay.verifyIdentity({ order, identity: payer });
    await expect(rig.result(same)).resolves.toEqual({ outcome: 'SAME' });
    const different = await rig.wechatpay.verifyIdentity({
      order,
      identity: { ...payer, certificate_name: 'Li Si' },
    });
    await expect(rig.result(different)).resolves.toMatchObject({ outcome: 'DIFFERENT' });
  });

  it('an identity of an order that was not declared is refused', async () => {
    const { failed, payer } = newSamples(rig.credentials);
    const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no } = failed;
    const order = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
    const process = await rig.wechatpay.verifyIdentity({ order, identity: payer });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED', code: 'INVALID_REQUEST' });
  });

  it('a sub-merchant that has the permission already is not applied for', async () => {
    const { approved } = newSamples(rig.credentials);
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, authorization_state: 'AUTHORIZED' } });
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: approved });
    await expect(rig.result(process)).resolves.toEqual({
      outcome: 'ALREADY_AUTHORIZED',
      authorization_state: 'AUTHORIZED',
      domainsApplied: false,
    });
    expect(rig.simulator.ledger({ effect: 'applied' }).filter(({ key }) => key.includes(approved.sub_mchid))).toEqual(
      [],
    );
  });

  it('an application that stays PENDING is shown to an operator, and goes on', async () => {
    const { approved } = newSamples(rig.credentials);
    rig.simulator.script({
      h5: {
        sub_mchid: approved.sub_mchid,
        states: [{ after: 2 * HOUR, state: 'APPROVED' }],
      },
    });
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: approved });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    const { events } = await rig.environment.client.workflow
      .getHandle(process.workflowId, process.runId)
      .fetchHistory();
    const flagged = (events ?? []).filter(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
      const flag = upsert?.searchAttributes?.indexedFields?.['WxNeedsOperator']?.data;
      return flag !== undefined && flag !== null && Buffer.from(flag).toString() === 'true';
    });
    expect(flagged).toHaveLength(1);
  });

  it('a refused application names what to do', async () => {
    const { approved } = newSamples(rig.credentials);
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, refuse: 'punished' } });
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: approved });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'REFUSED',
      code: 'INVALID_REQUEST',
      remedy: expect.any(String) as string,
    });
  });

  it('an application for a foreign sub-merchant is wrong input, and may be started again corrected', async () => {
    const { approved } = newSamples(rig.credentials);
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, refuse: 'parentChild' } });
    const applying = rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: approved });
    await expect(applying).rejects.toMatchObject({ errorClass: 'INPUT', code: 'INVALID_REQUEST' });
  });

  it('a submission that never gets a usable answer ends UNDECIDED, for a person', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.faults({ kind: '500', call: 'customs/query', key: declared.out_trade_no, times: 'always' });
    rig.simulator.faults({ kind: '500', call: 'customs/query', key: declared.sub_order_no, times: 'always' });
    const { mchid, customs, transaction_id, sub_order_no } = declared;
    const handle = await rig.environment.client.workflow.start('customsDeclaration', {
      taskQueue: 'wechatpay',
      workflowId: `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`,
      args: [{ declaration: declared, options: { giveUpAfter: '1 day' } }],
    });
    const process = { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'UNDECIDED',
      remedy: expect.stringContaining('may or may not') as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
  });

  it('an order nobody pays is closed once it has expired', async () => {
    const { signed } = newSamples(rig.credentials);
    const process = await rig.wechatpay.orderWithContract({ order: await rig.expiringIn(signed, 30 * MINUTE) });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'NOT_PAID', contract: 'NOT_SIGNED' });
    expect(rig.simulator.ledger({ effect: 'closed', key: signed.out_trade_no })).toMatchObject([{ count: 1 }]);
  });

  it('a payment that overtakes the close counts', async () => {
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, close: 'paid-meanwhile' } });
    const process = await rig.wechatpay.orderWithContract({
      order: await rig.expiringIn(signed, 2 * HOUR),
      options: { giveUpAfter: '10 minutes', contractWait: '1 hour' },
    });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID' });
  });

  it('presignFailure close closes the order instead of selling it without a contract', async () => {
    const { presignFailed } = newSamples(rig.credentials);
    rig.simulator.script({ order: { out_trade_no: presignFailed.out_trade_no, presign: 'FAIL' } });
    const process = await rig.wechatpay.orderWithContract({
      order: await rig.expiringIn(presignFailed, 2 * HOUR),
      options: { presignFailure: 'close' },
    });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'NOT_PAID', contract: 'PRESIGN_FAILED' });
    expect(rig.simulator.ledger({ effect: 'closed', key: presignFailed.out_trade_no })).toMatchObject([{ count: 1 }]);
  });

  it('an adopted order is watched, never closed, and can be resumed after its time', async () => {
    const { signed } = newSamples(rig.credentials);
    const addresses = { payment: () => 'http://127.0.0.1:1/payment', contract: () => 'http://127.0.0.1:1/contract' };
    const order = completeContractOrder(
      await rig.expiringIn(signed, 30 * MINUTE),
      addresses,
      await rig.environment.currentTimeMs(),
    );
    await v2CallsOf(rig).contractOrder.create(order);
    const adopting = await rig.wechatpay.resumeOrder({ order });
    await expect(rig.result(adopting)).resolves.toMatchObject({ payment: 'UNDECIDED' });
    expect(rig.simulator.ledger({ effect: 'closed', key: signed.out_trade_no })).toEqual([]);
    expect(rig.simulator.ledger({ effect: 'ordered', key: signed.out_trade_no })).toMatchObject([{ count: 1 }]);
    const again = await rig.wechatpay.resumeOrder({ order });
    expect(again.runId).not.toBe(adopting.runId);
    await expect(rig.result(again)).resolves.toMatchObject({ payment: 'UNDECIDED' });
  });

  it('a contract renews its history every month, and ends in it years later', async () => {
    const { mchid } = rig.credentials;
    const input = { mch_id: mchid, plan_id: '123', contract_code: 'OLD1', contract_id: 'Wx1', openid: 'o1' };
    const handle = await rig.environment.client.workflow.start('contract', {
      taskQueue: 'wechatpay',
      workflowId: `contract/${mchid}/123/OLD1`,
      args: [input],
    });
    await rig.environment.sleep('62 days');
    const { runId } = await handle.describe();
    expect(runId).not.toBe(handle.firstExecutionRunId);
    await handle.signal('contractNotified', {
      id: 'the-end',
      receivedAt: '2031-01-01T00:00:00.000Z',
      kind: 'contract',
      data: { ...input, change_type: 'DELETE', operate_time: '2031-01-01 08:00:00', contract_termination_mode: '1' },
    });
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'TERMINATED', contract_termination_mode: '1' });
    expect(await rig.replay({ workflowId: handle.workflowId, runId })).toBeGreaterThan(1);
  });

  it('paid but never signed is NOT_SIGNED after two hours', async () => {
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, pay: { after: MINUTE } } });
    const process = await rig.wechatpay.orderWithContract({ order: await rig.expiringIn(signed, 2 * HOUR) });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'NOT_SIGNED' });
  });
});
