import type { FastifyInstance } from 'fastify';
import { createHealthServer } from '../health';
import type { HealthOptions } from '../health';
import { answer } from './answers';
import { MAX_BODY_BYTES } from './handler';
import type { NotificationHandler } from './handler';
import { parseRoute } from './routes';

export { createMetricsServer } from '../health';
export type { HealthOptions } from '../health';

export interface WebhookServerOptions extends HealthOptions {
  readonly handler: NotificationHandler;
}

/** The ready server, not listening yet: raw bytes for every content type, `/healthz`, `/readyz`. */
export function createWebhookServer({ handler, ...options }: WebhookServerOptions): FastifyInstance {
  const app = createHealthServer({
    ...options,
    bodyLimit: MAX_BODY_BYTES,
    answers: (status, url) => answer(parseRoute(url ?? '')?.protocol ?? 'v3', status),
  });
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
      return reply.status(response.status).headers(response.headers).send(response.body);
    },
  });
  return app;
}
