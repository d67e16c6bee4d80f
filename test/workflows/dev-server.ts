import { Connection } from '@temporalio/client';
import { NativeConnection, Runtime, DefaultLogger } from '@temporalio/worker';
import { inject } from 'vitest';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';
import { startDevServer, startRig } from '../../src/testing';
import type { DevServer, Rig, RigOptions } from '../../src/testing';

export interface DevRig extends Rig {
  readonly server: DevServer;
  readonly nativeConnection: NativeConnection;
}

/** A rig on a dev server of its own. Closing it replays every history that its tests made. */
export async function startDevRig(options: Partial<RigOptions> = {}): Promise<DevRig> {
  quietRuntime();
  const server = await startDevServer({
    cli: inject('temporalCli'),
    uiPort: false,
    searchAttributes: SEARCH_ATTRIBUTE_TYPES,
  });
  const connection = await Connection.connect({ address: server.address });
  const nativeConnection = await NativeConnection.connect({ address: server.address });
  const rig = await startRig({ connection, nativeConnection, ...options });
  return {
    ...rig,
    server,
    nativeConnection,
    close: async () => {
      try {
        if ((await rig.replayAll()) === 0) throw new Error('no history to replay: the tests ran nothing');
      } finally {
        await rig.close();
        await nativeConnection.close();
        await connection.close();
        await server.stop();
      }
    },
  };
}

let quiet = false;

/** Failures are asserted; the worker's log lines about them would only hide the test report. */
export function quietRuntime(): void {
  if (quiet) return;
  quiet = true;
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
}
