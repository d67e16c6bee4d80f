import { afterAll, beforeAll, expect, it } from 'vitest';
import { correctDuty, declareParts, pushAgain } from '../../examples/corrections';
import { startDevRig } from '../workflows/dev-server';
import type { DevRig } from '../workflows/dev-server';
import { callsOf } from '../workflows/outside-calls';
import { newSamples } from '../workflows/samples';

let rig: DevRig;
beforeAll(async () => {
  rig = await startDevRig();
});
afterAll(() => rig?.close());

it('corrects the duty of a declaration that customs rejected, then pushes it again', async () => {
  const { declared } = newSamples(rig.credentials);
  const { transaction_id } = declared;
  const success = [{ after: 0, state: 'SUCCESS' }];
  rig.simulator.script({
    customs: { transaction_id, states: [{ after: 0, state: 'FAIL' }], afterModify: success, afterRepush: success },
  });
  await callsOf(rig).customs.declare(declared);
  await expect(correctDuty(rig.wechatpay, declared, 99)).resolves.toEqual({ outcome: 'SUCCESS', request: 'SENT' });
  await expect(correctDuty(rig.wechatpay, declared, 99)).resolves.toMatchObject({ request: 'NOT_NEEDED' });
  await expect(pushAgain(rig.wechatpay, declared)).resolves.toEqual({ outcome: 'SUCCESS', request: 'SENT' });
});

it('declares the parts of a payment, and none of them when they exceed it', async () => {
  const { declared } = newSamples(rig.credentials);
  const { transaction_id, out_trade_no } = declared;
  rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
  const parts = ['A', 'B'].map((name) => ({ ...declared, sub_order_no: `${out_trade_no}${name}` }));
  await expect(declareParts(rig.wechatpay, parts, 3551)).rejects.toMatchObject({ name: 'InvalidInputError' });
  await expect(declareParts(rig.wechatpay, parts, 3552)).resolves.toMatchObject([
    { outcome: 'SUCCESS' },
    { outcome: 'SUCCESS' },
  ]);
});
