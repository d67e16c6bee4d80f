import { expect } from 'vitest';
import type { ScriptedState } from '../../../src/testing/simulator/scripts';
import { callsOf } from '../outside-calls';
import { eventually } from '../histories';
import type { RunId } from '../histories';
import { sealedWithAGoneKey } from './identity-verification';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';
import { DAY, endingsOf, HOUR, MINUTE } from './scenario';
import { asleep, cancelled, causeOf, effects, startedByHand, TOLD, withCaller } from './steps';

/** A new declaration, and what customs makes of it. */
function declarationThat(rig: SkippingRig, ...states: ScriptedState[]) {
  const { declared } = newSamples(rig.credentials);
  rig.simulator.script({ customs: { transaction_id: declared.transaction_id, states } });
  return declared;
}

const processing = { after: 0, state: 'PROCESSING' };
const except = { after: MINUTE, state: 'EXCEPT', explanation: 'lock' };

/** How often a re-push was requested, whatever became of it. */
function rePushes(rig: SkippingRig, key: string): number {
  return rig.simulator.calls({ call: 'customs/redeclare', key })[0]?.count ?? 0;
}

/** Declares, with an identity question that is answered by `identity`. */
async function withIdentity(
  rig: SkippingRig,
  identity: 'DIFFERENT' | 'UNCHECKED' | 'USER_ACCOUNT_ABNORMAL' | 'PAYER_INVALID',
) {
  const { declared, payer } = newSamples(rig.credentials);
  rig.simulator.script({ customs: { transaction_id: declared.transaction_id, identity } });
  const process = await rig.wechatpay.declare({ declaration: declared, identity: payer });
  return { process, result: await rig.result(process) };
}

