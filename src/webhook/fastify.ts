import type { FastifyInstance, FastifyReply } from 'fastify';
import { fastify } from 'fastify';
import type { Registry } from 'prom-client';
import { answer } from './answers';
import type { WebhookResponse } from './answers';
import { MAX_BODY_BYTES } from './handler';
import type { NotificationHandler } from './handler';
import { parseRoute } from './routes';
import type { ReadinessReport } from './readiness';

export interface HealthOptions {
  readonly readiness: () => ReadinessReport;
  /** How long `close()` waits for what is being answered. Default 5,000 ms. */
  readonly shutdownGraceMs?: number;
}

export interface WebhookServerOptions extends HealthOptions {
  readonly handler: NotificationHandler;
}

/** Senders that take their time are cut off: WeChat Pay's requests are small and come at once. */
const TIMES = {
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 },
} as const;

/** The ready server, not listening yet: raw bytes for every content type, `/healthz`, `/readyz`. */
export function createWebhookServer({ handler, ...options }: WebhookServerOptions): FastifyInstance {
  const app = createServer(options);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BODY_BYTES }, (_request, body, done) => {
    done(null, body);
  });
  app.route({
    method: app.supportedMethods,
    url: '*',
    async handler(request, reply) {
      const { body } = request;
      const response = await handler({
        method: request.method,
        path: request.url,
        // headersDistinct keeps a repeated header apart; headers would join it into one value or drop it.
        headers: request.raw.headersDistinct,
        rawBody: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      });
      return send(reply, response);
    },
  });
  return app;
}

/** `/metrics`, `/healthz` and `/readyz` on a port of their own, not listening yet. */
export function createMetricsServer({
  registry,
  ...options
}: HealthOptions & { readonly registry: Registry }): FastifyInstance {
  const app = createServer(options);
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  app.setNotFoundHandler((_request, reply) => send(reply, answer('v3', 404)));
  return app;
}

function createServer({ readiness, shutdownGraceMs = 5_000 }: HealthOptions): FastifyInstance {
  const app = fastify({
    ...TIMES,
    logger: false,
    bodyLimit: MAX_BODY_BYTES,
    return503OnClosing: true,
    exposeHeadRoutes: false,
    // A path that cannot be decoded is one more path that leads nowhere.
    frameworkErrors: (_error, _request, reply) => void send(reply, answer('v3', 404)),
    clientErrorHandler: (error, socket) => {
      if (!socket.writable || error.code === 'ECONNRESET') {
        socket.destroy();
        return;
      }
      const status = CLIENT_ERRORS[error.code ?? ''] ?? [400, 'Bad Request'];
      const { body } = answer('v3', status[0]);
      const head = [
        `HTTP/1.1 ${status[0]} ${status[1]}`,
        'Content-Type: application/json; charset=utf-8',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Connection: close',
      ].join('\r\n');
      socket.end(`${head}\r\n\r\n${body}`);
    },
  });
  app.setErrorHandler((error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 503;
    const protocol = parseRoute(request.url)?.protocol ?? 'v3';
    return send(reply, answer(protocol, status >= 400 && status < 500 ? status : 503));
  });
  // Once a server closes, Node no longer cuts off slow senders; one of them could keep the process alive for ever.
  let cutOff: NodeJS.Timeout | undefined;
  app.addHook('preClose', (done) => {
    cutOff = setTimeout(() => app.server.closeAllConnections(), shutdownGraceMs);
    done();
  });
  app.addHook('onClose', (_app, done) => {
    clearTimeout(cutOff);
    done();
  });
  app.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
  app.get('/readyz', (_request, reply) => {
    const report = readiness();
    return reply.status(report.ready ? 200 : 503).send(report);
  });
  return app;
}

const CLIENT_ERRORS: Readonly<Record<string, readonly [number, string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
};

function send(reply: FastifyReply, { status, headers, body }: WebhookResponse): FastifyReply {
  return reply.status(status).headers(headers).send(body);
}
