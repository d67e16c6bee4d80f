// How many declarations a second so many workers finish, with more and more of them in flight.
import { processorTimeOfMachine } from '../process-cost.mjs';
import { quantile, rounded } from '../statistics.mjs';
import { keepDeclaring } from './declarations.mjs';
import { between, sleep } from './meter.mjs';

/** Seconds in which the first are on their way and none is counted. */
const RUN_UP = 3_000;

/** Starts or stops workers until there are `wanted`. */
export async function setWorkers({ fleet, workers }, wanted) {
  while (workers.length < wanted) workers.push(await fleet.startWorker());
  while (workers.length > wanted) await workers.pop().stop('SIGTERM', 40_000);
}

export async function measureThroughput(bench, { workers, inFlight, seconds }) {
  const { meter, fleet } = bench;
  const began = performance.now();
  const over = began + RUN_UP + seconds * 1000;
  const declaring = keepDeclaring(fleet, { inFlight, until: () => performance.now() >= over });
  await sleep(RUN_UP);
  const [before, machineBefore] = [meter.cpu(), processorTimeOfMachine()];
  await sleep(over - performance.now());
  const [after, machineAfter] = [meter.cpu(), processorTimeOfMachine()];
  const rssOfWorkers = meter.rssOfWorkers();
  const run = await declaring;
  const counted = run.ended.filter(({ at }) => at >= before.at && at < after.at);
  const used = between(before, after);
  const share = Object.fromEntries(
    Object.entries(used.cpu).map(([name, value]) => [name, rounded(value / used.seconds, 3)]),
  );
  const all = Object.values(share).reduce((sum, value) => sum + value, 0);
  const times = counted.map(({ milliseconds }) => milliseconds);
  return {
    workers,
    inFlight,
    perSecond: rounded(counted.length / used.seconds, 2),
    started: run.started,
    succeeded: run.succeeded,
    milliseconds: { p50: rounded(quantile(times, 0.5) ?? 0, 0), p99: rounded(quantile(times, 0.99) ?? 0, 0) },
    /** Cores in use, by process. */
    cores: { ...share, all: rounded(all, 3) },
    /** Cores that everything else on the machine had. */
    coresOfOthers: rounded(Math.max(0, (machineAfter - machineBefore) / used.seconds - all), 3),
    workerRssBytes: rssOfWorkers,
  };
}
