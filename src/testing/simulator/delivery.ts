import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { readXml } from './v2/xml';

/** WeChat Pay waits this long for an acknowledgement. */
const PATIENCE_MS = 5000;
const MOST_BYTES = 64 * 1024;

export interface DeliveryResult {
  /** HTTP status; absent when no answer came. */
  readonly status?: number;
  /** The answer's body, cut at 200 characters. */
  readonly answer?: string;
  /** Code of the transport's error: ECONNREFUSED, ETIMEDOUT. */
  readonly error?: string;
}

/** v3: 200 or 204 with nothing or SUCCESS. v2: 200 with the XML SUCCESS. */
function isAcknowledged(v3: boolean, status: number, body: string): boolean {
  if (!v3) return status === 200 && readXml(body)?.return_code === 'SUCCESS';
  if (status === 204) return true;
  if (status !== 200) return false;
  if (body.trim() === '') return true;
  try {
    return (JSON.parse(body) as { code?: unknown } | null)?.code === 'SUCCESS';
  } catch {
    return false;
  }
}

/** One POST; never throws. */
export function postOnce(
  url: string,
  headers: Record<string, string>,
  body: Buffer,
  v3: boolean,
  signal: AbortSignal,
): Promise<DeliveryResult & { acknowledged: boolean }> {
  return new Promise((resolve) => {
    const fail = (error: string): void => resolve({ error, acknowledged: false });
    const send = url.startsWith('https:') ? requestHttps : requestHttp;
    const outgoing = send(
      url,
      {
        method: 'POST',
        agent: false,
        headers: { ...headers, 'Content-Length': String(body.length), 'User-Agent': 'Mozilla/4.0', Accept: '*/*' },
        signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (piece: string) => {
          if (text.length < MOST_BYTES) text += piece;
        });
        incoming.on('error', () => fail('ECONNRESET'));
        incoming.on('end', () => {
          const status = incoming.statusCode ?? 0;
          resolve({ status, answer: text.slice(0, 200), acknowledged: isAcknowledged(v3, status, text) });
        });
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) =>
      fail(error.name === 'TimeoutError' || error.name === 'AbortError' ? 'ETIMEDOUT' : (error.code ?? 'EUNKNOWN')),
    );
    outgoing.end(body);
  });
}