export const customsDeclarationEndings = endingsOf('customsDeclaration', {
  success: async (rig) => {
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'SUCCESS' });
    const process = await rig.wechatpay.declare({ declaration });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    return process;
  },
  'success-through-every-state': async (rig) => {
    const declaration = declarationThat(
      rig,
      { after: 0, state: 'UNDECLARED' },
      { after: MINUTE, state: 'PROCESSING' },
      { after: HOUR, state: 'SUBMITTED' },
      { after: DAY, state: 'SUCCESS' },
    );
    const process = await rig.wechatpay.declare({ declaration });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    return process;
  },
  'success-at-once': async (rig) => {
    const process = await rig.wechatpay.declare({ declaration: declarationThat(rig, { after: 0, state: 'SUCCESS' }) });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    return process;
  },
  'success-started-by-hand': async (rig) => {
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'SUCCESS' });
    const { mchid, customs, transaction_id, sub_order_no } = declaration;
    const id = `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`;
    const run = await startedByHand(rig, 'customsDeclaration', id, { declaration });
    await expect(rig.result(run)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    return run;
  },
  'caller-told': async (rig) => {
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'SUCCESS' });
    const { told, run } = await withCaller(rig, async () => {
      const process = await rig.wechatpay.declare({ declaration, options: { onResult: TOLD, reference: 'A-17' } });
      await rig.result(process);
      return process;
    });
    expect(told).toHaveLength(2);
    expect(told[1]).toEqual(told[0]);
    return run;
  },
  fail: async (rig) => {
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'FAIL', explanation: 'wrong duty' });
    const process = await rig.wechatpay.declare({ declaration });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'FAIL', explanation: 'wrong duty' });
    return process;
  },
  'fail-in-the-last-moment': async (rig) => {
    const late = { after: 3 * DAY - MINUTE, state: 'FAIL', explanation: 'late' };
    const declaration = declarationThat(rig, processing, late);
    const process = await rig.wechatpay.declare({ declaration, options: { giveUpAfter: '3 days' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'FAIL', explanation: 'late' });
    return process;
  },
  're-pushed': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    rig.simulator.script({
      customs: {
        transaction_id: declared.transaction_id,
        states: [{ ...except, after: HOUR }],
        afterRepush: [processing, { after: HOUR, state: 'SUCCESS' }],
      },
    });
    const process = await rig.wechatpay.declare({ declaration: declared });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effects(rig, 'pushed', declared.transaction_id)).toBe(2); // the declaration itself, and the re-push
    return process;
  },
  'except-after-re-pushes': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    rig.simulator.script({ customs: { transaction_id, states: [except], afterRepush: [except] } });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { repushes: 2 } });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'EXCEPT',
      explanation: 'lock',
      remedy: expect.any(String) as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    expect(effects(rig, 'pushed', transaction_id)).toBe(3);
    return process;
  },
  're-push-with-its-answer-lost': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    const afterRepush = [processing, { after: HOUR, state: 'SUCCESS' }];
    rig.simulator.script({ customs: { transaction_id, states: [except], afterRepush } });
    rig.simulator.faults({ call: 'customs/redeclare', kind: 'act-and-drop', key: transaction_id });
    const process = await rig.wechatpay.declare({ declaration: declared });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect([rePushes(rig, transaction_id), effects(rig, 'pushed', transaction_id)]).toEqual([1, 2]);
    return process;
  },
  're-push-never-answered': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    rig.simulator.script({ customs: { transaction_id, states: [except] } });
    rig.simulator.faults({ call: 'customs/redeclare', kind: '500', key: transaction_id, times: 'always' });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { repushes: 3 } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'EXCEPT', remedy: 'Re-push later.' });
    expect(rePushes(rig, transaction_id)).toBe(3);
    return process;
  },
  're-push-refused': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    rig.simulator.script({ customs: { transaction_id, states: [except] } });
    const refusal = { status: 404, code: 'RESOURCE_NOT_EXISTS', message: 'no such order' };
    rig.simulator.faults({ call: 'customs/redeclare', kind: 'error', key: transaction_id, ...refusal });
    const process = await rig.wechatpay.declare({ declaration: declared });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'EXCEPT', code: 'RESOURCE_NOT_EXISTS' });
    return process;
  },
  're-push-of-a-wrong-request': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const { transaction_id } = declared;
    rig.simulator.script({ customs: { transaction_id, states: [except] } });
    const objection = { status: 400, code: 'PARAM_ERROR', message: 'no such merchant_customs_no' };
    rig.simulator.faults({ call: 'customs/redeclare', kind: 'error', key: transaction_id, ...objection });
    const process = await rig.wechatpay.declare({ declaration: declared, options: { repushes: 3 } });
    // A declaration that exists does not fail because of a push.
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'EXCEPT',
      code: 'PARAM_ERROR',
      message: expect.stringContaining('no such merchant_customs_no') as string,
      remedy: 'Correct the request.',
      record: { state: 'EXCEPT', transaction_id },
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({
      needsOperator: true,
      reason: expect.stringContaining('no such merchant_customs_no') as string,
    });
    expect([rePushes(rig, transaction_id), effects(rig, 'pushed', transaction_id)]).toEqual([1, 1]);
    return process;
  },
  'fail-with-the-way-out': async (rig) => {
    const explanation = '企业不是电商平台企业';
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'FAIL', explanation });
    const process = await rig.wechatpay.declare({ declaration });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'FAIL',
      explanation,
      remedy: expect.stringContaining('modify the declaration with the right merchant_customs_no') as string,
    });
    return process;
  },
  'healed-without-a-push': async (rig) => {
    const declaration = declarationThat(rig, except, { after: 5 * MINUTE, state: 'SUCCESS' });
    const process = await rig.wechatpay.declare({ declaration, options: { repushAfter: '2 hours' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effects(rig, 'pushed', declaration.transaction_id)).toBe(1);
    return process;
  },
  undecided: async (rig) => {
    const process = await neverDecided(rig, declarationThat(rig, processing));
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    return process;
  },
  resumed: async (rig) => {
    const declaration = declarationThat(rig, processing);
    const undecided = await neverDecided(rig, declaration);
    const { transaction_id } = declaration;
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
    const process = await rig.wechatpay.resumeDeclaration({ declaration });
    expect(process.runId).not.toBe(undecided.runId);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effects(rig, 'declared', transaction_id)).toBe(1);
    return process;
  },
  'never-answered': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const { mchid, customs, transaction_id, sub_order_no, out_trade_no } = declared;
    rig.simulator.faults({ kind: '500', call: 'customs/query', key: out_trade_no, times: 'always' });
    rig.simulator.faults({ kind: '500', call: 'customs/query', key: sub_order_no, times: 'always' });
    const id = `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`;
    const input = { declaration: declared, options: { giveUpAfter: '1 day' } };
    const run = await startedByHand(rig, 'customsDeclaration', id, input);
    await expect(rig.result(run)).resolves.toMatchObject({
      outcome: 'UNDECIDED',
      remedy: expect.stringContaining('may or may not') as string,
    });
    await expect(rig.wechatpay.status(run.workflowId)).resolves.toMatchObject({ needsOperator: true });
    return run;
  },
  adopted: async (rig) => {
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'SUCCESS' });
    await callsOf(rig).customs.declare(declaration);
    const process = await rig.wechatpay.declare({ declaration, options: { adopt: true } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effects(rig, 'declared', declaration.transaction_id)).toBe(1);
    return process;
  },
  'nothing-to-adopt': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const adopting = rig.wechatpay.declare({ declaration: declared, options: { adopt: true } });
    await expect(adopting).rejects.toMatchObject({ errorClass: 'INPUT', code: 'NOT_FOUND' });
    expect(effects(rig, 'declared', declared.transaction_id)).toBe(0);
    return newestRun(rig, declared);
  },
  conflict: async (rig) => {
    const declaration = declarationThat(rig, processing);
    await callsOf(rig).customs.declare(declaration);
    const other = { ...declaration, duty: 99 };
    await expect(rig.wechatpay.declare({ declaration: other })).rejects.toMatchObject({ name: 'ConflictError' });
    return newestRun(rig, declaration);
  },
  'not-the-id-its-input-demands': async (rig) => {
    const { declared } = newSamples(rig.credentials);
    const run = await startedByHand(rig, 'customsDeclaration', 'customs/of-my-own', { declaration: declared });
    await expect(causeOf(rig.result(run))).resolves.toMatchObject({ type: 'WechatPay.InvalidInput' });
    return run;
  },
  cancelled: async (rig) => {
    const process = await rig.wechatpay.declare({ declaration: declarationThat(rig, processing) });
    await asleep(rig, process);
    return cancelled(rig, process);
  },
  'wait-cut-by-refresh': async (rig) => {
    const declaration = declarationThat(rig, processing);
    const process = await rig.wechatpay.declare({ declaration, options: { pollEvery: '1 day' } });
    await asleep(rig, process);
    const { transaction_id } = declaration;
    rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
    await expect(process.refresh()).resolves.toMatchObject({ state: 'SUCCESS' });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    return process;
  },
  'payer-is-the-same': async (rig) => {
    const { payer } = newSamples(rig.credentials);
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'SUCCESS' });
    rig.simulator.payers({ transaction_id: declaration.transaction_id, ...payer });
    const process = await rig.wechatpay.declare({ declaration, identity: payer });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', identity: { outcome: 'SAME' } });
    return process;
  },
  'payer-differs': async (rig) => {
    const { process, result } = await withIdentity(rig, 'DIFFERENT');
    expect(result).toMatchObject({ outcome: 'SUCCESS', identity: { outcome: 'DIFFERENT' } });
    return process;
  },
  'payer-has-no-real-name': async (rig) => {
    const { process, result } = await withIdentity(rig, 'USER_ACCOUNT_ABNORMAL');
    expect(result).toMatchObject({ identity: { outcome: 'DIFFERENT', code: 'USER_ACCOUNT_ABNORMAL' } });
    return process;
  },
  'payer-unchecked': async (rig) => {
    const { process, result } = await withIdentity(rig, 'UNCHECKED');
    expect(result).toMatchObject({ outcome: 'SUCCESS', identity: { outcome: 'UNCHECKED' } });
    return process;
  },
  'payer-to-be-sealed-again': async (rig) => {
    const { payer } = newSamples(rig.credentials);
    const declaration = declarationThat(
      rig,
      processing,
      { after: HOUR, state: 'SUBMITTED' },
      { after: DAY, state: 'SUCCESS' },
    );
    const process = await rig.wechatpay.declare({ declaration, identity: sealedWithAGoneKey(payer) });
    const shown = { needsOperator: true, reason: expect.stringContaining('current key') as string };
    await asleep(rig, process);
    await eventually(async () => ((await process.status()).needsOperator ? true : undefined), 'telling the operator');
    await expect(process.status()).resolves.toMatchObject({ state: 'PROCESSING', ...shown });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'SUCCESS',
      identity: { outcome: 'SEAL_AGAIN' },
    });
    // Still there, whatever states followed.
    await expect(process.status()).resolves.toMatchObject({ state: 'SUCCESS', ...shown });
    return process;
  },
  'payer-not-answered': async (rig) => {
    const { payer } = newSamples(rig.credentials);
    const declaration = declarationThat(rig, processing, { after: HOUR, state: 'SUCCESS' });
    // The merchant may not ask, for instance, and nobody repairs that.
    const { transaction_id } = declaration;
    rig.simulator.faults({ call: 'customs/verify-certificate', kind: '401', key: transaction_id, times: 'always' });
    const process = await rig.wechatpay.declare({ declaration, identity: payer });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'SUCCESS',
      identity: { outcome: 'UNCHECKED' },
    });
    const { startTime, closeTime } = await rig.environment.client.workflow.getHandle(process.workflowId).describe();
    expect((closeTime?.getTime() ?? Infinity) - startTime.getTime()).toBeLessThan(3 * HOUR * 1_000);
    return process;
  },
  'payer-refused': async (rig) => {
    const { process, result } = await withIdentity(rig, 'PAYER_INVALID');
    expect(result).toMatchObject({ identity: { outcome: 'REFUSED', code: 'INVALID_REQUEST' } });
    return process;
  },
});

async function neverDecided(rig: SkippingRig, declaration: ReturnType<typeof declarationThat>): Promise<RunId> {
  const process = await rig.wechatpay.declare({ declaration, options: { giveUpAfter: '2 days' } });
  const expected = { outcome: 'UNDECIDED', record: { state: 'PROCESSING' } };
  await expect(rig.result(process)).resolves.toMatchObject(expected);
  return process;
}

/** The run of a process that failed before its client had a handle of it. */
async function newestRun(rig: SkippingRig, key: ReturnType<typeof declarationThat>): Promise<RunId> {
  const { mchid, customs, transaction_id, sub_order_no } = key;
  const workflowId = `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`;
  const { runId } = await rig.environment.client.workflow.getHandle(workflowId).describe();
  return { workflowId, runId };
}
