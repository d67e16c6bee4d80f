// From what was measured to a verdict and to a table.
import { cpus } from 'node:os';
import { sumOf, summary } from '../statistics.mjs';

/** A declaration submitted, in process, decided: docs/explanation/how-a-workflow-waits.md. */
const EVENTS_BUDGET = 22;

/** The largest throughput of each number of workers, and how many had to be in flight for it. */
export function peaks(rows) {
  const best = new Map();
  for (const count of [...new Set(rows.map(({ workers }) => workers))].sort((a, b) => a - b)) {
    const levels = levelsOf(rows.filter(({ workers }) => workers === count));
    best.set(
      count,
      levels.reduce((a, b) => (b.perSecond > a.perSecond ? b : a)),
    );
  }
  return [...best.values()];
}

/** The rounds of each (workers, in flight) as one: median and range. */
export function levelsOf(rows) {
  const groups = new Map();
  for (const row of rows) {
    const key = `${row.workers}/${row.inFlight}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()].map((rounds) => {
    const rates = rounds.map(({ perSecond }) => perSecond).sort((a, b) => a - b);
    const middle = (pick) => median(rounds.map(pick));
    return {
      workers: rounds[0].workers,
      inFlight: rounds[0].inFlight,
      perSecond: median(rates),
      least: rates[0],
      most: rates.at(-1),
      p50: middle(({ milliseconds }) => milliseconds.p50),
      p99: middle(({ milliseconds }) => milliseconds.p99),
      cores: Object.fromEntries(Object.keys(rounds[0].cores).map((name) => [name, middle((row) => row.cores[name])])),
      ...(rounds.every(({ coresOfOthers }) => coresOfOthers !== undefined) && {
        coresOfOthers: middle((row) => row.coresOfOthers),
      }),
      rssPerWorker: middle(({ workerRssBytes }) => median(workerRssBytes)),
    };
  });
}

const median = (values) => summary(values).median;

export function goalsOf({ rows, units }) {
  const started = rows.reduce((sum, row) => sum + row.started, 0) + units.perDeclaration.count;
  const succeeded = rows.reduce((sum, row) => sum + row.succeeded, 0) + units.perDeclaration.succeeded;
  const notAcknowledged = units.perNotification.count - units.perNotification.acknowledged;
  return [
    { goal: 'declarations started that did not end SUCCESS', limit: 0, measured: started - succeeded, of: started },
    {
      goal: 'notifications not acknowledged',
      limit: 0,
      measured: Math.max(0, notAcknowledged),
      of: units.perNotification.count,
    },
    {
      goal: 'history events of a whole declaration',
      limit: EVENTS_BUDGET,
      measured: units.perDeclaration.events,
    },
  ].map((goal) => ({ ...goal, met: goal.measured <= goal.limit }));
}

/** What is used up at the peak: the sentence for a page, from the figures alone. */
export function saturation(rows, cores = cpus().length) {
  return peaks(rows).map(({ workers, inFlight, perSecond, cores: used, coresOfOthers }) => {
    const parts = Object.entries(used)
      .filter(([name, value]) => name !== 'all' && value >= 0.005)
      .sort(([, a], [, b]) => b - a)
      .map(([name, value]) => `${NAMES[name]} ${value.toFixed(2)}`);
    const others =
      coresOfOthers === undefined ? '' : `, everything else on the machine had ${coresOfOthers.toFixed(2)}`;
    const full =
      used.all >= 0.9 * cores ? `all ${cores} cores are in use` : `${used.all.toFixed(2)} of ${cores} cores${others}`;
    return `${workers} ${workers === 1 ? 'worker' : 'workers'}: ${perSecond.toFixed(1)} a second with ${inFlight} in flight; ${full}: ${parts.join(', ')}.`;
  });
}

const NAMES = {
  workers: 'workers',
  webhook: 'webhook',
  server: 'Temporal server',
  database: 'PostgreSQL',
  simulatorAndDriver: 'simulator and driver',
};

/** For people. */
export function table({ date, machine, node, versions, cores, units, rows }) {
  const number = (value, digits = 1) => value.toFixed(digits);
  const lines = [
    `${date}, Node ${node}, ${machine}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    '',
    'Whole declarations a second, median (range) of the rounds; cores in use by process.',
    ...aligned([
      ['workers', 'in flight', 'a second', 'range', 'p50 ms', 'p99 ms', ...Object.values(NAMES), 'cores', 'MB/worker'],
      ...levelsOf(rows).map((level) => [
        String(level.workers),
        String(level.inFlight),
        number(level.perSecond),
        `${number(level.least)}-${number(level.most)}`,
        number(level.p50, 0),
        number(level.p99, 0),
        ...Object.keys(NAMES).map((name) => number(level.cores[name], 2)),
        number(level.cores.all, 2),
        number(level.rssPerWorker / 1e6, 0),
      ]),
    ]),
    '',
    ...saturation(rows, cores),
    '',
    'Cost of one, less what the processes use when idle:',
    ...aligned(unitRows(units)),
    '',
    `A declaration leaves ${sumOf(units.perDeclaration.rowsKept).toFixed(1)} rows and ${units.perDeclaration.databaseBytesKept} bytes in the database until its retention ends.`,
    '',
    ...goalsOf({ rows, units }).map(
      ({ goal, limit, measured, of, met }) =>
        `${met ? 'met   ' : 'MISSED'}  ${goal}: ${measured}${of === undefined ? '' : ` of ${of}`} (at most ${limit})`,
    ),
  ];
  return lines.join('\n');
}

/** Unit costs side by side. */
export function unitRows({ perDeclaration, perPoll, perNotification }) {
  const columns = [perDeclaration, perPoll, perNotification];
  const row = (label, pick, digits) => [label, ...columns.map((unit) => asText(pick(unit), digits))];
  return [
    ['', 'declaration', 'poll', 'notification'],
    row('measured', ({ count }) => count, 0),
    row('worker CPU ms', ({ cpuMilliseconds }) => cpuMilliseconds.workers, 2),
    row('webhook CPU ms', ({ cpuMilliseconds }) => cpuMilliseconds.webhook, 2),
    row('Temporal server CPU ms', ({ cpuMilliseconds }) => cpuMilliseconds.server, 2),
    row('PostgreSQL CPU ms', ({ cpuMilliseconds }) => cpuMilliseconds.database, 2),
    row('polls', ({ work }) => work.polls, 2),
    row('state transitions', ({ work }) => work.stateTransitions, 2),
    row('Temporal actions', ({ work }) => work.actions, 2),
    row('rows inserted', ({ work }) => work.rowsInserted, 2),
    row('rows updated', ({ work }) => work.rowsUpdated, 2),
    row('rows deleted', ({ work }) => work.rowsDeleted, 2),
    row('transactions', ({ work }) => work.transactions, 2),
    row('write-ahead log bytes', ({ work }) => work.logBytes, 0),
    ['history events', String(perDeclaration.events), '0', ''],
    ['history bytes', String(perDeclaration.historyBytes), '0', ''],
  ];
}

const asText = (value, digits) => (value === undefined ? '' : Math.max(0, value).toFixed(digits));

/** @param text how many of the first columns are text */
export function aligned(rows, text = 1) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column < text ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}
