import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Draft, Exchange, Reply } from './exchange';
import { FAULT_KINDS, SPOILERS } from './faults';
import type { Fault, Spoiler } from './faults';

const DEFAULT_MS = 200;

/** How long a black hole lasts at most. */
const BLACK_HOLE_MS = 3600_000;

export type Send = (reply: Reply) => void;

/**
 * Carries a call out under a fault.
 *
 * @returns what was decided, for the log
 */
export async function applyFault(
  exchange: Exchange,
  fault: Fault,
  response: ServerResponse,
  send: Send,
  closing: AbortSignal,
): Promise<Draft | undefined> {
  const { kind } = fault;
  const acts = fault.acts ?? FAULT_KINDS[kind];
  const pause = async (ms: number): Promise<void> => {
    await wait(ms, undefined, { signal: closing, ref: false }).catch(() => undefined);
  };
  if (kind === 'delay') await pause(fault.ms ?? DEFAULT_MS);
  let draft = acts ? exchange.act() : undefined;
  if (kind === 'slow-double') {
    await pause(fault.ms ?? DEFAULT_MS);
    draft = exchange.act();
  }
  const plain = (status: number, headers: Record<string, string>, text = ''): void =>
    send({ status, headers, body: Buffer.from(text) });
  switch (kind) {
    case 'act-and-drop':
    case 'drop-before-act':
      response.socket?.resetAndDestroy();
      return draft;
    case '429': {
      const failed = exchange.fail(fault);
      const reply = failed.reply();
      const { retryAfter } = fault;
      send(
        retryAfter === undefined
          ? reply
          : { ...reply, headers: { ...reply.headers, 'Retry-After': String(retryAfter) } },
      );
      return failed;
    }
    case 'act-and-500':
    case '500':
    case '502':
    case '503':
    case '401':
    case '403':
    case 'error': {
      const failed = exchange.fail(fault);
      send(failed.reply());
      return failed;
    }
    case '202-then-nothing':
      plain(202, {});
      return draft;
    case 'redirect':
      plain(307, { Location: fault.location ?? '/elsewhere' });
      return draft;
    case 'html-200':
      plain(200, { 'Content-Type': 'text/html' }, '<html><body><h1>Welcome to the network</h1></body></html>');
      return draft;
    case 'black-hole':
      await Promise.race([once(response, 'close'), pause(BLACK_HOLE_MS)]);
      response.socket?.destroy();
      return draft;
    case 'garbage':
      response.socket?.end('\u0000\u0001SSH-2.0 this is not HTTP\r\n\r\n');
      return draft;
    case 'drip':
      await drip(response, (draft ?? exchange.act()).reply(), () => pause(fault.ms ?? DEFAULT_MS));
      return draft;
    case 'cut':
      await cut(response, (draft ?? exchange.act()).reply());
      return draft;
    default: {
      const answer = draft ?? exchange.act();
      send(answer.reply(isSpoiler(kind) ? kind : undefined));
      return answer;
    }
  }
}

const isSpoiler = (kind: string): kind is Spoiler => (SPOILERS as readonly string[]).includes(kind);

async function drip(response: ServerResponse, reply: Reply, pause: () => Promise<void>): Promise<void> {
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': reply.body.length });
  for (const byte of reply.body) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await pause();
  }
  response.end();
}

/** Announces the whole body, sends half and closes the connection in an orderly way. */
async function cut(response: ServerResponse, { status, headers, body }: Reply): Promise<void> {
  response.writeHead(status, { ...headers, 'Content-Length': body.length, Connection: 'close' });
  await new Promise<void>((resolve) => {
    response.write(body.subarray(0, Math.floor(body.length / 2)), () => resolve());
  });
  response.socket?.end();
}
