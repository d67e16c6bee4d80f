// `npm run bench:workflow`: what a process costs, beside a bare Temporal workflow that does the same.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { buildIfNeeded } from '../../scripts/build.mjs';
import { commandLine } from '../../scripts/command-line.mjs';
import { installIfNeeded, root } from '../../scripts/install.mjs';
import { readOptions, USAGE } from './options.mjs';

await commandLine(USAGE, readOptions(process.argv.slice(2)), async (options) => {
  installIfNeeded();
  buildIfNeeded();
  return measured(options).catch((error) => {
    // A server that cannot be had says how to get it; anything else is a defect, whose place counts.
    console.error(error?.name === 'ServerUnavailableError' ? error.message : error);
    return 1;
  });
});
// The SDK keeps handles of its own.
process.exit();

async function measured({ parts, json, save, quick, ...numbers }) {
  const { goalsOf, merged, table, withFigures } = await import('./report.mjs');
  const began = performance.now();
  const note = (line) => console.error(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
  const rows = [];
  const cost = parts.filter((part) => part === 'cpu' || part === 'encryption');
  const has = (part) => parts.includes(part);
  const step = async (name, measure) => {
    note(`${name} ...`);
    rows.push(...(await measure()));
  };
  const given = { ...numbers, note };
  // What waits for nothing else first: nothing that was measured before has warmed or worn the machine.
  if (has('ready')) await step('ready', async () => (await import('./ready.mjs')).measureReady(given));
  if (cost.length > 0) {
    const { measureCost } = await import('./cost.mjs');
    await step(cost.join(' and '), () => measureCost({ ...given, parts: cost }));
  }
  if (has('history')) await step('history', async () => (await import('./history.mjs')).measureHistory(given));
  if (has('latency')) await step('latency', async () => (await import('./latency.mjs')).measureLatency(given));
  if (has('backlog')) await step('backlog', async () => (await import('./backlog.mjs')).measureBacklog(given));
  if (has('memory')) await step('memory', async () => (await import('./memory.mjs')).measureMemory(given));

  const run = describeRun(await temporalVersion());
  const goals = goalsOf(rows);
  const result = { ...run, seconds: (performance.now() - began) / 1_000, rows, goals };
  const textOf = (raw) => `${JSON.stringify(raw, undefined, 2)}\n`;
  const warning = quick ? 'A quick run: it works, and its figures mean little.\n' : '';
  process.stdout.write(json ? textOf(result) : `${warning}${table(run, rows, goals)}\n`);
  if (save) {
    const folder = join(root, 'bench', 'results');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `workflow-${run.date}-node${run.node.split('.')[0]}.json`);
    const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    const kept = merged(before, result, parts);
    writeFileSync(file, textOf(kept));
    const page = join(root, 'docs', 'reference', 'workflow-cost.md');
    writeFileSync(page, withFigures(readFileSync(page, 'utf8'), table(kept, kept.rows, kept.goals)));
    note(`written to ${file} and ${page}`);
  }
  return !quick && goals.some(({ met, why }) => !met && why === undefined) ? 1 : 0;
}

function describeRun(server) {
  const require = createRequire(import.meta.url);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${platform()} ${arch()}`,
    node: process.versions.node,
    versions: {
      'temporal-wechatpay': version,
      '@temporalio/worker': require('@temporalio/worker/package.json').version,
      'Temporal server': server,
    },
    command: ['npm run bench:workflow', ...(process.argv.length > 2 ? ['--'] : []), ...process.argv.slice(2)].join(' '),
  };
}

/** Of the dev server that everything but the histories was measured beside. */
async function temporalVersion() {
  const { onStage, serverVersion } = await import('./stage.mjs');
  return onStage(() => undefined, serverVersion);
}
