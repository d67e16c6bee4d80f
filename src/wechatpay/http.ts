import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import axios from 'axios';
import type { AxiosResponse } from 'axios';
import { requestIdOf, unrepeatableOf } from './answer-text';
import { WechatPayError } from './errors';
import { transportFailure } from './http-failures';
import { axiosSettings, MAX_REQUEST_BYTES } from './http-settings';
import { proxyOf } from './http-tunnel';

export interface TransportOptions {
  /** Origin of the gateway, without a path: `https://apihk.mch.weixin.qq.com`. `http` is accepted for loopback only. */
  readonly baseUrl: string;
  /** Absolute limit of one call, from the first look-up to the last byte. Milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Connections at a time. Default 50. */
  readonly maxSockets?: number;
  /** After how long without a call a connection is closed. Milliseconds. Default 7,000: the gateway closes at 8,000. */
  readonly idleMs?: number;
  /**
   * Forward proxy, `http://proxy.example.com:3128`, with user name and password if it wants them. It opens tunnels
   * (CONNECT), so it sees the gateway's name and nothing else. Proxies of the environment are never used.
   */
  readonly proxyUrl?: string;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Absolute path and query, already encoded; sent as it is, because it has been signed as it is. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent byte for byte. */
  readonly body?: string | Buffer;
  /** The caller's own wish to stop, beside the deadline. */
  readonly signal?: AbortSignal;
  /** The call as people name it, for error messages: `customs declare`. */
  readonly call?: string;
}

/** An answer with any status but 3xx. Nothing in it is proven yet. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The bytes as they were signed: decompressed, neither decoded nor parsed. */
  readonly body: Buffer;
}

export interface HttpTransport {
  /**
   * One request, one answer, no retry, no redirect.
   *
   * @throws {WechatPayError} `UNAVAILABLE` when the request provably was not sent, `OUTCOME_UNKNOWN` when it may have been.
   */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Closes all connections; a running call ends as `OUTCOME_UNKNOWN`. */
  close(): void;
}

/** Says who calls, and in which version, when a request names nobody else. WeChat Pay may refuse calls without it. */
export const USER_AGENT = 'temporal-wechatpay/0.1.0';

/** The gateway closes an idle connection after about eight seconds: we must be first. */
const IDLE_MS = 7_000;

/** A longer timer of Node ends at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The one HTTP client of the package. */
export function createTransport(options: TransportOptions): HttpTransport {
  const origin = gatewayOrigin(options.baseUrl);
  const { timeoutMs = 10_000, maxSockets = 50, idleMs = IDLE_MS } = options;
  checkLimit('timeoutMs', timeoutMs, MAX_TIMER_MS);
  checkLimit('maxSockets', maxSockets, 10_000);
  checkLimit('idleMs', idleMs, IDLE_MS);
  const proxy = options.proxyUrl === undefined ? undefined : proxyOf(options.proxyUrl);
  if (proxy !== undefined && !origin.startsWith('https:')) {
    throw new WechatPayError('CONFIGURATION', 'proxy URL: expected none, because the base URL is on this machine', {
      remedy: 'Leave the proxy out, or set the base URL to the gateway.',
    });
  }
  const settings = axiosSettings({ origin, timeoutMs, maxSockets, idleMs, ...(proxy && { proxy }) });
  const client = axios.create(settings);
  const running = new Set<AbortController>();
  let closed = false;

  return {
    async send(request) {
      const { method, path, headers, body, call } = request;
      if (closed) {
        throw new WechatPayError('UNAVAILABLE', 'the transport is closed', {
          call,
          remedy: 'Create a new transport; this one was closed at shutdown.',
        });
      }
      checkPath(origin, path, call);
      checkHeaders(headers, call);
      checkSize(body, call);
      const wire = watchWire(origin.startsWith('https:'));
      const stop = new AbortController();
      const cancel = (): void => stop.abort();
      let pastDeadline = false;
      const deadline = setTimeout(() => {
        pastDeadline = true;
        stop.abort();
      }, timeoutMs);
      request.signal?.addEventListener('abort', cancel);
      if (request.signal?.aborted === true) cancel();
      running.add(stop);
      let answer: AxiosResponse<Buffer>;
      try {
        answer = await client.request<Buffer>({
          method,
          url: path,
          headers: { 'User-Agent': USER_AGENT, 'Accept-Encoding': 'gzip', ...headers },
          data: body,
          signal: stop.signal,
          transport: wire.transport,
        });
      } catch (error) {
        const deadlineMs = pastDeadline ? timeoutMs : undefined;
        const requestId = requestIdOf(wire.answerHeaders(), unrepeatableOf(request));
        throw transportFailure(error, { call, mayHaveBeenSent: wire.mayHaveBeenSent(), requestId, deadlineMs });
      } finally {
        clearTimeout(deadline);
        request.signal?.removeEventListener('abort', cancel);
        running.delete(stop);
      }
      const answerHeaders = plainHeaders(answer.headers);
      if (answer.status >= 300 && answer.status < 400) {
        throw new WechatPayError('OUTCOME_UNKNOWN', `HTTP ${answer.status}: a redirect, which is never followed`, {
          call,
          httpStatus: answer.status,
          requestId: requestIdOf(answerHeaders, unrepeatableOf(request)),
          remedy:
            'WeChat Pay does not redirect: the base URL is wrong, or a proxy or captive portal answered. Repair the ' +
            'configuration; for a call that creates something ask for its result before repeating it.',
        });
      }
      return { status: answer.status, headers: answerHeaders, body: answer.data };
    },
    close() {
      closed = true;
      for (const call of running) call.abort();
      settings.httpAgent.destroy();
      settings.httpsAgent.destroy();
    },
  };
}

