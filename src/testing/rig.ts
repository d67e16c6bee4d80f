import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { NativeConnection, WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { pino } from 'pino';
import { WechatPayClient } from '../client';
import { createSearchAttributes } from '../client/namespace';
import { loadConfig } from '../config';
import type { Config } from '../config';
import type { Timing } from '../activities';
import { createWebhookLog, startWebhook } from '../webhook';
import type { RunningWebhook, WebhookLog } from '../webhook';
import { bundleWorkflows, startWorker } from '../worker';
import type { RunningWorker } from '../worker';
import { writeTestCredentials } from './credentials';
import type { TestCredentials } from './credentials';
import { startSimulator } from './simulator';
import type { Simulator, SimulatorOptions } from './simulator';

export interface RigOptions {
  /** A Temporal server that serves, with the search attributes: a dev server or a `TestWorkflowEnvironment`. */
  readonly connection: Connection;
  readonly nativeConnection: NativeConnection;
  readonly namespace?: string;
  /** Follow the server's clock, which a time-skipping server moves by hours. Default: the clock of this machine. */
  readonly serverTime?: boolean;
  readonly simulator?: Partial<SimulatorOptions>;
  readonly timing?: Partial<Timing>;
  readonly maxCachedWorkflows?: number;
  /** Default: `wechatpay`. */
  readonly taskQueue?: string;
  /** Without a worker, as when all of them are down. Start one later by `startWorker`. */
  readonly withoutWorker?: boolean;
  readonly log?: WebhookLog;
}

/** WeChat Pay, webhook and worker in this process, around a Temporal server: what a test of an order service needs. */
export interface Rig {
  readonly wechatpay: WechatPayClient;
  readonly client: Client;
  readonly simulator: Simulator;
  readonly webhook: RunningWebhook;
  readonly config: Config;
  readonly credentials: TestCredentials;
  startWorker(): Promise<RunningWorker>;
  /** Replays every history that exists on the server; a workflow that is not deterministic throws. */
  replayAll(): Promise<number>;
  /** Stops worker, webhook and simulator; the Temporal server is the caller's. */
  close(): Promise<void>;
}

/** A lost request is believed lost sooner than at WeChat Pay, where it takes most of a minute. */
const QUICK: Timing = { settling: [50, 100], beforeRepeatedApplication: 200 };

let bundle: Promise<WorkflowBundleWithSourceMap> | undefined;

/** The workflows as code, bundled once per process. */
export function workflowBundle(): Promise<WorkflowBundleWithSourceMap> {
  return (bundle ??= bundleWorkflows());
}

/** Starts a rig. Close it, also when a test fails. */
export async function startRig(options: RigOptions): Promise<Rig> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const namespace = options.namespace ?? 'default';
    const client = new Client({ connection: options.connection, namespace });
    await createSearchAttributes(client);
    const clock = { offset: 0 };
    const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-rig-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const { credentials, env } = await writeTestCredentials(folder);
    const simulator = await startSimulator({
      credentials,
      now: () => Date.now() + clock.offset,
      signatureNow: Date.now,
      notifyLadderScale: 0.01,
      ...options.simulator,
    });
    closing.push(() => simulator.close());
    const read = (notifyBaseUrl: string, port: string): Config =>
      loadConfig(
        {
          ...env,
          WECHATPAY_V3_BASE_URL: simulator.url,
          WECHATPAY_V2_BASE_URL: simulator.url,
          WECHATPAY_NOTIFY_BASE_URL: notifyBaseUrl,
          WECHATPAY_TASK_QUEUE: options.taskQueue ?? 'wechatpay',
          WEBHOOK_PORT: port,
          SHUTDOWN_GRACE: '2s',
        },
        { needs: ['merchants'] },
      );
    const log = options.log ?? createWebhookLog(silentLogger());
    // A notification URL has to name the port, which is known only once the webhook listens.
    const listening = { ...read('http://127.0.0.1:1', '8080'), webhook: { host: '127.0.0.1', port: 0 } };
    const webhook = await startWebhook({ config: listening, client, log });
    closing.push(() => webhook.close());
    const config = read(webhook.url, new URL(webhook.url).port);
    const wechatpay = new WechatPayClient(client, {
      taskQueue: config.taskQueue,
      notifyBaseUrl: webhook.url,
      allowLoopback: true,
      sealingKey: { id: credentials.platform.publicKeyId, publicKey: createPublicKey(credentials.platform.publicKey) },
    });
    const start = async (): Promise<RunningWorker> => {
      const worker = await startWorker({
        config,
        connection: options.nativeConnection,
        namespace,
        timing: { ...QUICK, ...options.timing },
        workflowBundle: await workflowBundle(),
        ...(options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows }),
        ...(options.serverTime === true ? { onServerTime: (time) => void (clock.offset = time - Date.now()) } : {}),
      });
      closing.push(() => worker.shutdown());
      return worker;
    };
    if (options.withoutWorker !== true) await start();
    return {
      wechatpay,
      client,
      simulator,
      webhook,
      config,
      credentials,
      startWorker: start,
      replayAll: () => replayAll(client),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function replayAll(client: Client): Promise<number> {
  let replayed = 0;
  const histories = client.workflow.list().intoHistories();
  for await (const result of Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, histories)) {
    if (result.error !== undefined) throw result.error;
    replayed += 1;
  }
  return replayed;
}

function silentLogger(): Parameters<typeof createWebhookLog>[0] {
  return pino({ level: 'silent' });
}
