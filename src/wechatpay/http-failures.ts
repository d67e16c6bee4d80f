import { WechatPayError } from './errors';

const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_\w+)$/, 'the host name could not be resolved'],
  [/^ECONNREFUSED$/, 'the connection was refused'],
  [/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL)$/, 'the host cannot be reached'],
  [/^(ECONNRESET|EPIPE)$/, 'the connection was reset'],
  [/^(ETIMEDOUT|ECONNABORTED)$/, 'no complete answer in time'],
  [/^ERR_CANCELED$/, 'the call was cancelled'],
  [/^HPE_/, 'the answer is not HTTP'],
  [/^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO)/, 'the TLS session could not be established'],
  [/^EPROXY$/, 'the proxy opened no tunnel to the gateway'],
  [/^ERR_BAD_RESPONSE$/, 'the answer was cut off or larger than 1 MiB'],
  [/^Z_|^ERR_BUFFER|^ERR_ZLIB|^ERR__ERROR_FORMAT/, 'the compressed answer is damaged'],
];

/**
 * What a caller is told about a call without an answer.
 *
 * @param cause what the HTTP client threw. It holds the Authorization value and the body: only its code is read.
 */
export function transportFailure(
  cause: unknown,
  facts: {
    readonly call: string | undefined;
    readonly mayHaveBeenSent: boolean;
    /** Of an answer that began and was not received whole. */
    readonly requestId: string | undefined;
    /** Milliseconds; set when it was the deadline that ended the call. */
    readonly deadlineMs: number | undefined;
  },
): WechatPayError {
  const code = codeOf(cause);
  const meaning =
    facts.deadlineMs === undefined
      ? (MEANINGS.find(([pattern]) => pattern.test(code))?.[1] ?? 'the call failed on its way')
      : `no complete answer within ${facts.deadlineMs} ms`;
  return facts.mayHaveBeenSent
    ? new WechatPayError('OUTCOME_UNKNOWN', `${meaning} (${code}); the request may have been executed`, {
        call: facts.call,
        requestId: facts.requestId,
        remedy: 'Ask for the result first, then repeat the identical request.',
      })
    : new WechatPayError('UNAVAILABLE', `${meaning} (${code}); the request was not sent`, {
        call: facts.call,
        remedy: 'Repeat the same request later; if it goes on, check network, DNS, TLS, proxy and the base URL.',
      });
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'unknown';
}
