import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import axios from 'axios';
import type { AxiosResponse } from 'axios';
import { WechatPayError } from './errors';

export interface TransportOptions {
  /** Origin of the gateway, without a path: `https://apihk.mch.weixin.qq.com`. `http` is accepted for loopback only. */
  readonly baseUrl: string;
  /** Absolute limit of one call, from the first look-up to the last byte. Milliseconds. Default 10,000. */
  readonly timeoutMs?: number;
  /** Connections at a time. Default 50. */
  readonly maxSockets?: number;
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

const MAX_ANSWER_BYTES = 1024 * 1024;
const MAX_REQUEST_BYTES = 3 * 1024 * 1024;
/** The gateway closes an idle connection after about eight seconds: we must be first. */
const IDLE_MS = 7_000;

/** The one HTTP client of the package, locked against the defaults that are wrong for a payment gateway. */
export function createTransport(options: TransportOptions): HttpTransport {
  const origin = gatewayOrigin(options.baseUrl);
  const timeoutMs = options.timeoutMs ?? 10_000;
  const agentOptions = { keepAlive: true, timeout: IDLE_MS, maxSockets: options.maxSockets ?? 50 };
  const httpAgent = new HttpAgent(agentOptions);
  const httpsAgent = new HttpsAgent(agentOptions);
  let closed = false;

  const client = axios.create({
    baseURL: origin,
    adapter: 'http',
    allowAbsoluteUrls: false,
    proxy: false,
    maxRedirects: 0,
    timeout: timeoutMs,
    maxContentLength: MAX_ANSWER_BYTES,
    maxBodyLength: MAX_REQUEST_BYTES,
    responseType: 'arraybuffer',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    validateStatus: () => true,
    transitional: { clarifyTimeoutError: true },
    redact: ['authorization', 'data'],
    httpAgent,
    httpsAgent,
  });

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
      const wire = watchWire(origin.startsWith('https:'));
      const deadline = AbortSignal.timeout(timeoutMs);
      let answer: AxiosResponse<Buffer>;
      try {
        answer = await client.request<Buffer>({
          method,
          url: path,
          headers: { 'Accept-Encoding': 'gzip', ...headers },
          data: body,
          signal: request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]),
          transport: wire.transport,
        });
      } catch (error) {
        // The caught object holds the Authorization value and the body: only its code leaves this function.
        throw transportError(codeOf(error), {
          call,
          mayHaveBeenSent: wire.mayHaveBeenSent(),
          timedOutAfterMs: deadline.aborted ? timeoutMs : undefined,
        });
      }
      if (answer.status >= 300 && answer.status < 400) {
        throw new WechatPayError('OUTCOME_UNKNOWN', `HTTP ${answer.status}: a redirect, which is never followed`, {
          call,
          httpStatus: answer.status,
          remedy:
            'WeChat Pay does not redirect: the base URL is wrong, or a proxy or captive portal answered. Repair the ' +
            'configuration; for a call that creates something ask for its result before repeating it.',
        });
      }
      return { status: answer.status, headers: plainHeaders(answer.headers), body: answer.data };
    },
    close() {
      closed = true;
      httpAgent.destroy();
      httpsAgent.destroy();
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
} {
  let sent = false;
  return {
    transport: {
      request(options, onAnswer) {
        const request = (secure ? httpsRequest : httpRequest)(options, onAnswer);
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
  };
}

const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'the host name could not be resolved'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'the host cannot be reached'],
  [/^(ECONNRESET|EPIPE)$/, 'the connection was reset'],
  [/^(ETIMEDOUT|ECONNABORTED)$/, 'no complete answer in time'],
  [/^ERR_CANCELED$/, 'the call was cancelled'],
  [/^HPE_/, 'the answer is not HTTP'],
  [/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO)/, 'the TLS session could not be established'],
  [/^ERR_BAD_RESPONSE$/, 'the answer was cut off or larger than 1 MiB'],
  [/^Z_|^ERR_BUFFER|^ERR_ZLIB/, 'the compressed answer is damaged'],
];

function transportError(
  code: string,
  facts: { call?: string; mayHaveBeenSent: boolean; timedOutAfterMs?: number },
): WechatPayError {
  const meaning =
    facts.timedOutAfterMs === undefined
      ? (MEANINGS.find(([pattern]) => pattern.test(code))?.[1] ?? 'the call failed on its way')
      : `no complete answer within ${facts.timedOutAfterMs} ms`;
  return facts.mayHaveBeenSent
    ? new WechatPayError('OUTCOME_UNKNOWN', `${meaning} (${code}); the request may have been executed`, {
        call: facts.call,
        remedy: 'Ask for the result first, then repeat the identical request.',
      })
    : new WechatPayError('UNAVAILABLE', `${meaning} (${code}); the request was not sent`, {
        call: facts.call,
        remedy: 'Repeat the same request later; if it goes on, check network, DNS, TLS and the base URL.',
      });
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'unknown';
}

function plainHeaders(headers: AxiosResponse['headers']): Readonly<Record<string, string>> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
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
