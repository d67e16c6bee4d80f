import { expect } from 'vitest';
import { FAILURE_TYPES, SIGNALS, workflowIds } from '../../../src/interface';
import type { CommonOptions } from '../../../src/interface';
import type { DebitScript } from '../../../src/testing/simulator/scripts';
import type { Debit } from '../../../src/wechatpay/debit/schema';
import { asked, debited, debitOnNewContract } from '../debit-samples';
import { eventsOf } from '../histories';
import { v2CallsOf } from '../outside-calls';
import type { SkippingRig } from '../time-skipping';
import { DAY, endingsOf, HOUR, MINUTE } from './scenario';
import { asleep, cancelled, causeOf, handleOf, notification, startedByHand, TOLD, withCaller } from './steps';

/** A debit on a contract that was signed just now; `script` is true of it. */
async function newDebit(rig: SkippingRig, script: DebitScript = {}): Promise<Debit> {
  const debit = await debitOnNewContract(rig, await rig.environment.currentTimeMs());
  rig.simulator.script({ debit: { ...script, out_trade_no: debit.out_trade_no } });
  return debit;
}

async function applied(rig: SkippingRig, script?: DebitScript, options?: CommonOptions) {
  const debit = await newDebit(rig, script);
  const process = await rig.wechatpay.debit({ debit, ...(options && { options }) });
  return { debit, process };
}

