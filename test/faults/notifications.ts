import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { NotificationMischief, NotificationRecord, Simulator } from '../../src/testing';
import type { Chance } from './chance';
import { keyOfNotification, numbersOf } from './plan';

/** How WeChat Pay's notifications behave for some seconds. */
const WEATHER: Readonly<Record<string, NotificationMischief>> = {
  'notification duplicated': { duplicate: 1 },
  'notification duplicated three times': { duplicate: 3 },
  // As long as a payment and the signing after it are apart at most.
  'notifications reordered': { reorder: 4 },
  'notification lost': { lose: 'all' },
  'notification late': { delay: 4 },
};

/** Counted by what came of it: two keys whose notifications change places are no disorder. */
const REORDERED = 'notifications reordered';

const CALM: NotificationMischief = { duplicate: 0, delay: 0, lose: 0, reorder: 0 };

/** Lets notifications misbehave in turns, until it is aborted. */
export async function weather(
  simulator: Simulator,
  chance: Chance,
  count: (kind: string, times: number) => void,
  isForged: (id: string) => boolean,
  over: AbortSignal,
): Promise<void> {
  const genuine = (): number => simulator.notifications().filter(({ id }) => !isForged(id)).length;
  while (!over.aborted) {
    const kind = chance.pick(Object.keys(WEATHER));
    const before = genuine();
    simulator.script({ notifications: { ...CALM, ...WEATHER[kind] } });
    await wait(kind === 'notification lost' ? 3_000 : 5_000, undefined, { signal: over }).catch(() => undefined);
    const made = genuine() - before;
    if (made > 0 && kind !== REORDERED) count(kind, made * (WEATHER[kind]?.duplicate ?? 1));
  }
  simulator.script({ notifications: CALM });
}

/** How many notifications arrived before an earlier one of the same key; `records` as WeChat Pay made them. */
export function reordered(records: readonly Pick<NotificationRecord, 'keys' | 'deliveries'>[]): number {
  const latest = new Map<number, string>();
  let count = 0;
  for (const { keys, deliveries } of records) {
    const key = keyOfNotification(keys);
    const arrived = deliveries.find(({ status }) => status !== undefined)?.at;
    if (key === undefined || arrived === undefined) continue;
    const before = latest.get(key);
    if (before !== undefined && arrived < before) count++;
    else latest.set(key, arrived);
  }
  return count;
}

/** A genuine message that is to be changed may itself be lost, late or held back just now. Milliseconds. */
const LONGEST_WAIT = 6_000;

