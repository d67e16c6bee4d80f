import { afterAll, beforeAll, expect, it } from 'vitest';
import { startDevRig } from '../workflows/dev-server';
import type { DevRig } from '../workflows/dev-server';
import { eventually } from '../workflows/histories';
import { newSamples } from '../workflows/samples';

/* Notifications that are validly signed, and of no use to anybody. */

const NO_POLLS = { pollEvery: '1 day' };

let rig: DevRig;
beforeAll(async () => {
  rig = await startDevRig();
});
afterAll(() => rig?.close());

/** How the webhook answered a notification of our own making. */
async function answerTo(notification: object): Promise<number | undefined> {
  const { id } = rig.simulator.notify({ once: true, ...notification } as Parameters<typeof rig.simulator.notify>[0]);
  const record = await eventually(
    () => Promise.resolve(rig.simulator.notifications().find((one) => one.id === id && one.deliveries.length > 0)),
    'the delivery',
  );
  return record.deliveries[0]?.status;
}

async function kept(): Promise<string[]> {
  const found: string[] = [];
  const query = `WorkflowType = 'unclaimedNotification' AND ExecutionStatus = 'Running' AND WxNeedsOperator = true`;
  for await (const { workflowId } of rig.client.workflow.list({ query })) found.push(workflowId);
  return found;
}

it('nonsense under a valid signature is kept for a person and acknowledged, and holds up nobody else', async () => {
  const { approved } = newSamples(rig.credentials);
  const { mchid } = rig.credentials;
  const { sub_mchid } = approved;
  rig.simulator.script({ h5: { sub_mchid, states: [{ after: 0, state: 'UNDER_REVIEW' }] } });
  const open = await rig.wechatpay.applyForH5({ mchid, application: approved, options: NO_POLLS });

  const v3 = { kind: 'h5', url: `${rig.webhook.url}/wechatpay/${mchid}/h5/${sub_mchid}` };
  const v2 = { kind: 'payment', url: `${rig.webhook.url}/wechatpay/${mchid}/payment` };
  const nonsense = [
    { ...v3, id: 'n1', resource: '[]' },
    { ...v3, id: 'n2', resource: '7' },
    { ...v3, id: 'n3', resource: { applyment_id: { $ne: 0 } } },
    { ...v3, id: 'n5', resource: { sub_mchid: '1900000999', applyment_id: 1, applyment_state: 'APPROVED' } },
    { ...v2, fields: { return_code: 'SUCCESS', mch_id: mchid } },
    { ...v2, fields: { return_code: 'SUCCESS', mch_id: mchid, out_trade_no: 'DW1', total_fee: '-1' } },
  ];
  for (const one of nonsense) expect(await answerTo(one), JSON.stringify(one)).toBe(200);
  await eventually(async () => ((await kept()).length >= nonsense.length ? true : undefined), 'what was kept');

  // A state nobody knows reaches the open application, which believes the query alone.
  const unknown = { sub_mchid, applyment_id: 'x'.repeat(1_000), applyment_state: 5 };
  expect(await answerTo({ ...v3, id: 'u1', resource: unknown })).toBe(200);
  await expect(open.status()).resolves.toMatchObject({ state: 'UNDER_REVIEW' });

  // WeChat Pay repeats it whatever we say: it stays one.
  for (const one of nonsense.slice(0, 4)) expect(await answerTo(one)).toBe(200);
  expect(await kept()).toHaveLength(nonsense.length);

  rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
  await expect(open.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
});
