// Delivers notifications the way WeChat Pay does: five seconds of patience, and only a success in the body counts.
import { Agent, request } from 'node:http';

const PATIENCE_MS = 5_000;
/** Shorter than the server's own limit, or an idle connection could close while it is used again. */
const IDLE_MS = 4_000;
const V2_SUCCESS = '<return_code><![CDATA[SUCCESS]]></return_code>';

/**
 * @typedef {object} Delivered
 * @property {boolean} acknowledged
 * @property {number} [status] absent when no answer came
 * @property {string} [error] code of the transport's error
 */

export function createPost() {
  const agent = new Agent({ keepAlive: true, timeout: IDLE_MS });

  /** One delivery; never throws. @returns {Promise<Delivered>} */
  function post(url, { path, headers, body, kind }) {
    return new Promise((resolve) => {
      let patience;
      const end = (delivered) => {
        clearTimeout(patience);
        resolve(delivered);
      };
      const outgoing = request(
        `${url}${path}`,
        { method: 'POST', agent, headers: { ...headers, 'Content-Length': String(body.length) } },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (piece) => (text += piece));
          incoming.on('error', (error) => end({ acknowledged: false, error: error.code ?? error.name }));
          incoming.on('end', () => {
            const { statusCode: status } = incoming;
            end({ acknowledged: status === 200 && saysSuccess(kind, text), status });
          });
        },
      );
      outgoing.on('error', (error) => end({ acknowledged: false, error: error.code ?? error.name }));
      patience = setTimeout(() => outgoing.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })), PATIENCE_MS);
      outgoing.end(body);
    });
  }

  return { post, close: () => agent.destroy() };
}

function saysSuccess(kind, text) {
  if (kind === 'contract') return text.includes(V2_SUCCESS);
  try {
    return JSON.parse(text)?.code === 'SUCCESS';
  } catch {
    return false;
  }
}

/** How often each answer came: `{ 200: 4000, 503: 12, ETIMEDOUT: 1 }`. */
export function tally(delivered) {
  const counts = {};
  for (const { status, error } of delivered) {
    const name = String(status ?? error);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
