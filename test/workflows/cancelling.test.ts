import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import type { CallName } from '../../src/testing/simulator/calls';
import { debitOnNewContract } from './debit-samples';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventually } from './histories';
import type { RunId } from './histories';
import { callsOf } from './outside-calls';
import { newSamples } from './samples';

const NO_POLLS = { pollEvery: '1 hour' };

/** One process that is cancelled while its request is on the way. */
interface Sending {
  readonly call: CallName;
  /** What the request does at WeChat Pay, and how often it was done before. */
  readonly effect: string;
  readonly before?: number;
  readonly key: string;
  readonly workflowId: string;
  readonly start: () => Promise<RunId & { readonly first: unknown }>;
}

describe('cancelling a process', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig();
  });
  afterAll(() => rig?.close());

  const handleOf = ({ workflowId, runId }: Partial<RunId>) => rig.client.workflow.getHandle(workflowId ?? '', runId);

  async function expectCancelled(run: RunId): Promise<void> {
    const error = await handleOf(run)
      .result()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WorkflowFailedError);
    expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
    const { needsOperator, reason } = await rig.wechatpay.status(run.workflowId);
    expect({ needsOperator, reason }).toEqual({
      needsOperator: false,
      reason: 'It was cancelled. Nothing is withdrawn at WeChat Pay.',
    });
  }

  function done(effect: string, key: string): number {
    const entries = rig.simulator.ledger({ effect }).filter((entry) => entry.key.includes(key));
    return entries.reduce((sum, { count }) => sum + count, 0);
  }

  async function requested(call: CallName, key: string): Promise<void> {
    await eventually(
      () => Promise.resolve(rig.simulator.calls({ call, key }).length > 0 ? true : undefined),
      `the request ${call}`,
    );
  }

  function declarationIn(state: string) {
    const { declared } = newSamples(rig.credentials);
    const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no } = declared;
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state }] } });
    return { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
  }

  const sendings: Readonly<Record<string, () => Promise<Sending>>> = {
    customsDeclaration: () => {
      const declaration = declarationIn('PROCESSING');
      return Promise.resolve({
        call: 'customs/declare',
        effect: 'declared',
        key: declaration.transaction_id,
        workflowId: workflowIds.customs(declaration),
        start: () => rig.wechatpay.declare({ declaration, options: NO_POLLS }),
      });
    },
    customsModification: async () => {
      const modification = { ...declarationIn('PROCESSING'), duty: 88 };
      const { duty: _duty, ...declaration } = modification;
      await callsOf(rig).customs.declare(declaration);
      return {
        call: 'customs/modify',
        effect: 'modified',
        key: declaration.transaction_id,
        workflowId: workflowIds.customs(declaration),
        start: () => rig.wechatpay.modifyDeclaration({ modification, options: NO_POLLS }),
      };
    },
    customsRepush: async () => {
      const repush = declarationIn('EXCEPT');
      await callsOf(rig).customs.declare(repush);
      const { transaction_id } = repush;
      rig.simulator.script({ customs: { transaction_id, afterRepush: [{ after: 0, state: 'PROCESSING' }] } });
      return {
        call: 'customs/redeclare',
        effect: 'pushed',
        before: 1,
        key: transaction_id,
        workflowId: workflowIds.customs(repush),
        start: () => rig.wechatpay.repushDeclaration({ repush, options: NO_POLLS }),
      };
    },
    h5Application: () => {
      const { approved: application } = newSamples(rig.credentials);
      const { mchid } = rig.credentials;
      const { sub_mchid } = application;
      rig.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
      return Promise.resolve({
        call: 'h5/create',
        effect: 'applied',
        key: sub_mchid,
        workflowId: workflowIds.h5({ mchid, sub_mchid }),
        start: () => rig.wechatpay.applyForH5({ mchid, application, options: NO_POLLS }),
      });
    },
    h5Amendment: async () => {
      const { rejected: application } = newSamples(rig.credentials);
      const { mchid } = rig.credentials;
      const { sub_mchid } = application;
      const resubmission = [{ after: 0, state: 'UNDER_REVIEW' }];
      rig.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'REJECTED' }], resubmission } });
      const { applyment_id } = await callsOf(rig).h5.create(application);
      const amendment = { domains: ['example.com'], transaction_limit_type: 'NORMAL_LIMIT' as const };
      return {
        call: 'h5/modify',
        effect: 'resubmitted',
        key: sub_mchid,
        workflowId: workflowIds.h5({ mchid, sub_mchid }),
        start: () => rig.wechatpay.amendH5({ mchid, sub_mchid, applyment_id, amendment, options: NO_POLLS }),
      };
    },
    h5DomainModification: () => {
      const { mchid } = rig.credentials;
      const { sub_mchid } = newSamples(rig.credentials).approved;
      const out_applyment_id = `DOM${sub_mchid}`;
      rig.simulator.script({ h5Domain: { out_applyment_id, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
      const modification = {
        out_applyment_id,
        sub_mchid,
        domains: ['shop.example.com'],
        website_url: 'https://shop.example.com',
      };
      return Promise.resolve({
        call: 'h5-domain/create',
        effect: 'applied',
        key: out_applyment_id,
        workflowId: workflowIds.h5Domain({ mchid, out_applyment_id }),
        start: () => rig.wechatpay.modifyH5Domains({ mchid, modification, options: NO_POLLS }),
      });
    },
    contractOrder: () => {
      const { signed: order } = newSamples(rig.credentials);
      return Promise.resolve({
        call: 'pay/contractorder',
        effect: 'ordered',
        key: order.out_trade_no,
        workflowId: workflowIds.contractOrder(order),
        start: () => rig.wechatpay.orderWithContract({ order, options: NO_POLLS }),
      });
    },
    contractDebit: async () => {
      const debit = await debitOnNewContract(rig);
      rig.simulator.script({ debit: { out_trade_no: debit.out_trade_no, after: 600 } });
      return {
        call: 'pay/pappayapply',
        effect: 'debit-accepted',
        key: debit.out_trade_no,
        workflowId: workflowIds.debit(debit),
        start: () => rig.wechatpay.debit({ debit, options: NO_POLLS }),
      };
    },
  };

  it.each(Object.entries(sendings))(
    '%s: waits for the answer to what is being sent, and passes it on',
    async (_flow, of) => {
      const { call, effect, before = 0, key, workflowId, start } = await of();
      rig.simulator.faults({ kind: 'delay', call, ms: 1_500, times: 1 });
      const already = rig.simulator.calls({ call })[0]?.count ?? 0;
      const starting = start();
      await eventually(
        () => Promise.resolve((rig.simulator.calls({ call })[0]?.count ?? 0) > already ? true : undefined),
        `the request ${call}`,
      );
      await handleOf({ workflowId }).cancel();
      const run = await starting;
      expect(run.first).toHaveProperty('answer');
      await expectCancelled(run);
      expect(done(effect, key)).toBe(before + 1);
    },
  );

  it('an update that was accepted is answered, whatever it takes', async () => {
    const declaration = declarationIn('PROCESSING');
    const run = await rig.wechatpay.declare({ declaration, options: NO_POLLS });
    await eventually(async () => ((await run.status()).lastMessage === undefined ? undefined : true), 'the first poll');
    rig.simulator.faults({ kind: 'delay', call: 'customs/query', ms: 1_500, times: 1 });
    const asked = () => rig.simulator.calls({ call: 'customs/query' })[0]?.count ?? 0;
    const before = asked();
    const refreshing = run.refresh();
    await eventually(() => Promise.resolve(asked() > before ? true : undefined), 'the question');
    await handleOf(run).cancel();
    await expect(refreshing).resolves.toMatchObject({ state: 'PROCESSING' });
    await expectCancelled(run);
  });

  it('a contract that is being ended is ended, and says so, although it was cancelled meanwhile', async () => {
    const { signed: order } = newSamples(rig.credentials);
    rig.simulator.script({ order: { out_trade_no: order.out_trade_no, pay: { after: 0 }, sign: { after: 0 } } });
    await (await rig.wechatpay.orderWithContract({ order, options: { pollEvery: '1s' } })).result();
    const workflowId = workflowIds.contract(order);
    rig.simulator.faults({ kind: 'delay', call: 'papay/deletecontract', ms: 1_500, times: 1 });
    const ending = handleOf({ workflowId }).executeUpdate('terminate', { args: [{ remark: 'refunded' }] });
    await requested('papay/deletecontract', order.contract_code);
    await handleOf({ workflowId }).cancel();
    await expect(ending).resolves.toMatchObject({ contract_code: order.contract_code });
    await handleOf({ workflowId })
      .result()
      .catch(() => undefined);
    expect(done('terminated', order.contract_code)).toBe(1);
  });

  it('a payment that was acknowledged and not read yet is kept', async () => {
    const { signed: order } = newSamples(rig.credentials);
    const run = await rig.wechatpay.orderWithContract({ order, options: NO_POLLS });
    await eventually(async () => ((await run.status()).lastMessage === undefined ? undefined : true), 'the first poll');
    // Both reach the workflow in one task if they are fast enough; whichever is first, the payment is not forgotten.
    const id = `kept-${order.out_trade_no}`;
    const data = { out_trade_no: order.out_trade_no, transaction_id: '1004400740201409030005092168', total_fee: 1 };
    await handleOf(run).signal('paymentNotified', { id, kind: 'payment', receivedAt: new Date().toISOString(), data });
    await handleOf(run).cancel();
    await expectCancelled(run);
    const kept = workflowIds.unclaimed({ kind: 'payment', mchid: order.mch_id, id });
    await expect(rig.wechatpay.status(kept)).resolves.toMatchObject({ state: 'UNCLAIMED', needsOperator: true });
    await handleOf({ workflowId: kept }).executeUpdate('resolve', { args: [{ note: 'the test is over' }] });
  });

  it('one that only waits ends at once, and so does a kept notification', async () => {
    const { mchid } = rig.credentials;
    const workflowId = workflowIds.unclaimed({ kind: 'payment', mchid, id: 'cancelled' });
    const handle = await rig.client.workflow.start('unclaimedNotification', {
      workflowId,
      taskQueue: 'wechatpay',
      args: [
        {
          mchid,
          notification: { id: 'cancelled', kind: 'payment', receivedAt: new Date().toISOString(), data: {} },
          reason: 'nobody knows this order',
        },
      ],
    });
    await eventually(async () => ((await rig.wechatpay.status(workflowId)).needsOperator ? true : undefined), 'it');
    await handle.cancel();
    await expectCancelled({ workflowId, runId: handle.firstExecutionRunId });
  });
});
