import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';
import { newSamples } from './samples';
import { handleOf, notification, startedByHand } from './scenarios/steps';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

const HALF_AN_HOUR = 30 * 60;

describe('rare ways of an order, with time skipped', () => {
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

  it('a payment that is notified while nobody answers the order is a payment', async () => {
    const { signed } = newSamples(rig.credentials);
    const { appid, mch_id, openid, out_trade_no, total_fee } = signed;
    rig.simulator.faults({ call: 'pay/orderquery', kind: '500', key: out_trade_no, times: 'always' });
    const order = await rig.expiringIn(signed, HALF_AN_HOUR);
    const run = await startedByHand(rig, 'contractOrder', workflowIds.contractOrder(signed), { order });
    const paid = { transaction_id: '4200000001202601020000000042', trade_type: 'JSAPI', time_end: '20260102030501' };
    await handleOf(rig, run).signal(
      'paymentNotified',
      notification('payment', { appid, mch_id, openid, out_trade_no, total_fee, ...paid }),
    );
    await expect(rig.result(run)).resolves.toMatchObject({
      payment: 'PAID',
      transaction_id: paid.transaction_id,
      contract: 'NOT_SIGNED',
    });
  });
});
