import { Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { ConfigurationError } from '../config';

/** Which Temporal the environment names. */
export interface TemporalSettings {
  readonly connectionOptions: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
}

/** Nobody answers there, or somebody who is not Temporal. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';

  constructor(address: string) {
    super(
      `Temporal at ${address} does not answer. Start it, or set TEMPORAL_ADDRESS (and TLS or TEMPORAL_API_KEY, if it ` +
        'needs them). For a server to try things on: temporal server start-dev',
    );
  }
}

/** @throws ConfigurationError where `@temporalio/envconfig` cannot read its settings; its own text may quote an API key. */
export function temporalSettings(): TemporalSettings {
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig();
    return { connectionOptions, namespace: namespace ?? 'default' };
  } catch {
    throw new ConfigurationError([
      {
        code: 'temporal',
        path: 'TEMPORAL_CONFIG_FILE',
        expected: 'settings that @temporalio/envconfig can read',
        remedy: 'Check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and the TLS files named by TEMPORAL_TLS_*.',
      },
    ]);
  }
}

/** A connection that answers. @throws TemporalUnreachableError after ten seconds without one. */
export async function connectTemporal({ connectionOptions }: TemporalSettings): Promise<Connection> {
  try {
    return await Connection.connect(connectionOptions);
  } catch {
    throw new TemporalUnreachableError(connectionOptions.address ?? 'localhost:7233');
  }
}
