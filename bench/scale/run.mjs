// `npm run bench:scale`: whole declarations by one, two and four worker processes on a production server with PostgreSQL,
// and what one declaration, one poll and one notification cost.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfNeeded } from '../../scripts/build.mjs';
import { commandLine } from '../../scripts/command-line.mjs';
import { installIfNeeded, root } from '../../scripts/install.mjs';
import { saveResult } from '../results.mjs';
import { installedVersion, runHeader } from '../run-header.mjs';

const USAGE = `Usage: npm run bench:scale -- [options]

  --workers LIST    numbers of worker processes, 1 to 16 each (default 1,2,4)
  --in-flight LIST  declarations at the same time, 1 to 2000 each (default 10,30,90)
  --seconds N       of each measurement, 3 to 600 (default 10)
  --rounds N        1 to 20; every other one goes backwards (default 2)
  --quick           a trial in about a minute: 1,2 workers, 20 in flight, 5 s, one round, small unit costs
  --only PART       throughput or units; nothing is saved then
  --json            prints raw results in place of the table
  --save            also writes them to bench/results/
  --verbose         shows what server and processes write
  --help

About 9 minutes. Ends with 0, with 1 when a goal is missed or a server cannot be started, with 2 for wrong options.`;

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const OPTIONS = {
  ...{ workers: text, 'in-flight': text, seconds: text, rounds: text, only: text },
  ...{ quick: flag, json: flag, save: flag, verbose: flag, help: flag },
};

/** How much is measured for the unit costs. */
const UNITS = {
  full: {
    ...{ warmUp: 60, idleSeconds: 10, declarations: 400, inFlight: 20, open: 100, pollSeconds: 20 },
    ...{ notified: 50, notifications: 400 },
  },
  quick: {
    ...{ warmUp: 10, idleSeconds: 3, declarations: 40, inFlight: 10, open: 20, pollSeconds: 5 },
    ...{ notified: 10, notifications: 40 },
  },
};

await commandLine(USAGE, readOptions(process.argv.slice(2)), (options) => {
  installIfNeeded();
  buildIfNeeded();
  return measure(options);
});

async function measure({ workers, inFlight, seconds, rounds, quick, only, json, save, verbose }) {
  // Leaving by `exit` ends the servers and processes too; a signal alone would leave them behind.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  const require = createRequire(import.meta.url);
  require(join(root, 'scripts', 'typescript-as-it-is.cjs'));
  const { ServerUnavailableError } = require(join(root, 'src', 'testing'));
  const { startBench } = await import('./bench.mjs');
  const { measureThroughput, setWorkers } = await import('./ramp.mjs');
  const { measureUnitCosts } = await import('./unit-costs.mjs');
  const { goalsOf, table } = await import('./report.mjs');

  let bench;
  try {
    bench = await startBench({ require, log: verbose ? (from, line) => console.error(`${from}: ${line}`) : undefined });
  } catch (error) {
    if (!(error instanceof ServerUnavailableError)) throw error;
    console.error(error.message);
    return 1;
  }
  try {
    bench.webhooks.push(await bench.fleet.startWebhook());
    await setWorkers(bench, 1);
    const units = only === 'throughput' ? undefined : await measureUnitCosts(bench, UNITS[quick ? 'quick' : 'full']);
    const rows = [];
    if (only !== 'units') {
      for (let round = 0; round < rounds; round += 1) {
        for (const count of round % 2 === 0 ? workers : [...workers].reverse()) {
          await setWorkers(bench, count);
          for (const level of inFlight) {
            bench.say(`round ${round + 1}: ${count} workers, ${level} in flight`);
            rows.push({ round, ...(await measureThroughput(bench, { workers: count, inFlight: level, seconds })) });
          }
        }
      }
    }
    if (only !== undefined) {
      console.log(JSON.stringify(units ?? rows, undefined, 2));
      return 0;
    }
    const run = { ...(await describeRun(bench)), units, rows };
    process.stdout.write(`${json ? JSON.stringify(run, undefined, 2) : table(run)}\n`);
    if (save) saveResult('scale', run);
    return goalsOf(run).every(({ met }) => met) ? 0 : 1;
  } finally {
    await bench.stop();
  }
}

async function describeRun({ fleet, postgresVersion, seconds }) {
  const { serverVersion } = await fleet.client.workflowService.getSystemInfo({});
  const versions = {
    ...{ '@temporalio/worker': installedVersion('@temporalio/worker'), 'Temporal server': serverVersion },
    PostgreSQL: await postgresVersion(),
  };
  return { ...runHeader('bench:scale', { versions }), cores: cpus().length, seconds: Math.round(seconds()) };
}

/** What was asked for, or what is wrong with it. */
function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS }));
  } catch (error) {
    return error.message;
  }
  const { quick, json, save, verbose, help, only } = values;
  if (only !== undefined && !['throughput', 'units'].includes(only))
    return `--only ${only}: expected throughput or units`;
  if (only !== undefined && save) return '--save: not with --only, half of the figures would be missing';
  const lists = {
    workers: list(values.workers ?? (quick ? '1,2' : '1,2,4'), 16),
    inFlight: list(values['in-flight'] ?? (quick ? '20' : '10,30,90'), 2000),
  };
  if (lists.workers === undefined) return `--workers ${values.workers}: expected numbers of 1 to 16 with commas`;
  if (lists.inFlight === undefined)
    return `--in-flight ${values['in-flight']}: expected numbers of 1 to 2000 with commas`;
  const seconds = within(values.seconds ?? (quick ? '5' : '10'), 3, 600);
  if (seconds === undefined) return `--seconds ${values.seconds}: expected 3 to 600`;
  const rounds = within(values.rounds ?? (quick ? '1' : '2'), 1, 20);
  if (rounds === undefined) return `--rounds ${values.rounds}: expected 1 to 20`;
  return { ...lists, seconds, rounds, only, quick, json, save, verbose, help };
}

function list(given, most) {
  const numbers = given.split(',').map((part) => within(part, 1, most));
  return numbers.includes(undefined) ? undefined : numbers;
}

function within(given, least, most) {
  const value = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