/**
 * Knows whether a request can have left this machine: not before its connection (and TLS session) stood. A fact
 * rather than a list of error codes, because ECONNRESET and a time-out happen on both sides of that moment.
 */
function watchWire(secure: boolean): {
  transport: { request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest };
  mayHaveBeenSent(): boolean;
  /** Of the answer, however much of its body came. */
  answerHeaders(): Readonly<Record<string, string>>;
} {
  let sent = false;
  let answered: IncomingMessage | undefined;
  return {
    transport: {
      request(options, onAnswer) {
        const request = (secure ? httpsRequest : httpRequest)(options, (answer) => {
          answered = answer;
          onAnswer(answer);
        });
        request.once('socket', (socket) => {
          if (socket.connecting) {
            socket.once(secure ? 'secureConnect' : 'connect', () => {
              sent = true;
            });
          } else {
            sent = true;
          }
        });
        return request;
      },
    },
    mayHaveBeenSent: () => sent,
    answerHeaders: () => plainHeaders(answered?.headers ?? {}),
  };
}

function plainHeaders(headers: object): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries<unknown>({ ...headers })) {
    if (typeof value === 'string') plain[name.toLowerCase()] = value;
    else if (Array.isArray(value)) plain[name.toLowerCase()] = value.join(', ');
  }
  return plain;
}

/** Whether a host name, as `URL.hostname` gives it, is this machine. Judged by its text, never looked up. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function gatewayOrigin(baseUrl: string): string {
  const wrong = (expected: string): WechatPayError =>
    new WechatPayError('CONFIGURATION', `base URL: expected ${expected}`, {
      remedy: 'Set the base URL to the origin of the gateway, for example https://apihk.mch.weixin.qq.com.',
    });
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw wrong('an absolute URL');
  }
  if (url.username !== '' || url.password !== '') throw wrong('no user name and password');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw wrong('no path, query or fragment');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
    throw wrong('https (http is accepted for loopback only)');
  }
  return url.origin;
}

function checkLimit(name: string, value: number, max: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= max) return;
  throw new WechatPayError('CONFIGURATION', `${name}: expected an integer from 1 to ${max}, got ${String(value)}`, {
    remedy: 'Correct it, or leave it out.',
  });
}

/** What is signed must be what is sent: a path the HTTP client would rewrite is refused. */
function checkPath(origin: string, path: string, call: string | undefined): void {
  let sent: URL | undefined;
  try {
    sent = new URL(origin + path);
  } catch {
    // handled below
  }
  if (!/^\/[^/\\]/.test(path) || sent?.origin !== origin || sent.pathname + sent.search !== path) {
    throw new WechatPayError('INPUT', 'path: expected an absolute path in its encoded form, without fragment', {
      call,
      remedy: 'Build the path from encoded segments and the query with URLSearchParams.',
    });
  }
}

/** axios would silently take out what a header must not hold, and send something that nobody meant. */
function checkHeaders(headers: Readonly<Record<string, string>>, call: string | undefined): void {
  for (const [name, value] of Object.entries(headers)) {
    const isToken = /^[A-Za-z0-9-]{1,64}$/.test(name);
    if (isToken && /^[\x20-\x7e]*$/.test(value)) continue;
    throw new WechatPayError('INPUT', `header ${isToken ? name : 'name'}: expected visible ASCII characters`, {
      call,
      remedy: 'Nothing was sent. Look for line breaks and foreign characters in merchant number, serial and key id.',
    });
  }
}

function checkSize(body: string | Buffer | undefined, call: string | undefined): void {
  const bytes = Buffer.byteLength(body ?? '');
  if (bytes <= MAX_REQUEST_BYTES) return;
  throw new WechatPayError('INPUT', `body: expected at most ${MAX_REQUEST_BYTES} bytes, got ${bytes}`, {
    call,
    remedy: 'Nothing was sent. Make it smaller; an image may have 2 MB.',
  });
}
