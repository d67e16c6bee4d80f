// What so many declarations a day need, from measured unit costs. Pure: figures in, figures out.
import { costOfActions, TEMPORAL_CLOUD } from './prices.mjs';

export const DAY = 86_400;
export const DAYS_PER_MONTH = 30;

/** What a plan leaves open. */
export const DEFAULTS = {
  polls: 20,
  merchants: 50,
  retentionDays: 7,
  /** The busiest second against the mean of the day. */
  peakFactor: 5,
  /** Share of a core that is planned to be used, at the peak. */
  utilisation: 0.6,
  /** Notifications per declaration: customs sends none. */
  notifications: 0,
  /** Milliseconds WeChat Pay takes to answer: assumed, it could not be measured. */
  gatewayMilliseconds: 200,
  /** Cores of the largest database server that is considered. */
  databaseCores: 64,
};

/** Activities that one worker process runs at the same time: the default of Temporal's SDK. */
const ACTIVITY_SLOTS = 100;
/** Shards: where the official Helm chart starts (temporalio/helm-charts, numHistoryShards). */
const LEAST_SHARDS = 512;
/** A shard does one database operation at a time (docs.temporal.io, "What is a History Shard?"): busy at most so much. */
const SHARD_BUSY = 0.1;
/** "Each Shard responsible for tens of thousands of Workflow Executions" (the same page): taken at its lower end. */
const OPEN_PER_SHARD = 10_000;
/** Two of each, so that one may be replaced. */
const LEAST_PROCESSES = 2;

/**
 * The unit costs out of the raw results of `bench:scale`: what one declaration costs without its polls, one poll and one
 * notification.
 */
export function unitsOf({ units, rows }) {
  const { perDeclaration, perPoll, perNotification } = units;
  // The submission asks once before it sends; the others are polls of the wait.
  const polls = perDeclaration.work.polls - perDeclaration.work.submissions;
  const poll = costOf(perPoll);
  const whole = costOf(perDeclaration);
  const declaration = mapped(whole, (value, name) => value - polls * poll[name]);
  const rss = rows.flatMap(({ workerRssBytes }) => workerRssBytes);
  return {
    declaration,
    poll,
    notification: costOf(perNotification),
    /** Calls to WeChat Pay beside the polls: the question before, and the declaration itself. */
    calls: 2 * perDeclaration.work.submissions,
    events: perDeclaration.events,
    historyBytes: perDeclaration.historyBytes,
    rowsKept: Object.values(perDeclaration.rowsKept).reduce((sum, count) => sum + count, 0),
    databaseBytesKept: perDeclaration.databaseBytesKept,
    // The least of the three loads: the busier the two cores, the more of it is waiting for a core.
    databaseWriteMilliseconds: Math.min(
      ...[perDeclaration, perPoll, perNotification].map(({ databaseWriteMilliseconds }) => databaseWriteMilliseconds),
    ),
    workerRssBytes: Math.max(...rss),
  };
}

function costOf({ cpuMilliseconds, work }) {
  const cost = {
    workerMs: cpuMilliseconds.workers,
    webhookMs: cpuMilliseconds.webhook,
    serverMs: cpuMilliseconds.server,
    databaseMs: cpuMilliseconds.database,
    actions: work.actions,
    stateTransitions: work.stateTransitions,
    // Each for itself: what idle processes happened to delete is not taken from what was inserted.
    rowsWritten: [work.rowsInserted, work.rowsUpdated, work.rowsDeleted].reduce(
      (sum, rows) => sum + Math.max(0, rows),
      0,
    ),
    transactions: work.transactions,
    logBytes: work.logBytes,
  };
  // Less than nothing is what the idle processes happened to use.
  return mapped(cost, (value) => Math.max(0, value));
}

/**
 * @param plan `declarationsPerDay` and what DEFAULTS has; `openHours` how long one is open
 * @param units from {@link unitsOf}
 * @param pricePerMillion dollars per million actions, in place of the published tiers
 */
