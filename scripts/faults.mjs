// `npm run faults`: breaks everything on purpose while many processes run, and compares what happened with what they say.
// See docs/reference/faults.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildIfNeeded } from './build.mjs';
import { commandLine } from './command-line.mjs';
import { installIfNeeded, root } from './install.mjs';

const USAGE = `Usage: npm run faults -- [--seed S] [--keys N] [--server dev|postgres] [--minutes-limit M]
                         [--json] [--save] [--log]
  --seed S            integer, to repeat a run (default: another one each time)
  --keys N            processes, 10 to 99999 (default 300)
  --server NAME       dev: the Temporal CLI's dev server (default); postgres: the server of production on PostgreSQL
  --minutes-limit M   what is open after so many minutes is lost, 1 to 600 (default 45)
  --json              prints raw results in place of the report
  --save              also writes them to bench/results/; not of fewer than 10000 keys (postgres: 100)
  --log               also what servers and processes write

Ends with 0; with 1 when anything was lost, doubled or wrong, when there were fewer keys or faults than asked, or when a
server cannot be started; with 2 for wrong options.`;

/** So many keys should take so many seconds at most. */
const GOAL_KEYS = 10_000;
const LIMIT = 1_800;

const TEXT = { type: 'string' };
const FLAG = { type: 'boolean', default: false };

await commandLine(USAGE, readOptions(process.argv.slice(2)), faults);

async function faults(options) {
  installIfNeeded();
  buildIfNeeded();
  const require = createRequire(import.meta.url);
  require(join(root, 'scripts', 'typescript-as-it-is.cjs'));
  const { runFaults } = require(join(root, 'test/faults/run.ts'));
  const { failures, reportOf, summaryLine } = require(join(root, 'test/faults/report.ts'));
  const { json, save, log, ...asked } = options;
  // By way of `exit`, which takes the servers and processes along.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  let run;
  try {
    run = await runFaults({
      ...asked,
      say: (line) => console.error(line),
      ...(log ? { log: (name, line) => console.error(`[${name}] ${line}`) } : {}),
    });
  } catch (error) {
    console.error(error.name === 'ServerUnavailableError' ? error.message : error.stack);
    return 1;
  }
  const failed = failures(run);
  const { plans: _plans, ...rest } = run;
  const raw = { ...header(require, asked, run), line: summaryLine(run), failed, goals: goalsOf(run), ...rest };
  const text = `${JSON.stringify(raw, undefined, 2)}\n`;
  const missed = raw.goals.filter(({ met }) => !met);
  const lines = missed.map(({ goal, limit, measured }) => `MISSED: ${goal}: ${limit}, measured ${measured}`);
  process.stdout.write(json ? text : `${[...lines, reportOf(run)].join('\n')}\n`);
  if (save) {
    const folder = join(root, 'bench', 'results');
    mkdirSync(folder, { recursive: true });
    const server = asked.server === 'dev' ? '' : `-${asked.server}`;
    const file = join(folder, `faults${server}-${raw.date}-node${process.versions.node.split('.')[0]}.json`);
    writeFileSync(file, text);
    console.error(`Written to ${file}`);
  }
  return failed.length === 0 ? 0 : 1;
}

function header(require, { seed, keys, server, minutesLimit }, { temporalVersion }) {
  const versionOf = (path) => JSON.parse(readFileSync(path, 'utf8')).version;
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.versions.node,
    versions: {
      'temporal-wechatpay': versionOf(join(root, 'package.json')),
      '@temporalio/worker': versionOf(join(root, 'node_modules/@temporalio/worker/package.json')),
      'Temporal server': temporalVersion,
    },
    command: `npm run faults -- --seed ${seed} --keys ${keys} --server ${server} --minutes-limit ${minutesLimit}`,
  };
}

function goalsOf({ keys, closed, faults, verdict, seconds, progress }) {
  const goal = (name, limit, measured, met, why) => ({ goal: name, limit, measured, met, ...(!met && why && { why }) });
  const none = (name, defects) => goal(name, 0, defects.length, defects.length === 0);
  const made = Object.values(faults).reduce((sum, times) => sum + times, 0);
  const kinds = Object.keys(faults).length;
  return [
    none('lost', verdict.lost),
    none('doubled', verdict.doubled),
    none('wrong state', verdict.wrongState),
    none('wrong conflict', verdict.wrongConflict),
    none('acked-but-lost', verdict.ackedButLost),
    goal('keys that came to their end, at least', keys, closed, closed >= keys),
    goal('faults, at least', 3 * keys, made, made >= 3 * keys),
    goal('kinds of faults, at least', 20, kinds, kinds >= 20),
    ...(keys < GOAL_KEYS
      ? []
      : [goal('minutes, at most', 30, Number((seconds / 60).toFixed(1)), seconds <= LIMIT, whyLonger(keys, progress))]),
  ];
}

/** How far it had come when the time was over. */
function whyLonger(keys, progress) {
  const grouped = (number) => number.toLocaleString('en-US');
  const { closed } = progress.findLast((one) => one.seconds <= LIMIT);
  const open = Math.max(...progress.map((one) => one.started - one.closed));
  const began = progress.find(({ started }) => started === keys)?.seconds;
  const pace =
    began === undefined
      ? ''
      : `, ${(keys / began).toFixed(1)} a second, so that the last began after ${began.toFixed(0)} s`;
  return `at most ${grouped(open)} are open at a time${pace}; after ${LIMIT} s ${grouped(keys - closed)} were still open, and wait minutes for their next question after a fault`;
}

/** What was asked for, or what is wrong with it. */
function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        ...{ seed: TEXT, keys: TEXT, server: TEXT, 'minutes-limit': TEXT },
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
  const { json, save, log, help } = values;
  const least = server === 'dev' ? GOAL_KEYS : 100;
  if (save && Number(keys) < least) return `--save: the pages are about ${least} keys or more, got ${keys}`;
  return {
    ...{ seed: Number(seed), keys: Number(keys), server, minutesLimit: Number(minutes) },
    ...{ json, save, log, help },
  };
}