/** What the webhook hands on. */
function made({ appid, mch_id, contract_id, out_trade_no, total_fee }: Debit, transaction_id: string) {
  const paid = { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o', trade_type: 'PAP', time_end: '20260102030501' };
  return notification('debit', {
    made: true,
    ...{ appid, mch_id, contract_id, out_trade_no, total_fee, transaction_id },
    ...paid,
  });
}

/** A number of WeChat Pay's, as it is neither in the simulator nor in another scenario. */
const TRANSACTION = '4200002601202601020000000001';

export const contractDebitEndings = endingsOf('contractDebit', {
  success: async (rig) => {
    const { debit, process } = await applied(rig);
    await expect(rig.result(process)).resolves.toEqual({
      outcome: 'SUCCESS',
      total_fee: 888,
      contract_id: debit.contract_id,
      transaction_id: expect.stringMatching(/^\d{28}$/) as string,
      time_end: expect.stringMatching(/^\d{14}$/) as string,
    });
    expect(debited(rig, debit)).toBe(1);
    return process;
  },

  // Twelve hours after the signing the payer is told first, and the debit follows a day later.
  'success-after-a-day': async (rig) => {
    const debit = await newDebit(rig);
    await rig.environment.sleep('13 hours');
    const process = await rig.wechatpay.debit({ debit });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const { startTime, closeTime } = await handleOf(rig, process).describe();
    const took = ((closeTime?.getTime() ?? 0) - startTime.getTime()) / 1_000;
    expect(took).toBeGreaterThanOrEqual(DAY);
    // An hourly question with its jitter: this server's attempts say the time at which they were put off.
    expect(took).toBeLessThan(DAY + 1.2 * HOUR);
    expect(asked(rig, 'pay/paporderquery', debit)).toBeLessThan(60);
    expect(debited(rig, debit)).toBe(1);
    return process;
  },

  failed: async (rig) => {
    const { debit, process } = await applied(rig, { after: HOUR, result: 'PAY_FAIL' });
    await expect(rig.result(process)).resolves.toEqual({
      outcome: 'PAY_FAIL',
      contract_id: debit.contract_id,
      message: 'PAY_FAIL',
      remedy: expect.stringContaining('new out_trade_no') as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: false });
    expect(debited(rig, debit)).toBe(0);
    return process;
  },

  'failed-contract-ended-meanwhile': async (rig) => {
    const { debit, process } = await applied(rig, { after: HOUR });
    rig.simulator.terminate({ contract_id: debit.contract_id });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'PAY_FAIL' });
    return process;
  },

  refused: async (rig) => {
    const debit = await newDebit(rig);
    rig.simulator.terminate({ contract_id: debit.contract_id });
    const process = await rig.wechatpay.debit({ debit });
    expect(process.first).toMatchObject({ answer: { state: 'REFUSED', code: 'CONTRACT_NOT_EXIST' } });
    await expect(rig.result(process)).resolves.toEqual({
      outcome: 'REFUSED',
      code: 'CONTRACT_NOT_EXIST',
      message: expect.stringContaining('has ended') as string,
      remedy: expect.stringContaining('Nothing was sent') as string,
    });
    expect(asked(rig, 'pay/pappayapply', debit)).toBe(0);
    return process;
  },

  'refused-by-wechatpay': async (rig) => {
    const debit = await newDebit(rig);
    const process = await rig.wechatpay.debit({ debit: { ...debit, contract_id: 'Wx99999999999999999999999999' } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED', code: 'CONTRACT_NOT_EXIST' });
    return process;
  },

  'last-look': async (rig) => {
    const { process } = await applied(rig, { after: 3 * DAY - MINUTE });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    return process;
  },

  'undecided-then-resumed': async (rig) => {
    const { debit, process } = await applied(rig, { after: 5 * DAY });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'UNDECIDED',
      remedy: expect.stringContaining('resume') as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({
      state: 'UNDECIDED',
      needsOperator: true,
    });
    const resumed = await rig.wechatpay.resumeDebit({ debit });
    expect(resumed.runId).not.toBe(process.runId);
    await expect(rig.result(resumed)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect([asked(rig, 'pay/pappayapply', debit), debited(rig, debit)]).toEqual([1, 1]);
    return process;
  },

  'submission-undecided': async (rig) => {
    const debit = await newDebit(rig);
    rig.simulator.faults({ kind: '500', call: 'pay/paporderquery', key: debit.out_trade_no, times: 'always' });
    const process = await startedByHand(rig, 'contractDebit', workflowIds.debit(debit), { debit });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'UNDECIDED',
      remedy: expect.stringContaining('may or may not') as string,
    });
    await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ needsOperator: true });
    expect(asked(rig, 'pay/pappayapply', debit)).toBe(0);
    // There turns out to be nothing to watch, which frees the number for another start.
    rig.simulator.clearFaults();
    await expect(rig.wechatpay.resumeDebit({ debit })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const again = await rig.wechatpay.debit({ debit });
    await expect(rig.result(again)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(debited(rig, debit)).toBe(1);
    return process;
  },

  // WeChat Pay answered no question, and told the result all the same.
  'submission-answered-by-notification': async (rig) => {
    const debit = await newDebit(rig);
    rig.simulator.faults({ kind: '500', call: 'pay/paporderquery', key: debit.out_trade_no, times: 'always' });
    const options = { giveUpAfter: '1 hour' };
    const process = await startedByHand(rig, 'contractDebit', workflowIds.debit(debit), { debit, options });
    await handleOf(rig, process).signal(SIGNALS.debitNotified, made(debit, TRANSACTION));
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS', transaction_id: TRANSACTION });
    return process;
  },

  adopted: async (rig) => {
    const debit = await newDebit(rig, { after: HOUR });
    await v2CallsOf(rig).debit.apply({ ...debit, notify_url: 'http://127.0.0.1:1/debit' });
    const process = await rig.wechatpay.debit({ debit, options: { adopt: true } });
    // The server's clock may have run ahead meanwhile, so that it is made already.
    expect(process.first).toMatchObject({ answer: { state: expect.stringMatching(/^(NOTPAY|SUCCESS)$/) as string } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(asked(rig, 'pay/pappayapply', debit)).toBe(1);
    return process;
  },

  'nothing-to-adopt': async (rig) => {
    const debit = await newDebit(rig);
    const process = await startedByHand(rig, 'contractDebit', workflowIds.debit(debit), {
      debit,
      options: { adopt: true },
    });
    await expect(causeOf(rig.result(process))).resolves.toMatchObject({ type: FAILURE_TYPES.invalidInput });
    expect(asked(rig, 'pay/pappayapply', debit)).toBe(0);
    return process;
  },

  conflict: async (rig) => {
    const debit = await newDebit(rig);
    await v2CallsOf(rig).debit.apply({ ...debit, total_fee: 1, notify_url: 'http://127.0.0.1:1/debit' });
    await rig.environment.sleep('1 minute');
    const process = await startedByHand(rig, 'contractDebit', workflowIds.debit(debit), { debit });
    await expect(causeOf(rig.result(process))).resolves.toMatchObject({
      type: FAILURE_TYPES.conflict,
      message: expect.stringContaining('total_fee') as string,
    });
    return process;
  },

  'unknown-state': async (rig) => {
    const debit = await newDebit(rig, { after: HOUR });
    const process = await rig.wechatpay.debit({ debit });
    rig.simulator.faults({ kind: 'unknown-state', call: 'pay/paporderquery', key: debit.out_trade_no });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const { events } = await handleOf(rig, process).fetchHistory();
    const flags = (events ?? []).flatMap(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
      const flag = upsert?.searchAttributes?.indexedFields?.['WxNeedsOperator']?.data;
      return flag ? [Buffer.from(flag).toString()] : [];
    });
    expect(flags).toContain('true');
    expect(flags.at(-1)).toBe('false');
    return process;
  },

  cancelled: async (rig) => {
    const { debit, process } = await applied(rig, { after: 2 * DAY });
    await asleep(rig, process);
    await cancelled(rig, process);
    expect(asked(rig, 'pay/pappayapply', debit)).toBe(1);
    return process;
  },

  'typed-by-hand': async (rig) => {
    const debit = await newDebit(rig);
    const process = await startedByHand(rig, 'contractDebit', workflowIds.debit(debit), { debit });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'SUCCESS' });
    // The notification's address was filled in once, beside the workflow.
    expect((await eventsOf(rig.client, process)).filter((name) => name === 'markerRecorded')).toHaveLength(1);
    return process;
  },

  'caller-told': async (rig) => {
    const debit = await newDebit(rig);
    const { told, run } = await withCaller(rig, async () => {
      const process = await rig.wechatpay.debit({ debit, options: { onResult: TOLD, reference: 'rent May' } });
      await rig.result(process);
      return process;
    });
    expect(told).toHaveLength(2);
    expect(told[0]).toEqual(told[1]);
    expect(told[0]).toMatchObject({
      eventId: `${run.workflowId}/${run.runId}/result`,
      flow: 'contractDebit',
      reference: 'rent May',
      result: { outcome: 'SUCCESS' },
    });
    return run;
  },
});