interface Captured {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

const FORGERIES = [
  ...(['bad', 'missing', 'stale', 'probe', 'tampered'] as const).map((how) => ['v3', how] as const),
  ...(['bad', 'missing', 'tampered'] as const).map((how) => ['v2', how] as const),
];

/** A genuine message is changed for so long; later it would be refused for its age. Milliseconds. */
const FRESH = 60_000;

/** Makes forged notifications of genuine ones and of nothing, and remembers which were accepted. */
export class Forger {
  /** Tampered messages that were acknowledged. */
  readonly accepted: string[] = [];
  /** What the simulator sends for us: how it is forged, or undefined for what is to be changed. */
  private readonly custom = new Map<string, string | undefined>();
  private readonly tampered = new Map<string, number>();
  private readonly genuine = new Map<'h5' | 'payment', Captured & { readonly at: number }>();
  private captured: ((message: Captured) => void) | undefined;
  private readonly trap = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      response.end('{"code":"SUCCESS"}');
      this.captured?.({ headers: request.headers, body: Buffer.concat(pieces) });
    });
  });

  constructor(
    private readonly simulator: Simulator,
    private readonly webhookUrl: string,
    private readonly mchid: string,
  ) {}

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.trap.listen(0, '127.0.0.1', resolve));
  }

  async close(): Promise<void> {
    this.trap.closeAllConnections();
    await new Promise<void>((resolve) => this.trap.close(() => resolve()));
  }

  /** Whether a notification of the simulator is one of ours. */
  isForged(id: string): boolean {
    return this.custom.has(id);
  }

  /** How many forged ones reached a webhook, and how many genuine ones came in another order, by kind. */
  counts(): ReadonlyMap<string, number> {
    const counts = new Map(this.tampered);
    const records = this.simulator.notifications();
    for (const { id, deliveries } of records) {
      const make = this.custom.get(id);
      const answered = deliveries.filter(({ status }) => status !== undefined).length;
      if (make !== undefined && answered > 0) counts.set(make, (counts.get(make) ?? 0) + answered);
    }
    return counts.set(REORDERED, reordered(records.filter(({ id }) => !this.isForged(id))));
  }

  /** How many forged ones reached a webhook in all. */
  sum(): number {
    return [...this.counts()].reduce((sum, [kind, times]) => sum + (kind === REORDERED ? 0 : times), 0);
  }

  /** Whether a process was told what only a forged notification says, whatever that was answered. */
  believed(told: { has(fact: string): boolean }): string[] {
    return FORGED_FACTS.filter((fact) => told.has(fact)).map((fact) => `a process was told: ${fact}`);
  }

  /** One forged message about one key that exists. */
  async forge(chance: Chance, index: number): Promise<void> {
    const { webhookUrl, mchid } = this;
    const { sub_mchid, out_trade_no } = numbersOf(index);
    const [version, how] = chance.pick(FORGERIES);
    const make = `forged notification, ${version} ${how}`;
    const place = chance.next();
    const v3 = { ...reviewOf(sub_mchid), url: `${webhookUrl}/wechatpay/${mchid}/h5/${sub_mchid}` };
    const v2 = { ...paymentOf(mchid, out_trade_no), url: `${webhookUrl}/wechatpay/${mchid}/payment` };
    const forged = version === 'v3' ? v3 : v2;
    if (how !== 'tampered') {
      this.custom.set(this.simulator.notify({ ...forged, signature: how, once: true }).id, make);
      return;
    }
    const { kind, url } = forged;
    const genuine = await this.genuineOf(kind === 'h5' ? v3 : v2);
    if (genuine === undefined) return;
    const body = kind === 'h5' ? withOtherCipher(genuine.body, place) : withOtherAmount(genuine.body, chance);
    await this.post(make, url, genuine.headers, body);
  }

  /** A genuine message as WeChat Pay sends it, not older than a minute. */
  private async genuineOf(message: ReturnType<typeof reviewOf> | ReturnType<typeof paymentOf>) {
    const known = this.genuine.get(message.kind);
    if (known !== undefined && Date.now() - known.at < FRESH) return known;
    const url = `http://127.0.0.1:${(this.trap.address() as AddressInfo).port}/`;
    const captured = new Promise<Captured>((resolve) => (this.captured = resolve));
    const at = Date.now();
    this.custom.set(this.simulator.notify({ ...message, url, once: true }).id, undefined);
    const caught = await Promise.race([captured, wait(LONGEST_WAIT)]);
    if (caught === undefined) return undefined;
    const genuine = { ...caught, at };
    this.genuine.set(message.kind, genuine);
    return genuine;
  }

  private async post(make: string, url: string, headers: IncomingHttpHeaders, body: Buffer): Promise<void> {
    const { host: _host, connection: _connection, 'content-length': _length, ...rest } = headers;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: rest as Record<string, string>,
        body: new Uint8Array(body),
      });
      this.tampered.set(make, (this.tampered.get(make) ?? 0) + 1);
      await answer.arrayBuffer();
      if (answer.ok) this.accepted.push(`${make}: HTTP ${answer.status}`);
    } catch {
      // The webhook is being killed: nothing was accepted, and nothing is counted.
    }
  }
}

/** Numbers that WeChat Pay gives to nobody here, so that whoever knows them has believed a forgery. */
const FORGED = { applyment_id: 1, transaction_id: '4'.repeat(28) };
const FORGED_FACTS = [`h5 ${FORGED.applyment_id}`, `payment ${FORGED.transaction_id}`];

function reviewOf(sub_mchid: string) {
  const { applyment_id } = FORGED;
  const resource = { sub_mchid, applyment_id, applyment_state: 'REJECTED', audit_reject_detail: 'forged' };
  return { kind: 'h5', resource } as const;
}

function paymentOf(mch_id: string, out_trade_no: string) {
  const { transaction_id } = FORGED;
  const numbers = { out_trade_no, total_fee: '1', transaction_id };
  return { kind: 'payment', fields: { return_code: 'SUCCESS', mch_id, ...numbers } } as const;
}

/** Another character of the cipher text, `place` from 0 to 1 in it. */
function withOtherCipher(body: Buffer, place: number): Buffer {
  const forged = Buffer.from(body);
  const from = forged.indexOf('"ciphertext":"') + '"ciphertext":"'.length;
  const at = from + Math.floor(place * (forged.indexOf('"', from) - from - 4));
  forged[at] = forged[at] === 0x41 ? 0x42 : 0x41;
  return forged;
}

function withOtherAmount(body: Buffer, chance: Chance): Buffer {
  const other = `<total_fee><![CDATA[${chance.between(2, 9_999)}]]></total_fee>`;
  const text = body.toString('utf8');
  const forged = text.replace(/<total_fee>.*?<\/total_fee>/, other);
  return Buffer.from(forged === text ? text.replace('SUCCESS', 'FAIL') : forged);
}
