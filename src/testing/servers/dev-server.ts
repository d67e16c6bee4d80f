import type { Progress } from './acquisition';
import { eventually, probeNamespace } from './namespace';
import type { SearchAttributeTypes } from './namespace';
import { expectFree, freePorts } from './ports';
import { startProcess } from './processes';
import type { RunningProcess } from './processes';
import { findTemporalCli } from './temporal-cli';

/** The namespace a dev server creates by itself; closed workflows are kept for 24 hours there. */
const NAMESPACE = 'default';
/** Milliseconds in which a dev server has to serve; usual is one second. */
const START_LIMIT = 60_000;
/** How often free ports are looked for again when another program was quicker to take them. */
const PORT_ATTEMPTS = 3;

export interface DevServerOptions {
  /** Path of the Temporal CLI; found by `findTemporalCli` unless given. */
  readonly cli?: string;
  /** Port of the frontend. Default: a free one. */
  readonly port?: number;
  /** Port of the web UI. Default: a free one. `false`: without the UI. */
  readonly uiPort?: number | false;
  /** SQLite file that keeps the workflows over a restart. Default: they live in memory. */
  readonly dbFile?: string;
  /** Settings of that file, `{ journal_mode: 'wal' }`. By default SQLite waits for the disk at every step. */
  readonly pragmas?: Readonly<Record<string, string>>;
  /** Search attributes the namespace shall have. */
  readonly searchAttributes?: SearchAttributeTypes;
  /** Told what is obtained and what the server writes, line by line. */
  readonly log?: Progress;
}

/** A Temporal server that serves. */
export interface TemporalServer {
  /** `127.0.0.1:PORT` of the frontend. */
  readonly address: string;
  /** Where a browser finds the web UI, if there is one. */
  readonly uiUrl?: string;
  readonly namespace: string;
  /** Process id, if we started it. */
  readonly pid?: number;
  /** Ends the server if we started it, and returns when it is gone; may be called again. */
  stop(): Promise<void>;
}

export type DevServer = TemporalServer & { readonly pid: number };

const silent: Progress = () => undefined;

/**
 * Starts the Temporal CLI's dev server on loopback and returns when its frontend answers and knows the search attributes.
 *
 * @throws ServerUnavailableError if no CLI can be obtained; an Error with the server's last lines if it does not serve.
 */
export async function startDevServer(options: DevServerOptions = {}): Promise<DevServer> {
  const log = options.log ?? silent;
  const cli = options.cli ?? (await findTemporalCli(log));
  for (const port of [options.port, options.uiPort]) if (typeof port === 'number') await expectFree(port);
  for (let attempt = 1; ; attempt++) {
    const [freePort, freeUiPort] = (await freePorts(2)) as [number, number];
    const port = options.port ?? freePort;
    const uiPort = options.uiPort === false ? undefined : (options.uiPort ?? freeUiPort);
    const server = await launch(cli, port, uiPort, options, log);
    try {
      await serving(server, port, options.searchAttributes ?? {});
    } catch (error) {
      await server.stop();
      const lines = server.lastLines();
      const portTaken = /address already in use|port .* (?:in use|not available)|can't (?:set|bind)/i.test(lines);
      if (portTaken && options.port === undefined && attempt < PORT_ATTEMPTS) continue;
      throw new Error(`${(error as Error).message}\n    ${lines}`);
    }
    return {
      address: `127.0.0.1:${port}`,
      ...(uiPort === undefined ? {} : { uiUrl: `http://127.0.0.1:${uiPort}` }),
      namespace: NAMESPACE,
      pid: server.pid,
      stop: () => server.stop(),
    };
  }
}

function launch(
  cli: string,
  port: number,
  uiPort: number | undefined,
  { dbFile, pragmas = {}, searchAttributes = {} }: DevServerOptions,
  log: Progress,
): Promise<RunningProcess> {
  const args = ['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'];
  if (uiPort === undefined) args.push('--headless');
  else args.push('--ui-port', String(uiPort));
  if (dbFile !== undefined) args.push('--db-filename', dbFile);
  for (const [name, value] of Object.entries(pragmas)) args.push('--sqlite-pragma', `${name}=${value}`);
  for (const [name, type] of Object.entries(searchAttributes)) args.push('--search-attribute', `${name}=${type}`);
  return startProcess({ program: cli, args, doing: 'starting the Temporal dev server' }, log);
}

async function serving(server: RunningProcess, port: number, attributes: SearchAttributeTypes): Promise<void> {
  let ended: string | undefined;
  void server.ended.then((how) => (ended = how));
  // Another program may have been quicker to take the port: after the probe ours still has to be alive.
  await eventually(
    `Temporal dev server on 127.0.0.1:${port}`,
    () => probeNamespace(`127.0.0.1:${port}`, NAMESPACE, attributes),
    { limit: START_LIMIT, stopped: () => ended },
  );
  if (ended !== undefined) throw new Error(`Temporal dev server on 127.0.0.1:${port}: ${ended}`);
}

export interface UseServerOptions extends DevServerOptions {
  /** Accept a `TEMPORAL_ADDRESS` that is not on this machine. Default: refuse it. */
  readonly allowRemote?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The server a demo or a test shall use: the one that `TEMPORAL_ADDRESS` names, else a dev server of its own. An address
 * that is not on this machine is refused unless `allowRemote` is set, because trial data does not belong on a server that
 * others use. A server of somebody else is never stopped, and its search attributes are left to the caller.
 */
export async function useServer({
  allowRemote = false,
  env = process.env,
  ...start
}: UseServerOptions = {}): Promise<TemporalServer> {
  const address = env.TEMPORAL_ADDRESS;
  if (address === undefined || address === '') return startDevServer(start);
  if (!allowRemote && !isLoopback(address)) {
    throw new Error(
      `TEMPORAL_ADDRESS is ${address}, which is not on this machine. Unset it to use a dev server of its own, ` +
        'or allow a remote server (--allow-remote) if trial workflows may run there.',
    );
  }
  return { address, namespace: env.TEMPORAL_NAMESPACE || NAMESPACE, stop: () => Promise.resolve() };
}

/** Whether `HOST:PORT` is certainly on this machine: by its literal name, nothing is resolved. */
export function isLoopback(address: string): boolean {
  const host =
    /^(?:\w+:\/\/)?(?:\[(?<bracketed>[^\]]*)\](?::\d+)?|(?<plain>[^:/]*)(?::\d+)?|(?<v6>[0-9a-f:]+))\/?$/i.exec(
      address,
    );
  const name = (host?.groups?.bracketed ?? host?.groups?.plain ?? host?.groups?.v6 ?? '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name);
}
