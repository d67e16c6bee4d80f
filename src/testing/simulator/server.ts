import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallCounter } from './calls';
import type { Controls } from './control';
import { control, CONTROL_PREFIX } from './control-http';
import type { Draft, Exchange, Received, Reply } from './exchange';
import { applyFault } from './fault-transport';
import type { Faults } from './faults';
import type { Authorizer } from './v3/authorization';
import { isV3Path, openV3 } from './v3/protocol';
import { openV2 } from './v2/protocol';
import type { World } from './world';

const MOST_BYTES = 3 * 1024 * 1024;

export interface Parts {
  readonly world: World;
  readonly authorizer: Authorizer;
  readonly controls: Controls;
  readonly faults: Faults;
  readonly counter: CallCounter;
}

const plain = (status: number, text = ''): Reply => ({
  status,
  headers: { 'Content-Type': 'text/plain' },
  body: Buffer.from(text),
});

/** Listens, and answers both protocols and the control interface. */
export async function listen(parts: Parts): Promise<{ server: Server; port: number; close: () => Promise<void> }> {
  const closing = new AbortController();
  // One listener for each answer that is held back, and there may be any number of them.
  setMaxListeners(0, closing.signal);
  const server = createServer((request, response) => {
    handle(parts, request, response, closing.signal).catch((error: unknown) => {
      if (!response.headersSent) sendTo(response)(plain(500, `simulator defect: ${(error as Error).stack}`));
      else response.destroy();
    });
  });
  const { host, port } = parts.world.settings;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = async (): Promise<void> => {
    closing.abort();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  };
  return { server, port: (server.address() as AddressInfo).port, close };
}

const sendTo =
  (response: ServerResponse) =>
  ({ status, headers, body }: Reply): void => {
    response.writeHead(status, { ...headers, 'Content-Length': body.length });
    response.end(body);
  };

async function handle(parts: Parts, request: IncomingMessage, response: ServerResponse, closing: AbortSignal) {
  const body = await read(request);
  const send = sendTo(response);
  if (!body) return send(plain(413));
  const received: Received = {
    method: request.method ?? '',
    target: request.url ?? '',
    headers: request.headers,
    body,
  };
  if (received.target.startsWith(CONTROL_PREFIX)) return send(await control(parts.controls, received));
  const { world, faults, counter } = parts;
  world.timeline.advance();
  response.setHeader('Request-ID', `${randomUUID()}-${Date.now()}`);
  const exchange = open(parts, received);
  if (!exchange) return send(plain(404));
  if (!('call' in exchange)) return send(exchange);
  counter.add(exchange.call, exchange.keys);
  const fault = faults.take(exchange.call, exchange.keys);
  let draft: Draft | undefined;
  if (fault) {
    draft = await applyFault(exchange, fault, response, send, closing);
  } else {
    draft = exchange.act();
    send(draft.reply());
  }
  world.settings.log?.({
    event: 'call',
    name: exchange.call,
    keys: exchange.keys,
    ...(response.headersSent ? { status: response.statusCode } : {}),
    ...(draft?.code === undefined ? {} : { code: draft.code }),
    ...(fault ? { fault: fault.kind } : {}),
  });
  return undefined;
}

function open({ world, authorizer }: Parts, received: Received): Exchange | Reply | undefined {
  return isV3Path(received.target) ? openV3(world, authorizer, received) : openV2(world, received);
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MOST_BYTES) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
