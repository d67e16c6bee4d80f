import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { CreateAxiosDefaults } from 'axios';
import { TunnelAgent } from './http-tunnel';
import type { Proxy } from './http-tunnel';

const MAX_ANSWER_BYTES = 1024 * 1024;
/** An image of 2 MB with its form around it. */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024;

/**
 * How axios is locked against its defaults, which are wrong for a payment gateway. Every option has a test that shows
 * what comes in without it.
 */
export function axiosSettings(options: {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly maxSockets: number;
  readonly idleMs: number;
  readonly proxy?: Proxy;
}) {
  const { proxy } = options;
  const agentOptions = { keepAlive: true, timeout: options.idleMs, maxSockets: options.maxSockets };
  // NODE_TLS_REJECT_UNAUTHORIZED=0 or --tls-min-v1.0, set for something else, must not open the way to the gateway.
  const tlsOptions = { ...agentOptions, rejectUnauthorized: true, minVersion: 'TLSv1.2' as const };
  return {
    adapter: 'http',
    baseURL: options.origin,
    // An absolute URL would take the Authorization value to its host.
    allowAbsoluteUrls: false,
    // `http_proxy` of the environment is nobody's decision about payments. A configured proxy is in the agent.
    proxy: false,
    // A redirect would take the body along.
    maxRedirects: 0,
    // Starts anew with every byte: the deadline of a call is kept by its signal.
    timeout: options.timeoutMs,
    // Counted after inflation.
    maxContentLength: MAX_ANSWER_BYTES,
    maxBodyLength: MAX_REQUEST_BYTES,
    // Bytes in, bytes out: what is signed is what is sent, and what is verified is what came.
    responseType: 'arraybuffer',
    transformRequest: [(data: unknown) => data],
    transformResponse: [(data: unknown) => data],
    // A refusal is an answer, with a body to be read.
    validateStatus: () => true,
    transitional: { clarifyTimeoutError: true },
    redact: ['authorization', 'data'],
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: proxy === undefined ? new HttpsAgent(tlsOptions) : new TunnelAgent(proxy, tlsOptions),
  } as const satisfies CreateAxiosDefaults;
}
