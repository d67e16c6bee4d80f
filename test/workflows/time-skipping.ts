import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';
import { startDevServer, startRig, workflowBundle } from '../../src/testing';
import type { Rig } from '../../src/testing';
import { formatBeijingTime } from '../../src/wechatpay/contract-order/times';
import { quietRuntime } from './dev-server';
import type { RunId } from './histories';

export interface SkippingRig extends Rig {
  readonly environment: TestWorkflowEnvironment;
  /** Waits with the clock running ahead; a plain client would wait in real time. */
  result(process: RunId): Promise<unknown>;
  /** An order that expires by the server's clock, which runs ahead of ours. */
  expiringIn<Order extends object>(
    order: Order,
    seconds: number,
  ): Promise<Order & { time_start: string; time_expire: string }>;
  /** Replays every run whose result was asked for since the last time, and every other given to it; how many. */
  replay(...others: readonly RunId[]): Promise<number>;
}

/** A rig on a time-skipping server of its own. */
export async function startSkippingRig(options: RigSettings = {}): Promise<SkippingRig> {
  quietRuntime();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('timeSkippingServer') } },
  });
  return startOn(environment, { serverTime: true, ...options });
}

/** The same on a dev server of its own, where time passes as it does. */
export async function startRealTimeRig(options: RigSettings = {}): Promise<SkippingRig> {
  quietRuntime();
  const server = await startDevServer({
    cli: inject('temporalCli'),
    uiPort: false,
    searchAttributes: SEARCH_ATTRIBUTE_TYPES,
  });
  const environment = await TestWorkflowEnvironment.createFromExistingServer({ address: server.address });
  const rig = await startOn(environment, options);
  return { ...rig, close: () => rig.close().finally(() => server.stop()) };
}

interface RigSettings {
  readonly maxCachedWorkflows?: number;
}

async function startOn(
  environment: TestWorkflowEnvironment,
  options: RigSettings & { readonly serverTime?: boolean },
): Promise<SkippingRig> {
  const rig = await startRig({
    connection: environment.connection,
    nativeConnection: environment.nativeConnection,
    ...options,
    // A notification comes in real time while the clock jumps by hours; here the polls are what is tested.
    simulator: { notify: { lose: 'all' } },
  }).catch(async (error: unknown) => {
    await environment.teardown();
    throw error;
  });
  const asked: RunId[] = [];
  return {
    ...rig,
    environment,
    result: async (process) => {
      asked.push(process);
      await resting(environment, process);
      return environment.client.workflow.getHandle(process.workflowId, process.runId).result();
    },
    expiringIn: async (order, seconds) => {
      const now = await environment.currentTimeMs();
      return { ...order, time_start: formatBeijingTime(now), time_expire: formatBeijingTime(now + seconds * 1_000) };
    },
    replay: async (...others) => {
      async function* histories() {
        for (const { workflowId, runId } of [...asked.splice(0), ...others]) {
          const history = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
          yield { workflowId, history };
        }
      }
      let replayed = 0;
      const options = { workflowBundle: await workflowBundle() };
      for await (const { error } of Worker.runReplayHistories(options, histories())) {
        if (error !== undefined) throw error;
        replayed += 1;
      }
      return replayed;
    },
    close: async () => {
      await rig.close();
      await environment.teardown();
    },
  };
}

/**
 * Until the process has ended or sleeps between two polls. Whoever waits for a result lets the time run, and a server with
 * nothing else to do jumps by the ten years after which it ends any workflow.
 */
async function resting(environment: TestWorkflowEnvironment, { workflowId, runId }: RunId): Promise<void> {
  const handle = environment.client.workflow.getHandle(workflowId, runId);
  for (let looks = 0; looks < 40; looks += 1) {
    const { status, raw } = await handle.describe();
    if (status.name !== 'RUNNING' || raw.pendingActivities?.some(({ attempt }) => (attempt ?? 0) > 1)) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
