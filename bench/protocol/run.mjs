// `npm run bench:protocol`: the speed of the protocol layer, as ratios to what else there is.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildIfNeeded } from '../../scripts/build.mjs';
import { leaveWithUsage } from '../../scripts/command-line.mjs';
import { installIfNeeded, root, runOrLeave } from '../../scripts/install.mjs';
import { saveResult } from '../results.mjs';
import { runHeader } from '../run-header.mjs';

const USAGE = `Usage: npm run bench:protocol -- [options]

  --rounds N      rounds, at least 15 (default 21)
  --slice MS      time of one variant in one round, at least 50 ms (default 50)
  --only TEXT     only rows whose name contains this: --only "v2 build"
  --json          prints raw results in place of the table
  --save          also writes them to bench/results/
  --lib FOLDER    a built package in place of ./lib, to compare versions
  --help

Ends with 0, with 1 when a goal is missed for no known reason, with 2 for wrong options.`;

const OPTIONS = {
  rounds: { type: 'string', default: '21' },
  slice: { type: 'string', default: '50' },
  only: { type: 'string', default: '' },
  json: { type: 'boolean', default: false },
  save: { type: 'boolean', default: false },
  lib: { type: 'string' },
  help: { type: 'boolean', default: false },
};

const options = readOptions();
installIfNeeded();
installPeers();
if (options.lib === undefined) buildIfNeeded();

const { makeFixture } = await import('./fixture.mjs');
const { interleave } = await import('./measure.mjs');
const { loadPeers } = await import('./peers.mjs');
const { judge, table, versionsOfPeers } = await import('./report.mjs');
const { makeRows, prepare } = await import('./rows.mjs');

const fixture = makeFixture();
const rows = makeRows(options.lib ?? join(root, 'lib'), fixture, loadPeers(fixture)).filter(({ name }) =>
  name.includes(options.only),
);
if (rows.length === 0) leaveWithUsage(USAGE, `--only ${options.only}: there is no such row`);
// All results first: a wrong result makes every time worthless.
for (const row of rows) await prepare(row);

const judged = [];
for (const row of rows) {
  console.error(`${row.name} ...`);
  judged.push(judge(row, await interleave(row.variants, options)));
}
const run = {
  ...runHeader('bench:protocol', { versions: versionsOfPeers() }),
  ...{ openssl: process.versions.openssl, rounds: options.rounds, sliceMs: options.slice, rows: judged },
};
process.stdout.write(`${options.json ? JSON.stringify(run, undefined, 2) : table(run, judged)}\n`);
if (options.save) saveResult('protocol', run);
process.exitCode = judged.some(({ goal, why }) => goal?.met === false && why === undefined) ? 1 : 0;

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({ options: OPTIONS, allowPositionals: false }));
  } catch (error) {
    leaveWithUsage(USAGE, error.message);
  }
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const lib = values.lib === undefined ? undefined : resolve(values.lib);
  if (lib !== undefined && !existsSync(join(lib, 'wechatpay'))) {
    leaveWithUsage(USAGE, `--lib ${values.lib}: expected a folder with a built package`);
  }
  const rounds = atLeast(15, 'rounds', values.rounds);
  const slice = atLeast(50, 'slice', values.slice);
  return { ...values, rounds, slice, lib };
}

function atLeast(least, name, text) {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least)) leaveWithUsage(USAGE, `--${name} ${text}: expected a number of ${least} or more`);
  return value;
}

/** The other packages are in no lock file but the one beside this. */
function installPeers() {
  const bench = dirname(dirname(fileURLToPath(import.meta.url)));
  const wanted = JSON.parse(readFileSync(join(bench, 'package.json'), 'utf8')).dependencies;
  const installed = (name) => {
    const file = join(bench, 'node_modules', name, 'package.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
  };
  if (Object.entries(wanted).every(([name, version]) => installed(name) === version)) return;
  console.error('Installing the packages to compare with ...');
  runOrLeave('npm', ['ci', '--prefix', bench, '--ignore-scripts', '--no-audit', '--no-fund']);
}
