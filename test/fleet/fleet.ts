import { createPublicKey } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { WechatPayClient } from '../../src/client';
import { SEARCH_ATTRIBUTE_TYPES } from '../../src/interface';
import { startDevServer, startSimulator, writeTestCredentials } from '../../src/testing';
import type { Simulator, SimulatorOptions, TemporalServer, TestCredentials } from '../../src/testing';
import { freeLowPorts } from '../../src/testing/servers/ports';
import { startProcess } from '../../src/testing/servers/processes';
import type { RunningProcess } from '../../src/testing/servers/processes';

const ROOT = join(__dirname, '..', '..');
const LIB = join(ROOT, 'lib');
/** Milliseconds in which worker or webhook has to be ready; a worker that bundles workflows on a busy machine is slow. */
const READY_WITHIN = 120_000;

export interface FleetOptions {
  /** Default: a dev server of its own, whose workflows survive a restart. */
  readonly temporal?: (log: (line: string) => void) => Promise<TemporalServer>;
  readonly simulator?: Partial<SimulatorOptions>;
  /** Puts something between workers and WeChat Pay: given the simulator's address, it says what workers call. */
  readonly gateway?: (simulatorUrl: string) => Promise<string>;
  /** The built package whose worker and webhook are started. Default: that of this repository. */
  readonly lib?: string;
  /** Beside what every process is given. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told each line that the servers and the processes write. */
  readonly log?: (process: string, line: string) => void;
}

/** A worker or a webhook as a process of its own. */
export interface FleetProcess extends RunningProcess {
  readonly name: string;
  /** Where `/metrics`, `/healthz` and `/readyz` are. */
  readonly metricsUrl: string;
}

/**
 * The product as it is deployed: a Temporal server, and workers and webhooks from the built package, each a process that
 * can be killed by its pid. Only WeChat Pay is played, by the simulator in this process.
 */
export interface Fleet {
  readonly temporal: TemporalServer;
  readonly simulator: Simulator;
  readonly credentials: TestCredentials;
  readonly client: Client;
  readonly wechatpay: WechatPayClient;
  /** Where notifications go, whichever webhook process listens there. */
  readonly webhookUrl: string;
  /** What every process is given. */
  readonly env: Readonly<Record<string, string>>;
  /** Resolves when it is ready. */
  startWorker(env?: Readonly<Record<string, string>>): Promise<FleetProcess>;
  startWebhook(env?: Readonly<Record<string, string>>): Promise<FleetProcess>;
  /** Another program for Node, such as a worker to compare with; it has to answer on `METRICS_PORT` as ours do. */
  startOther(name: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<FleetProcess>;
  /** Ends every process it has started, the servers too, and removes what they have written. */
  stop(): Promise<void>;
}

/** Starts server and simulator; workers and webhooks are started by the caller. The package has to be built. */
export async function startFleet(options: FleetOptions = {}): Promise<Fleet> {
  const log = options.log ?? ((): void => undefined);
  const cli = join(options.lib ?? LIB, 'cli.js');
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-fleet-'));
    closing.push(() => rm(folder, { recursive: true, force: true }));
    // Not one of those that outgoing connections get: a process that was killed needs it again.
    const [webhookPort] = (await freeLowPorts(1)) as [number];
    const webhookUrl = `http://127.0.0.1:${webhookPort}`;
    const { credentials, env: keys } = await writeTestCredentials(join(folder, 'keys'));
    const simulator = await startSimulator({ credentials, notifyLadderScale: 0.05, ...options.simulator });
    closing.push(() => simulator.close());
    const gatewayUrl = (await options.gateway?.(simulator.url)) ?? simulator.url;
    const serverLog = (line: string): void => log('temporal', line);
    const temporal = await (options.temporal?.(serverLog) ??
      startDevServer({
        uiPort: false,
        dbFile: join(folder, 'temporal.db'),
        searchAttributes: SEARCH_ATTRIBUTE_TYPES,
        log: serverLog,
      }));
    closing.push(() => temporal.stop());
    const connection = await Connection.connect({ address: temporal.address });
    closing.push(() => connection.close());
    const client = new Client({ connection, namespace: temporal.namespace });
    const env: Record<string, string> = {
      ...keys,
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      WECHATPAY_V3_BASE_URL: gatewayUrl,
      WECHATPAY_V2_BASE_URL: gatewayUrl,
      WECHATPAY_NOTIFY_BASE_URL: webhookUrl,
      WEBHOOK_PORT: String(webhookPort),
      LOG_LEVEL: 'warn',
      ...options.env,
    };
    const start = async (
      command: string,
      args: readonly string[],
      more: Readonly<Record<string, string>> = {},
    ): Promise<FleetProcess> => {
      const [metricsPort] = (await freeLowPorts(1)) as [number];
      const started = await startProcess(
        {
          program: process.execPath,
          args,
          cwd: folder,
          env: { ...env, METRICS_PORT: String(metricsPort), ...more },
          doing: `starting a ${command}`,
        },
        (line) => log(command, line),
      );
      closing.push(() => started.stop('SIGKILL'));
      const metricsUrl = `http://127.0.0.1:${metricsPort}`;
      await ready(`${metricsUrl}/readyz`, command, started);
      return { ...started, name: `${command} ${started.pid}`, metricsUrl };
    };
    return {
      temporal,
      simulator,
      credentials,
      client,
      wechatpay: new WechatPayClient(client, {
        notifyBaseUrl: webhookUrl,
        allowLoopback: true,
        sealingKey: {
          id: credentials.platform.publicKeyId,
          publicKey: createPublicKey(credentials.platform.publicKey),
        },
      }),
      webhookUrl,
      env,
      startWorker: (more) => start('worker', [cli, 'worker'], more),
      startWebhook: (more) => start('webhook', [cli, 'webhook'], more),
      startOther: start,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A webhook has no answer on `/readyz` before it listens, a worker none that is good before it polls. */
async function ready(url: string, command: string, started: RunningProcess): Promise<void> {
  let ended: string | undefined;
  void started.ended.then((how) => (ended = how));
  const limit = Date.now() + READY_WITHIN;
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    if (ended !== undefined || Date.now() > limit) {
      const how = ended ?? `was not ready in ${READY_WITHIN / 1_000} s (/readyz: ${answer?.status ?? 'no answer'})`;
      throw new Error(`starting a ${command}: it ${how}\n    ${started.lastLines()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