export function capacityOf(plan, units, pricePerMillion) {
  const { declarationsPerDay, polls, merchants, notifications, openHours } = plan;
  const perDeclaration = mapped(
    units.declaration,
    (value, name) => value + polls * units.poll[name] + notifications * units.notification[name],
  );
  const mean = declarationsPerDay / DAY;
  const peak = mean * plan.peakFactor;
  const open = mean * openHours * 3600;
  const calls = units.calls + polls;
  const cores = (milliseconds) => (peak * milliseconds) / 1000 / plan.utilisation;
  const database = databaseOf(plan, units, { perDeclaration, peak, open, cores });
  const byCpu = cores(perDeclaration.workerMs);
  const bySlots = (peak * calls * plan.gatewayMilliseconds) / 1000 / ACTIVITY_SLOTS;
  const workers = Math.max(LEAST_PROCESSES, Math.ceil(byCpu), Math.ceil(bySlots));
  const webhookCores = cores(notifications * units.notification.webhookMs);
  return {
    perDeclaration: { ...perDeclaration, calls },
    startsPerSecond: { mean, peak },
    pollsPerSecond: { mean: mean * polls, peak: peak * polls },
    stateTransitionsPerSecond: {
      mean: mean * perDeclaration.stateTransitions,
      peak: peak * perDeclaration.stateTransitions,
    },
    open,
    /** Of each cluster. */
    shards: shardsOf(
      (peak * perDeclaration.stateTransitions) / database.clusters,
      open / database.clusters,
      units.databaseWriteMilliseconds,
    ),
    database,
    server: { cores: cores(perDeclaration.serverMs) },
    workers: { cores: byCpu, processes: workers, memoryBytes: workers * units.workerRssBytes },
    webhooks: { cores: webhookCores, processes: Math.max(LEAST_PROCESSES, Math.ceil(webhookCores)) },
    callsPerMerchantPerSecond: { mean: (mean * calls) / merchants, peak: (peak * calls) / merchants },
    cloud: cloudOf(plan, units, { perDeclaration, open }, pricePerMillion),
  };
}

/** A power of two, because clusters of different sizes can be replicated only if one is a multiple of the other. */
export function shardsOf(transitionsPerSecond, open, writeMilliseconds) {
  const wanted = Math.max(
    LEAST_SHARDS,
    (transitionsPerSecond * writeMilliseconds) / 1000 / SHARD_BUSY,
    open / OPEN_PER_SHARD,
  );
  return 2 ** Math.ceil(Math.log2(wanted));
}

function databaseOf(plan, units, { perDeclaration, peak, open, cores }) {
  const kept = plan.declarationsPerDay * plan.retentionDays + open;
  const needed = cores(perDeclaration.databaseMs);
  return {
    declarations: kept,
    bytes: kept * units.databaseBytesKept,
    rows: kept * units.rowsKept,
    rowsWrittenPerSecond: peak * perDeclaration.rowsWritten,
    transactionsPerSecond: peak * perDeclaration.transactions,
    logBytesPerSecond: peak * perDeclaration.logBytes,
    cores: needed,
    /** Clusters, each with a database of its own, if one server has to carry each. */
    clusters: Math.max(1, Math.ceil(needed / plan.databaseCores)),
  };
}

function cloudOf(plan, units, { perDeclaration, open }, pricePerMillion) {
  const actions = plan.declarationsPerDay * DAYS_PER_MONTH * perDeclaration.actions;
  const hours = DAYS_PER_MONTH * 24;
  const gigabytes = (declarations) => (declarations * units.historyBytes) / 1e9;
  const { storage, plan: support } = TEMPORAL_CLOUD;
  const forActions = costOfActions(actions / 1e6, pricePerMillion);
  const forStorage =
    gigabytes(open) * hours * storage.active +
    gigabytes(plan.declarationsPerDay * plan.retentionDays) * hours * storage.retained;
  const usage = forActions + forStorage;
  return {
    actionsPerMonth: actions,
    actionsPerSecond: {
      mean: actions / DAYS_PER_MONTH / DAY,
      peak: (actions / DAYS_PER_MONTH / DAY) * plan.peakFactor,
    },
    dollarsPerMonth: {
      actions: forActions,
      storage: forStorage,
      plan: Math.max(support.atLeast, usage * support.shareOfUsage),
      all: usage + Math.max(support.atLeast, usage * support.shareOfUsage),
    },
    /** More than half of it is at a price that is negotiated. */
    negotiated: pricePerMillion === undefined && actions / 1e6 > TEMPORAL_CLOUD.negotiatedAboveMillions,
  };
}

/**
 * Hours until the `polls`-th poll by a schedule: the first at once, then at its intervals.
 *
 * @param steps `{ until, every }` in milliseconds, as src/activities/schedule.ts has them
 */
export function hoursOfPolls(polls, steps) {
  let elapsed = 0;
  for (let poll = 1; poll < polls; poll += 1) {
    elapsed += steps.find(({ until }) => elapsed < until).every;
  }
  return elapsed / 3_600_000;
}

function mapped(values, change) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
}
