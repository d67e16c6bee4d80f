import { Agent, createServer, request as httpRequest } from 'node:http';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFaultProxy } from './proxy';
import type { Decision, FaultProxy, Mark } from './proxy';

const ANSWER = '{"state":"PROCESSING","explanation":"as it should be"}';

let server: Server;
let proxy: FaultProxy;
let arrived: string[];
let decisions: (Decision | undefined)[];
let marks: Mark[];
const agents: Agent[] = [];

beforeEach(async () => {
  arrived = [];
  decisions = [];
  marks = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      arrived.push(`${request.method} ${request.url} ${body}`);
      response.writeHead(200, { 'Content-Length': ANSWER.length });
      response.end(ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await startFaultProxy({
    upstream: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    decide: () => decisions.shift(),
    onMark: (mark) => {
      marks.push(mark);
      arrived.push(`mark ${mark}`);
    },
  });
});

afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await proxy.close();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

/** One request as a worker sends it: its answer, or the code of the error it met. */
function ask(options: { agent?: Agent; body?: string; timeout?: number } = {}): Promise<string> {
  const { body = '{"out_trade_no":"1"}', timeout = 2_000, agent } = options;
  return new Promise((resolve) => {
    const outgoing = httpRequest(`${proxy.url}/orders?a=1`, {
      method: 'POST',
      ...(agent === undefined ? { agent: false } : { agent }),
      headers: { 'Content-Length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(timeout),
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.name));
    outgoing.on('response', (incoming) => {
      let text = '';
      incoming.on('data', (piece: Buffer) => (text += piece.toString()));
      incoming.on('error', (error: NodeJS.ErrnoException) => resolve(`${text.length} bytes, ${error.code}`));
      incoming.on('end', () => resolve(text));
    });
    outgoing.end(body);
  });
}

function keepAlive(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agents.push(agent);
  return agent;
}

describe('the fault proxy', () => {
  it('passes requests and answers on as they are when nothing is to happen', async () => {
    expect(await ask()).toBe(ANSWER);
    expect(arrived).toEqual(['POST /orders?a=1 {"out_trade_no":"1"}']);
    expect(proxy.injected.size).toBe(0);
  });

  it('decides for every request, also when one connection carries many', async () => {
    const agent = keepAlive();
    decisions = [undefined, { kind: 'delay', ms: 5 }, { kind: 'reset' }, undefined];
    expect(await ask({ agent })).toBe(ANSWER);
    expect(await ask({ agent })).toBe(ANSWER);
    expect(await ask({ agent })).toBe('ECONNRESET');
    expect(await ask({ agent })).toBe(ANSWER);
    expect(arrived).toHaveLength(3);
    expect([...proxy.injected]).toEqual([
      ['delay', 1],
      ['reset', 1],
    ]);
  });

  it('finds the end of a request that comes in pieces', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(Number(new URL(proxy.url).port), '127.0.0.1');
      let got = '';
      socket.on('data', (piece: Buffer) => {
        got += piece.toString();
        if (got.includes(ANSWER)) resolve(got);
      });
      const pieces = ['POST /o HTTP/1.1\r\nHost: a\r\nContent-', 'Length: 4\r\n\r', '\nab', 'cd'];
      pieces.forEach((piece, index) => setTimeout(() => socket.write(piece), index * 20));
      setTimeout(() => socket.end(), 500);
    });
    expect(text).toContain(ANSWER);
    expect(arrived).toEqual(['POST /o abcd']);
  });

  it.each([
    { kind: 'reset', seen: 'ECONNRESET' },
    { kind: 'close', seen: 'ECONNRESET' },
  ] as const)('$kind: WeChat Pay never gets the request', async ({ kind, seen }) => {
    decisions = [{ kind }];
    expect(await ask()).toBe(seen);
    expect(arrived).toEqual([]);
  });

  it('black-hole: nothing goes further, and nothing comes back until the caller gives up', async () => {
    decisions = [{ kind: 'black-hole' }];
    expect(await ask({ timeout: 300 })).toBe('ABORT_ERR');
    expect(arrived).toEqual([]);
  });

  it('delay: late, and otherwise as it should be', async () => {
    decisions = [{ kind: 'delay', ms: 300 }];
    const began = performance.now();
    expect(await ask()).toBe(ANSWER);
    expect(performance.now() - began).toBeGreaterThan(290);
  });

  it.each([
    { kind: 'answer-lost', seen: /^ECONNRESET$/ },
    { kind: 'half-close', seen: /^0 bytes, ECONNRESET$/ },
    { kind: 'cut', seen: /^[1-9]\d* bytes, ECONNRESET$/ },
    { kind: 'garbage', seen: /^HPE_/ },
  ] as const)('$kind: WeChat Pay has acted, and the caller has no answer', async ({ kind, seen }) => {
    decisions = [{ kind }];
    expect(await ask()).toMatch(seen);
    expect(arrived).toHaveLength(1);
    expect(proxy.injected.get(kind)).toBe(1);
  });

  it('drip: the answer comes byte by byte', async () => {
    decisions = [{ kind: 'drip', ms: 2 }];
    expect(await ask()).toBe(ANSWER);
    decisions = [{ kind: 'drip', ms: 200 }];
    expect(await ask({ timeout: 500 })).toMatch(/ABORT_ERR|ECONNRESET/);
    expect(arrived).toHaveLength(2);
  });

  it.each([
    { mark: 'before', order: ['mark before', 'POST'] },
    { mark: 'acted', order: ['POST', 'mark acted'] },
    { mark: 'answered', order: ['POST', 'mark answered'] },
  ] as const)('mark $mark: tells when the request is there', async ({ mark, order }) => {
    decisions = [{ mark }];
    expect(await ask()).toBe(ANSWER);
    await expect.poll(() => arrived.map((line) => line.replace(/^POST .*/, 'POST'))).toEqual(order);
    expect(marks).toEqual([mark]);
  });

  it('passes on that WeChat Pay itself gave no answer', async () => {
    server.removeAllListeners('request');
    server.on('request', (request) => request.socket.resetAndDestroy());
    expect(await ask()).toBe('ECONNRESET');
  });
});
