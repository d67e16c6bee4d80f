import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSamples } from './samples';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

const HOUR = 3_600;

describe.each([
  { cache: 'a warm cache', maxCachedWorkflows: undefined },
  { cache: 'no cache, so that every task replays', maxCachedWorkflows: 0 },
])('with polls hours apart and $cache', ({ maxCachedWorkflows }) => {
  let rig: SkippingRig;

  beforeAll(async () => {
    rig = await startSkippingRig({ maxCachedWorkflows });
  });
  afterAll(() => rig?.close());

  it('declares to SUCCESS with identity SAME', async () => {
    const { declared, payer } = newSamples(rig.credentials);
    rig.simulator.payers({ transaction_id: declared.transaction_id, ...payer });
    rig.simulator.script({
      customs: {
        transaction_id: declared.transaction_id,
        states: [
          { after: HOUR, state: 'PROCESSING' },
          { after: 30 * HOUR, state: 'SUCCESS' },
        ],
      },
    });
    const process = await rig.wechatpay.declare({ declaration: declared, identity: payer });
    expect(process.first).toMatchObject({ answer: { out_trade_no: declared.out_trade_no } });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'SUCCESS',
      record: { state: 'SUCCESS', transaction_id: declared.transaction_id },
      identity: { outcome: 'SAME' },
    });
  });

  it('declares to FAIL with the explanation', async () => {
    const { failed } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: {
        transaction_id: failed.transaction_id,
        states: [{ after: 5 * HOUR, state: 'FAIL', explanation: 'not an e-commerce platform enterprise' }],
      },
    });
    const process = await rig.wechatpay.declare({ declaration: failed });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'FAIL',
      explanation: 'not an e-commerce platform enterprise',
      remedy: expect.stringContaining('Correct') as string,
    });
  });

  it('follows an H5 application to APPROVED', async () => {
    const { approved } = newSamples(rig.credentials);
    rig.simulator.script({
      h5: {
        sub_mchid: approved.sub_mchid,
        states: [
          { after: HOUR / 60, state: 'UNDER_REVIEW' },
          { after: 72 * HOUR, state: 'APPROVED' },
        ],
      },
    });
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: approved });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'APPROVED',
      authorization_state: 'FORMAL_AUTHORITY',
    });
  });

  it('follows an H5 application to REJECTED with the reason', async () => {
    const { rejected } = newSamples(rig.credentials);
    rig.simulator.script({
      h5: {
        sub_mchid: rejected.sub_mchid,
        states: [{ after: 72 * HOUR, state: 'REJECTED', audit_reject_detail: 'The home page shows no prices.' }],
      },
    });
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: rejected });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'REJECTED',
      audit_reject_detail: 'The home page shows no prices.',
    });
  });

  it('follows an order to paid and signed', async () => {
    const { signed } = newSamples(rig.credentials);
    rig.simulator.script({
      order: { out_trade_no: signed.out_trade_no, pay: { after: HOUR }, sign: { after: 1.5 * HOUR } },
    });
    const process = await rig.wechatpay.orderWithContract({ order: await rig.expiringIn(signed, 2 * HOUR) });
    await expect(process.cashier()).resolves.toMatchObject({
      trade_type: 'JSAPI',
      presign: 'SUCCESS',
      parameters: { package: expect.stringMatching(/^prepay_id=/) as string, signType: 'MD5' },
    });
    await expect(rig.result(process)).resolves.toMatchObject({ payment: 'PAID', contract: 'SIGNED', total_fee: 888 });
  });

  it('follows an order to paid when its pre-signing failed', async () => {
    const { presignFailed } = newSamples(rig.credentials);
    rig.simulator.script({
      order: {
        out_trade_no: presignFailed.out_trade_no,
        presign: 'FAIL',
        contract_err_code: 'SYSTEMERROR',
        pay: { after: HOUR },
      },
    });
    const process = await rig.wechatpay.orderWithContract({ order: await rig.expiringIn(presignFailed, 2 * HOUR) });
    await expect(rig.result(process)).resolves.toMatchObject({
      payment: 'PAID',
      contract: 'PRESIGN_FAILED',
      contract_err_code: 'SYSTEMERROR',
    });
  });

  it('replays every history', async () => {
    expect(await rig.replay()).toBeGreaterThanOrEqual(6);
  });
});
