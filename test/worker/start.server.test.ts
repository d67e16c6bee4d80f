import { join } from 'node:path';
import { bundleWorkflowCode, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { newSamples } from '../workflows/samples';
import { startWorker } from '../../src/worker';
import { startDevRig } from '../workflows/dev-server';
import type { DevRig } from '../workflows/dev-server';
import { eventsOf, eventually } from '../workflows/histories';

let rig: DevRig;
beforeAll(async () => {
  rig = await startDevRig({ withoutWorker: true });
});
afterAll(() => rig?.close());

it('a namespace that does not exist is named, with the command that helps', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', rig.server.address);
  vi.stubEnv('TEMPORAL_NAMESPACE', 'nobody-made-it');
  try {
    await expect(startWorker({ config: rig.config })).rejects.toMatchObject({
      name: 'NamespaceNotSetUpError',
      message: expect.stringMatching(
        /namespace nobody-made-it does not exist\. Set TEMPORAL_NAMESPACE, or create it: temporal operator namespace create/,
      ) as string,
    });
  } finally {
    vi.unstubAllEnvs();
  }
});

it('a worker with other code on the same queue changes nothing', async () => {
  const { declared: declaration } = newSamples(rig.credentials);
  const { transaction_id } = declaration;
  rig.simulator.script({ customs: { transaction_id, states: [{ after: 1, state: 'PROCESSING' }] } });
  const right = await rig.startWorker();
  const process = await rig.wechatpay.declare({ declaration, options: { pollEvery: '1s' } });
  await right.shutdown();
  const other = await Worker.create({
    connection: rig.nativeConnection,
    taskQueue: rig.config.taskQueue,
    workflowBundle: await bundleWorkflowCode({
      workflowsPath: join(__dirname, 'other-code.ts'),
      logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
    }),
  });
  const running = other.run();
  try {
    // Something to do for it.
    await rig.client.workflow.getHandle(process.workflowId).signal('anything');
    await eventually(
      async () => ((await eventsOf(rig.client, process)).includes('workflowTaskFailed') ? true : undefined),
      'a failed task',
    );
  } finally {
    other.shutdown();
    await running;
  }
  rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
  const again = await rig.startWorker();
  await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
  await again.shutdown();
  const made = rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(transaction_id));
  expect(made.map(({ count }) => count)).toEqual([1]);
});

it('a worker takes the keys of its merchants from a provider, and waits while that has none', async () => {
  const { declared: declaration } = newSamples(rig.credentials);
  const { transaction_id } = declaration;
  rig.simulator.script({ customs: { transaction_id, states: [{ after: 0, state: 'SUCCESS' }] } });
  const asked: string[] = [];
  const failures: string[] = [];
  const worker = await startWorker({
    // Nobody's keys are in it.
    config: { ...rig.config, merchants: new Map() },
    keys: {
      keysOf: (mchid) => {
        asked.push(mchid);
        if (asked.length === 1) return Promise.reject(new Error('the vault is sealed: canary'));
        return Promise.resolve(rig.config.merchants.get(mchid));
      },
    },
    onKeyFailure: (mchid, { errorClass, message }) => failures.push(`${mchid} ${errorClass} ${message}`),
    connection: rig.nativeConnection,
  });
  try {
    const process = await rig.wechatpay.declare({ declaration, options: { pollEvery: '1s' } });
    await expect(process.result()).resolves.toMatchObject({ outcome: 'SUCCESS' });
  } finally {
    await worker.shutdown();
  }
  expect(new Set(asked)).toEqual(new Set([declaration.mchid]));
  expect(failures).toEqual([
    `${declaration.mchid} UNAVAILABLE the keys of merchant ${declaration.mchid} could not be had: the key provider failed (Error)`,
  ]);
  const made = rig.simulator.ledger({ effect: 'declared' }).filter(({ key }) => key.includes(transaction_id));
  expect(made.map(({ count }) => count)).toEqual([1]);
});
