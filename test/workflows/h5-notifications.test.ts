import { Worker } from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../src/activities';
import { SIGNALS } from '../../src/interface';
import type { ProcessStatus } from '../../src/client';
import { workflowBundle } from '../../src/testing/rig';
import type { H5Application } from '../../src/wechatpay/h5/schema';
import { startDevRig } from './dev-server';
import type { DevRig } from './dev-server';
import { eventually, readableHistory } from './histories';
import type { RunId } from './histories';
import { callsOf } from './outside-calls';
import { newSamples } from './samples';

/** No poll comes within the time of a test, so that what ends a wait is the notification. */
const NO_POLLS = { pollEvery: '1 hour' };
const NO_LIMIT = {
  transaction_limit_type: 'NO_LIMIT',
  business_description: 'Books, by post',
  company_register_cert: '6uqyGjvHzOhsLleGFQVRF',
} as const;
/** Decided only when a test says so. */
const WHEN_TOLD = [{ after: 0, state: 'UNDER_REVIEW' }];

describe('H5 processes and their notifications, on a real server', () => {
  let rig: DevRig;
  let mchid: string;
  beforeAll(async () => {
    rig = await startDevRig();
    ({ mchid } = rig.credentials);
  });
  afterAll(() => rig?.close());

  const newApplication = (over: Partial<H5Application> = {}): H5Application => {
    const application = { ...newSamples(rig.credentials).approved, ...over };
    const { sub_mchid } = application;
    rig.simulator.script({ h5: { sub_mchid, states: WHEN_TOLD, limitRemoval: WHEN_TOLD, resubmission: WHEN_TOLD } });
    return application;
  };
  const apply = (application: H5Application) => rig.wechatpay.applyForH5({ mchid, application, options: NO_POLLS });
  const numberOf = (process: { first: unknown }): string =>
    (process.first as { answer: { applyment_id: string } }).answer.applyment_id;
  const shows = (process: { status(): Promise<ProcessStatus> }, expected: Partial<ProcessStatus>): Promise<void> =>
    eventually(
      async () => {
        expect(await process.status()).toMatchObject(expected);
        return true;
      },
      `the status ${JSON.stringify(expected)}`,
    ).then(() => undefined);
  /** In review, and the waiting query has asked: from here on only a notification tells. */
  const waits = (process: { status(): Promise<ProcessStatus> }) => shows(process, { state: 'UNDER_REVIEW', asked: 1 });
  /** How often the queries of notifications have brought an answer. */
  const asked = async (process: RunId, activity = 'queryH5Application'): Promise<number> => {
    const { events } = await rig.client.workflow.getHandle(process.workflowId, process.runId).fetchHistory();
    const scheduled = (events ?? [])
      .filter((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === activity)
      .map(({ eventId }) => String(eventId));
    return (events ?? []).filter(({ activityTaskCompletedEventAttributes: completed }) =>
      scheduled.includes(String(completed?.scheduledEventId)),
    ).length;
  };
  const unclaimedAbout = (number: string): Promise<string> =>
    eventually(async () => {
      const query = `WorkflowType = 'unclaimedNotification' AND WxMchId = '${mchid}'`;
      for await (const { workflowId } of rig.client.workflow.list({ query })) {
        if ((await readableHistory(rig.client, { workflowId })).includes(number)) return workflowId;
      }
      return undefined;
    }, `an unclaimed notification about ${number}`);
  const noneUnclaimed = async (number: string): Promise<void> => {
    for await (const { workflowId } of rig.client.workflow.list({ query: `WorkflowType = 'unclaimedNotification'` })) {
      expect(await readableHistory(rig.client, { workflowId })).not.toContain(number);
    }
  };

  describe('NO_LIMIT', () => {
    it('has two notifications for one sub-merchant, told apart by their type', async () => {
      const application = newApplication(NO_LIMIT);
      const { sub_mchid } = application;
      const process = await apply(application);
      rig.simulator.decideH5({ applyment_id: numberOf(process), state: 'APPROVED' });
      await shows(process, { state: 'APPROVED', needsOperator: false });
      // The newest of the sub-merchant: the one WeChat Pay made by itself.
      const { applyment_id } = rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
      expect(applyment_id).not.toBe(numberOf(process));
      await expect(process.result()).resolves.toEqual({
        outcome: 'APPROVED',
        applyment_id: numberOf(process),
        domainsApplied: true,
        authorization_state: 'AUTHORIZED',
        limitRemoval: { outcome: 'APPROVED', applyment_id },
      });
      for (const { id } of rig.simulator.notifications({ kind: 'h5', key: sub_mchid }))
        rig.simulator.notify({ repeat: id });
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      await noneUnclaimed(sub_mchid);
    });

    it('whose limit is not lifted is approved all the same', async () => {
      const application = newApplication(NO_LIMIT);
      const process = await apply(application);
      rig.simulator.decideH5({ applyment_id: numberOf(process), state: 'APPROVED' });
      await shows(process, { state: 'APPROVED' });
      const { applyment_id } = rig.simulator.decideH5({ sub_mchid: application.sub_mchid, state: 'REJECTED' });
      await expect(process.result()).resolves.toMatchObject({
        outcome: 'APPROVED',
        authorization_state: 'FORMAL_AUTHORITY',
        limitRemoval: { outcome: 'REJECTED', applyment_id },
        remedy: expect.stringContaining(applyment_id) as string,
      });
    });

    it('is told right when the second notification overtakes the first', async () => {
      const application = newApplication(NO_LIMIT);
      const process = await apply(application);
      await waits(process);
      rig.simulator.script({ notifications: { reorder: 1 } });
      rig.simulator.decideH5({ applyment_id: numberOf(process), state: 'APPROVED' });
      const { applyment_id } = rig.simulator.decideH5({ sub_mchid: application.sub_mchid, state: 'APPROVED' });
      rig.simulator.script({ notifications: { reorder: 0 } });
      await expect(process.result()).resolves.toMatchObject({
        outcome: 'APPROVED',
        applyment_id: numberOf(process),
        limitRemoval: { outcome: 'APPROVED', applyment_id },
      });
      await noneUnclaimed(application.sub_mchid);
    });

    it('whose removal has no notification is given its number by an operator', async () => {
      const application = newApplication(NO_LIMIT);
      const process = await apply(application);
      rig.simulator.decideH5({ applyment_id: numberOf(process), state: 'APPROVED' });
      await shows(process, { state: 'APPROVED' });
      await expect(process.attachApplication({ applyment_id: numberOf(process) })).rejects.toMatchObject({
        name: 'ConflictError',
      });
      const { applyment_id } = rig.simulator.decideH5({ sub_mchid: application.sub_mchid, state: 'UNDER_REVIEW' });
      await expect(process.attachApplication({ applyment_id })).resolves.toMatchObject({ applyment_id });
      await shows(process, { state: 'APPROVED', reason: 'The removal of its limit is UNDER_REVIEW.' });
      rig.simulator.decideH5({ applyment_id, state: 'APPROVED' });
      await expect(process.result()).resolves.toMatchObject({ limitRemoval: { outcome: 'APPROVED', applyment_id } });
    });
  });

  describe('an amendment', () => {
    const rejected = async () => {
      const application = newApplication();
      const process = await apply(application);
      const applyment_id = numberOf(process);
      rig.simulator.decideH5({ applyment_id, state: 'REJECTED', audit_reject_detail: 'no prices' });
      await expect(process.result()).resolves.toMatchObject({ outcome: 'REJECTED', audit_reject_detail: 'no prices' });
      const [old] = rig.simulator.notifications({ kind: 'h5', key: application.sub_mchid });
      if (old === undefined) throw new Error('nobody was told of the rejection');
      const request = { mchid, sub_mchid: application.sub_mchid, applyment_id, options: NO_POLLS };
      return { old, request: { ...request, amendment: { domains: ['example.com'] } } };
    };

    it('is approved by its notification, and not ended by the old rejection delivered late', async () => {
      const { old, request } = await rejected();
      const process = await rig.wechatpay.amendH5(request);
      await waits(process);
      rig.simulator.notify({ repeat: old.id });
      rig.simulator.notify({ repeat: old.id });
      await eventually(async () => ((await asked(process)) > 0 ? true : undefined), 'the query');
      await waits(process);
      expect(await asked(process)).toBe(1); // the same message twice is one
      rig.simulator.decideH5({ applyment_id: request.applyment_id, state: 'APPROVED' });
      await expect(process.result()).resolves.toMatchObject({
        outcome: 'APPROVED',
        applyment_id: request.applyment_id,
        authorization_state: 'FORMAL_AUTHORITY',
      });
    });

    it('is not ended by the rejection it corrects, still shown right after it', async () => {
      const { request } = await rejected();
      const process = await rig.wechatpay.amendH5(request);
      const { applyment_id } = request;
      rig.simulator.decideH5({ applyment_id, state: 'REJECTED', audit_reject_detail: 'no prices' });
      await eventually(async () => ((await asked(process)) > 0 ? true : undefined), 'the query');
      await new Promise((resolve) => setTimeout(resolve, 1_000)); // time to believe it
      await shows(process, { state: 'PENDING' });
      rig.simulator.decideH5({ applyment_id, state: 'REJECTED', audit_reject_detail: 'no address' });
      await expect(process.result()).resolves.toMatchObject({
        outcome: 'REJECTED',
        audit_reject_detail: 'no address',
      });
    });

    it('is one at a time: the same joins, another is a conflict that names the open process', async () => {
      const { request } = await rejected();
      const process = await rig.wechatpay.amendH5(request);
      await expect(rig.wechatpay.amendH5(request)).resolves.toMatchObject({ runId: process.runId });
      const other = { ...request, amendment: { domains: ['other.example.com'] } };
      await expect(rig.wechatpay.amendH5(other)).rejects.toMatchObject({ name: 'ConflictError', fields: ['domains'] });
      const application = { ...newSamples(rig.credentials).approved, sub_mchid: request.sub_mchid };
      await expect(apply(application)).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringContaining('h5Amendment') as string,
      });
      rig.simulator.decideH5({ applyment_id: request.applyment_id, state: 'APPROVED' });
      await process.result();
    });
  });

  describe('a domain modification', () => {
    const newModification = () => {
      const { sub_mchid } = newSamples(rig.credentials).approved;
      const out_applyment_id = `DOM${sub_mchid}`;
      rig.simulator.script({ h5Domain: { out_applyment_id, states: WHEN_TOLD } });
      return { out_applyment_id, sub_mchid, domains: ['shop.example.com'], website_url: 'https://shop.example.com' };
    };
    const modify = (modification: ReturnType<typeof newModification>) =>
      rig.wechatpay.modifyH5Domains({ mchid, modification, options: NO_POLLS });
    const domainQueries = (process: RunId) => asked(process, 'queryH5DomainModification');

    it('is approved by its notification; one that the query denies does not end it', async () => {
      const modification = newModification();
      const { out_applyment_id } = modification;
      const process = await modify(modification);
      rig.simulator.notify({
        kind: 'h5-domain',
        url: `${rig.webhook.url}/wechatpay/${mchid}/h5-domain/${out_applyment_id}`,
        resource: `{"out_applyment_id":"${out_applyment_id}","applyment_state":"REJECTED","audit_reject_detail":"old"}`,
      });
      await eventually(async () => ((await domainQueries(process)) > 0 ? true : undefined), 'the query');
      await shows(process, { flow: 'h5DomainModification', state: 'UNDER_REVIEW' });
      rig.simulator.decideH5({ out_applyment_id, state: 'APPROVED' });
      await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id: numberOf(process) });
      for (const { id } of rig.simulator.notifications({ key: out_applyment_id })) rig.simulator.notify({ repeat: id });
    });

    it('that is only watched learns its number from the notification', async () => {
      const modification = newModification();
      const { out_applyment_id } = modification;
      const notify_url = `${rig.webhook.url}/wechatpay/${mchid}/h5-domain/${out_applyment_id}`;
      const { applyment_id } = await callsOf(rig).h5Domain.create({ ...modification, notify_url });
      const process = await rig.wechatpay.resumeH5Domains({ mchid, modification, options: NO_POLLS });
      await shows(process, { state: 'SUBMITTED_ID_UNKNOWN', needsOperator: true });
      rig.simulator.decideH5({ out_applyment_id, state: 'REJECTED', audit_reject_detail: 'no prices' });
      await expect(process.result()).resolves.toMatchObject({
        outcome: 'REJECTED',
        applyment_id,
        audit_reject_detail: 'no prices',
      });
    });

    it('that is only watched is given its number by an operator; a foreign one is refused', async () => {
      const [modification, other] = [newModification(), newModification()];
      const { applyment_id } = await callsOf(rig).h5Domain.create(modification);
      const foreign = await callsOf(rig).h5Domain.create(other);
      const process = await rig.wechatpay.resumeH5Domains({ mchid, modification, options: NO_POLLS });
      await expect(process.attachApplication({ applyment_id: 'seven' })).rejects.toMatchObject({
        name: 'InvalidInputError',
      });
      await expect(process.attachApplication({ applyment_id: foreign.applyment_id })).rejects.toMatchObject({
        name: 'ConflictError',
        message: expect.stringContaining('out_applyment_id') as string,
      });
      await process.attachApplication({ applyment_id });
      await shows(process, { state: 'UNDER_REVIEW', needsOperator: false });
      await expect(process.refresh()).resolves.toMatchObject({ applyment_id });
      await rig.client.workflow.getHandle(process.workflowId).cancel();
    });
  });

  describe('an application that nobody told its number', () => {
    it('is REFUSED once the one in process proves to be another; that notification is kept', async () => {
      const application = newApplication();
      const { sub_mchid } = application;
      const notify_url = `${rig.webhook.url}/wechatpay/${mchid}/h5/${sub_mchid}`;
      const foreign = { ...application, domains: ['other.example.com'], notify_url };
      const { applyment_id } = await callsOf(rig).h5.create(foreign);
      const process = await apply(application);
      await shows(process, { state: 'SUBMITTED_ID_UNKNOWN', needsOperator: true });
      rig.simulator.decideH5({ applyment_id, state: 'APPROVED' });
      await expect(process.result()).resolves.toMatchObject({
        outcome: 'REFUSED',
        code: 'FOREIGN_APPLICATION',
        message: expect.stringContaining('domains') as string,
        remedy: expect.stringContaining('attachApplication') as string,
      });
      await unclaimedAbout(applyment_id);
      expect(rig.simulator.ledger({ effect: 'applied' }).filter(({ key }) => key.startsWith(sub_mchid))).toMatchObject([
        { count: 1 },
      ]);
    });

    it('is ours once the one in process proves to be equal, whoever sent it', async () => {
      const application = newApplication();
      const notify_url = `${rig.webhook.url}/wechatpay/${mchid}/h5/${application.sub_mchid}`;
      const { applyment_id } = await callsOf(rig).h5.create({ ...application, notify_url });
      const process = await apply(application);
      await shows(process, { state: 'SUBMITTED_ID_UNKNOWN' });
      rig.simulator.decideH5({ applyment_id, state: 'APPROVED' });
      await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id });
    });

    it('is not REFUSED for a foreign notification when its own request may have arrived', async () => {
      const application = newApplication();
      const { sub_mchid } = application;
      rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: sub_mchid, times: 1 });
      const process = await apply(application);
      await shows(process, { state: 'SUBMITTED_ID_UNKNOWN' });
      const data = { sub_mchid, applyment_id: '77', applyment_state: 'APPROVED', domains: ['other.example.com'] };
      const told = { id: `foreign-${sub_mchid}`, receivedAt: new Date().toISOString(), kind: 'h5', data };
      await rig.client.workflow.getHandle(process.workflowId).signal(SIGNALS.h5Reviewed, told);
      await unclaimedAbout(told.id);
      await shows(process, { state: 'SUBMITTED_ID_UNKNOWN' });
      const { applyment_id } = rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
      await expect(process.result()).resolves.toMatchObject({ outcome: 'APPROVED', applyment_id });
    });
  });

  it('a higher permission is applied for although the first attempt waited long for a worker', async () => {
    const application = newApplication();
    const { sub_mchid } = application;
    rig.simulator.script({ h5: { sub_mchid, authorization_state: 'AUTHORITY_TO_TEST' } });
    const taskQueue = 'late';
    const connection = rig.nativeConnection;
    const working: Promise<void>[] = [];
    const workers: Worker[] = [];
    const work = async (options: Partial<WorkerOptions> & { taskQueue: string }): Promise<void> => {
      const worker = await Worker.create({ connection, namespace: 'default', ...options });
      workers.push(worker);
      working.push(worker.run());
    };
    try {
      await work({ taskQueue, workflowBundle: await workflowBundle() });
      const notify_url = `${rig.webhook.url}/wechatpay/${mchid}/h5/${sub_mchid}`;
      const handle = await rig.client.workflow.start('h5Application', {
        taskQueue,
        workflowId: `h5/${mchid}/${sub_mchid}`,
        args: [{ mchid, application: { ...application, notify_url }, options: NO_POLLS }],
      });
      // An attempt 1 that is older than ten seconds may be one that was reset.
      await new Promise((resolve) => setTimeout(resolve, 12_000));
      const timing = { settling: [50], beforeRepeatedApplication: 100 };
      const merchants = () => ({ v3: callsOf(rig) });
      await work({
        taskQueue: `${taskQueue}-api`,
        activities: createActivities({ merchants, timing, allowLoopback: true }),
      });
      const first = await handle.executeUpdate<{ applyment_id?: string }, []>('submitted');
      expect(first).toHaveProperty('applyment_id');
      rig.simulator.decideH5({ sub_mchid, state: 'APPROVED' });
      await expect(handle.result()).resolves.toMatchObject({
        outcome: 'APPROVED',
        authorization_state: 'FORMAL_AUTHORITY',
      });
    } finally {
      for (const worker of workers) worker.shutdown();
      await Promise.all(working);
    }
  });
});
