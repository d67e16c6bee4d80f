import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { H5Amendment, H5Application } from '../../src/wechatpay/h5/schema';
import { newSamples } from './samples';
import { startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What an application for NO_LIMIT needs beside. */
const NO_LIMIT = {
  transaction_limit_type: 'NO_LIMIT',
  business_description: 'Books, by post',
  company_register_cert: '6uqyGjvHzOhsLleGFQVRF',
} as const;

describe.each([
  ['with cached workflows', {}],
  ['replaying every workflow task', { maxCachedWorkflows: 0 }],
] as const)('H5 processes on a server that skips time, %s', (_name, options) => {
  let rig: SkippingRig;
  beforeAll(async () => {
    rig = await startSkippingRig(options);
  });
  afterAll(async () => {
    await rig?.replay();
    await rig?.close();
  });

  const newApplication = (over: Partial<H5Application> = {}): H5Application => ({
    ...newSamples(rig.credentials).approved,
    ...over,
  });
  const apply = (application: H5Application, more: object = {}) =>
    rig.wechatpay.applyForH5({ mchid: rig.credentials.mchid, application, ...more });
  const numberOf = (process: { first: unknown }): string =>
    (process.first as { answer: { applyment_id: string } }).answer.applyment_id;
  /** Whether, and how often, a person was called; the last reason given. */
  const calls = async (process: { workflowId: string; runId: string }): Promise<number> => {
    const handle = rig.environment.client.workflow.getHandle(process.workflowId, process.runId);
    const { events } = await handle.fetchHistory();
    return (events ?? []).filter(({ upsertWorkflowSearchAttributesEventAttributes: upsert }) => {
      const flag = upsert?.searchAttributes?.indexedFields?.['WxNeedsOperator']?.data;
      return flag !== undefined && flag !== null && Buffer.from(flag).toString() === 'true';
    }).length;
  };
  const applied = (sub_mchid: string): number =>
    rig.simulator
      .ledger({ effect: 'applied' })
      .filter(({ key }) => key === `${sub_mchid}/APPLY_FOR_PAYMENT_AUTHORITY`)
      .reduce((sum, { count }) => sum + count, 0);

  describe('an application', () => {
    it('is approved', async () => {
      const process = await apply(newApplication());
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'APPROVED',
        applyment_id: numberOf(process),
        authorization_state: 'FORMAL_AUTHORITY',
        domainsApplied: true,
      });
    });

    it('is rejected, with the reason and what to do', async () => {
      const application = newApplication();
      rig.simulator.script({
        h5: {
          sub_mchid: application.sub_mchid,
          states: [{ after: DAY, state: 'REJECTED', audit_reject_detail: 'no prices' }],
        },
      });
      await expect(rig.result(await apply(application))).resolves.toMatchObject({
        outcome: 'REJECTED',
        audit_reject_detail: 'no prices',
        remedy: expect.stringContaining('amend') as string,
      });
    });

    it('of a sub-merchant that has the permission already is not made', async () => {
      const application = newApplication();
      rig.simulator.script({ h5: { sub_mchid: application.sub_mchid, authorization_state: 'FORMAL_AUTHORITY' } });
      await expect(rig.result(await apply(application))).resolves.toEqual({
        outcome: 'ALREADY_AUTHORIZED',
        authorization_state: 'FORMAL_AUTHORITY',
        domainsApplied: false,
      });
      expect(applied(application.sub_mchid)).toBe(0);
    });

    it('that is refused names what to do', async () => {
      const application = newApplication();
      rig.simulator.script({ h5: { sub_mchid: application.sub_mchid, refuse: 'certificateExpired' } });
      await expect(rig.result(await apply(application))).resolves.toMatchObject({
        outcome: 'REFUSED',
        remedy: expect.stringContaining('Renew') as string,
      });
    });

    it('calls a person once when it stays PENDING for 15 minutes, and once when its review takes a week', async () => {
      const application = newApplication();
      rig.simulator.script({
        h5: {
          sub_mchid: application.sub_mchid,
          states: [
            { after: HOUR, state: 'UNDER_REVIEW' },
            { after: 9 * DAY, state: 'APPROVED' },
          ],
        },
      });
      const process = await apply(application);
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
      expect(await calls(process)).toBe(2);
    });

    it('counts the time of a review from its own beginning', async () => {
      const application = newApplication();
      rig.simulator.script({
        h5: {
          sub_mchid: application.sub_mchid,
          states: [
            { after: 5 * DAY, state: 'UNDER_REVIEW' },
            { after: 11 * DAY, state: 'APPROVED' },
          ],
        },
      });
      const process = await apply(application);
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
      expect(await calls(process)).toBe(1); // for PENDING alone
    });

    it('calls nobody when its states come in time', async () => {
      const application = newApplication();
      rig.simulator.script({
        h5: {
          sub_mchid: application.sub_mchid,
          states: [
            { after: 5 * MINUTE, state: 'UNDER_REVIEW' },
            { after: 5 * DAY, state: 'APPROVED' },
          ],
        },
      });
      const process = await apply(application);
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'APPROVED' });
      expect(await calls(process)).toBe(0);
    });

    it('nobody decides about ends UNDECIDED, for a person', async () => {
      const application = newApplication();
      rig.simulator.script({
        h5: { sub_mchid: application.sub_mchid, states: [{ after: 60, state: 'UNDER_REVIEW' }] },
      });
      const process = await apply(application, { options: { giveUpAfter: '3 days' } });
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'UNDECIDED',
        applyment_id: numberOf(process),
      });
      expect(await calls(process)).toBe(1);
    });

    it('whose answer and notification are lost is shown by the permission, and made once', async () => {
      const application = newApplication();
      rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: application.sub_mchid, times: 1 });
      const process = await apply(application);
      expect(process.first).toMatchObject({ answer: { state: 'SUBMITTED_ID_UNKNOWN' } });
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'APPROVED',
        authorization_state: 'FORMAL_AUTHORITY',
        remedy: expect.stringContaining('number') as string,
      });
      expect(applied(application.sub_mchid)).toBe(1);
    });

    it('whose answer is lost and which is rejected ends UNDECIDED: nothing shows a rejection without a number', async () => {
      const application = newApplication();
      rig.simulator.script({ h5: { sub_mchid: application.sub_mchid, states: [{ after: HOUR, state: 'REJECTED' }] } });
      rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: application.sub_mchid, times: 1 });
      const process = await apply(application, { options: { giveUpAfter: '5 days' } });
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED' });
      expect(applied(application.sub_mchid)).toBe(1);
    });

    it('to be watched only is never made', async () => {
      const application = newApplication();
      const process = await apply(application, { options: { adopt: true, giveUpAfter: '1 hour' } });
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'UNDECIDED' });
      expect(applied(application.sub_mchid)).toBe(0);
    });
  });

  describe('NO_LIMIT', () => {
    it('is followed until WeChat Pay has lifted the limit too, which the permission shows', async () => {
      const application = newApplication(NO_LIMIT);
      rig.simulator.script({
        h5: { sub_mchid: application.sub_mchid, limitRemoval: [{ after: 3 * DAY, state: 'APPROVED' }] },
      });
      const process = await apply(application);
      await expect(rig.result(process)).resolves.toEqual({
        outcome: 'APPROVED',
        applyment_id: numberOf(process),
        domainsApplied: true,
        authorization_state: 'AUTHORIZED',
        limitRemoval: { outcome: 'APPROVED' },
      });
      expect(await calls(process)).toBe(0);
    });

    it('whose limit nobody lifts is approved all the same, within a time of its own', async () => {
      const application = newApplication(NO_LIMIT);
      rig.simulator.script({
        h5: { sub_mchid: application.sub_mchid, limitRemoval: [{ after: 3 * DAY, state: 'REJECTED' }] },
      });
      const process = await apply(application);
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'APPROVED',
        authorization_state: 'FORMAL_AUTHORITY',
        limitRemoval: { outcome: 'UNDECIDED' },
        remedy: expect.stringContaining('limit') as string,
      });
      expect(await calls(process)).toBe(1);
    });
  });

  describe('an amendment', () => {
    const amendment: H5Amendment = { domains: ['example.com'], transaction_limit_type: 'NORMAL_LIMIT' };
    const rejected = async (resubmission?: { after: number; state: string; audit_reject_detail?: string }[]) => {
      const application = newApplication();
      rig.simulator.script({
        h5: {
          sub_mchid: application.sub_mchid,
          states: [{ after: HOUR, state: 'REJECTED', audit_reject_detail: 'no prices' }],
          ...(resubmission === undefined ? {} : { resubmission }),
        },
      });
      const process = await apply(application);
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REJECTED' });
      const { mchid } = rig.credentials;
      return { mchid, sub_mchid: application.sub_mchid, applyment_id: numberOf(process), amendment };
    };
    const resubmitted = (sub_mchid: string): number =>
      rig.simulator
        .ledger({ effect: 'resubmitted' })
        .filter(({ key }) => key.startsWith(`${sub_mchid}/`))
        .reduce((sum, { count }) => sum + count, 0);

    it('of a rejected application is approved', async () => {
      const request = await rejected([{ after: DAY, state: 'APPROVED' }]);
      const process = await rig.wechatpay.amendH5(request);
      expect(process.first).toMatchObject({ answer: { state: 'PENDING', domains: ['example.com'] } });
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'APPROVED',
        applyment_id: request.applyment_id,
      });
      expect(resubmitted(request.sub_mchid)).toBe(1);
    });

    it.each(['no prices', 'no address'])('is rejected again: %s', async (audit_reject_detail) => {
      const request = await rejected([{ after: DAY, state: 'REJECTED', audit_reject_detail }]);
      const process = await rig.wechatpay.amendH5(request);
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REJECTED', audit_reject_detail });
      expect(resubmitted(request.sub_mchid)).toBe(1);
    });

    it('whose answer is lost is not sent again once it has arrived', async () => {
      const request = await rejected([{ after: DAY, state: 'APPROVED' }]);
      rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/modify', key: request.applyment_id, times: 1 });
      await expect(rig.result(await rig.wechatpay.amendH5(request))).resolves.toMatchObject({ outcome: 'APPROVED' });
      expect(resubmitted(request.sub_mchid)).toBe(1);
    });

    it('that never arrives is sent five times, then left to a person', async () => {
      const request = await rejected();
      rig.simulator.faults({ kind: 'drop-before-act', call: 'h5/modify', key: request.applyment_id, times: 'always' });
      const starting = rig.wechatpay.amendH5(request);
      const process = await starting;
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'UNDECIDED',
        applyment_id: request.applyment_id,
        message: expect.stringContaining('5 times') as string,
      });
      const [sent] = rig.simulator.calls({ call: 'h5/modify', key: request.applyment_id });
      expect(sent?.count).toBe(5);
      expect(await calls(process)).toBe(1);
    });

    it.each(['UNDER_REVIEW', 'APPROVED'])(
      'of an application that is %s is refused, naming the state',
      async (state) => {
        const request = await rejected();
        rig.simulator.decideH5({ applyment_id: request.applyment_id, state });
        const process = await rig.wechatpay.amendH5(request);
        await expect(rig.result(process)).resolves.toMatchObject({
          outcome: 'REFUSED',
          code: 'NOT_REJECTED',
          message: expect.stringContaining(state) as string,
        });
        expect(resubmitted(request.sub_mchid)).toBe(0);
      },
    );

    it('of an application that WeChat Pay does not know is refused', async () => {
      const request = await rejected();
      const process = await rig.wechatpay.amendH5({ ...request, applyment_id: '9999999999' });
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REFUSED', code: 'NOT_FOUND' });
    });

    it("of another sub-merchant's application is a conflict", async () => {
      const [request, other] = [await rejected(), await rejected()];
      const amending = rig.wechatpay.amendH5({ ...request, applyment_id: other.applyment_id });
      await expect(amending).rejects.toMatchObject({ name: 'ConflictError', fields: ['sub_mchid'] });
      expect(resubmitted(other.sub_mchid)).toBe(0);
    });

    it('to be watched only is never sent', async () => {
      const request = await rejected();
      const process = await rig.wechatpay.amendH5({ ...request, options: { adopt: true } });
      await expect(rig.result(process)).resolves.toMatchObject({ outcome: 'REJECTED' });
      expect(resubmitted(request.sub_mchid)).toBe(0);
    });

    it('to NO_LIMIT is followed until the limit is lifted', async () => {
      const request = await rejected([{ after: DAY, state: 'APPROVED' }]);
      const process = await rig.wechatpay.amendH5({ ...request, amendment: { domains: ['qq.com'], ...NO_LIMIT } });
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'APPROVED',
        limitRemoval: { outcome: 'APPROVED' },
      });
    });
  });

  describe('a domain modification', () => {
    const newModification = () => {
      const { sub_mchid } = newApplication();
      return {
        out_applyment_id: `DOM${sub_mchid}`,
        sub_mchid,
        domains: ['shop.example.com'],
        website_url: 'https://shop.example.com',
      };
    };
    const modify = (modification: ReturnType<typeof newModification>, more: object = {}) =>
      rig.wechatpay.modifyH5Domains({ mchid: rig.credentials.mchid, modification, ...more });
    const made = (out_applyment_id: string): number =>
      rig.simulator.ledger({ effect: 'applied', key: out_applyment_id }).reduce((sum, { count }) => sum + count, 0);

    it('is approved, once', async () => {
      const modification = newModification();
      const process = await modify(modification);
      expect(process.first).toMatchObject({ answer: { state: 'PENDING' } });
      await expect(rig.result(process)).resolves.toEqual({
        outcome: 'APPROVED',
        applyment_id: numberOf(process),
        domainsApplied: true,
      });
      const again = await modify(modification);
      expect(again.runId).toBe(process.runId);
      expect(made(modification.out_applyment_id)).toBe(1);
    });

    it('is rejected, with the ways to go on', async () => {
      const modification = newModification();
      const { out_applyment_id } = modification;
      rig.simulator.script({ h5Domain: { out_applyment_id, states: [{ after: DAY, state: 'REJECTED' }] } });
      await expect(rig.result(await modify(modification))).resolves.toMatchObject({
        outcome: 'REJECTED',
        audit_reject_detail: expect.any(String) as string,
        remedy: expect.stringContaining('new out_applyment_id') as string,
      });
    });

    it('whose answer is lost is found again by its own number', async () => {
      const modification = newModification();
      const { out_applyment_id } = modification;
      rig.simulator.faults({ kind: 'act-and-drop', call: 'h5-domain/create', key: out_applyment_id, times: 1 });
      await expect(rig.result(await modify(modification))).resolves.toMatchObject({ outcome: 'APPROVED' });
      expect(made(out_applyment_id)).toBe(1);
    });

    it('under a number that other data have used is a conflict', async () => {
      const modification = newModification();
      await rig.result(await modify(modification));
      const changing = modify({ ...modification, domains: ['other.example.com'] });
      await expect(changing).rejects.toMatchObject({ name: 'ConflictError', fields: ['domains'] });
      expect(made(modification.out_applyment_id)).toBe(1);
    });

    it('that is refused says why', async () => {
      const modification = newModification();
      rig.simulator.script({ h5: { sub_mchid: modification.sub_mchid, refuse: 'domainAtRisk' } });
      await expect(rig.result(await modify(modification))).resolves.toMatchObject({
        outcome: 'REFUSED',
        remedy: expect.stringContaining('BD') as string,
      });
    });

    it('nobody decides about calls a person, and ends UNDECIDED', async () => {
      const modification = newModification();
      const { out_applyment_id } = modification;
      rig.simulator.script({ h5Domain: { out_applyment_id, states: [] } });
      const process = await modify(modification, { options: { giveUpAfter: '1 day' } });
      await expect(rig.result(process)).resolves.toMatchObject({
        outcome: 'UNDECIDED',
        applyment_id: numberOf(process),
      });
      expect(await calls(process)).toBe(2); // PENDING for 15 minutes, and undecided
    });
  });
});
