import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';
import { startDevServer, startPostgresCluster } from '../../src/testing';
import type { DevServer, TemporalServer } from '../../src/testing';
import { freeLowPorts } from '../../src/testing/servers/ports';

/** A Temporal server that can be taken away and brought back at the same address, with everything it knew. */
export interface TemporalUnderFaults {
  readonly server: TemporalServer;
  /** Ends it, waits so many seconds, and starts it again. Returns what there is to say about it. */
  restart(seconds: number, signal: 'SIGTERM' | 'SIGKILL'): Promise<string>;
  restartDatabase(seconds: number, signal: 'SIGINT' | 'SIGKILL'): Promise<string>;
}

/** The dev server of the Temporal CLI, its workflows in a file. */
export async function devServerUnderFaults(log: (line: string) => void): Promise<TemporalUnderFaults> {
  const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-faults-'));
  // One that no outgoing connection takes while the server is away.
  const [port] = (await freeLowPorts(1)) as [number];
  const start = (): Promise<DevServer> =>
    startDevServer({
      port,
      uiPort: false,
      dbFile: join(folder, 'temporal.db'),
      // Written before it is confirmed, so that the end of the process loses nothing; only a power cut would.
      pragmas: { journal_mode: 'wal', synchronous: 'normal' },
      searchAttributes: SEARCH_ATTRIBUTE_TYPES,
      log,
    });
  let running = await start();
  const { address, namespace } = running;
  return {
    server: {
      address,
      namespace,
      stop: async () => {
        await running.stop();
        await rm(folder, { recursive: true, force: true });
      },
    },
    restart: async (seconds, signal) => {
      if (signal === 'SIGKILL') process.kill(running.pid, signal);
      await running.stop();
      const gone = performance.now();
      await wait(seconds * 1_000);
      running = await start();
      return `away for ${((performance.now() - gone) / 1_000).toFixed(1)} s`;
    },
    restartDatabase: () => Promise.reject(new Error('the dev server has no database of its own')),
  };
}

/** The server of production with its database, each of which can be taken away alone. */
export async function clusterUnderFaults(log: (line: string) => void): Promise<TemporalUnderFaults> {
  const cluster = await startPostgresCluster({ searchAttributes: SEARCH_ATTRIBUTE_TYPES, log });
  const around = async (
    what: 'server' | 'database',
    seconds: number,
    signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL',
  ): Promise<string> => {
    await cluster.end(what, signal);
    const gone = performance.now();
    await wait(seconds * 1_000);
    await cluster.startAgain(what);
    return `away for ${((performance.now() - gone) / 1_000).toFixed(1)} s`;
  };
  return {
    server: cluster,
    restart: (seconds, signal) => around('server', seconds, signal),
    restartDatabase: (seconds, signal) => around('database', seconds, signal),
  };
}
