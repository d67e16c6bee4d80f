import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';
import { startDevServer, startRig, workflowBundle } from '../../src/testing';
import type { Rig } from '../../src/testing';
import { startWorker } from '../../src/worker';
import type { RunningWorker } from '../../src/worker';
import { quietRuntime } from '../workflows/dev-server';
import { eventsOf, eventually } from '../workflows/histories';
import type { RunId } from '../workflows/histories';
import { newSamples } from '../workflows/samples';

/* Releases that go wrong, and releases that meet each other. */

const SOON = { pollEvery: '1s' };
/** Nothing is cached, so that each task of a process goes to whichever worker asks next, which replays its history. */
const UNCACHED = 0;

let rig: Rig;
let address: string;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  quietRuntime();
  const server = await startDevServer({
    cli: inject('temporalCli'),
    uiPort: false,
    searchAttributes: SEARCH_ATTRIBUTE_TYPES,
  });
  closing.push(() => server.stop());
  ({ address } = server);
  const connection = await Connection.connect({ address });
  closing.push(() => connection.close());
  const nativeConnection = await NativeConnection.connect({ address });
  closing.push(() => nativeConnection.close());
  rig = await startRig({ connection, nativeConnection, withoutWorker: true });
  closing.push(() => rig.close());
});
afterAll(async () => {
  for (const step of closing.reverse()) await step();
});

/** A worker of this release, or of another one; it leaves with its test. */
async function startRelease(file?: string): Promise<RunningWorker> {
  const bundle =
    file === undefined
      ? await workflowBundle()
      : await bundleWorkflowCode({
          workflowsPath: join(__dirname, file),
          logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
        });
  // Of its own: no two workers for one queue share a connection.
  const connection = await NativeConnection.connect({ address });
  const worker = await startWorker({
    config: rig.config,
    connection,
    maxCachedWorkflows: UNCACHED,
    workflowBundle: bundle,
  });
  let left: Promise<void> | undefined;
  const shutdown = () => (left ??= worker.shutdown().finally(() => connection.close()));
  onTestFinished(shutdown);
  return { ...worker, shutdown };
}

function newDeclaration(states: readonly { after: number; state: string }[]) {
  const { declared: declaration } = newSamples(rig.credentials);
  const { transaction_id } = declaration;
  rig.simulator.script({ customs: { transaction_id, states } });
  return declaration;
}

/** Of each declaration, how many WeChat Pay has. */
function effectsOf(declarations: readonly { readonly transaction_id: string }[]): number[] {
  const ledger = rig.simulator.ledger({ effect: 'declared' });
  return declarations.map(({ transaction_id }) =>
    ledger.filter(({ key }) => key.includes(transaction_id)).reduce((sum, { count }) => sum + count, 0),
  );
}

async function failedTasksOf(process: RunId): Promise<number> {
  return (await eventsOf(rig.client, process)).filter((event) => event === 'workflowTaskFailed').length;
}

describe('a release with a bug in one workflow', () => {
  it('keeps that one failing where everybody sees it, lets the others run, and loses nothing until it is mended', async () => {
    const broken = await startRelease('poisoned-workflows.ts');
    const declarations = Array.from({ length: 3 }, () => newDeclaration([{ after: 0, state: 'SUCCESS' }]));
    const poisoned: RunId[] = [];
    for (const declaration of declarations) {
      const { mchid, customs, transaction_id, sub_order_no = '' } = declaration;
      const handle = await rig.client.workflow.start('customsDeclaration', {
        workflowId: `customs/${mchid}/${customs}/${transaction_id}/${sub_order_no}`,
        taskQueue: rig.config.taskQueue,
        args: [{ declaration, options: SOON }],
      });
      poisoned.push({ workflowId: handle.workflowId, runId: handle.firstExecutionRunId });
    }
    for (const process of poisoned) {
      await eventually(async () => ((await failedTasksOf(process)) > 0 ? true : undefined), 'a failed task');
    }
    const { mchid } = rig.credentials;
    for (let index = 0; index < 3; index += 1) {
      const { approved } = newSamples(rig.credentials);
      rig.simulator.script({ h5: { sub_mchid: approved.sub_mchid, states: [{ after: 1, state: 'APPROVED' }] } });
      const other = await rig.wechatpay.applyForH5({ mchid, application: approved, options: SOON });
      await expect(other.result()).resolves.toMatchObject({ outcome: 'APPROVED' });
      expect(await failedTasksOf(other)).toBe(0);
    }
    for (const { workflowId } of poisoned) {
      const { status } = await rig.client.workflow.getHandle(workflowId).describe();
      expect(status.name).toBe('RUNNING');
    }
    expect(effectsOf(declarations)).toEqual([0, 0, 0]);
    await broken.shutdown();
    const mended = await startRelease();
    for (const { workflowId } of poisoned) {
      await expect(rig.client.workflow.getHandle(workflowId).result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    }
    expect(effectsOf(declarations)).toEqual([1, 1, 1]);
    await mended.shutdown();
  });
});

describe('two releases at once', () => {
  it('lose and double nothing; a task fails only where the earlier one meets a step of the later one', async () => {
    const earlier = await startRelease();
    const declarations = Array.from({ length: 8 }, () =>
      newDeclaration([
        { after: 0, state: 'PROCESSING' },
        { after: 2, state: 'SUCCESS' },
      ]),
    );
    const begin = (declaration: (typeof declarations)[number]) => rig.wechatpay.declare({ declaration, options: SOON });
    const processes = await Promise.all(declarations.slice(0, 4).map(begin));
    const later = await startRelease('next-workflows.ts');
    processes.push(...(await Promise.all(declarations.slice(4).map(begin))));
    for (const process of processes) await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effectsOf(declarations)).toEqual(Array(8).fill(1));
    for (const process of processes) {
      const events = await eventsOf(rig.client, process);
      // The mark of `patched`: only the later release makes it, and only it can replay it.
      if (events.includes('workflowTaskFailed')) expect(events).toContain('markerRecorded');
    }
    await Promise.all([earlier.shutdown(), later.shutdown()]);
  });
});

describe('a workflow id that is free again, because the namespace keeps nothing that old', () => {
  it('is started anew, finds the record of before, and sends nothing', async () => {
    const worker = await startRelease();
    const declaration = newDeclaration([{ after: 0, state: 'SUCCESS' }]);
    const first = await rig.wechatpay.declare({ declaration, options: SOON });
    await expect(first.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    const { workflowId, runId } = first;
    const { namespace } = rig.client.options;
    const { workflow } = rig.client;
    await rig.client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId, runId } });
    const gone = (): Promise<true | undefined> =>
      workflow
        .getHandle(workflowId)
        .describe()
        .then(() => undefined)
        .catch((error: Error) => (error.name === 'WorkflowNotFoundError' ? true : undefined));
    // The server deletes in the background; on a dev server it takes half a minute.
    await eventually(gone, 'the end of the retention', 90);

    const again = await rig.wechatpay.declare({ declaration, options: SOON });
    expect(again.runId).not.toBe(runId);
    await expect(again.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
    expect(effectsOf([declaration])).toEqual([1]);
    const { transaction_id: key } = declaration;
    const declared = rig.simulator.calls({ call: 'customs/declare', key });
    expect(declared.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    await worker.shutdown();
  });
});
