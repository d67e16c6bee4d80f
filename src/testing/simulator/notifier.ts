import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { postOnce } from './delivery';
import type { DeliveryResult } from './delivery';
import type { Contract, Debit, H5Application, Order } from './model';
import { contractLadder, debitLadder, paymentLadder } from './notify-ladders';
import type { NotificationMischief } from './options';
import { rfc3339 } from './times';
import { stringify } from './v3/json';
import { encryptResource, newNonce, signatureHeaders } from './v3/signing';
import { signatureOf } from './v2/signing';
import type { SignType } from './v2/signing';
import { writeXml } from './v2/xml';
import type { XmlFields } from './v2/xml';
import type { Notifications, World } from './world';

export type NotificationKind = 'h5' | 'h5-domain' | 'payment' | 'contract' | 'debit';

/** One attempt, as `GET /_simulator/notifications` shows it. */
export interface Delivery extends DeliveryResult {
  /** ISO 8601 UTC, simulated time. */
  readonly at: string;
  readonly acknowledged: boolean;
}

/** A notification and what became of it. Its content is not shown: it may be personal. */
export interface NotificationRecord {
  readonly id: string;
  readonly kind: NotificationKind;
  readonly mchid: string;
  /** Business numbers it is about. */
  readonly keys: readonly string[];
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  readonly acknowledged: boolean;
  /** `refused`: the address is not loopback. `given-up`: the ladder is exhausted. */
  readonly status: 'waiting' | 'acknowledged' | 'lost' | 'refused' | 'given-up';
}

/** Age of a stale notification, milliseconds: too old also for a receiver whose clock is ten minutes slow. */
const STALE = 20 * 60_000;

/** Ways to spoil the proof of a notification. */
export type NotificationSignature = 'valid' | 'bad' | 'missing' | 'stale' | 'probe';

interface Pending {
  readonly record: { -readonly [K in keyof NotificationRecord]: NotificationRecord[K] } & { deliveries: Delivery[] };
  readonly ladder: readonly number[];
  /** Made anew for each delivery: signatures are fresh, the notification's id stays. */
  readonly message: () => { headers: Record<string, string>; body: Buffer };
}

/** Sends notifications until they are acknowledged, on the documented ladder. */
export class Notifier implements Notifications {
  #pending = new Map<string, Pending>();
  readonly #running = new Set<Promise<void>>();
  #stop = stopping();
  #held: Pending[] = [];
  #lost = 0;
  #signed = 0;

  constructor(private readonly world: () => World) {}

  h5(application: H5Application, resource: object, url: string): void {
    const { mchid, kind, applyment_id, data, state } = application;
    const keys = [
      data.sub_mchid,
      applyment_id,
      ...(data.out_applyment_id === undefined ? [] : [data.out_applyment_id]),
    ];
    const event_type = `APPLYMENT_STATE.${state}`;
    this.#start(kind, mchid, keys, url, paymentLadder, this.#v3(mchid, kind, event_type, stringify(resource)));
  }

  payment(order: Order, fields: XmlFields): void {
    const { merchant, signType, fields: ordered } = order;
    const keys = [ordered.out_trade_no ?? '', fields.transaction_id ?? ''];
    const message = this.#v2(merchant.apiV2Key, signType, fields, true);
    this.#start('payment', merchant.mchid, keys, ordered.notify_url ?? '', paymentLadder, message);
  }

  contract(contract: Contract, fields: XmlFields, url: string): void {
    const { merchant, contract_code, contract_id, plan_id } = contract;
    const message = this.#v2(merchant.apiV2Key, 'MD5', fields, false);
    this.#start('contract', merchant.mchid, [contract_code, contract_id, plan_id], url, contractLadder, message);
  }

  debit({ merchant, fields: applied }: Debit, fields: XmlFields): void {
    const message = this.#v2(merchant.apiV2Key, 'MD5', fields, true);
    const keys = [applied.out_trade_no ?? '', applied.contract_id ?? ''];
    this.#start('debit', merchant.mchid, keys, applied.notify_url ?? '', debitLadder, message);
  }

