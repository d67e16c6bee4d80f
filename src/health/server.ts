import type { FastifyInstance, FastifyReply } from 'fastify';
import { fastify } from 'fastify';
import type { Registry } from 'prom-client';
import type { ReadinessReport } from './readiness';

/** What a server sends back in place of a page. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HealthOptions {
  readonly readiness: () => ReadinessReport;
  /** How long `close()` waits for what is being answered. Default 5,000 ms. */
  readonly shutdownGraceMs?: number;
}

/** How errors are answered, and how large a body may be. */
interface ServerOptions extends HealthOptions {
  /** `url` is missing where the request could not be read so far. */
  readonly answers?: (status: number, url?: string) => HttpAnswer;
  /** Bytes. */
  readonly bodyLimit?: number;
}

/**
 * Senders that take their time are cut off: every request to these servers is small and comes at once. Node looks once in
 * `connectionsCheckingInterval`, so none is there for ten seconds, also where the machine is busy.
 */
const TIMES = {
  requestTimeout: 8_000,
  keepAliveTimeout: 5_000,
  http: { headersTimeout: 5_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 },
} as const;

const NOTHING_IS_SENT_HERE = 1024;

/** `/metrics`, `/healthz` and `/readyz` on a port of their own, not listening yet. */
export function createMetricsServer({
  registry,
  ...options
}: HealthOptions & { readonly registry: Registry }): FastifyInstance {
  const app = createHealthServer(options);
  app.get('/metrics', async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
  app.setNotFoundHandler((_request, reply) => send(reply, refusal(404)));
  return app;
}

/** A server with `/healthz` and `/readyz` that a slow or broken client cannot hold up, not listening yet. */
export function createHealthServer({
  readiness,
  shutdownGraceMs = 5_000,
  answers = refusal,
  bodyLimit = NOTHING_IS_SENT_HERE,
}: ServerOptions): FastifyInstance {
  const app = fastify({
    ...TIMES,
    logger: false,
    bodyLimit,
    return503OnClosing: true,
    exposeHeadRoutes: false,
    // A path that cannot be decoded is one more path that leads nowhere.
    frameworkErrors: (_error, _request, reply) => void send(reply, answers(404)),
    clientErrorHandler: (error, socket) => {
      if (!socket.writable || error.code === 'ECONNRESET') {
        socket.destroy();
        return;
      }
      const status = CLIENT_ERRORS[error.code ?? ''] ?? [400, 'Bad Request'];
      const { body } = answers(status[0]);
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
    return send(reply, answers(status >= 400 && status < 500 ? status : 503, request.url));
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

/** The plain answer of a server that speaks no protocol of its own. */
export function refusal(status: number): HttpAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify({ status }) };
}

function send(reply: FastifyReply, { status, headers, body }: HttpAnswer): FastifyReply {
  return reply.status(status).headers(headers).send(body);
}
