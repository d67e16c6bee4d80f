import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What can happen to one request between a worker and WeChat Pay, and whether WeChat Pay gets the request. */
export const NETWORK_FAULTS = {
  /** The connection is reset; the request goes no further. */
  reset: false,
  /** The connection is closed in an orderly way; the request goes no further. */
  close: false,
  /** Nothing goes further and nothing comes back. */
  'black-hole': false,
  /** Late, and otherwise as it should be. */
  delay: true,
  /** The answer stops after its head, and only this direction is closed. */
  'half-close': true,
  /** One byte of the answer every so often. */
  drip: true,
  /** Half of the answer, then the end. */
  cut: true,
  /** Carried out, and reset instead of an answer. */
  'answer-lost': true,
  /** Carried out, and answered with bytes that are not HTTP. */
  garbage: true,
} as const;

export type NetworkFaultKind = keyof typeof NETWORK_FAULTS;

/** Where the caller of a request can be killed: before WeChat Pay gets it, after it acted, after the answer is passed on. */
export type Mark = 'before' | 'acted' | 'answered';

/** `ms`: of a delay in all, of a drip between two bytes. */
export type Decision = { readonly kind: NetworkFaultKind; readonly ms?: number } | { readonly mark: Mark };

/** A request read completely, as text to look for numbers in. */
export interface ProxiedRequest {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

export interface FaultProxy {
  readonly url: string;
  /** How often each kind was injected. */
  readonly injected: ReadonlyMap<NetworkFaultKind, number>;
  close(): Promise<void>;
}

export interface FaultProxyOptions {
  /** Where requests go. */
  readonly upstream: string;
  /** Asked once for every request. */
  readonly decide: (request: ProxiedRequest) => Decision | undefined;
  /** The request of a mark has come to it; it goes on once this resolves. */
  readonly onMark?: (mark: Mark) => Promise<void> | void;
}

/**
 * A network that fails on purpose: HTTP/1.1 on loopback, with a decision for every request, also when a connection carries
 * many. It reads only as much of HTTP as it needs to find where requests and answers end.
 */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const { hostname, port } = new URL(options.upstream);
  const injected = new Map<NetworkFaultKind, number>();
  const open = new Set<Socket>();
  const track = (socket: Socket): Socket => {
    open.add(socket);
    // What is broken on purpose is no error of ours.
    socket.on('error', () => undefined);
    return socket.once('close', () => open.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    track(client);
    const upstream = (): Socket => track(connect({ host: hostname, port: Number(port) }));
    const count = (kind: NetworkFaultKind): unknown => injected.set(kind, (injected.get(kind) ?? 0) + 1);
    void new Passage(client, upstream, options, count).run().finally(() => client.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    injected,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}

/** One connection of a worker: its requests one after the other, each on the same way further. */
class Passage {
  private further: Socket | undefined;

  constructor(
    private readonly client: Socket,
    private readonly connectFurther: () => Socket,
    private readonly options: FaultProxyOptions,
    private readonly count: (kind: NetworkFaultKind) => unknown,
  ) {}

  async run(): Promise<void> {
    const requests = new Messages(this.client);
    for (;;) {
      const message = await requests.next();
      if (message === undefined) break;
      const decision = this.options.decide(readRequest(message));
      const goesOn =
        decision === undefined
          ? await this.exchange(message)
          : 'mark' in decision
            ? await this.marked(message, decision.mark)
            : await this.spoil(message, decision);
      if (!goesOn) break;
    }
    this.further?.destroy();
  }

  /** Passes a request on and its answer back. False when the connection is of no more use. */
  private async exchange(request: Buffer): Promise<boolean> {
    const answer = await this.answerTo(request);
    if (answer.bytes.length === 0) this.client.resetAndDestroy();
    else if (answer.whole) this.client.write(answer.bytes);
    else this.client.end(answer.bytes);
    return answer.whole;
  }

  private async marked(request: Buffer, mark: Mark): Promise<boolean> {
    const { onMark } = this.options;
    if (mark === 'before') await onMark?.(mark);
    const answer = await this.answerTo(request);
    if (mark === 'acted') await onMark?.(mark);
    if (!this.client.destroyed) this.client.write(answer.bytes);
    if (mark === 'answered') await onMark?.(mark);
    return answer.whole && !this.client.destroyed;
  }

  private async spoil(request: Buffer, { kind, ms = 200 }: { kind: NetworkFaultKind; ms?: number }): Promise<boolean> {
    this.count(kind);
    const { client } = this;
    if (kind === 'delay') {
      await wait(ms);
      return this.exchange(request);
    }
    if (!NETWORK_FAULTS[kind]) {
      if (kind === 'reset') client.resetAndDestroy();
      else if (kind === 'close') client.end();
      await closed(client, kind === 'close' ? 1_000 : undefined);
      return false;
    }
    const { bytes } = await this.answerTo(request);
    switch (kind) {
      case 'answer-lost':
        client.resetAndDestroy();
        break;
      case 'garbage':
        client.end('\u0000\u0001SSH-2.0 this is not HTTP\r\n\r\n');
        break;
      case 'cut':
        // Beyond the head, so that it looks like an answer at first.
        client.end(bytes.subarray(0, Math.max(headEnd(bytes) + 1, bytes.length >> 1)));
        break;
      case 'half-close':
        client.end(bytes.subarray(0, headEnd(bytes)));
        await closed(client, 5_000);
        break;
      default:
        for (const byte of bytes) {
          if (client.destroyed) break;
          client.write(Buffer.of(byte));
          await wait(ms);
        }
    }
    if (kind !== 'half-close') await closed(client, 1_000);
    return false;
  }

  private async answerTo(request: Buffer): Promise<{ readonly bytes: Buffer; readonly whole: boolean }> {
    const further = this.further === undefined || this.further.destroyed ? this.connectFurther() : this.further;
    this.further = further;
    const answers = new Messages(further);
    further.write(request);
    const whole = await answers.next();
    answers.release();
    return whole === undefined ? { bytes: answers.rest, whole: false } : { bytes: whole, whole: true };
  }
}

/** Cuts what comes over a connection into HTTP messages by head and `Content-Length`. */
class Messages {
  rest: Buffer = Buffer.alloc(0);
  private ended = false;
  private wake: (() => void) | undefined;
  private readonly onData = (piece: Buffer): void => {
    this.rest = Buffer.concat([this.rest, piece]);
    this.wake?.();
  };
  private readonly onEnd = (): void => {
    this.ended = true;
    this.wake?.();
  };

  constructor(private readonly socket: Socket) {
    socket.on('data', this.onData).on('end', this.onEnd).on('close', this.onEnd);
  }

  /** The next whole message; undefined when the connection ends before. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const length = messageLength(this.rest);
      if (length !== undefined && this.rest.length >= length) {
        const message = this.rest.subarray(0, length);
        this.rest = this.rest.subarray(length);
        return message;
      }
      if (this.ended) return undefined;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  release(): void {
    this.socket.off('data', this.onData).off('end', this.onEnd).off('close', this.onEnd);
  }
}

function headEnd(bytes: Buffer): number {
  const end = bytes.indexOf('\r\n\r\n');
  return end === -1 ? bytes.length : end + 4;
}

function messageLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const length = /\r\ncontent-length: *(\d+)/i.exec(bytes.toString('latin1', 0, end));
  return end + 4 + Number(length?.[1] ?? 0);
}

function readRequest(message: Buffer): ProxiedRequest {
  const end = headEnd(message);
  const [method = '', target = ''] = message.toString('latin1', 0, end).split('\r\n', 1)[0]?.split(' ') ?? [];
  return { method, target, body: message.toString('utf8', end) };
}

/** Waits until the other side has gone, or so long at most. */
async function closed(socket: Socket, limit?: number): Promise<void> {
  if (socket.destroyed) return;
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await (limit === undefined ? gone : Promise.race([gone, wait(limit)]));
}
