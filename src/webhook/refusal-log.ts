import type { WebhookLog, WebhookLogFields } from './log';
import type { RefusalReason } from './refusals';

/** Refusals that a person has to act on: genuine senders are being turned away. */
const ALERTS: Readonly<Partial<Record<RefusalReason, string>>> = {
  'cannot-decrypt': 'a genuine notification could not be decrypted: the APIv3 key of this merchant is wrong',
  'not-accepted': 'Temporal did not accept a notification; WeChat Pay will send it again',
  busy: 'more notifications come than Temporal accepts; WeChat Pay will send this one again',
  'keys-unavailable': "WeChat Pay's keys could not be had; it will send the notification again",
  internal: 'a notification could not be handled; WeChat Pay will send it again',
};

/** Refusals that the sender may not be to blame for. Anybody can cause them, so they are no alerts. */
const HINTS: Readonly<Partial<Record<RefusalReason, string>>> = {
  stale:
    'its time is more than five minutes from this clock: an old message, or the clock of this machine is wrong ' +
    '(check its time synchronisation)',
};

export interface RefusalLogOptions {
  /** Milliseconds that are counted together. Default 60,000. */
  readonly everyMs?: number;
}

export type RefusalFields = WebhookLogFields & { readonly reason: RefusalReason };

/** How many refusals of one kind are told one by one before they are only counted. */
const TOLD_ONE_BY_ONE = 5;

/** Refusals of one kind: the same reason, route and merchant, so that no alert hides behind another merchant's. */
interface Kind {
  told: number;
  /** Counted since the last line. */
  untold: number;
  readonly fields: WebhookLogFields;
  readonly tell: (fields: WebhookLogFields, more: string) => void;
}

/**
 * Tells refusals, and under a flood of one kind only how many there were: one line per interval, until an interval has
 * passed in which none was left untold. Anybody can send forged messages, and must not fill a disk with them. Metrics
 * count each.
 */
export function createRefusalLog(log: WebhookLog, { everyMs = 60_000 }: RefusalLogOptions = {}) {
  // No more entries than there are reasons, routes and configured merchants.
  const kinds = new Map<string, Kind>();
  let timer: NodeJS.Timeout | undefined;

  function summarise(): void {
    for (const [name, kind] of kinds) {
      if (kind.untold === 0) {
        kinds.delete(name);
        continue;
      }
      kind.tell({ ...kind.fields, count: kind.untold }, ` (${kind.untold} more in the last ${everyMs / 1000} s)`);
      kind.untold = 0;
    }
    if (kinds.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  return (refusal: RefusalFields): void => {
    const { reason, route, mchid, status } = refusal;
    const name = [reason, route, mchid].join(' ');
    let kind = kinds.get(name);
    if (kind === undefined) {
      kind = { told: 0, untold: 0, fields: { route, mchid, reason, status }, tell: teller(log, reason) };
      kinds.set(name, kind);
      // unref: counting must not keep a process alive.
      timer ??= setInterval(summarise, everyMs).unref();
    }
    if (kind.told === TOLD_ONE_BY_ONE) {
      kind.untold += 1;
      return;
    }
    kind.told += 1;
    kind.tell(refusal, '');
  };
}

function teller(log: WebhookLog, reason: RefusalReason): Kind['tell'] {
  const alert = ALERTS[reason];
  if (alert !== undefined) return (fields, more) => log.error(fields, alert + more);
  if (reason === 'probe') {
    return (fields, more) => log.info(fields, `WeChat Pay's signature probe refused, as it has to be${more}`);
  }
  const hint = HINTS[reason];
  const text = `notification refused${hint === undefined ? '' : `: ${hint}`}`;
  return (fields, more) => log.warn(fields, text + more);
}
