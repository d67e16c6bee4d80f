import { expect } from 'vitest';
import { SIGNALS, workflowIds } from '../../../src/interface';
import type { H5Script } from '../../../src/testing/simulator/scripts';
import { eventually } from '../histories';
import type { RunId } from '../histories';
import { newSamples } from '../samples';
import type { SkippingRig } from '../time-skipping';
import { DAY, endingsOf, HOUR } from './scenario';
import { asleep, cancelled, effects, handleOf, notification, updated } from './steps';

const reviewing: H5Script = { states: [{ after: 0, state: 'UNDER_REVIEW' }] };

/** Applies for a sub-merchant of whom `script` is true. */
async function applied(rig: SkippingRig, script: H5Script, options?: { pollEvery?: string; giveUpAfter?: string }) {
  const { approved } = newSamples(rig.credentials);
  const { mchid } = rig.credentials;
  rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, ...script } });
  const process = await rig.wechatpay.applyForH5({ mchid, application: approved, ...(options && { options }) });
  return { process, sub_mchid: approved.sub_mchid };
}

/** Applies, and the answer is lost: what was applied for has a number that nobody knows. */
async function appliedAndLost(rig: SkippingRig) {
  const { approved } = newSamples(rig.credentials);
  const { sub_mchid } = approved;
  rig.simulator.script({ h5: { sub_mchid, ...reviewing } });
  rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: sub_mchid, times: 1 });
  const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application: approved });
  await expect(rig.wechatpay.status(process.workflowId)).resolves.toMatchObject({ state: 'SUBMITTED_ID_UNKNOWN' });
  return { process, approved };
}

/** How often a person was asked to look. */
async function timesFlagged(rig: SkippingRig, run: RunId): Promise<number> {
  const { events } = await handleOf(rig, run).fetchHistory();
  const flags = (events ?? []).map(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
    const flag = upsert?.searchAttributes?.indexedFields?.['WxNeedsOperator']?.data;
    return flag === undefined || flag === null ? '' : Buffer.from(flag).toString();
  });
  return flags.filter((flag) => flag === 'true').length;
}

