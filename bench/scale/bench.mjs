// A fleet on the production server with PostgreSQL, and what reads its meters.
import { join } from 'node:path';
import { root } from '../../scripts/install.mjs';
import { openDatabase } from './database.mjs';
import { meterOf } from './meter.mjs';

/** @throws ServerUnavailableError with what was tried and what to install */
export async function startBench({ require, log = () => undefined }) {
  const load = (path) => require(join(root, path));
  const { startFleet } = load('test/fleet/fleet.ts');
  const { startPostgresCluster } = load('src/testing');
  const { findPostgres } = load('src/testing/servers/postgres.ts');
  const { run } = load('src/testing/servers/processes.ts');
  const { SEARCH_ATTRIBUTE_TYPES } = load('src/interface');
  const began = performance.now();
  const say = (line) => console.error(`${Math.round((performance.now() - began) / 1000)} s: ${line} ...`);
  say('starting PostgreSQL and the Temporal server');
  const fleet = await startFleet({
    temporal: (write) => startPostgresCluster({ searchAttributes: SEARCH_ATTRIBUTE_TYPES, log: write }),
    // Decided at the second poll: submitted, in process, decided.
    simulator: { processingAfter: 0, decidedAfter: 1 },
    log,
  });
  const folder = await findPostgres();
  const database = openDatabase(folder, fleet.temporal.database);
  const workers = [];
  const webhooks = [];
  return {
    fleet,
    database,
    workers,
    webhooks,
    meter: meterOf({ fleet, database, processes: () => [...workers, ...webhooks] }),
    say,
    seconds: () => (performance.now() - began) / 1000,
    postgresVersion: async () => {
      const version = await run({
        program: join(folder, 'postgres'),
        args: ['--version'],
        doing: 'asking its version',
      });
      return /\d+(\.\d+)+/.exec(version)?.[0] ?? version;
    },
    stop: () => fleet.stop(),
  };
}
