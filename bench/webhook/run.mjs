// `npm run bench:webhook`: the webhook under load, beside a Temporal server on the same machine.
import { buildIfNeeded } from '../../scripts/build.mjs';
import { commandLine } from '../../scripts/command-line.mjs';
import { installIfNeeded } from '../../scripts/install.mjs';
import { saveResult } from '../results.mjs';
import { installedVersion, runHeader } from '../run-header.mjs';
import { readOptions, USAGE } from './options.mjs';

await commandLine(USAGE, readOptions(process.argv.slice(2)), (options) => {
  installIfNeeded();
  buildIfNeeded();
  return bench(options);
});

/** Exit code 1 when a goal is missed for no known reason, or a server cannot be started. */
async function bench({ parts, seed, json, save }) {
  const { load } = await import('./typescript.mjs');
  const { createNotary } = await import('./notifications.mjs');
  const { NO_DECISION } = await import('./targets.mjs');
  const { judged, table } = await import('./report.mjs');
  const { rewriteReferencePage } = await import('../page/reference-pages.mjs');
  const { startFleet } = load('test/fleet/fleet.ts');
  const { ServerUnavailableError } = load('src/testing/servers/acquisition.ts');
  const say = (line) => console.error(line);

  // Ending by `exit` ends the processes of the fleet too.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  let fleet;
  try {
    // A reviewer who never decides: applications stay open.
    fleet = await startFleet({ simulator: { underReviewAfter: 0, reviewedAfter: NO_DECISION } });
  } catch (error) {
    console.error(error instanceof ServerUnavailableError ? error.message : error);
    return 1;
  }
  try {
    say('starts a worker');
    const worker = await fleet.startWorker();
    const context = { fleet, worker, seed, say, notary: createNotary(fleet.credentials), numbers: numbering() };
    const { serverVersion } = await fleet.client.workflowService.getSystemInfo({});
    const { commit, command, ...header } = runHeader('bench:webhook', {
      versions: { '@temporalio/worker': installedVersion('@temporalio/worker'), 'Temporal server': serverVersion },
    });
    let run = { ...header, parts: {}, rows: [], goals: [] };
    for (const { part, sizes } of parts) {
      const measure = (await import(`./${part}.mjs`))[part];
      const began = performance.now();
      const { rows, goals } = await measure(context, sizes);
      const seconds = Math.round((performance.now() - began) / 1_000);
      run.parts[part] = { date: header.date, command, commit, seconds, ...(part === 'forged' && { seed }) };
      run.rows.push(...rows.map((row) => ({ part, ...row })));
      run.goals.push(...goals.map((goal) => ({ part, ...goal })));
    }
    // As JSON has it, so that the page is the same whether it is written now or from the file.
    run = JSON.parse(JSON.stringify(run));
    if (save) {
      run = saveResult('webhook', run);
      rewriteReferencePage('webhook', run);
    }
    console.log(json ? JSON.stringify(run, undefined, 2) : table(run));
    return judged(run.goals).some(({ met, why }) => !met && why === undefined) ? 1 : 0;
  } finally {
    await fleet.stop();
  }
}

/** Numbers of notifications, each taken once in a run. */
function numbering() {
  let next = 1;
  return {
    take(count) {
      const first = next;
      next += Math.round(count);
      return first;
    },
  };
}