const withTimeSkipped = endingsOf('h5Application', {
  approved: async (rig) => {
    const states = [
      { after: 60, state: 'UNDER_REVIEW' },
      { after: HOUR, state: 'APPROVED' },
    ];
    const { process } = await applied(rig, { states });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    return process;
  },
  rejected: async (rig) => {
    const states = [{ after: HOUR, state: 'REJECTED', audit_reject_detail: 'unclear screenshots' }];
    const { process } = await applied(rig, { states });
    const expected = { outcome: 'REJECTED', audit_reject_detail: 'unclear screenshots' };
    await expect(rig.result(process)).resolves.toMatchObject(expected);
    return process;
  },
  'approved-by-notification': async (rig) => {
    const { process, sub_mchid } = await applied(rig, reviewing, { pollEvery: '1 day' });
    await asleep(rig, process);
    const decided = rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    await handleOf(rig, process).signal(SIGNALS.h5Reviewed, notification('h5', { sub_mchid, ...decided }));
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    return process;
  },
  'limit-lifted': async (rig) => {
    const { approved } = newSamples(rig.credentials);
    const application = {
      ...approved,
      transaction_limit_type: 'NO_LIMIT' as const,
      business_description: 'Books, by post',
      company_register_cert: '6uqyGjvHzOhsLleGFQVRF',
    };
    const limitRemoval = [{ after: 3 * DAY, state: 'APPROVED' }];
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, limitRemoval } });
    const process = await rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application });
    const expected = { outcome: 'APPROVED', limitRemoval: { outcome: 'APPROVED' } };
    await expect(rig.result(process)).resolves.toMatchObject(expected);
    return process;
  },
  'already-authorized': async (rig) => {
    const { process, sub_mchid } = await applied(rig, { authorization_state: 'AUTHORIZED' });
    await expect(rig.result(process)).resolves.toEqual({
      outcome: 'ALREADY_AUTHORIZED',
      authorization_state: 'AUTHORIZED',
      domainsApplied: false,
    });
    expect(effects(rig, 'applied', sub_mchid)).toBe(0);
    return process;
  },
  'pending-for-hours': async (rig) => {
    const { process } = await applied(rig, { states: [{ after: 2 * HOUR, state: 'APPROVED' }] });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    expect(await timesFlagged(rig, process)).toBe(1);
    return process;
  },
  refused: async (rig) => {
    const { process } = await applied(rig, { refuse: 'punished' });
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'REFUSED',
      code: 'INVALID_REQUEST',
      remedy: expect.any(String) as string,
    });
    return process;
  },
  'foreign-sub-merchant': async (rig) => {
    const { approved } = newSamples(rig.credentials);
    const { mchid } = rig.credentials;
    rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, refuse: 'parentChild' } });
    const applying = rig.wechatpay.applyForH5({ mchid, application: approved });
    await expect(applying).rejects.toMatchObject({ errorClass: 'INPUT', code: 'INVALID_REQUEST' });
    const workflowId = workflowIds.h5({ mchid, sub_mchid: approved.sub_mchid });
    const { runId } = await rig.environment.client.workflow.getHandle(workflowId).describe();
    return { workflowId, runId };
  },
  undecided: async (rig) => {
    const { process } = await applied(rig, reviewing, { giveUpAfter: '10 days' });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED' });
    return process;
  },
  cancelled: async (rig) => {
    const { process } = await applied(rig, reviewing);
    await asleep(rig, process);
    return cancelled(rig, process);
  },
  'number-learnt-by-notification': async (rig) => {
    const { process, approved } = await appliedAndLost(rig);
    const { sub_mchid, domains, website_url } = approved;
    const decided = rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
    const data = { sub_mchid, domains, website_url, ...decided };
    await handleOf(rig, process).signal(SIGNALS.h5Reviewed, notification('h5', data));
    await expect(rig.result(process)).resolves.toMatchObject({
      outcome: 'APPROVED',
      applyment_id: decided.applyment_id,
    });
    expect(effects(rig, 'applied', sub_mchid)).toBe(1);
    return process;
  },
  'permission-shows-it': async (rig) => {
    const { process, approved } = await appliedAndLost(rig);
    rig.simulator.decideH5({ sub_mchid: approved.sub_mchid, state: 'APPROVED' });
    await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
    return process;
  },
});

const inRealTime = endingsOf(
  'h5Application',
  {
    'approved-after-an-old-rejection': async (rig) => {
      const { process, sub_mchid } = await applied(rig, reviewing, { pollEvery: '1 day' });
      await asleep(rig, process);
      const { applyment_id } = rig.simulator.decideH5({ sub_mchid, state: 'UNDER_REVIEW' });
      const old = notification('h5', { sub_mchid, applyment_id, applyment_state: 'REJECTED' });
      await handleOf(rig, process).signal(SIGNALS.h5Reviewed, old);
      await asked(rig, process, 'queryH5Application');
      rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
      await process.refresh();
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
      return process;
    },
    'number-attached-by-a-person': async (rig) => {
      const { process, approved } = await appliedAndLost(rig);
      const { applyment_id } = rig.simulator.decideH5({ sub_mchid: approved.sub_mchid, state: 'UNDER_REVIEW' });
      await updated(rig, process, 'attachApplication', { applyment_id });
      rig.simulator.decideH5({ sub_mchid: approved.sub_mchid, state: 'APPROVED' });
      await process.refresh();
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id });
      return process;
    },
  },
  'real',
);

export const h5ApplicationEndings = [...withTimeSkipped, ...inRealTime];

/** Until the process has asked once through the activity of this name, and has its answer. */
async function asked(rig: SkippingRig, run: RunId, name: string): Promise<void> {
  await eventually(async () => {
    const { events } = await handleOf(rig, run).fetchHistory();
    const scheduled = (events ?? []).filter(
      ({ activityTaskScheduledEventAttributes: activity }) => activity?.activityType?.name === name,
    );
    const ids = scheduled.map(({ eventId }) => String(eventId));
    const completed = (events ?? []).some(({ activityTaskCompletedEventAttributes: completion }) =>
      ids.includes(String(completion?.scheduledEventId)),
    );
    return completed ? true : undefined;
  }, name);
}
