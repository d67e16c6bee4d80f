// One reading of everything that is counted, and the difference of two.
import { memoryOf, processorTimeOf, processorTimeOfTree } from '../process-cost.mjs';
import { rounded } from '../statistics.mjs';
import { byLabel, readMetrics, total } from './server-metrics.mjs';

/** PostgreSQL's backends tell what they have done about once a second. */
const STATISTICS_DELAY = 1_500;

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Readings of a fleet; `processes()` are the workers and webhooks of the moment. */
export function meterOf({ fleet, database, processes }) {
  const { temporal, simulator } = fleet;
  const cpu = () => {
    const { user, system } = process.cpuUsage();
    const sum = (command) =>
      processes()
        .filter(({ name }) => name.startsWith(command))
        .reduce((seconds, { pid }) => seconds + processorTimeOf(pid), 0);
    return {
      workers: sum('worker'),
      webhook: sum('webhook'),
      server: processorTimeOf(temporal.pid),
      database: processorTimeOfTree(temporal.database.pid),
      // The simulator stands for WeChat Pay, the driver for the order service; they are one process.
      simulatorAndDriver: (user + system) / 1e6,
    };
  };
  return {
    /** Cheap: processor time only. */
    cpu: () => ({ at: performance.now(), cpu: cpu() }),
    async all() {
      await sleep(STATISTICS_DELAY);
      const at = performance.now();
      const seconds = cpu();
      const [work, metrics] = await Promise.all([database.work(), readMetrics(temporal.metricsUrl)]);
      return {
        at,
        cpu: seconds,
        work: {
          ...work,
          actions: total(metrics, 'action', { namespace: temporal.namespace }),
          // A distribution of how far each workflow has got, observed at every transition: the observations are counted.
          stateTransitions: total(metrics, 'state_transition_count_count', { namespace: temporal.namespace }),
          persistenceRequests: total(metrics, 'persistence_requests'),
          polls: callsOf(simulator, /query$/),
          submissions: callsOf(simulator, /(declare|create)$/),
        },
        actionsByType: byLabel(metrics, 'action', 'action_type'),
        updateLatency: {
          seconds: total(metrics, 'persistence_latency_sum', { operation: 'UpdateWorkflowExecution' }),
          count: total(metrics, 'persistence_latency_count', { operation: 'UpdateWorkflowExecution' }),
        },
      };
    },
    rssOfWorkers: () =>
      processes()
        .filter(({ name }) => name.startsWith('worker'))
        .map(({ pid }) => memoryOf(pid)),
  };
}

function callsOf(simulator, pattern) {
  return simulator
    .calls()
    .filter(({ call, key }) => key === undefined && pattern.test(call))
    .reduce((sum, { count }) => sum + count, 0);
}

/** What happened between two readings. */
export function between(before, after) {
  return {
    seconds: (after.at - before.at) / 1000,
    cpu: differences(before.cpu, after.cpu),
    ...(before.work && { work: differences(before.work, after.work) }),
    ...(before.actionsByType && { actionsByType: differences(before.actionsByType, after.actionsByType) }),
    ...(before.updateLatency && { updateLatency: differences(before.updateLatency, after.updateLatency) }),
  };
}

function differences(before, after) {
  return Object.fromEntries(
    Object.keys({ ...before, ...after }).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]),
  );
}

/**
 * What one of `count` things cost: what was used, less what the same processes use in that time when nothing happens.
 *
 * @param idle the difference of two readings between which nothing was asked for
 */
export function unitCost(used, idle, count) {
  const share = used.seconds / idle.seconds;
  // These have causes that are known one by one; what a late one adds to an idle time is no rate.
  const exact = ['actions', 'stateTransitions', 'polls', 'submissions'];
  const each = (part, digits, factor = 1) =>
    Object.fromEntries(
      Object.entries(used[part]).map(([name, value]) => [
        name,
        rounded(((value - (exact.includes(name) ? 0 : (idle[part]?.[name] ?? 0) * share)) / count) * factor, digits),
      ]),
    );
  return { count, cpuMilliseconds: each('cpu', 3, 1000), work: each('work', 3) };
}
