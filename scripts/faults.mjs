// `npm run faults`: breaks everything on purpose while many processes run, and compares what happened with what they say.
// See docs/reference/faults.md.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { faultGoals, FULL_RUN } from '../bench/faults-goals.mjs';
import { saveResult } from '../bench/results.mjs';
import { installedVersion, runHeader } from '../bench/run-header.mjs';
import { buildIfNeeded } from './build.mjs';
import { commandLine } from './command-line.mjs';
import { installIfNeeded, root } from './install.mjs';
import { DEFECTS, plant } from './planted-defects.mjs';

const USAGE = `Usage: npm run faults -- [--seed S] [--keys N] [--server dev|postgres] [--minutes-limit M]
                         [--json] [--save] [--log] [--defect NAME]
  --seed S            integer, to repeat a run (default: another one each time)
  --keys N            processes, 10 to 99999 (default 300)
  --server NAME       dev: the Temporal CLI's dev server (default); postgres: the server of production on PostgreSQL
  --minutes-limit M   what is open after so many minutes is lost, 1 to 600 (default 45)
  --json              prints raw results in place of the report
  --save              also writes them to bench/results/; not of fewer than 10000 keys (postgres: 100)
  --log               also what servers and processes write
  --defect NAME       plants a mistake in a copy of the built package, and ends with 0 only if the run finds it:
                      ${Object.keys(DEFECTS).join(', ')}

Ends with 0; with 1 when anything was lost, doubled or wrong, when there were fewer keys or faults than asked, or when a
server cannot be started; with 2 for wrong options.`;

const TEXT = { type: 'string' };
const FLAG = { type: 'boolean', default: false };

await commandLine(USAGE, readOptions(process.argv.slice(2)), faults);

async function faults(options) {
  installIfNeeded();
  buildIfNeeded();
  const require = createRequire(import.meta.url);
  require(join(root, 'scripts', 'typescript-as-it-is.cjs'));
  const { runFaults } = require(join(root, 'test/faults/run.ts'));
  const { failures, LEAST, reportOf, summaryLine } = require(join(root, 'test/faults/report.ts'));
  const { json, save, log, defect, ...asked } = options;
  // By way of `exit`, which takes the servers and processes along.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  let run;
  try {
    run = await runFaults({
      ...asked,
      ...(defect === undefined ? {} : { lib: plant(DEFECTS[defect], join(root, 'lib')) }),
      say: (line) => console.error(line),
      ...(log ? { log: (name, line) => console.error(`[${name}] ${line}`) } : {}),
    });
  } catch (error) {
    console.error(error.name === 'ServerUnavailableError' ? error.message : error.stack);
    return 1;
  }
  const failed = failures(run);
  const { plans: _plans, temporalVersion, ...rest } = run;
  const { seed, keys, server, minutesLimit } = asked;
  const header = runHeader('faults', {
    versions: { '@temporalio/worker': installedVersion('@temporalio/worker'), 'Temporal server': temporalVersion },
    // With the seed, also when it was not given.
    args: ['--seed', seed, '--keys', keys, '--server', server, '--minutes-limit', minutesLimit],
  });
  const least = { faults: keys * LEAST.faultsPerKey, kinds: LEAST.kinds };
  const raw = { ...header, line: summaryLine(run), failed, least, ...rest };
  const missed = faultGoals(raw).filter(({ met }) => !met);
  const lines = missed.map(({ goal, limit, measured }) => `MISSED: ${goal}: ${limit}, measured ${measured}`);
  console.log(json ? JSON.stringify(raw, undefined, 2) : [...lines, reportOf(run)].join('\n'));
  if (defect !== undefined) return wasFound(defect, run);
  if (save) saveResult(server === 'dev' ? 'faults' : `faults-${server}`, raw);
  return failed.length === 0 ? 0 : 1;
}

/** Exit code 0 when the run has found what was planted. */
function wasFound(defect, { verdict }) {
  const { shows } = DEFECTS[defect];
  const times = verdict[shows].length;
  console.log(
    times > 0 ? `FOUND ${defect}: ${shows} ${times}` : `NOT FOUND: ${defect}, which shows itself as ${shows}`,
  );
  return times > 0 ? 0 : 1;
}

/** What was asked for, or what is wrong with it. */
function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        ...{ seed: TEXT, keys: TEXT, server: TEXT, 'minutes-limit': TEXT, defect: TEXT },
        ...{ json: FLAG, save: FLAG, log: FLAG, help: FLAG },
      },
    }));
  } catch (error) {
    return error.message;
  }
  const { seed = String(Math.floor(Math.random() * 2 ** 31)), keys = '300', server = 'dev', ...rest } = values;
  const minutes = rest['minutes-limit'] ?? '45';
  const isOne = (text, least, most) => /^[0-9]{1,6}$/.test(text) && Number(text) >= least && Number(text) <= most;
  if (!/^-?[0-9]{1,10}$/.test(seed)) return `--seed: expected an integer, got ${seed}`;
  if (!isOne(keys, 10, 99_999)) return `--keys: expected 10 to 99999, got ${keys}`;
  if (server !== 'dev' && server !== 'postgres') return `--server: expected dev or postgres, got ${server}`;
  if (!isOne(minutes, 1, 600)) return `--minutes-limit: expected 1 to 600, got ${minutes}`;
  const { json, save, log, help, defect } = values;
  if (defect !== undefined && !Object.hasOwn(DEFECTS, defect))
    return `--defect: expected one of ${Object.keys(DEFECTS).join(', ')}, got ${defect}`;
  if (defect !== undefined && save) return '--save: not with --defect';
  const least = server === 'dev' ? FULL_RUN.keys : 100;
  if (save && Number(keys) < least) return `--save: the pages are about ${least} keys or more, got ${keys}`;
  return {
    ...{ seed: Number(seed), keys: Number(keys), server, minutesLimit: Number(minutes) },
    ...{ json, save, log, help, defect },
  };
}
