import type { WorkerStatus } from '@temporalio/worker';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Config } from '../config';
import { createMetricsServer } from '../health';
import type { ReadinessReport } from '../health';
import type { RunningWorker } from '../worker';

/** What a gauge shows of a Temporal worker. */
const GAUGES: readonly { name: string; help: string; of: (status: WorkerStatus) => number }[] = [
  { name: 'running', help: '1 while it polls.', of: ({ runState }) => (runState === 'RUNNING' ? 1 : 0) },
  {
    name: 'activities_in_flight',
    help: 'Activities it is executing.',
    of: ({ numInFlightActivities }) => numInFlightActivities,
  },
  {
    name: 'workflow_tasks_in_flight',
    help: 'Workflow tasks it is executing.',
    of: ({ numInFlightWorkflowActivations }) => numInFlightWorkflowActivations,
  },
  {
    name: 'cached_workflows',
    help: 'Workflows it holds in memory.',
    of: ({ numCachedWorkflows }) => numCachedWorkflows,
  },
];

export interface WorkerHealth {
  /** Where it listens, if `METRICS_PORT` is set. */
  readonly url?: string;
  /**
   * From now on it speaks of this worker; before that `/readyz` says that the worker is starting. With problems of keys
   * it is not ready, so that a roll-out of wrong keys stops; it works on, for the merchants whose keys are right.
   */
  watch(worker: RunningWorker, keyProblems?: () => readonly string[]): void;
  close(): Promise<void>;
}

/** `/metrics`, `/healthz` and `/readyz` of a worker on `METRICS_PORT`; nothing where that is not set. */
export async function serveWorkerHealth({ metricsPort, webhook, shutdownGraceMs }: Config): Promise<WorkerHealth> {
  if (metricsPort === undefined) return { watch: () => undefined, close: () => Promise.resolve() };
  let worker: RunningWorker | undefined;
  let keyProblems: () => readonly string[] = () => [];
  const registry = workerMetrics(() => worker?.statuses() ?? {});
  const server = createMetricsServer({ registry, readiness: () => readiness(worker, keyProblems()), shutdownGraceMs });
  const url = await server.listen({ host: webhook.host, port: metricsPort });
  return {
    url,
    watch(started, problems = () => []) {
      worker = started;
      keyProblems = problems;
    },
    close: () => server.close(),
  };
}

function readiness(worker: RunningWorker | undefined, keyProblems: readonly string[]): ReadinessReport {
  if (worker === undefined) return { ready: false, reasons: ['the worker is starting'] };
  const reasons = Object.entries(worker.statuses())
    .filter(([, { runState }]) => runState !== 'RUNNING')
    .map(([queue, { runState }]) => `the worker of ${queue} is ${runState}`);
  reasons.push(...keyProblems);
  return { ready: reasons.length === 0, reasons };
}

function workerMetrics(statuses: () => Readonly<Record<string, WorkerStatus>>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const { name, help, of } of GAUGES) {
    new Gauge({
      name: `wechatpay_worker_${name}`,
      help: `Temporal worker of a task queue: ${help}`,
      labelNames: ['task_queue'] as const,
      registers: [registry],
      collect() {
        for (const [task_queue, status] of Object.entries(statuses())) this.set({ task_queue }, of(status));
      },
    });
  }
  return registry;
}
