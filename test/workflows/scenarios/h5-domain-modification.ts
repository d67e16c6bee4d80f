import { expect } from 'vitest';
import { SIGNALS } from '../../../src/interface';
import type { CommonOptions } from '../../../src/interface';
import type { ScriptedState } from '../../../src/testing/simulator/scripts';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';
import { DAY, endingsOf } from './scenario';
import { asleep, cancelled, effects, handleOf, notification } from './steps';

/** Other domains, asked for under a number of our own. */
function newModification(rig: SkippingRig, states?: ScriptedState[]) {
  const { sub_mchid } = newSamples(rig.credentials).approved;
  const out_applyment_id = `DOM${sub_mchid}`;
  if (states !== undefined) rig.simulator.script({ h5Domain: { out_applyment_id, states } });
  return { out_applyment_id, sub_mchid, domains: ['shop.example.com'], website_url: 'https://shop.example.com' };
}

async function modified(rig: SkippingRig, states?: ScriptedState[], options?: CommonOptions) {
  const modification = newModification(rig, states);
  const { mchid } = rig.credentials;
  const process = await rig.wechatpay.modifyH5Domains({ mchid, modification, ...(options && { options }) });
  return { modification, process };
}

const made = (rig: SkippingRig, { out_applyment_id }: { out_applyment_id: string }) =>
  effects(rig, 'applied', out_applyment_id);

export const h5DomainModificationEndings = endingsOf('h5DomainModification', {
  approved: async (rig) => {
    const { process, modification } = await modified(rig);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED', domainsApplied: true });
    expect(made(rig, modification)).toBe(1);
    return process;
  },
  rejected: async (rig) => {
    const { process } = await modified(rig, [{ after: DAY, state: 'REJECTED' }]);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REJECTED' });
    return process;
  },
  'approved-by-notification': async (rig) => {
    const { process, modification } = await modified(rig, [{ after: 0, state: 'UNDER_REVIEW' }], {
      pollEvery: '1 day',
    });
    await asleep(rig, process);
    const { out_applyment_id } = modification;
    const decided = rig.simulator.decideH5({ out_applyment_id, state: 'APPROVED' });
    const told = notification('h5-domain', { out_applyment_id, ...decided });
    await handleOf(rig, process).signal(SIGNALS.h5Reviewed, told);
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    return process;
  },
  'answer-lost': async (rig) => {
    const modification = newModification(rig);
    const key = modification.out_applyment_id;
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5-domain/create', key, times: 1 });
    const { mchid } = rig.credentials;
    const process = await rig.wechatpay.modifyH5Domains({ mchid, modification });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    expect(made(rig, modification)).toBe(1);
    return process;
  },
  refused: async (rig) => {
    const modification = newModification(rig);
    rig.simulator.script({ h5: { sub_mchid: modification.sub_mchid, refuse: 'domainAtRisk' } });
    const { mchid } = rig.credentials;
    const process = await rig.wechatpay.modifyH5Domains({ mchid, modification });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED' });
    return process;
  },
  undecided: async (rig) => {
    const { process } = await modified(rig, [], { giveUpAfter: '1 day' });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED' });
    return process;
  },
  cancelled: async (rig) => {
    const { process } = await modified(rig, [{ after: 0, state: 'UNDER_REVIEW' }]);
    await asleep(rig, process);
    return cancelled(rig, process);
  },
});
