import { expect } from 'vitest';
import { SIGNALS } from '../../../src/interface';
import type { CommonOptions } from '../../../src/interface';
import type { ScriptedState } from '../../../src/testing/simulator/scripts';
import type { H5Amendment } from '../../../src/wechatpay/h5/schema';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';
import { DAY, endingsOf, HOUR } from './scenario';
import { asleep, cancelled, effects, handleOf, notification } from './steps';

const amendment: H5Amendment = { domains: ['example.com'], transaction_limit_type: 'NORMAL_LIMIT' };

/** An application that a reviewer rejected; `then`: what becomes of its amendment. */
async function rejected(rig: SkippingRig, ...then: ScriptedState[]) {
  const { rejected: application } = newSamples(rig.credentials);
  const { mchid } = rig.credentials;
  const { sub_mchid } = application;
  const states = [{ after: 0, state: 'REJECTED', audit_reject_detail: 'no prices' }];
  rig.simulator.script({ h5: { sub_mchid, states, resubmission: then } });
  const process = await rig.wechatpay.applyForH5({ mchid, application });
  await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REJECTED' });
  const { applyment_id } = (process.first as { answer: { applyment_id: string } }).answer;
  return { mchid, sub_mchid, applyment_id, amendment };
}

async function amended(rig: SkippingRig, then: ScriptedState[], options?: CommonOptions) {
  const request = await rejected(rig, ...then);
  const process = await rig.wechatpay.amendH5({ ...request, ...(options && { options }) });
  return { request, process };
}

const resubmitted = (rig: SkippingRig, { sub_mchid }: { sub_mchid: string }) => effects(rig, 'resubmitted', sub_mchid);

export const h5AmendmentEndings = endingsOf('h5Amendment', {
  approved: async (rig) => {
    const { process, request } = await amended(rig, [{ after: DAY, state: 'APPROVED' }]);
    const expected = { outcome: 'APPROVED', applyment_id: request.applyment_id };
    await expect(rig.result(process)).resolves.toMatchObject(expected);
    expect(resubmitted(rig, request)).toBe(1);
    return process;
  },
  'rejected-again': async (rig) => {
    const again = { after: DAY, state: 'REJECTED', audit_reject_detail: 'no address' };
    const { process } = await amended(rig, [again]);
    const expected = { outcome: 'REJECTED', audit_reject_detail: 'no address' };
    await expect(rig.result(process)).resolves.toMatchObject(expected);
    return process;
  },
  'answer-lost': async (rig) => {
    const request = await rejected(rig, { after: DAY, state: 'APPROVED' });
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/modify', key: request.applyment_id, times: 1 });
    const process = await rig.wechatpay.amendH5(request);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    expect(resubmitted(rig, request)).toBe(1);
    return process;
  },
  'approved-by-notification': async (rig) => {
    const { process, request } = await amended(rig, [{ after: 0, state: 'UNDER_REVIEW' }], { pollEvery: '1 day' });
    await asleep(rig, process);
    const { sub_mchid } = request;
    const decided = rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    await handleOf(rig, process).signal(SIGNALS.h5Reviewed, notification('h5', { sub_mchid, ...decided }));
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    return process;
  },
  'not-rejected': async (rig) => {
    const request = await rejected(rig);
    rig.simulator.decideH5({ applyment_id: request.applyment_id, state: 'UNDER_REVIEW' });
    const process = await rig.wechatpay.amendH5(request);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED', code: 'NOT_REJECTED' });
    expect(resubmitted(rig, request)).toBe(0);
    return process;
  },
  'not-known': async (rig) => {
    const request = await rejected(rig);
    const process = await rig.wechatpay.amendH5({ ...request, applyment_id: '9999999999' });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED', code: 'NOT_FOUND' });
    return process;
  },
  'watched-only': async (rig) => {
    const request = await rejected(rig);
    const process = await rig.wechatpay.amendH5({ ...request, options: { adopt: true } });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REJECTED' });
    expect(resubmitted(rig, request)).toBe(0);
    return process;
  },
  undecided: async (rig) => {
    const { process } = await amended(rig, [{ after: HOUR, state: 'UNDER_REVIEW' }], { giveUpAfter: '3 days' });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED' });
    return process;
  },
  cancelled: async (rig) => {
    const { process } = await amended(rig, [{ after: 0, state: 'UNDER_REVIEW' }]);
    await asleep(rig, process);
    return cancelled(rig, process);
  },
});
