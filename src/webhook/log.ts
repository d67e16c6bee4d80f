import type { Logger } from 'pino';
import { pino } from 'pino';
import { standardOutput } from './standard-output';

/** Everything a log line of the webhook may hold: an allow-list, so that nothing gets in by accident. */
export interface WebhookLogFields {
  readonly route?: string;
  readonly mchid?: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly status?: number;
  /** WeChat Pay's `Request-ID` of the delivery; their support asks for it. */
  readonly requestId?: string;
  readonly errorName?: string;
  readonly url?: string;
  /** How many refusals of one kind this line stands for, where they were too many to tell one by one. */
  readonly count?: number;
}

export interface WebhookLog {
  info(fields: WebhookLogFields, message: string): void;
  warn(fields: WebhookLogFields, message: string): void;
  /** An alert: somebody has to do something. */
  error(fields: WebhookLogFields, message: string): void;
}

const FIELDS: readonly (keyof WebhookLogFields)[] = [
  'route',
  'mchid',
  'outcome',
  'reason',
  'status',
  'requestId',
  'errorName',
  'url',
  'count',
];

/**
 * JSON lines through pino, with the allowed fields and nothing else, whatever is passed.
 *
 * @param logger by default one on standard output that outlives a full disk
 */
export function createWebhookLog(logger: Logger = pino({}, standardOutput)): WebhookLog {
  const write = (level: 'info' | 'warn' | 'error') => (fields: WebhookLogFields, message: string) => {
    const allowed: Record<string, unknown> = {};
    for (const name of FIELDS) if (fields[name] !== undefined) allowed[name] = fields[name];
    logger[level](allowed, message);
  };
  return { info: write('info'), warn: write('warn'), error: write('error') };
}
