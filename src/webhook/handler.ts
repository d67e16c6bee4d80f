import { answer } from './answers';
import type { WebhookResponse } from './answers';
import { within } from './deadline';
import type { WebhookLog, WebhookLogFields } from './log';
import type { WebhookMetrics } from './metrics';
import { nameOf, receive } from './receive';
import type { WebhookMerchant } from './receive';
import { createRefusalLog } from './refusal-log';
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
  /** The keys of a merchant, or `undefined` for one that is not served here. They may have to be fetched. */
  readonly merchants: (mchid: string) => WebhookMerchant | undefined | Promise<WebhookMerchant | undefined>;
  readonly deliver: NotificationSink;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  readonly log: WebhookLog;
  readonly metrics?: WebhookMetrics;
  /** See `parseRoute`. */
  readonly basePaths?: readonly string[];
  /** How long a delivery may take before WeChat Pay is asked to come again. Default 3,000 ms. */
  readonly deliveryDeadlineMs?: number;
  /** How many deliveries may be under way at a time; one more is answered with 503 at once. Default 100. */
  readonly maxDeliveries?: number;
}

/**
 * A Temporal that takes a hundred a second answers each of so many within a second. Were there no bound, a flood would make
 * it late for all of them, and a notification that comes too late has cost it the same work for nothing.
 */
const MAX_DELIVERIES = 100;

/** WeChat Pay's notifications have about 2 KB; the limit bounds what anybody else can make us read. */
export const MAX_BODY_BYTES = 64 * 1024;

/** WeChat Pay and the proxies before us send some twenty. */
const MAX_HEADERS = 100;

const MEDIA_TYPES: Readonly<Record<Route['protocol'], readonly string[]>> = {
  v3: ['application/json'],
  v2: ['text/xml', 'application/xml'],
};

/**
 * The webhook without a server: one request in, one answer out. Acknowledges only what was verified and then accepted by
 * the sink; never throws.
 *
 * Statuses: 200; 401 what cannot be verified or opened; 404, 405, 413, 415, 431; 503 while it cannot be delivered.
 */
export function createNotificationHandler(options: NotificationHandlerOptions): NotificationHandler {
  const { log, metrics, now = Date.now } = options;
  const logRefusal = createRefusalLog(log);
  const delivering = atMost(options.maxDeliveries ?? MAX_DELIVERIES);
  return async (request) => {
    const started = performance.now();
    const route = parseRoute(request.path, options.basePaths);
    const common: WebhookLogFields = {
      route: route?.kind ?? 'none',
      requestId: single(request.headers['request-id'])?.slice(0, 64),
    };
    const protocol = route?.protocol ?? 'v3';
    // Stays empty for a merchant nobody here knows: its number is whatever the sender made up, and not for the log.
    let mchid: string | undefined;
    try {
      if (route === undefined) throw new Refusal(404, 'unknown-route');
      const merchant = await keysOf(route.mchid, options);
      if (merchant === undefined) throw new Refusal(404, 'unknown-merchant');
      mchid = route.mchid;
      const outcome = await handle(request, { route, merchant, started, delivering }, options, now);
      metrics?.accepted(route.kind, outcome);
      const fields = { ...common, mchid, outcome, status: 200 };
      if (outcome === 'unclaimed') log.warn(fields, 'kept as an unclaimed notification; a person should look');
      else log.info(fields, 'notification accepted');
      return answer(protocol, 200);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(503, 'internal', nameOf(error));
      const { status, reason, errorName } = refusal;
      metrics?.refused(route?.kind ?? 'none', reason);
      logRefusal({ ...common, mchid, reason, status, errorName });
      return answer(protocol, status);
    } finally {
      metrics?.handled(route?.kind ?? 'none', (performance.now() - started) / 1000);
    }
  };
}

async function keysOf(mchid: string, { merchants }: NotificationHandlerOptions): Promise<WebhookMerchant | undefined> {
  try {
    return await merchants(mchid);
  } catch (error) {
    throw new Refusal(503, 'keys-unavailable', nameOf(error));
  }
}

interface Handling {
  readonly route: Route;
  readonly merchant: WebhookMerchant;
  /** By the process's own clock, milliseconds. */
  readonly started: number;
  readonly delivering: Delivering;
}

async function handle(
  request: WebhookRequest,
  { route, merchant, started, delivering }: Handling,
  { deliver: sink, metrics, deliveryDeadlineMs = 3_000 }: NotificationHandlerOptions,
  now: () => number,
) {
  const { headers, rawBody } = request;
  if (request.method !== 'POST') throw new Refusal(405, 'method');
  if (rawBody.length > MAX_BODY_BYTES) throw new Refusal(413, 'too-large');
  if (Object.values(headers).flat().length > MAX_HEADERS) throw new Refusal(431, 'too-many-headers');
  const mediaType = single(headers['content-type'])?.split(';', 1)[0]?.trim().toLowerCase();
  const encoding = headers['content-encoding'];
  if (mediaType === undefined || !MEDIA_TYPES[route.protocol].includes(mediaType) || encoding !== undefined) {
    throw new Refusal(415, 'media-type');
  }
  const deliver = await receive({ route, merchant, headers, rawBody, now, metrics });
  metrics?.checked(route.kind, (performance.now() - started) / 1000);
  return delivering(() =>
    within(deliveryDeadlineMs, deliver(sink)).catch((error: unknown) => {
      throw new Refusal(503, 'not-accepted', nameOf(error));
    }),
  );
}

type Delivering = <Outcome>(deliver: () => Promise<Outcome>) => Promise<Outcome>;

/** Runs so many deliveries at a time; one more is refused. */
function atMost(deliveries: number): Delivering {
  let underWay = 0;
  return async (deliver) => {
    if (underWay >= deliveries) throw new Refusal(503, 'busy');
    underWay += 1;
    try {
      return await deliver();
    } finally {
      underWay -= 1;
    }
  };
}

function single(header: string | string[] | undefined): string | undefined {
  if (!Array.isArray(header)) return header;
  return header.length === 1 ? header[0] : undefined;
}
