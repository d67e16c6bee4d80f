import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import { startRig, workflowBundle } from '../../src/testing';
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
  /** Replays every run whose result was asked for, and every other given to it; how many. */
  replay(...others: readonly RunId[]): Promise<number>;
}

/** A rig on a time-skipping server of its own. */
export async function startSkippingRig(options: { readonly maxCachedWorkflows?: number } = {}): Promise<SkippingRig> {
  quietRuntime();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('timeSkippingServer') } },
  });
  const rig = await startRig({
    connection: environment.connection,
    nativeConnection: environment.nativeConnection,
    serverTime: true,
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
    result: (process) => {
      asked.push(process);
      return environment.client.workflow.getHandle(process.workflowId, process.runId).result();
    },
    expiringIn: async (order, seconds) => {
      const now = await environment.currentTimeMs();
      return { ...order, time_start: formatBeijingTime(now), time_expire: formatBeijingTime(now + seconds * 1_000) };
    },
    replay: async (...others) => {
      for (const { workflowId, runId } of [...asked, ...others]) {
        const history = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
        await Worker.runReplayHistory({ workflowBundle: await workflowBundle() }, history, workflowId);
      }
      return asked.length + others.length;
    },
    close: async () => {
      await rig.close();
      await environment.teardown();
    },
  };
}
