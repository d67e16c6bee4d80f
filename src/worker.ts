import { Client, Connection } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ActivityInterceptorsFactory, WorkerStatus } from '@temporalio/worker';
import { createActivities, localActivities } from './activities';
import type { Merchants, NotificationAddresses, Timing } from './activities';
import { checkSearchAttributes } from './client/namespace';
import { transportTo } from './config';
import type { Config } from './config';
import { hostOf, isLoopbackHost } from './config/addresses';
import { notificationUrls } from './config/notificationUrls';
import type { WechatPayError } from './wechatpay/errors';
import { createTransport } from './wechatpay/http';
import { knownMerchants } from './wechatpay/keys/known-merchants';
import { fixedKeys } from './wechatpay/keys/provider';
import type { KeyProvider } from './wechatpay/keys/provider';
import { connectMerchant } from './wechatpay/merchant';
import type { Merchant } from './wechatpay/merchant';
import { workflowCode } from './workflow-code';
import type { WorkflowCode } from './workflow-code';

export { configuredKeys, loadConfig } from './config';
export type { Config } from './config';
export { bundleWorkflows, prebuiltWorkflows } from './workflow-code';
export type { WorkflowCode } from './workflow-code';

/** Workflows sleep for hours, so a small cache keeps many open ones cheap: 10,000 in about 400 MB. */
const CACHED_WORKFLOWS = 200;

export interface WorkerOptions {
  readonly config: Config;
  /** Where the keys of merchants come from; by default `config.merchants`, as they were when it was read. */
  readonly keys?: KeyProvider;
  /** Told that keys could not be had, or are unusable. Calls for that merchant wait meanwhile. */
  readonly onKeyFailure?: (mchid: string, error: WechatPayError) => void;
  /** Connection to Temporal; by default the one the environment names. */
  readonly connection?: NativeConnection;
  readonly namespace?: string;
  /** Waits before something lost is sent again; tests shorten them. */
  readonly timing?: Partial<Timing>;
  /**
   * Workflow code, or where it is. By default what was bundled when this package was built, or, beside an SDK of another
   * version than at that time, a bundle made at start, which takes seconds.
   */
  readonly workflowBundle?: WorkflowCode;
  /** The same as the clients' and the webhook's: converts or encrypts what Temporal stores. */
  readonly dataConverter?: DataConverter;
  readonly maxCachedWorkflows?: number;
  /** Told the server's clock before each activity, milliseconds since the epoch: for tests that skip time. */
  readonly onServerTime?: (time: number) => void;
}

export interface RunningWorker {
  /** Resolves once both workers have drained; rejects when one failed. */
  readonly stopped: Promise<void>;
  /** `RUNNING` when both poll. */
  readonly state: () => string;
  /** What each of the two is doing, by task queue. */
  readonly statuses: () => Readonly<Record<string, WorkerStatus>>;
  shutdown(): Promise<void>;
}

