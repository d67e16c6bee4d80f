import type { AnyNotification, UnclaimedNotificationInput, VerifiedNotification } from '../interface';
import type { KeyRing } from '../wechatpay/v3/key-ring';
import { NotificationRefusedError, openNotification } from '../wechatpay/v3/notification';
import { openV2Notification, V2NotificationRefusedError } from '../wechatpay/v2/notification';
import { readContractNotification, readPaymentNotification } from '../wechatpay/contract-order/notifications';
import { readDebitNotification } from '../wechatpay/debit/notifications';
import { h5NotificationKind } from '../wechatpay/h5/notification-kind';
import { parseH5ReviewNotification } from '../wechatpay/h5/notifications';
import { parseH5DomainReviewNotification } from '../wechatpay/h5-domain/notifications';
import { within } from './deadline';
import type { WebhookMetrics } from './metrics';
import { Refusal } from './refusals';
import type { Route } from './routes';
import type { DeliveryOutcome, NotificationSink } from './sink';

/** The keys that prove a merchant's notifications. */
export interface WebhookMerchant {
  /** WeChat Pay's keys; absent for a merchant without APIv3. */
  readonly keyRing?: KeyRing;
  readonly apiV3Keys: readonly Buffer[];
  readonly v2Keys: readonly string[];
}

export interface Received {
  readonly route: Route;
  readonly merchant: WebhookMerchant;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawBody: Buffer;
  readonly now: () => number;
  readonly metrics?: WebhookMetrics;
}

/** Hands one verified notification over. */
export type Deliver = (sink: NotificationSink) => Promise<DeliveryOutcome>;

/** Most of the five seconds WeChat Pay waits belong to Temporal; new certificates have to come in the rest. */
const KEYS_DEADLINE_MS = 1_500;

/**
 * Raw bytes to a delivery: verified, decoded, typed, in this order. Whatever is genuine but cannot be used becomes an
 * unclaimed notification; nothing genuine is dropped.
 *
 * @throws Refusal for everything that is not genuine.
 */
export async function receive(received: Received): Promise<Deliver> {
  return received.route.protocol === 'v3' ? receiveV3(received) : receiveV2(received);
}

async function receiveV3({ route, merchant, headers, rawBody, now }: Received): Promise<Deliver> {
  const { keyRing, apiV3Keys } = merchant;
  if (keyRing === undefined) throw new Refusal(404, 'unknown-merchant');
  const opening = openNotification({ rawBody, headers, keyRing, apiV3Keys, now: now() });
  const opened = await within(KEYS_DEADLINE_MS, opening).catch((error: unknown) => {
    if (error instanceof NotificationRefusedError) throw new Refusal(401, error.reason);
    throw new Refusal(503, 'keys-unavailable', nameOf(error));
  });
  const common = { id: opened.id, createTime: opened.createTime, receivedAt: receivedAt(now) };
  const { mchid, key = '' } = route;
  const keep = (kind: 'h5' | 'h5-domain', reason: string) =>
    unclaimed({ ...common, kind, data: objectOf(opened.resource) }, mchid, reason);

  const told = h5NotificationKind(opened.resource);
  if (route.kind === 'h5-domain') {
    if (told === 'h5') return keep('h5', 'it is about an application, its URL about a domain modification');
    const data = attempt(() => parseH5DomainReviewNotification(opened.resource));
    if (data === undefined) {
      return keep('h5-domain', 'it states neither applyment_id nor out_applyment_id as they should be');
    }
    if (data.out_applyment_id !== undefined && data.out_applyment_id !== key) {
      return keep(
        'h5-domain',
        `its out_applyment_id ${data.out_applyment_id} differs from ${key}, which its URL names`,
      );
    }
    return (sink) => sink.h5Domain({ mchid, out_applyment_id: key }, { ...common, kind: 'h5-domain', data });
  }
  if (told === 'h5-domain') return keep('h5-domain', 'it is about a domain modification, its URL about an application');
  const data = attempt(() => parseH5ReviewNotification(opened.resource));
  if (data === undefined) return keep('h5', 'it states neither applyment_id nor sub_mchid as they should be');
  if (data.sub_mchid !== undefined && data.sub_mchid !== key) {
    return keep('h5', `its sub_mchid ${data.sub_mchid} differs from ${key}, which its URL names`);
  }
  return (sink) => sink.h5({ mchid, sub_mchid: key }, { ...common, kind: 'h5', data });
}

async function receiveV2({ route, merchant, rawBody, now, metrics }: Received): Promise<Deliver> {
  if (merchant.v2Keys.length === 0) throw new Refusal(404, 'unknown-merchant');
  const opened = openV2(rawBody, merchant.v2Keys);
  const { fields, id } = opened;
  const { mchid, kind, key } = route;
  if (fields['mch_id'] !== mchid) throw new Refusal(401, 'foreign-merchant');
  metrics?.v2Signature(opened.signType);
  const common = { id, receivedAt: receivedAt(now) };
  const keep = (reason: string) => unclaimed({ ...common, kind, data: { ...fields } }, mchid, reason);

  try {
    if (kind === 'payment') {
      const data = readPaymentNotification(fields);
      const { out_trade_no } = data;
      return (sink) => sink.payment({ mch_id: mchid, out_trade_no }, { ...common, kind, data });
    }
    if (kind === 'contract') {
      const data = readContractNotification(fields);
      const target = { mch_id: mchid, ...(key !== undefined && { out_trade_no: key }) };
      return (sink) => sink.contract(target, { ...common, kind, data });
    }
    const data = readDebitNotification(fields);
    const { out_trade_no } = data;
    return (sink) => sink.debit({ mch_id: mchid, out_trade_no }, { ...common, kind: 'debit', data });
  } catch (error) {
    if (!(error instanceof V2NotificationRefusedError)) throw error;
    return keep(`it is genuine, but no ${kind} notification: ${error.message}`);
  }
}

function openV2(rawBody: Buffer, keys: readonly string[]) {
  try {
    return openV2Notification({ rawBody, keys });
  } catch (error) {
    if (error instanceof V2NotificationRefusedError) throw new Refusal(401, error.reason);
    throw error;
  }
}

/** Kept as it came: a person has to see the fields that could not be read, so they are not forced into a type. */
function unclaimed(
  notification: VerifiedNotification<AnyNotification['kind'], Readonly<Record<string, unknown>>>,
  mchid: string,
  reason: string,
): Deliver {
  const input: UnclaimedNotificationInput = { mchid, notification: notification as AnyNotification, reason };
  return (sink) => sink.unclaimed(input);
}

function receivedAt(now: () => number): string {
  return new Date(now()).toISOString();
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : { resource: value };
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
