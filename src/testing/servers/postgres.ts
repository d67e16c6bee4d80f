import { randomBytes } from 'node:crypto';
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from './acquisition';
import { ServerUnavailableError } from './acquisition';
import { exists } from './cache';
import { eventually } from './namespace';
import { freeLowPorts } from './ports';
import { findOnPath, run, startProcess } from './processes';
import type { RunningProcess } from './processes';

/** Versions with which the cluster works, newest last; 15 is Debian 12's and the one that is tried. */
const VERSIONS = [15, 16, 17] as const;

/** Users that a root shell can hand the database to: PostgreSQL refuses to run as root. */
const UNPRIVILEGED = ['postgres', 'nobody'] as const;

/** How often one that was ended is tried to be started again, a second apart. */
const STARTS_AGAIN = 30;

export interface Postgres {
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Process id of the one whose children serve the connections. */
  readonly pid: number;
  /** Ends it: SIGINT is PostgreSQL's fast shutdown, SIGKILL leaves it no time for anything. Its data stay. */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<void>;
  /** Starts it again on the same data and port. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Folder of PostgreSQL's programs: Debian keeps them off PATH.
 *
 * @throws ServerUnavailableError if there is none.
 */
export async function findPostgres(): Promise<string> {
  const folders = VERSIONS.map((version) => `/usr/lib/postgresql/${version}/bin`);
  for (const folder of folders) {
    if ((await exists(join(folder, 'initdb'))) && (await exists(join(folder, 'postgres')))) return folder;
  }
  const initdb = await findOnPath('initdb');
  const postgres = await findOnPath('postgres');
  if (initdb !== undefined && postgres !== undefined) return join(postgres, '..');
  const missing = initdb === undefined ? 'initdb' : 'postgres';
  throw new ServerUnavailableError(
    'PostgreSQL',
    [...folders, 'PATH'].map((way) => ({ way, failure: way === 'PATH' ? `${missing} is not there` : 'not there' })),
    'install PostgreSQL 15 (Debian: apt-get install postgresql-15).',
  );
}

/** Starts a database of its own in `folder`, which must exist and be empty, on a free loopback port. */
export async function startPostgres(folder: string, log: Progress): Promise<Postgres> {
  const bin = await findPostgres();
  const owner = await unprivilegedUser();
  const asOwner = owner === undefined ? {} : { user: owner };
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  const user = 'temporal';
  const password = randomBytes(16).toString('hex');
  await mkdir(data, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined)
    await Promise.all([folder, data, passwordFile].map((path) => chown(path, owner.uid, owner.gid)));
  await run({
    program: join(bin, 'initdb'),
    args: ['-D', data, '-U', user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C', '-N'],
    cwd: folder,
    ...asOwner,
    timeout: 120_000,
    doing: 'creating a PostgreSQL database',
  });
  await rm(passwordFile);

  const [port] = (await freeLowPorts(1)) as [number];
  // Its files are thrown away with it, so it need not wait for the disk.
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: folder,
    fsync: 'off',
    max_connections: '200',
  };
  const launch = async (): Promise<RunningProcess> => {
    const server = await startProcess(
      {
        program: join(bin, 'postgres'),
        args: [
          '-D',
          data,
          '-p',
          String(port),
          ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        cwd: folder,
        ...asOwner,
        doing: 'starting PostgreSQL',
      },
      log,
    );
    let ended: string | undefined;
    void server.ended.then((how) => (ended = how));
    try {
      await eventually(
        `PostgreSQL on 127.0.0.1:${port}`,
        () =>
          run({
            program: join(bin, 'pg_isready'),
            args: ['-h', '127.0.0.1', '-p', String(port), '-q'],
            timeout: 10_000,
            doing: 'asking PostgreSQL whether it is ready',
          }),
        { stopped: () => (ended === undefined ? undefined : `${ended}\n    ${server.lastLines()}`) },
      );
    } catch (error) {
      await server.stop('SIGINT');
      throw error;
    }
    return server;
  };
  let server = await launch();
  return {
    ...{ port, user, password },
    get pid() {
      return server.pid;
    },
    end: (signal) => server.stop(signal),
    startAgain: async () => {
      // The children of one that was killed hold its memory until they notice.
      for (let tries = 1; ; tries++) {
        try {
          server = await launch();
          return;
        } catch (error) {
          if (tries === STARTS_AGAIN) throw error;
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
      }
    },
    // SIGTERM would wait for clients.
    stop: () => server.stop('SIGINT'),
  };
}

/** Whom the database runs as if we are root; `undefined` for everybody else. */
async function unprivilegedUser(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of UNPRIVILEGED) {
    try {
      const [uid, gid] = await Promise.all(
        ['-u', '-g'].map((flag) => run({ program: 'id', args: [flag, name], doing: `looking for the user ${name}` })),
      );
      return { uid: Number(uid), gid: Number(gid) };
    } catch {
      continue;
    }
  }
  throw new Error(`PostgreSQL does not run as root, and none of the users ${UNPRIVILEGED.join(', ')} exists.`);
}