/**
 * The ready worker: two Temporal workers in one process, because one polls one queue. The second runs activities only, so
 * that its rate can be limited to what WeChat Pay allows.
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { config, timing } = options;
  const own = options.connection === undefined ? await connect() : undefined;
  const connection = options.connection ?? own?.connection;
  const namespace = options.namespace ?? own?.namespace ?? 'default';
  const allowLoopback = isAllLoopback(config);
  const gateway = {
    v3: createTransport(transportTo('v3', config)),
    v2: createTransport(transportTo('v2', config)),
    customsPrefix: config.customsPrefix,
    certificatesPath: config.certificatesPath,
    allowLoopback,
  };
  const known = knownMerchants<Merchant>({
    provider: options.keys ?? fixedKeys(config.merchants.values()),
    connect: (keys, before) => connectMerchant(keys, gateway, before),
    onFailure: options.onKeyFailure,
  });
  const merchants: Merchants = (mchid) => known.of(mchid);
  const shutdown = {
    shutdownGraceTime: config.shutdownGraceMs,
    shutdownForceTime: config.shutdownGraceMs + 5_000,
  };
  const converter = options.dataConverter === undefined ? {} : { dataConverter: options.dataConverter };
  const workflows = await Worker.create({
    ...shutdown,
    ...converter,
    connection,
    namespace,
    taskQueue: config.taskQueue,
    maxCachedWorkflows: options.maxCachedWorkflows ?? CACHED_WORKFLOWS,
    workflowBundle: options.workflowBundle ?? (await workflowCode(options.dataConverter)),
    activities: localActivities(notificationAddresses(config)),
  });
  const api = await Worker.create({
    ...shutdown,
    ...converter,
    connection,
    namespace,
    taskQueue: config.apiTaskQueue,
    activities: createActivities({ merchants, timing, allowLoopback }),
    ...(options.onServerTime === undefined
      ? {}
      : { interceptors: { activity: [clockInterceptor(options.onServerTime)] } }),
    ...(config.requestsPerSecond === undefined ? {} : { maxTaskQueueActivitiesPerSecond: config.requestsPerSecond }),
  });
  const both = [workflows, api];
  const stopped = Promise.all(both.map((worker) => worker.run()))
    .then(() => undefined)
    .finally(async () => {
      for (const worker of both) if (worker.getState() === 'RUNNING') worker.shutdown();
      gateway.v3.close();
      gateway.v2.close();
      await own?.connection.close();
    });
  return {
    stopped,
    state: () => (both.every((worker) => worker.getState() === 'RUNNING') ? 'RUNNING' : 'STOPPING'),
    statuses: () => ({ [config.taskQueue]: workflows.getStatus(), [config.apiTaskQueue]: api.getStatus() }),
    shutdown: () => {
      for (const worker of both) if (worker.getState() === 'RUNNING') worker.shutdown();
      return stopped;
    },
  };
}

function clockInterceptor(onServerTime: (time: number) => void): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        onServerTime(info.currentAttemptScheduledTimestampMs);
        return next(input);
      },
    },
  });
}

/** Addresses for inputs that were typed by hand and leave them out. */
export function notificationAddresses(config: Config): NotificationAddresses {
  const urlsOf = (mchid: string) => {
    const base = config.merchants.get(mchid)?.notifyBaseUrl ?? config.notifyBaseUrl;
    return base === undefined ? undefined : notificationUrls(base);
  };
  return {
    h5: (mchid, sub_mchid) => urlsOf(mchid)?.h5(mchid, sub_mchid),
    h5Domain: (mchid, out_applyment_id) => urlsOf(mchid)?.h5Domain(mchid, out_applyment_id),
    debit: (mch_id) => urlsOf(mch_id)?.debit(mch_id),
    payment: (mch_id) => urlsOf(mch_id)?.payment(mch_id),
    contract: (mch_id, out_trade_no) => urlsOf(mch_id)?.contract(mch_id, out_trade_no),
  };
}

/** Whether gateway and webhook are both on this machine: only then may a notification URL be `http`. */
export function isAllLoopback({ v3BaseUrl, v2BaseUrl, notifyBaseUrl }: Config): boolean {
  return [v3BaseUrl, v2BaseUrl, ...(notifyBaseUrl === undefined ? [] : [notifyBaseUrl])].every((url) =>
    isLoopbackHost(hostOf(url) ?? ''),
  );
}

/** The connection that the environment names, once the namespace is known to be set up. */
async function connect(): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const clientConnection = await Connection.connect(connectionOptions);
  try {
    await checkSearchAttributes(new Client({ connection: clientConnection, namespace }));
  } finally {
    await clientConnection.close();
  }
  const { address, ...rest } = connectionOptions;
  const connection = await NativeConnection.connect({
    ...(address === undefined ? {} : { address }),
    ...rest,
  });
  return { connection, namespace: namespace ?? 'default' };
}
