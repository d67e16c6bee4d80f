import { expect } from 'vitest';
import { eventually } from '../../workflows/histories';
import { newSamples } from '../../workflows/samples';
import { NO_POLLS } from './bench';
import type { Bench, Trial } from './bench';

/** A declaration that cannot be sent because WeChat Pay does not accept our key. */
async function misconfigured(bench: Bench) {
  const declaration = bench.declarationIn('PROCESSING');
  const { rig } = bench;
  rig.simulator.faults({ kind: '401', key: declaration.transaction_id, times: 'always' });
  const { mchid, customs, transaction_id } = declaration;
  const id = `customs/${mchid}/${customs}/${transaction_id}`;
  await rig.client.workflow.start('customsDeclaration', {
    workflowId: id,
    taskQueue: 'wechatpay',
    args: [{ declaration, options: NO_POLLS }],
  });
  await eventually(async () => {
    const { stdout } = await bench.type('pending', { WORKFLOW_ID: id });
    return stdout.includes('WechatPay.Configuration') ? true : undefined;
  }, 'the refused attempt');
  return { id, declaration };
}

/** Trials of the commands that fit every process. */
export const GENERAL: Readonly<Record<string, Trial>> = {
  'all-work': async (bench) => {
    const { rig } = bench;
    const { mchid } = rig.credentials;
    // Five kinds of work: kept, undecided, given up, unknown number, failed.
    const kept = await unclaimedPayment(bench, 'all-work');
    const undecided = await bench.undecided();
    const except = bench.declarationIn('EXCEPT');
    const gaveUp = await rig.wechatpay.declare({ declaration: except, options: { repushes: 0 } });
    const { approved } = newSamples(rig.credentials);
    rig.simulator.faults({ kind: 'act-and-drop', call: 'h5/create', key: approved.sub_mchid, times: 1 });
    const lost = await rig.wechatpay.applyForH5({ mchid, application: approved, options: NO_POLLS });
    const foreign = bench.declarationIn('PROCESSING');
    const other = await rig.wechatpay.declare({ declaration: foreign, options: NO_POLLS });
    await bench.cancel(other.workflowId);
    await bench.result(other.workflowId).catch(() => undefined);
    await expect(
      rig.wechatpay.declare({ declaration: { ...foreign, merchant_customs_no: '654321' } }),
    ).rejects.toMatchObject({ name: 'ConflictError' });
    // And three that are none: one that waits, one that succeeded, one that a person has cancelled.
    const waits = await bench.waiting();
    const succeeded = await rig.wechatpay.declare({ declaration: bench.declarationIn('SUCCESS') });
    await succeeded.result();
    const cancelled = await rig.wechatpay.applyForH5({ mchid, application: newSamples(rig.credentials).rejected });
    await bench.cancel(cancelled.workflowId);
    for (const id of [kept, undecided.id, gaveUp.workflowId, lost.workflowId, other.workflowId]) {
      await bench.lists('all-work', id);
    }
    const listed = await bench.lists('all-work', kept);
    for (const id of [waits.id, succeeded.workflowId, cancelled.workflowId]) expect(listed).not.toContain(id);
    await bench.cancel(lost.workflowId);
    await eventually(async () => {
      const { stdout } = await bench.type('all-work');
      return stdout.includes(lost.workflowId) ? undefined : true;
    }, 'the cancelled one leaving the list');
  },

  'by-number': async (bench) => {
    const { declared, id } = await bench.waiting({ ...NO_POLLS, reference: 'ticket-4711' });
    await bench.lists('by-number', id, { NUMBER: declared.out_trade_no });
    await bench.lists('by-number', id, { NUMBER: declared.transaction_id });
    const found = await bench.lists('by-number', id, { NUMBER: 'ticket-4711' });
    expect(found.trim().split('\n')).toHaveLength(2);
  },

  status: async (bench) => {
    const { id } = await bench.waiting();
    const { stdout } = await bench.type('status', { WORKFLOW_ID: id });
    expect(stdout).toContain('PROCESSING');
    expect(stdout).toContain('needsOperator');
  },

  pending: async (bench) => {
    const { id } = await bench.waiting();
    const { stdout } = await bench.type('pending', { WORKFLOW_ID: id });
    expect(stdout).toContain('await-result');
    expect(stdout).toContain('still PROCESSING at SHANGHAI_ZS, asked once, next in 60 min');
  },

  'workflow-pollers': async (bench) => {
    const { stdout } = await bench.type('workflow-pollers');
    expect(stdout).toContain(String(process.pid));
  },

  'activity-pollers': async (bench) => {
    const { stdout } = await bench.type('activity-pollers');
    expect(stdout).toContain(String(process.pid));
  },

  'submit-now': async (bench) => {
    const { id } = await misconfigured(bench);
    bench.rig.simulator.clearFaults();
    await bench.type('submit-now', { WORKFLOW_ID: id });
    await bench.becomes(id, ({ state }) => state === 'PROCESSING');
  },

  'merchants-work': async (bench) => {
    const { mchid } = bench.rig.credentials;
    const id = await unclaimedPayment(bench, 'merchants-work');
    await bench.lists('merchants-work', id, { MCHID: mchid });
    const { stdout } = await bench.type('merchants-work', { MCHID: '1900000999' });
    expect(stdout).not.toContain(id);
  },

  'terminate-unsent': async (bench) => {
    const { rig } = bench;
    const declaration = { ...bench.declarationIn('PROCESSING'), mchid: '1900000999' };
    const id = `customs/1900000999/${declaration.customs}/${declaration.transaction_id}`;
    const handle = await rig.client.workflow.start('customsDeclaration', {
      workflowId: id,
      taskQueue: 'wechatpay',
      args: [{ declaration }],
    });
    await eventually(async () => {
      const { stdout } = await bench.type('pending', { WORKFLOW_ID: id });
      return stdout.includes('this worker has no APIv3 keys of merchant 1900000999') ? true : undefined;
    }, 'the refused attempt');
    await bench.type('terminate-unsent', { WORKFLOW_ID: id, REASON: 'wrong merchant' });
    await expect(handle.describe()).resolves.toMatchObject({ status: { name: 'TERMINATED' } });
    expect(rig.simulator.calls({ key: declaration.transaction_id })).toEqual([]);
  },

  unclaimed: async (bench) => {
    const id = await unclaimedPayment(bench, 'unclaimed');
    await bench.lists('unclaimed', id);
  },

  resolve: async (bench) => {
    const id = await unclaimedPayment(bench, 'resolve');
    await bench.type('resolve', { WORKFLOW_ID: id, NOTE: 'refunded by hand, ticket 4711' });
    await expect(bench.result(id)).resolves.toEqual({ outcome: 'RESOLVED', note: 'refunded by hand, ticket 4711' });
  },

  'temporal-health': async (bench) => {
    const { code, stdout } = await bench.type('temporal-health');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('SERVING') as string });
  },

  'webhook-ready': async (bench) => {
    const { code } = await bench.type('webhook-ready', { WEBHOOK: new URL(bench.rig.webhook.url).host });
    expect(code).toBe(0);
    const nobody = await bench.type('webhook-ready', { WEBHOOK: '127.0.0.1:1' });
    expect(nobody.code).not.toBe(0);
  },

  cancel: async (bench) => {
    const { id } = await bench.waiting();
    await bench.type('cancel', { WORKFLOW_ID: id });
    await expect(bench.result(id)).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
    await expect(bench.rig.wechatpay.status(id)).resolves.toMatchObject({ needsOperator: false });
  },
};

async function unclaimedPayment(bench: Bench, name: string): Promise<string> {
  const { mchid } = bench.rig.credentials;
  const id = `unclaimed/payment/${mchid}/${name}`;
  await bench.rig.client.workflow.start('unclaimedNotification', {
    workflowId: id,
    taskQueue: 'wechatpay',
    args: [
      {
        mchid,
        notification: { id: name, kind: 'payment', receivedAt: new Date().toISOString(), data: {} },
        reason: 'nobody knows this order',
      },
    ],
  });
  return id;
}
