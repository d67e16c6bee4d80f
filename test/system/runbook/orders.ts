import { expect } from 'vitest';
import { workflowIds } from '../../../src/interface';
import { debitOnNewContract } from '../../workflows/debit-samples';
import { newSamples } from '../../workflows/samples';
import { NO_POLLS } from './bench';
import type { Trial } from './bench';

/** Trials of the commands about orders, contracts, debits and applications. */
export const ORDERS: Readonly<Record<string, Trial>> = {
  'close-order': async (bench) => {
    const { signed } = newSamples(bench.rig.credentials);
    const { workflowId } = await bench.rig.wechatpay.orderWithContract({ order: signed, options: NO_POLLS });
    const { stdout } = await bench.type('close-order', { WORKFLOW_ID: workflowId });
    const closesAt = Date.parse(/closesAt\W+(\d[\dT:.-]+Z)/.exec(stdout)?.[1] ?? '');
    expect(closesAt).toBeGreaterThan(Date.now() + 4 * 60_000);
    expect(closesAt).toBeLessThan(Date.now() + 6 * 60_000);
    await bench.cancel(workflowId);
  },

  'terminate-contract': async (bench) => {
    const { rig } = bench;
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({ order: { out_trade_no: signed.out_trade_no, pay: { after: 0 }, sign: { after: 0 } } });
    const order = await rig.wechatpay.orderWithContract({ order: signed, options: { pollEvery: '1s' } });
    await expect(order.result()).resolves.toMatchObject({ contract: 'SIGNED' });
    const { mch_id, plan_id, contract_code } = signed;
    const id = workflowIds.contract({ mch_id, plan_id, contract_code });
    await bench.type('terminate-contract', { WORKFLOW_ID: id, REMARK: 'customer asked' });
    await expect(bench.result(id)).resolves.toMatchObject({ outcome: 'TERMINATED', contract_termination_mode: '3' });
    expect(
      rig.simulator.ledger({ effect: 'terminated' }).filter(({ key }) => key.includes(contract_code)),
    ).toHaveLength(1);
  },

  'debit-again': async (bench) => {
    const { rig } = bench;
    const debit = await debitOnNewContract(rig);
    rig.simulator.script({ debit: { out_trade_no: debit.out_trade_no, result: 'PAY_FAIL', err_code: 'NOTENOUGH' } });
    const failed = await rig.wechatpay.debit({ debit, options: { pollEvery: '1s' } });
    await expect(failed.result()).resolves.toMatchObject({ outcome: 'PAY_FAIL' });
    const OUT_TRADE_NO = `${debit.out_trade_no.slice(0, 30)}X`;
    const { code, stderr } = await bench.type('debit-again', {
      MCHID: debit.mch_id,
      APPID: debit.appid,
      CONTRACT_ID: debit.contract_id,
      OUT_TRADE_NO,
      BODY: 'Electricity',
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const id = workflowIds.debit({ mch_id: debit.mch_id, out_trade_no: OUT_TRADE_NO });
    await expect(bench.result(id)).resolves.toMatchObject({ outcome: 'SUCCESS', total_fee: 888 });
  },

  attach: async (bench) => {
    const { rig } = bench;
    const { approved } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const { sub_mchid } = approved;
    rig.simulator.script({
      h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] },
      notifications: { lose: 'all' },
    });
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: sub_mchid, times: 1 });
    const process = await rig.wechatpay.applyForH5({ mchid, application: approved, options: NO_POLLS });
    await bench.becomes(process.workflowId, ({ state }) => state === 'SUBMITTED_ID_UNKNOWN');
    const { applyment_id } = rig.simulator.decideH5({ sub_mchid, state: 'UNDER_REVIEW' });
    await bench.type('attach', { WORKFLOW_ID: process.workflowId, APPLYMENT_ID: applyment_id });
    await bench.becomes(process.workflowId, ({ state, needsOperator }) => state === 'UNDER_REVIEW' && !needsOperator);
    await bench.cancel(process.workflowId);
    rig.simulator.script({ notifications: { lose: 0 } });
  },

  amend: async (bench) => {
    const { rig } = bench;
    const { rejected } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    const { sub_mchid } = rejected;
    rig.simulator.script({
      h5: { sub_mchid, states: [{ after: 0, state: 'REJECTED' }], resubmission: [{ after: 1, state: 'APPROVED' }] },
    });
    const options = { pollEvery: '1s' };
    const process = await rig.wechatpay.applyForH5({ mchid, application: rejected, options });
    const result = await process.result();
    expect(result).toMatchObject({ outcome: 'REJECTED' });
    const { code, stderr } = await bench.type('amend', {
      WORKFLOW_ID: process.workflowId,
      MCHID: mchid,
      SUB_MCHID: sub_mchid,
      APPLYMENT_ID: result.applyment_id ?? '',
      DOMAIN: 'example.com',
    });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    await bench.becomes(process.workflowId, ({ flow, state }) => flow === 'h5Amendment' && state !== 'SUBMITTING');
    await expect(bench.result(process.workflowId)).resolves.toMatchObject({
      outcome: 'APPROVED',
      applyment_id: result.applyment_id,
    });
  },
};
