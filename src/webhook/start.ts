import type { Client } from '@temporalio/client';
import type { FastifyInstance } from 'fastify';
import { transportTo } from '../config';
import type { Config } from '../config';
import { createTransport } from '../wechatpay/http';
import { fixedKeys } from '../wechatpay/keys/provider';
import type { KeyProvider } from '../wechatpay/keys/provider';
import { createTemporalSink } from './deliver';
import { createMetricsServer, createWebhookServer } from './fastify';
import { createNotificationHandler } from './handler';
import type { WebhookLog } from './log';
import { basePaths, fetchKeys, learn, missingKeys, webhookMerchants } from './merchants';
import { createWebhookMetrics } from './metrics';
import { createReadiness } from './readiness';

export interface WebhookOptions {
  readonly config: Config;
  /** Where the keys of merchants come from; by default `config.merchants`, as they were when it was read. */
  readonly keys?: KeyProvider;
  readonly client: Client;
  readonly log: WebhookLog;
}

export interface RunningWebhook {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** `METRICS_PORT`, if one is set. */
  readonly metricsUrl?: string;
  /**
   * Takes no more connections, finishes what is being answered, then resolves. Close the client's connection after it,
   * not before.
   */
  close(): Promise<void>;
}

/** A key ring asks WeChat Pay at most once a minute anyway. */
const FETCH_KEYS_EVERY_MS = 60_000;

/**
 * The ready webhook. Starts whether or not Temporal and WeChat Pay can be reached: until then `/readyz` says why not, and
 * notifications are answered with 503, so that WeChat Pay sends them again.
 */
export async function startWebhook({ config, keys, client, log }: WebhookOptions): Promise<RunningWebhook> {
  const transport = createTransport(transportTo('v3', config));
  const provider = keys ?? fixedKeys(config.merchants.values());
  const merchants = webhookMerchants(provider, { config, transport, log });
  const { metrics, registry } = createWebhookMetrics();
  const readiness = createReadiness({ client, missingKeys: () => missingKeys(merchants.known()) });
  const sink = createTemporalSink({ client, taskQueue: config.taskQueue, onResult: config.onResult });
  const handler = createNotificationHandler({
    merchants: (mchid) => merchants.of(mchid),
    deliver: sink,
    log,
    metrics,
    basePaths: basePaths(config),
  });
  const health = { readiness: () => readiness.report(), shutdownGraceMs: config.shutdownGraceMs };
  const servers: FastifyInstance[] = [];
  // While it is not ready no notification may reach it, and so none could make it fetch its keys.
  const keysTimer = setInterval(() => fetchKeys(merchants.known(), log), FETCH_KEYS_EVERY_MS).unref();
  const listen = async (app: FastifyInstance, port: number) => {
    servers.push(app);
    return app.listen({ host: config.webhook.host, port });
  };
  const close = async () => {
    clearInterval(keysTimer);
    await Promise.all(servers.map((server) => server.close()));
    await Promise.all([readiness.stop(), sink.idle()]);
    transport.close();
  };
  try {
    await Promise.all([readiness.start(), ...[...config.merchants.keys()].map((mchid) => learn(merchants, mchid))]);
    fetchKeys(merchants.known(), log);
    const url = await listen(createWebhookServer({ handler, ...health }), config.webhook.port);
    const metricsUrl =
      config.metricsPort === undefined
        ? undefined
        : await listen(createMetricsServer({ registry, ...health }), config.metricsPort);
    log.info({ url }, 'webhook listens');
    return { url, ...(metricsUrl !== undefined && { metricsUrl }), close };
  } catch (error) {
    await close();
    throw error;
  }
}