  /** A notification of the tester's own making. @returns its id */
  custom(custom: {
    kind: NotificationKind;
    mchid: string;
    url: string;
    /** v3: what is encrypted, JSON text. */
    resource?: string;
    event_type?: string;
    id?: string;
    /** v2: the fields without `sign`. */
    fields?: XmlFields;
    signType?: SignType;
    signature?: NotificationSignature;
    /** Not repeated. */
    once?: boolean;
  }): string {
    const merchant = this.world().merchants.get(custom.mchid);
    if (!merchant) throw new Error(`notify: unknown mchid ${custom.mchid}`);
    const { kind, mchid, url, signature, fields } = custom;
    const v3 = kind === 'h5' || kind === 'h5-domain';
    const message = v3
      ? this.#v3(
          mchid,
          kind,
          custom.event_type ?? 'APPLYMENT_STATE.APPROVED',
          custom.resource ?? '{}',
          custom.id,
          signature,
        )
      : this.#v2(merchant.apiV2Key, custom.signType ?? 'MD5', fields ?? {}, false, signature);
    const ladder = custom.once
      ? [0]
      : kind === 'contract'
        ? contractLadder
        : kind === 'debit'
          ? debitLadder
          : paymentLadder;
    return this.#start(kind, mchid, [], url, ladder, message);
  }

  /** Sends a known notification once more, acknowledged or not. */
  repeat(id: string): void {
    const pending = this.#pending.get(id);
    if (!pending) throw new Error(`notify: no notification ${id}`);
    this.#track(this.#attempt(pending));
  }

  records(): NotificationRecord[] {
    return [...this.#pending.values()].map(({ record }) => ({ ...record, deliveries: [...record.deliveries] }));
  }

  /** Forgets all; what is under way is broken off and not repeated. */
  clear(): void {
    this.#stop.abort();
    this.#stop = stopping();
    this.#pending = new Map();
    this.#held = [];
    this.#lost = 0;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#running);
  }

  #v3(
    mchid: string,
    kind: NotificationKind,
    event_type: string,
    plain: string,
    id: string = randomUUID(),
    signature: NotificationSignature = 'valid',
  ): Pending['message'] {
    const { merchants, settings, platform, now } = this.world();
    const apiV3Key = merchants.get(mchid)?.apiV3Key ?? '';
    const envelope = {
      id,
      create_time: rfc3339(now()),
      event_type,
      resource_type: 'applyment',
      summary: kind === 'h5' ? 'H5支付权限申请通知' : 'H5支付域名修改申请通知',
      resource: { original_type: 'applyment', ...encryptResource(apiV3Key, plain, 'applyment') },
    };
    const body = Buffer.from(JSON.stringify(envelope));
    return () => {
      const chosen = settings.notificationKey ?? 'publicKey';
      const which = chosen === 'alternate' ? (this.#signed++ % 2 === 0 ? 'publicKey' : 'certificate') : chosen;
      const at = settings.signatureNow() - (signature === 'stale' ? STALE : 0);
      const headers = signatureHeaders(platform.forNotification(which), body, at);
      if (signature === 'bad')
        headers['Wechatpay-Signature'] = headers['Wechatpay-Signature']?.replace(/^.{4}/, 'AAAA') ?? '';
      if (signature === 'probe') headers['Wechatpay-Signature'] = `WECHATPAY/SIGNTEST/${newNonce()}`;
      if (signature === 'missing') delete headers['Wechatpay-Signature'];
      return { headers: { 'Content-Type': 'application/json', ...headers }, body };
    };
  }

  #v2(
    key: string,
    type: SignType,
    fields: XmlFields,
    nonce: boolean,
    signature: NotificationSignature = 'valid',
  ): Pending['message'] {
    return () => {
      const all = nonce ? { ...fields, nonce_str: newNonce() } : fields;
      const sign = signatureOf(all, signature === 'valid' ? key : newNonce(), type);
      const body = Buffer.from(writeXml(signature === 'missing' ? all : { ...all, sign }));
      return { headers: { 'Content-Type': 'text/xml' }, body };
    };
  }

  #start(
    kind: NotificationKind,
    mchid: string,
    keys: readonly string[],
    url: string,
    ladder: readonly number[],
    message: Pending['message'],
  ): string {
    const { settings, scripts, timeline, now } = this.world();
    const mischief: NotificationMischief = { ...settings.notify, ...scripts.notifications };
    const id = randomUUID();
    const pending: Pending = {
      record: { id, kind, mchid, keys, url, deliveries: [], acknowledged: false, status: 'waiting' },
      ladder,
      message,
    };
    this.#pending.set(id, pending);
    if (!settings.allowRemoteNotify && !isLoopback(url)) {
      pending.record.status = 'refused';
    } else if (mischief.lose === 'all' || this.#lost < (mischief.lose ?? 0)) {
      this.#lost++;
      pending.record.status = 'lost';
    } else if (mischief.reorder) {
      this.#held.push(pending);
      if (this.#held.length === 1) timeline.schedule(now() + mischief.reorder * 1000, () => this.#release());
    } else {
      timeline.schedule(now() + (mischief.delay ?? 0) * 1000, () => this.#first(pending, mischief));
    }
    return id;
  }

  #release(): void {
    const held = this.#held.reverse();
    this.#held = [];
    const send = async (): Promise<void> => {
      for (const pending of held) await this.#attempt(pending, 0);
    };
    this.#track(send());
  }

  #first(pending: Pending, mischief: NotificationMischief): void {
    for (let copy = 0; copy < (mischief.duplicate ?? 0); copy++) this.#track(this.#attempt(pending));
    this.#track(this.#attempt(pending, 0));
  }

  #track(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** @param step place on the ladder; a copy beside the ladder has none and is not repeated */
  async #attempt(pending: Pending, step?: number): Promise<void> {
    const { settings, timeline, now } = this.world();
    const { record, ladder } = pending;
    const at = new Date(now()).toISOString();
    const { headers, body } = pending.message();
    const v3 = record.kind === 'h5' || record.kind === 'h5-domain';
    const stop = this.#stop.signal;
    const delivered = await postOnce(record.url, { ...headers, 'Request-ID': randomUUID() }, body, v3, stop);
    if (stop.aborted) return;
    record.deliveries.push({ ...delivered, at });
    const { status } = delivered;
    settings.log?.({
      event: 'delivery',
      name: record.kind,
      keys: record.keys,
      ...(status === undefined ? {} : { status }),
    });
    if (delivered.acknowledged) {
      record.acknowledged = true;
      record.status = 'acknowledged';
    }
    if (record.acknowledged || step === undefined) return;
    const gap = ladder[step + 1];
    if (gap === undefined) {
      record.status = 'given-up';
      return;
    }
    timeline.schedule(now() + gap * 1000 * settings.notifyLadderScale, () => {
      if (!record.acknowledged) this.#track(this.#attempt(pending, step + 1));
    });
  }
}

function isLoopback(url: string): boolean {
  try {
    const { hostname, protocol } = new URL(url);
    return /^https?:$/.test(protocol) && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  } catch {
    return false;
  }
}

/** One listener for each delivery that is under way, and there may be any number of them. */
function stopping(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}
