import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstOf } from './acquisition';
import type { Progress } from './acquisition';
import { cacheFolder, exists, installOnce } from './cache';
import { CLUSTER_PORT_COUNT, DATABASES, DYNAMIC_CONFIG, clusterPorts, serverConfig } from './cluster-config';
import type { TemporalServer } from './dev-server';
import { goInstall } from './go-install';
import { addSearchAttributes, eventually, probeNamespace, registerNamespace, withConnection } from './namespace';
import type { SearchAttributeTypes } from './namespace';
import { freeLowPorts } from './ports';
import { findPostgres, startPostgres } from './postgres';
import type { Postgres } from './postgres';
import { run, startProcess } from './processes';
import type { RunningProcess } from './processes';

/** 1.31.3 and later want a newer Go than the one this is tried with. */
const VERSION = 'v1.31.2';
const FOLDER = `temporal-server-${VERSION.slice(1)}`;
const SERVER = { name: 'the Temporal server', path: 'go.temporal.io/server/cmd/server', version: VERSION } as const;
const SQL_TOOL = {
  name: "the server's SQL tool",
  path: 'go.temporal.io/server/cmd/tools/sql',
  version: VERSION,
} as const;

const NAMESPACE = 'default';
/** Hours a closed workflow is kept: a week, long enough to compare a late repeat with its stored input. */
const RETENTION_HOURS = 168;

export interface PostgresClusterOptions {
  /** Search attributes the namespace shall have. */
  readonly searchAttributes?: SearchAttributeTypes;
  /** Told what is obtained and what database and server write, line by line. */
  readonly log?: Progress;
}

/** The server of production with its database. */
export interface PostgresCluster extends TemporalServer {
  /** Process id of the server. */
  readonly pid: number;
  /** The server's own metrics, as Prometheus text. */
  readonly metricsUrl: string;
  readonly database: Pick<Postgres, 'port' | 'user' | 'password' | 'pid'> & {
    /** Names of its two databases. */
    readonly names: typeof DATABASES;
  };
  /** Ends server or database, for a test of what survives that. */
  end(what: 'server' | 'database', signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): Promise<void>;
  startAgain(what: 'server' | 'database'): Promise<void>;
}

/**
 * Folder with `server` and `sql` of the production Temporal server: our cache, else built from source with Go.
 *
 * @throws ServerUnavailableError with what was tried and what to install.
 */
export function findTemporalServer(progress: Progress): Promise<string> {
  return firstOf(
    'Temporal server',
    [
      { name: 'cache', find: serverInCache },
      { name: `go install ${SERVER.path}@${VERSION}`, find: () => buildServer(progress) },
    ],
    'install Go 1.26 or later (https://go.dev/dl).',
    progress,
  );
}

async function serverInCache(): Promise<string | undefined> {
  const folder = join(cacheFolder(), FOLDER);
  return (await exists(folder)) ? folder : undefined;
}

function buildServer(progress: Progress): Promise<string> {
  return installOnce({
    name: FOLDER,
    progress,
    build: async (empty) => {
      await goInstall(SERVER, empty, progress);
      await goInstall(SQL_TOOL, empty, progress);
    },
  });
}

/**
 * Starts the Temporal server of production on PostgreSQL, as a cluster of one, without containers: namespace `default`
 * with 168 hours of retention and the search attributes. Everything lives in a temporary folder and on free loopback
 * ports, and is gone after `stop()`.
 *
 * @throws ServerUnavailableError if server or database cannot be obtained.
 */
