// `npm run bench:workflow`: what a process costs, beside a bare Temporal workflow that does the same.
import { buildIfNeeded } from '../../scripts/build.mjs';
import { commandLine } from '../../scripts/command-line.mjs';
import { installIfNeeded } from '../../scripts/install.mjs';
import { saveResult } from '../results.mjs';
import { installedVersion, runHeader } from '../run-header.mjs';
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
  const { goalsOf, table } = await import('./report.mjs');
  const began = performance.now();
  const note = (line) => console.error(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}`);
  const rows = [];
  const took = {};
  const cost = parts.filter((part) => part === 'cpu' || part === 'encryption');
  const has = (part) => parts.includes(part);
  const step = async (name, measure) => {
    note(`${name} ...`);
    const since = performance.now();
    rows.push(...(await measure()));
    took[name] = Math.round((performance.now() - since) / 1_000);
  };
  const given = { ...numbers, note };
  // What waits for nothing else first: nothing that was measured before has warmed or worn the machine.
  if (has('ready')) await step('ready', async () => (await import('./ready.mjs')).measureReady(given));
  if (cost.length > 0) {
    const { measureCost } = await import('./cost.mjs');
    // Measured in turns, so that both have their time together.
    await step('cost', () => measureCost({ ...given, parts: cost }));
  }
  if (has('history')) await step('history', async () => (await import('./history.mjs')).measureHistory(given));
  if (has('latency')) await step('latency', async () => (await import('./latency.mjs')).measureLatency(given));
  if (has('backlog')) await step('backlog', async () => (await import('./backlog.mjs')).measureBacklog(given));
  if (has('memory')) await step('memory', async () => (await import('./memory.mjs')).measureMemory(given));

  const { commit, command, ...header } = runHeader('bench:workflow', {
    versions: {
      '@temporalio/worker': installedVersion('@temporalio/worker'),
      'Temporal server': await temporalVersion(),
    },
  });
  const partOf = (part) => [
    part,
    { date: header.date, command, commit, seconds: took[cost.includes(part) ? 'cost' : part] },
  ];
  const result = { ...header, parts: Object.fromEntries(parts.map(partOf)), rows };
  const textOf = (raw) => `${JSON.stringify(raw, undefined, 2)}\n`;
  const warning = quick ? 'A quick run: it works, and its figures mean little.\n' : '';
  process.stdout.write(json ? textOf(result) : `${warning}${table(result)}\n`);
  if (save) {
    const { rewriteReferencePage } = await import('../page/reference-pages.mjs');
    rewriteReferencePage('workflow', saveResult('workflow', result));
  }
  return !quick && goalsOf(rows).some(({ met, why }) => !met && why === undefined) ? 1 : 0;
}

/** Of the dev server that everything but the histories was measured beside. */
async function temporalVersion() {
  const { onStage, serverVersion } = await import('./stage.mjs');
  return onStage(() => undefined, serverVersion);
}
