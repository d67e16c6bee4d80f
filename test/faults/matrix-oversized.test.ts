import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { webhookProcess } from './webhook-process';
import type { WebhookProcess } from './webhook-process';

/* Bodies that are too large, a hundred at a time, and what they make of the memory of the process they are sent to. */

const MB = 1_000_000;
const PARALLEL = 100;
/** Megabytes. A hundred bodies of 10 MB that were kept would be a thousand. */
const MOST_GROWTH = 24;

let webhook: WebhookProcess;
beforeAll(async () => {
  webhook = await webhookProcess();
}, 300_000);
afterAll(() => webhook?.stop());

/** Kilobytes the kernel counts: `VmRSS` now, `VmHWM` at most since {@link forgetPeak}. */
function memory(what: 'VmRSS' | 'VmHWM'): number {
  return Number(
    new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${webhook.pid}/status`, 'utf8'))?.[1],
  );
}

/** A 5 written there sets `VmHWM` to what `VmRSS` is. */
function forgetPeak(): void {
  writeFileSync(`/proc/${webhook.pid}/clear_refs`, '5');
}

interface Sent {
  /** 0: closed without one. */
  readonly status: number;
  /** Bytes of the body that the connection took before it was closed. */
  readonly taken: number;
  /** Whether it was closed before it had taken the whole body. */
  readonly isCutOff: boolean;
}

/** Sends a body for as long as the connection stands. */
function pour(
  head: readonly string[],
  bytes: number,
  frame: (piece: Buffer) => Buffer = (piece) => piece,
): Promise<Sent> {
  return new Promise((resolve) => {
    const piece = frame(Buffer.alloc(16 * 1024, ' '));
    let received = '';
    let sent = 0;
    const socket = connect(webhook.port, '127.0.0.1', () => {
      socket.write(
        [`POST /wechatpay/${webhook.credentials.mchid}/payment HTTP/1.1`, 'host: x', ...head, '', ''].join('\r\n'),
      );
      const more = (): void => {
        while (sent < bytes && socket.writable) {
          const rest = bytes - sent;
          const next = rest < piece.length ? piece.subarray(0, rest) : piece;
          sent += next.length;
          if (!socket.write(next)) return;
        }
      };
      socket.on('drain', more);
      more();
    });
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0);
      resolve({ status, taken: Math.min(sent, socket.bytesWritten), isCutOff: sent < bytes });
    });
  });
}

const xml = 'content-type: text/xml';
const announced = (announce: number, bytes = announce) => pour([xml, `content-length: ${announce}`], bytes);
const chunked = (bytes: number) =>
  pour([xml, 'transfer-encoding: chunked'], bytes, (piece) =>
    Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
  );

const KINDS = {
  'of one byte more than the limit': () => announced(64 * 1024 + 1),
  'of 10 MB': () => announced(10 * MB),
  'of 10 MB, in chunks that announce nothing': () => chunked(10 * MB),
  'that announce 100 MB': () => announced(100 * MB),
};

it.each(Object.entries(KINDS))(
  'a hundred bodies at once %s are refused while they come, in little memory',
  { timeout: 60_000 },
  async (_what, send) => {
    const flood = () => Promise.all(Array.from({ length: PARALLEL }, send));
    // What the first ones make a process allocate once and for all is no growth.
    for (let round = 0; round < 3; round += 1) await flood();
    forgetPeak();
    const before = memory('VmRSS');
    const sent = await flood();
    const growth = (memory('VmHWM') - before) / 1_000;
    // Whoever goes on sending may have the connection closed before the answer is read; all of them may.
    const answered = sent.filter(({ status }) => status !== 0);
    expect(answered.map(({ status }) => status).filter((status) => status !== 413)).toEqual([]);
    expect(answered.length > 0 || sent.every(({ isCutOff }) => isCutOff)).toBe(true);
    process.stdout.write(
      `a hundred bodies ${_what}: ${growth.toFixed(1)} MB more, ${Math.max(...sent.map(({ taken }) => taken))} bytes taken at most\n`,
    );
    expect(growth).toBeLessThan(MOST_GROWTH);
    expect(await webhook.send(webhook.genuine(Date.now()))).toBe(503);
  },
);