export async function startPostgresCluster(options: PostgresClusterOptions = {}): Promise<PostgresCluster> {
  const { searchAttributes = {}, log = (): void => undefined } = options;
  // Asked for first: it takes no time, and a build that is useless without it takes minutes.
  await findPostgres();
  const programs = await findTemporalServer(log);
  const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-cluster-'));
  // The database's user has to reach its folder through this one; the files beside it stay ours.
  await chmod(folder, 0o711);
  let database: Postgres | undefined;
  let server: RunningProcess | undefined;
  const stop = async (): Promise<void> => {
    await server?.stop('SIGTERM', 20_000);
    await database?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const databaseFolder = join(folder, 'database');
    await mkdir(databaseFolder, { mode: 0o700 });
    database = await startPostgres(databaseFolder, log);
    await createSchema(join(programs, 'sql'), database, log);
    const postgres = database;
    const ports = clusterPorts(await freeLowPorts(CLUSTER_PORT_COUNT));
    const config = serverConfig(database, ports, join(folder, 'dynamic.yaml'));
    const launched = (): Promise<RunningProcess> => launch(join(programs, 'server'), folder, config, log);
    let running = await launched();
    server = running;
    const address = `127.0.0.1:${ports.frontend}`;
    await prepareNamespace(address, searchAttributes, running);
    return {
      address,
      namespace: NAMESPACE,
      // Both have another process once they were started again.
      get pid() {
        return running.pid;
      },
      metricsUrl: `http://127.0.0.1:${ports.metrics}/metrics`,
      database: {
        port: postgres.port,
        user: postgres.user,
        password: postgres.password,
        names: DATABASES,
        get pid() {
          return postgres.pid;
        },
      },
      end: async (what, signal) => {
        if (what === 'server') await running.stop(signal, 20_000);
        else await postgres.end(signal === 'SIGTERM' ? 'SIGINT' : signal);
      },
      startAgain: async (what) => {
        if (what === 'database') return postgres.startAgain();
        running = await launched();
        server = running;
        await prepareNamespace(address, searchAttributes, running);
      },
      stop,
    };
  } catch (error) {
    const lines = server?.lastLines() ?? '';
    await stop();
    if (lines === '') throw error;
    throw new Error(`${(error as Error).message}\n    ${lines}`);
  }
}

async function createSchema(sql: string, database: Postgres, log: Progress): Promise<void> {
  for (const [schema, name] of Object.entries(DATABASES)) {
    for (const step of [
      ['create-database'],
      ['setup-schema', '-v', '0.0'],
      ['update-schema', '--schema-name', `postgresql/v12/${schema}`],
    ]) {
      log(`${name}: ${step.join(' ')}`);
      await run({
        program: sql,
        args: [
          '--plugin',
          'postgres12',
          '--ep',
          '127.0.0.1',
          '-p',
          String(database.port),
          '-u',
          database.user,
          '--db',
          name,
          ...step,
        ],
        // Not as an argument, where every user of the machine could read it.
        env: { SQL_PASSWORD: database.password },
        timeout: 120_000,
        doing: `preparing the database ${name} (${step[0]})`,
      });
    }
  }
}

async function launch(program: string, folder: string, config: object, log: Progress): Promise<RunningProcess> {
  // JSON is YAML.
  const configFile = join(folder, 'server.yaml');
  await writeFile(configFile, JSON.stringify(config, null, 2), { mode: 0o600 });
  await writeFile(join(folder, 'dynamic.yaml'), JSON.stringify(DYNAMIC_CONFIG, null, 2));
  const args = ['--config-file', configFile, '--allow-no-auth', 'start'];
  return startProcess({ program, args, cwd: folder, doing: 'starting the Temporal server' }, log);
}

async function prepareNamespace(
  address: string,
  attributes: SearchAttributeTypes,
  server: RunningProcess,
): Promise<void> {
  let ended: string | undefined;
  void server.ended.then((how) => (ended = how));
  const step = (what: string, attempt: () => Promise<unknown>): Promise<unknown> =>
    eventually(`Temporal server on ${address}: ${what}`, attempt, { limit: 120_000, stopped: () => ended });
  await step('frontend', () => withConnection(address, ({ workflowService }) => workflowService.getSystemInfo({})));
  await step('namespace', () => registerNamespace(address, NAMESPACE, RETENTION_HOURS));
  // A new namespace is known to every part of the server only when its cache is next refreshed, within ten seconds.
  await step('namespace visible', () => probeNamespace(address, NAMESPACE, {}));
  await step('search attributes', () => addSearchAttributes(address, NAMESPACE, attributes));
  await step('search attributes visible', () => probeNamespace(address, NAMESPACE, attributes));
}
