// What a wait leaves in the history: ours beside the usual loop of a timer and an activity. Time is skipped, so that a poll
// each hour takes milliseconds.
import { fileURLToPath } from 'node:url';
import { createRequire } from 'node:module';
import { bundleWorkflowCode, DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { newDeclaration, startOptions } from './declarations.mjs';

const require = createRequire(import.meta.url);
require('../../scripts/typescript-as-it-is.cjs');
const { TestWorkflowEnvironment } = require('@temporalio/testing');
const { temporal } = require('@temporalio/proto');
const { findTimeSkippingServer, startRig } = require('../../src/testing');

const HOUR = 3_600;

/** @param {{ polls: readonly number[], note: (line: string) => void }} options */
export async function measureHistory({ polls, note }) {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }), forward: {} } },
  });
  const path = await findTimeSkippingServer(note);
  const rows = [];
  for (const count of polls) {
    // A server each: its clock only goes forward, and there is nothing else to do for it.
    const environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path } },
    });
    try {
      const began = performance.now();
      rows.push({
        part: 'history',
        polls: count,
        ours: await ours(environment, count),
        timerLoop: await loop(environment, count),
      });
      note(`${count} polls: ${((performance.now() - began) / 1_000).toFixed(1)} s`);
    } finally {
      await environment.teardown();
    }
  }
  return rows;
}

async function ours(environment, polls) {
  const { connection, nativeConnection } = environment;
  let asked = 0;
  let decide;
  const rig = await startRig({
    connection,
    nativeConnection,
    serverTime: true,
    simulator: {
      log: ({ name }) => {
        if (name !== 'customs/query') return;
        asked += 1;
        // Asked for once before it was declared, and then until here in vain.
        if (asked === polls) decide();
      },
    },
  });
  try {
    const declaration = newDeclaration(rig.credentials);
    const { transaction_id } = declaration;
    const becomes = (state) => ({ customs: { transaction_id, states: [{ after: 0, state }] } });
    decide = () => rig.simulator.script(becomes('SUCCESS'));
    rig.simulator.script(becomes(polls === 0 ? 'SUCCESS' : 'PROCESSING'));
    const input = { declaration, options: { pollEvery: '1h', giveUpAfter: '90 days' } };
    const handle = await environment.client.workflow.start(
      'customsDeclaration',
      startOptions('customsDeclaration', rig.config.taskQueue, input),
    );
    await resting(handle);
    const { outcome } = await handle.result();
    if (outcome !== 'SUCCESS') throw new Error(`expected SUCCESS, got ${outcome}`);
    return await sizeOf(handle, 'await-result', polls);
  } finally {
    await rig.close();
  }
}

/**
 * Until it has ended or sleeps between two polls. Whoever waits for a result lets the time run, and a server with nothing
 * else to do jumps by the ten years after which it ends any workflow.
 */
async function resting(handle) {
  for (;;) {
    const { status, raw } = await handle.describe();
    if (status.name !== 'RUNNING' || raw.pendingActivities?.some(({ attempt }) => attempt > 1)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

async function loop(environment, polls) {
  let asked = 0;
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'loop',
    workflowBundle: await loopBundle(),
  });
  const api = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: 'loop-api',
    activities: {
      submit: ({ out_trade_no }) => Promise.resolve({ out_trade_no, state: polls === 0 ? 'SUCCESS' : 'PROCESSING' }),
      ask: ({ out_trade_no }) => Promise.resolve({ out_trade_no, state: ++asked < polls ? 'PROCESSING' : 'SUCCESS' }),
    },
  });
  const stopping = [worker, api].map((one) => one.run());
  try {
    const declaration = newDeclaration({ mchid: '1900000109', appid: 'wx2421b1c4370ec43b' });
    const handle = await environment.client.workflow.start('timerLoop', {
      taskQueue: 'loop',
      workflowId: 'loop',
      args: [{ declaration, pollEvery: '1h' }],
    });
    await handle.result();
    return await sizeOf(handle, undefined, polls);
  } finally {
    for (const one of [worker, api]) one.shutdown();
    await Promise.all(stopping);
  }
}

let bundle;
function loopBundle() {
  return (bundle ??= bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('bare-workflows.mjs', import.meta.url)),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  }));
}

/** Events, and bytes as the server stores them; ours must have asked as often as it says. */
async function sizeOf(handle, waitingActivity, polls) {
  const history = await handle.fetchHistory();
  const events = history.events ?? [];
  if (waitingActivity !== undefined) {
    const scheduled = events.find(
      (event) => event.activityTaskScheduledEventAttributes?.activityId === waitingActivity,
    );
    const started = events.find(
      (event) => scheduled && event.activityTaskStartedEventAttributes?.scheduledEventId?.equals(scheduled.eventId),
    );
    const asked = started?.activityTaskStartedEventAttributes?.attempt ?? 0;
    if (asked !== polls) throw new Error(`expected ${polls} polls, got ${asked}`);
  }
  return { events: events.length, bytes: temporal.api.history.v1.History.encode(history).finish().length };
}
