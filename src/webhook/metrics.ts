import { Counter, Histogram, Registry } from 'prom-client';
import type { RefusalReason } from './refusals';
import type { RouteKind } from './routes';
import type { DeliveryOutcome } from './sink';

/** Counted apart from the log, so that an alert needs no log parser. Labels are closed lists; nothing personal. */
export interface WebhookMetrics {
  accepted(route: RouteKind, outcome: DeliveryOutcome): void;
  refused(route: RouteKind | 'none', reason: RefusalReason): void;
  /** MD5 is left where WeChat Pay leaves no choice; this shows how much of it there still is. */
  v2Signature(algorithm: string): void;
  /** Our own part: verified, decrypted, typed and routed. What is refused has no such time. */
  checked(route: RouteKind, seconds: number): void;
  handled(route: RouteKind | 'none', seconds: number): void;
}

/** The same as Prometheus metrics, in a registry of their own. */
export function createWebhookMetrics(): { metrics: WebhookMetrics; registry: Registry } {
  const registry = new Registry();
  const registers = [registry];
  const accepted = new Counter({
    name: 'wechatpay_webhook_accepted_total',
    help: 'Notifications acknowledged, by what became of them: delivered, duplicate, unclaimed.',
    labelNames: ['route', 'outcome'] as const,
    registers,
  });
  const refused = new Counter({
    name: 'wechatpay_webhook_refused_total',
    help: 'Requests not acknowledged, by reason.',
    labelNames: ['route', 'reason'] as const,
    registers,
  });
  const signatures = new Counter({
    name: 'wechatpay_webhook_v2_signatures_total',
    help: 'Verified v2 notifications by signature algorithm.',
    labelNames: ['algorithm'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'wechatpay_webhook_seconds',
    help: 'From the complete body to the answer.',
    labelNames: ['route'] as const,
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5],
    registers,
  });
  const own = new Histogram({
    name: 'wechatpay_webhook_own_seconds',
    help: 'From the complete body until a genuine notification is handed to Temporal: verify, decrypt, route.',
    labelNames: ['route'] as const,
    buckets: [0.0001, 0.0002, 0.0003, 0.0005, 0.00075, 0.001, 0.0015, 0.002, 0.003, 0.005, 0.01, 0.05, 0.5],
    registers,
  });
  return {
    registry,
    metrics: {
      accepted: (route, outcome) => accepted.inc({ route, outcome }),
      refused: (route, reason) => refused.inc({ route, reason }),
      v2Signature: (algorithm) => signatures.inc({ algorithm }),
      checked: (route, elapsed) => own.observe({ route }, elapsed),
      handled: (route, elapsed) => seconds.observe({ route }, elapsed),
    },
  };
}
