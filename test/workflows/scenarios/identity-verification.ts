import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import { sealIdentity } from '../../../src/client/sealing';
import type { PlainIdentity, SealedIdentity } from '../../../src/wechatpay/customs/schema';
import type { CustomsScript } from '../../../src/testing/simulator/scripts';
import { callsOf } from '../outside-calls';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';
import { endingsOf } from './scenario';
import { causeOf, effects, startedByHand } from './steps';

function orderOf({ declared }: ReturnType<typeof newSamples>) {
  const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no } = declared;
  return { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no };
}

/** Asks about a declared order whose payer is known. */
async function asked(rig: SkippingRig, about: Partial<PlainIdentity>, answer?: CustomsScript['identity']) {
  const samples = newSamples(rig.credentials);
  const { transaction_id } = samples.declared;
  rig.simulator.payers({ transaction_id, ...samples.payer });
  if (answer !== undefined) rig.simulator.script({ customs: { transaction_id, identity: answer } });
  await callsOf(rig).customs.declare(samples.declared);
  const process = await rig.wechatpay.verifyIdentity({
    order: orderOf(samples),
    identity: { ...samples.payer, ...about },
  });
  return { process, result: await rig.result(process) };
}

/** As by a client that still has a key WeChat Pay has given up. */
export function sealedWithAGoneKey(payer: PlainIdentity): SealedIdentity {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return sealIdentity(payer, { id: 'PUB_KEY_ID_0000', publicKey });
}

export const identityVerificationEndings = endingsOf('identityVerification', {
  same: async (rig) => {
    const { process, result } = await asked(rig, {});
    expect(result).toEqual({ outcome: 'SAME' });
    return process;
  },
  different: async (rig) => {
    const { process, result } = await asked(rig, { certificate_name: 'Li Si' });
    expect(result).toMatchObject({ outcome: 'DIFFERENT' });
    return process;
  },
  unchecked: async (rig) => {
    const { process, result } = await asked(rig, {}, 'UNCHECKED');
    expect(result).toMatchObject({ outcome: 'UNCHECKED' });
    const [, , , transaction_id = ''] = process.workflowId.split('/');
    expect(effects(rig, 'identity-checked', transaction_id)).toBe(3); // asked again, within its budget
    return process;
  },
  'checked-at-the-second-question': async (rig) => {
    const samples = newSamples(rig.credentials);
    const { transaction_id } = samples.declared;
    rig.simulator.payers({ transaction_id, ...samples.payer });
    await callsOf(rig).customs.declare(samples.declared);
    rig.simulator.faults({ call: 'customs/verify-certificate', kind: 'unknown-state', key: transaction_id });
    const process = await rig.wechatpay.verifyIdentity({ order: orderOf(samples), identity: samples.payer });
    await expect(rig.result(process)).resolves.toEqual({ outcome: 'SAME' });
    expect(effects(rig, 'identity-checked', transaction_id)).toBe(2);
    return process;
  },
  'never-answered': async (rig) => {
    const samples = newSamples(rig.credentials);
    const { transaction_id } = samples.declared;
    rig.simulator.faults({ call: 'customs/verify-certificate', kind: '500', key: transaction_id, times: 'always' });
    const process = await rig.wechatpay.verifyIdentity({ order: orderOf(samples), identity: samples.payer });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'UNCHECKED',
      message: expect.stringContaining('no answer') as string,
    });
    expect(rig.simulator.calls({ call: 'customs/verify-certificate', key: transaction_id })).toMatchObject([
      { count: 3 },
    ]);
    return process;
  },
  'to-be-sealed-again': async (rig) => {
    const samples = newSamples(rig.credentials);
    await callsOf(rig).customs.declare(samples.declared);
    const identity = sealedWithAGoneKey(samples.payer);
    const process = await rig.wechatpay.verifyIdentity({ order: orderOf(samples), identity });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'SEAL_AGAIN',
      remedy: expect.stringContaining('current key') as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({
      needsOperator: true,
      reason: expect.stringContaining('current key') as string,
    });
    return process;
  },
  'invalid-registered-identity': async (rig) => {
    const { process, result } = await asked(rig, {}, 'PAYER_INVALID');
    expect(result).toMatchObject({ outcome: 'REFUSED', remedy: expect.any(String) as string });
    return process;
  },
  'payer-of-another-account': async (rig) => {
    const { process, result } = await asked(rig, {}, 'USER_ACCOUNT_ABNORMAL');
    expect(result).toMatchObject({ outcome: 'DIFFERENT', code: 'USER_ACCOUNT_ABNORMAL' });
    return process;
  },
  'typed-in-plain-text': async (rig) => {
    const samples = newSamples(rig.credentials);
    const { mchid, customs, transaction_id, sub_order_no } = samples.declared;
    // It stays in the history for good, and so in the golden one: nobody's name and number.
    const plain = { certificate_id: 'an ID number', certificate_name: 'a name', sealed_with: '7132D72A' };
    const verification = { ...orderOf(samples), certificate_type: 'IDCARD', ...plain };
    const id = `identity/${mchid}/${customs}/${transaction_id}/${sub_order_no}`;
    const run = await startedByHand(rig, 'identityVerification', id, { verification });
    const cause = await causeOf(rig.result(run));
    expect(cause).toMatchObject({ type: 'WechatPay.InvalidInput' });
    expect((cause as Error).message).not.toContain(plain.certificate_id);
    expect((cause as Error).message).not.toMatch(/\ba name\b/);
    return run;
  },
  'refused-because-not-declared': async (rig) => {
    const samples = newSamples(rig.credentials);
    const process = await rig.wechatpay.verifyIdentity({ order: orderOf(samples), identity: samples.payer });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED', code: 'INVALID_REQUEST' });
    return process;
  },
});
