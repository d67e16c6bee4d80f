import { answer } from './answers';
import type { WebhookResponse } from './answers';
import { within } from './deadline';
import type { WebhookLog, WebhookLogFields } from './log';
import type { WebhookMetrics } from './metrics';
import { nameOf, receive } from './receive';
import type { WebhookMerchant } from './receive';
import { Refusal } from './refusals';
import { parseRoute } from './routes';
import type { Route } from './routes';
import type { NotificationSink } from './sink';

/** A request as any HTTP server can give it. */
export interface WebhookRequest {
  readonly method: string;
  /** Path as it came, still percent-encoded. */
  readonly path: string;
  /** Names in lower case. A header that came more than once must be an array, or it goes unnoticed. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The bytes as they came: a body that was parsed and printed again no longer matches its signature. */
  readonly rawBody: Buffer;
}

export type NotificationHandler = (request: WebhookRequest) => Promise<WebhookResponse>;

export interface NotificationHandlerOptions {
  /** The keys of a merchant, or `undefined` for one that is not served here. */
  readonly merchants: (mchid: string) => WebhookMerchant | undefined;
  readonly deliver: NotificationSink;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly log: WebhookLog;
  readonly metrics?: WebhookMetrics;
  /** See `parseRoute`. */
  readonly basePaths?: readonly string[];
  /** How long a delivery may take before WeChat Pay is asked to come again. Default 3,000 ms. */
  readonly deliveryDeadlineMs?: number;
}

/** WeChat Pay's notifications have about 2 KB; the limit bounds what anybody else can make us read. */
export const MAX_BODY_BYTES = 64 * 1024;

const MEDIA_TYPES: Readonly<Record<Route['protocol'], readonly string[]>> = {
  v3: ['application/json'],
  v2: ['text/xml', 'application/xml'],
};

/** Refusals that a person has to act on: genuine senders are being turned away. */
const ALERTS: Readonly<Record<string, string>> = {
  'cannot-decrypt': 'a genuine notification could not be decrypted: the APIv3 key of this merchant is wrong',
  'not-accepted': 'Temporal did not accept a notification; WeChat Pay will send it again',
  'keys-unavailable': "WeChat Pay's keys could not be had; it will send the notification again",
  internal: 'a notification could not be handled; WeChat Pay will send it again',
};

/**
 * The webhook without a server: one request in, one answer out. Acknowledges only what was verified and then accepted by
 * the sink; never throws.
 *
 * Statuses: 200; 401 what cannot be verified or opened; 404, 405, 413, 415; 503 while it cannot be delivered.
 */
export function createNotificationHandler(options: NotificationHandlerOptions): NotificationHandler {
  const { log, metrics, now = Date.now } = options;
  return async (request) => {
    const started = performance.now();
    const route = parseRoute(request.path, options.basePaths);
    const common: WebhookLogFields = {
      route: route?.kind ?? 'none',
      requestId: single(request.headers['request-id'])?.slice(0, 64),
    };
    const protocol = route?.protocol ?? 'v3';
    try {
      if (route === undefined) throw new Refusal(404, 'unknown-route');
      const outcome = await handle(request, route, options, now);
      metrics?.accepted(route.kind, outcome);
      const fields = { ...common, mchid: route.mchid, outcome, status: 200 };
      if (outcome === 'unclaimed') log.warn(fields, 'kept as an unclaimed notification; a person should look');
      else log.info(fields, 'notification accepted');
      return answer(protocol, 200);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(503, 'internal', nameOf(error));
      const { status, reason, errorName } = refusal;
      metrics?.refused(route?.kind ?? 'none', reason);
      // A merchant number nobody here knows is whatever the sender made up: not for the log.
      const mchid = route !== undefined && reason !== 'unknown-merchant' ? route.mchid : undefined;
      const fields = { ...common, mchid, reason, status, errorName };
      const alert = ALERTS[reason];
      if (alert !== undefined) log.error(fields, alert);
      else if (reason === 'probe') log.info(fields, "WeChat Pay's signature probe refused, as it has to be");
      else log.warn(fields, 'notification refused');
      return answer(protocol, status);
    } finally {
      metrics?.handled(route?.kind ?? 'none', (performance.now() - started) / 1000);
    }
  };
}

async function handle(
  request: WebhookRequest,
  route: Route,
  { merchants, deliver: sink, metrics, deliveryDeadlineMs = 3_000 }: NotificationHandlerOptions,
  now: () => number,
) {
  const { headers, rawBody } = request;
  if (request.method !== 'POST') throw new Refusal(405, 'method');
  const merchant = merchants(route.mchid);
  if (merchant === undefined) throw new Refusal(404, 'unknown-merchant');
  if (rawBody.length > MAX_BODY_BYTES) throw new Refusal(413, 'too-large');
  const mediaType = single(headers['content-type'])?.split(';', 1)[0]?.trim().toLowerCase();
  const encoding = headers['content-encoding'];
  if (mediaType === undefined || !MEDIA_TYPES[route.protocol].includes(mediaType) || encoding !== undefined) {
    throw new Refusal(415, 'media-type');
  }
  const deliver = await receive({ route, merchant, headers, rawBody, now, metrics });
  return within(deliveryDeadlineMs, deliver(sink)).catch((error: unknown) => {
    throw new Refusal(503, 'not-accepted', nameOf(error));
  });
}

function single(header: string | string[] | undefined): string | undefined {
  if (!Array.isArray(header)) return header;
  return header.length === 1 ? header[0] : undefined;
}
