import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createSearchAttributes } from '../client/namespace';
import { temporalSettings } from '../commands/temporal';
import { SEARCH_ATTRIBUTE_TYPES } from '../interface';
import { findTemporalCli, useServer, writeTestCredentials } from '../testing';
import type { TestCredentials } from '../testing';
import { CommandProcess } from './processes';

export interface StageOptions {
  readonly allowRemote?: boolean;
  readonly progress: (line: string) => void;
}

/** Everything a demo needs, running: Temporal, simulator, webhook and worker, each a process. */
export interface Stage {
  readonly client: Client;
  readonly uiUrl: string | undefined;
  readonly namespace: string;
  readonly credentials: TestCredentials;
  readonly simulatorUrl: string;
  readonly notifyBaseUrl: string;
  /** Leaves everything running until a signal ends this process, and with it the stage. */
  keep(): Promise<never>;
  /** Ends every process and removes what was written. */
  close(): Promise<void>;
}

/** A queue of its own: on a shared server, a real worker must not take the demo's tasks, nor the demo's a real one's. */
export const DEMO_TASK_QUEUE = 'wechatpay-demo';

/** Variables of the surroundings that the demo's own processes must not inherit: they use the simulator. */
const NOT_INHERITED = /^(WECHATPAY_|WEBHOOK_|SIMULATOR_|METRICS_PORT$|LOG_LEVEL$|SHUTDOWN_GRACE$)/;

export async function openStage({ allowRemote, progress }: StageOptions): Promise<Stage> {
  const closing: (() => Promise<unknown>)[] = [];
  let closed: Promise<void> | undefined;
  const closeAll = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step().catch(() => undefined);
  };
  const close = (): Promise<void> => (closed ??= closeAll());
  /** The exit code of a shell's Ctrl-C, unless ending is what was asked for. */
  let exitCode = 130;
  const onSignal = (): void => void close().finally(() => process.exit(exitCode));
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  closing.push(() => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    return Promise.resolve();
  });
  try {
    // Obtaining the server is worth watching; what the server writes is not.
    const cli = process.env['TEMPORAL_ADDRESS'] ? undefined : await findTemporalCli(progress);
    const server = await useServer({ allowRemote, cli, searchAttributes: SEARCH_ATTRIBUTE_TYPES });
    closing.push(() => server.stop());
    progress(`Temporal serves at ${server.address}${server.uiUrl === undefined ? '' : `, UI at ${server.uiUrl}`}`);
    // A server that the environment names may want TLS or an API key; our own wants neither.
    const settings = process.env['TEMPORAL_ADDRESS'] ? temporalSettings().connectionOptions : {};
    const connection = await Connection.connect({ ...settings, address: server.address });
    closing.push(() => connection.close());
    const client = new Client({ connection, namespace: server.namespace });
    await createSearchAttributes(client);

    const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-demo-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    const [simulatorPort, webhookPort] = await Promise.all([freePort(), freePort()]);
    const { credentials, env: keys, simulatorFile } = await writeTestCredentials(folder, { port: simulatorPort });
    const notifyBaseUrl = `http://127.0.0.1:${webhookPort}`;
    const env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_INHERITED.test(name))),
      ...keys,
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
      WECHATPAY_TASK_QUEUE: DEMO_TASK_QUEUE,
      WECHATPAY_NOTIFY_BASE_URL: notifyBaseUrl,
      WEBHOOK_PORT: String(webhookPort),
      SHUTDOWN_GRACE: '5s',
      ...(allowRemote === true ? { WECHATPAY_CODEC: 'off' } : {}),
    };
    const simulator = ['simulator', '--credentials', simulatorFile, '--notify-scale', '0.02'];
    const started = await Promise.allSettled([
      CommandProcess.start(
        [...simulator, '--termination-url', `${notifyBaseUrl}/wechatpay/${credentials.mchid}/contract`],
        env,
        'simulator listens',
      ),
      CommandProcess.start(['webhook'], env, 'webhook listens'),
      CommandProcess.start(['worker'], env, 'worker polls'),
    ]);
    for (const one of started) if (one.status === 'fulfilled') closing.push(() => one.value.stop());
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    progress('simulated WeChat Pay, webhook and worker run, each a process of its own');
    return {
      client,
      uiUrl: server.uiUrl,
      namespace: server.namespace,
      credentials,
      simulatorUrl: `http://127.0.0.1:${simulatorPort}`,
      notifyBaseUrl,
      keep: () => {
        exitCode = 0;
        return new Promise<never>(() => undefined);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
