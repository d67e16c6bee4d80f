/** Where the parts of a cluster of one listen, all on loopback. */
export interface ClusterPorts {
  readonly frontend: number;
  readonly frontendHttp: number;
  readonly frontendMembership: number;
  readonly matching: number;
  readonly matchingMembership: number;
  readonly history: number;
  readonly historyMembership: number;
  readonly worker: number;
  readonly workerMembership: number;
  readonly metrics: number;
}

export const CLUSTER_PORT_COUNT = 10;

export function clusterPorts(free: readonly number[]): ClusterPorts {
  const names = [
    'frontend',
    'frontendHttp',
    'frontendMembership',
    'matching',
    'matchingMembership',
    'history',
    'historyMembership',
    'worker',
    'workerMembership',
    'metrics',
  ] as const;
  return Object.fromEntries(names.map((name, index) => [name, free[index]])) as unknown as ClusterPorts;
}

export const DATABASES = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;

/** Configuration of `temporal-server` for one machine: every service once, four shards, PostgreSQL for both stores. */
export function serverConfig(
  database: { readonly port: number; readonly user: string; readonly password: string },
  ports: ClusterPorts,
  dynamicConfigFile: string,
): object {
  const store = (databaseName: string): object => ({
    sql: {
      pluginName: 'postgres12',
      databaseName,
      connectAddr: `127.0.0.1:${database.port}`,
      connectProtocol: 'tcp',
      user: database.user,
      password: database.password,
      maxConns: 20,
      maxIdleConns: 20,
      maxConnLifetime: '1h',
    },
  });
  const service = (grpcPort: number, membershipPort: number, more: object = {}): object => ({
    rpc: { grpcPort, membershipPort, bindOnLocalHost: true, ...more },
  });
  const address = `127.0.0.1:${ports.frontend}`;
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      defaultStore: 'default',
      visibilityStore: 'visibility',
      numHistoryShards: 4,
      datastores: { default: store(DATABASES.temporal), visibility: store(DATABASES.visibility) },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      metrics: { prometheus: { listenAddress: `127.0.0.1:${ports.metrics}`, timerType: 'histogram' } },
    },
    services: {
      frontend: service(ports.frontend, ports.frontendMembership, { httpPort: ports.frontendHttp }),
      matching: service(ports.matching, ports.matchingMembership),
      history: service(ports.history, ports.historyMembership),
      worker: service(ports.worker, ports.workerMembership),
    },
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: { enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: address },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    publicClient: { hostPort: address },
    // The server refuses to start with less than 5 s.
    dynamicConfigClient: { filepath: dynamicConfigFile, pollInterval: '10s' },
  };
}

/** A new search attribute is known at once instead of after a minute; everything else as in production. */
export const DYNAMIC_CONFIG = { 'system.forceSearchAttributesCacheRefreshOnRead': [{ value: true }] } as const;
