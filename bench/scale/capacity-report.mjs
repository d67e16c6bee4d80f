// A capacity as a table for people, the same in the terminal and on the page.
import { DAYS_PER_MONTH } from './capacity.mjs';

/** `[what, how much, from where]` of one plan. */
export function capacityRows({ plan, capacity, units }) {
  const { perDeclaration, startsPerSecond, pollsPerSecond, stateTransitionsPerSecond, database, cloud } = capacity;
  const meanAndPeak = ({ mean, peak }) => `${amount(mean)}, at the peak ${amount(peak)}`;
  return [
    ['starts a second', meanAndPeak(startsPerSecond), `computed; peak factor ${plan.peakFactor}`],
    ['polls a second', meanAndPeak(pollsPerSecond), `computed; ${plan.polls} polls each`],
    ['open at the same time', amount(capacity.open), `computed; open ${plan.openHours.toFixed(1)} h each`],
    [
      'state transitions a second',
      meanAndPeak(stateTransitionsPerSecond),
      `${amount(perDeclaration.stateTransitions)} each, measured`,
    ],
    [
      'history shards of each cluster',
      count(capacity.shards),
      `rule; a database write took ${units.databaseWriteMilliseconds} ms, measured`,
    ],
    [
      'database size',
      `${bytes(database.bytes)} in ${amount(database.rows)} rows`,
      `${amount(units.databaseBytesKept)} bytes each, measured; ${plan.retentionDays} days`,
    ],
    [
      'database writes a second, peak',
      `${amount(database.rowsWrittenPerSecond)} rows in ${amount(database.transactionsPerSecond)} transactions, ${bytes(database.logBytesPerSecond)} of log`,
      `${amount(perDeclaration.rowsWritten)} rows each, measured`,
    ],
    [
      'database cores, peak',
      amount(database.cores),
      `${amount(perDeclaration.databaseMs)} ms each, measured; extrapolated`,
    ],
    ['clusters', count(database.clusters), `if one database server has ${plan.databaseCores} cores`],
    [
      'Temporal server cores, peak',
      amount(capacity.server.cores),
      `${amount(perDeclaration.serverMs)} ms each, measured; extrapolated`,
    ],
    [
      'worker processes',
      `${count(capacity.workers.processes)} with ${bytes(capacity.workers.memoryBytes)}`,
      `${amount(perDeclaration.workerMs)} ms each, ${bytes(units.workerRssBytes)} a process, measured`,
    ],
    [
      'webhook processes',
      count(capacity.webhooks.processes),
      plan.notifications === 0 ? 'customs sends no notifications; two, for those that do' : 'measured; extrapolated',
    ],
    [
      'calls a second and merchant',
      meanAndPeak(capacity.callsPerMerchantPerSecond),
      `${plan.merchants} merchants; limit of WeChat Pay: UNCONFIRMED`,
    ],
    [
      `Temporal Cloud actions in ${DAYS_PER_MONTH} days`,
      `${amount(cloud.actionsPerMonth / 1e6)} million`,
      `${amount(perDeclaration.actions)} each, measured`,
    ],
    [
      'Temporal Cloud, US dollars a month',
      `${cloud.negotiated ? 'below ' : ''}${amount(cloud.dollarsPerMonth.all)}`,
      cloud.negotiated ? 'published up to 200 million actions, negotiated beyond' : 'published prices',
    ],
  ];
}

/** Three significant digits, thousands with commas: more would be more than is known. */
export function amount(value) {
  if (value === 0) return '0';
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

const count = (value) => value.toLocaleString('en-US');

export function bytes(value) {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3)));
  return `${amount(value / 1000 ** step)} ${units[step]}`;
}

export function markdownTable(header, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
