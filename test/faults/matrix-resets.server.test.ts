import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsOf } from '../workflows/outside-calls';
import { startDevRig } from '../workflows/dev-server';
import type { DevRig } from '../workflows/dev-server';
import { newSamples } from '../workflows/samples';
import { resetWorkflow } from './resets';

/* An operator resets a workflow to before its submission, right after WeChat Pay has acted on it. */

const FAST = { pollEvery: '1s' };
/** Seconds after which a record is shown; the worker believes a lost request lost only later. */
const LATE = 2;
const SETTLING = [500, 1_000, 2_000, 4_000];

describe('a workflow reset right after its submission', () => {
  let rig: DevRig;
  beforeAll(async () => {
    rig = await startDevRig({ timing: { settling: SETTLING } });
  });
  afterAll(() => rig?.close());

  /** Requests that WeChat Pay got, whatever it answered. */
  function requests(call: string, key: string): number {
    return rig.simulator.calls({ call, key }).reduce((sum, { count }) => sum + count, 0);
  }

  async function afterReset({ workflowId, runId }: { readonly workflowId: string; readonly runId: string }) {
    await resetWorkflow(rig.client, workflowId);
    const handle = rig.client.workflow.getHandle(workflowId);
    expect((await handle.describe()).runId).not.toBe(runId);
    return handle;
  }

  it('sends no second declaration while the record of the first is not shown yet', async () => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({ visibleAfter: LATE });
    const process = await rig.wechatpay.declare({ declaration: declared, options: FAST });
    await expect((await afterReset(process)).result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(requests('customs/declare', declared.transaction_id)).toBe(1);
  });

  it.each([
    ['customs has decided by then', 'SUCCESS'],
    ['customs has not decided by then', 'PROCESSING'],
  ])('pushes no second time, because one push cannot be told from another: %s', async (_when, state) => {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id, appid, mchid, out_trade_no, sub_order_no, customs, merchant_customs_no } = declared;
    rig.simulator.script({
      visibleAfter: 0,
      customs: { transaction_id, states: [{ after: 0, state: 'EXCEPT' }], afterRepush: [{ after: 0, state }] },
    });
    await callsOf(rig).customs.declare(declared);
    const repush = { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs, merchant_customs_no };
    const process = await rig.wechatpay.repushDeclaration({ repush, options: FAST });
    const handle = await afterReset(process);
    if (state !== 'SUCCESS') {
      await expect(handle.executeUpdate('submitted')).resolves.toMatchObject({ state, request: 'UNKNOWN' });
      rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
    }
    await expect(handle.result()).resolves.toMatchObject({ outcome: 'SUCCESS', request: 'UNKNOWN' });
    expect(requests('customs/redeclare', transaction_id)).toBe(1);
  });
});
