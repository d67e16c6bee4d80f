import type { IncomingHttpHeaders } from 'node:http';
import type { TestCredentials } from '../../credentials';
import { ApiError } from './api-error';
import { requestSignatureIsValid } from './signing';

/** Two-sided; the exact limit of WeChat Pay is not published. */
const WINDOW_MS = 300_000;
const SCHEME = 'WECHATPAY2-SHA256-RSA2048 ';
const ITEMS = ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'] as const;

const refused = (issue: string): ApiError =>
  new ApiError(401, 'SIGN_ERROR', { en: `Sign error: ${issue}`, zh: `签名错误：${issue}` });

function parse(header: string): Record<(typeof ITEMS)[number], string> {
  if (!header.startsWith(SCHEME)) throw refused(`the scheme must be ${SCHEME.trim()}`);
  const found: Record<string, string> = {};
  for (const part of header.slice(SCHEME.length).split(',')) {
    const item = /^([a-z_]+)="([^"]*)"$/.exec(part);
    const [, name, value] = item ?? [];
    if (name === undefined || value === undefined || Object.hasOwn(found, name))
      throw refused('malformed Authorization');
    found[name] = value;
  }
  const missing = ITEMS.find((name) => !found[name]);
  if (missing !== undefined) throw refused(`${missing} is missing`);
  return found;
}

/** Nonces seen within the window: a request is accepted once. */
export class Authorizer {
  readonly #nonces = new Map<string, number>();

  constructor(
    private readonly merchants: ReadonlyMap<string, TestCredentials>,
    private readonly now: () => number,
  ) {}

  /** The merchant whose key signed the request. @throws ApiError 401 SIGN_ERROR */
  merchantOf(request: { method: string; target: string; headers: IncomingHttpHeaders; signedBody: Buffer }) {
    const header = request.headers.authorization;
    if (header === undefined) throw refused('Authorization is missing');
    const { mchid, nonce_str, timestamp, serial_no, signature } = parse(header);
    const merchant = this.merchants.get(mchid);
    if (!merchant) throw refused('unknown mchid');
    if (serial_no !== merchant.merchantSerial) throw refused('the certificate serial is not the merchant’s');
    if (!/^\d{10}$/.test(timestamp) || Math.abs(this.now() - Number(timestamp) * 1000) >= WINDOW_MS) {
      throw refused('the timestamp is too far from now');
    }
    const { method, target, signedBody: body } = request;
    if (
      !requestSignatureIsValid(merchant.merchantPublicKey, {
        method,
        target,
        timestamp,
        nonce: nonce_str,
        body,
        signature,
      })
    ) {
      throw refused('the signature does not fit method, path, timestamp, nonce and body');
    }
    this.#useOnce(`${mchid}/${nonce_str}`);
    return merchant;
  }

  #useOnce(nonce: string): void {
    const now = this.now();
    for (const [known, at] of this.#nonces) {
      if (now - at < 2 * WINDOW_MS) break;
      this.#nonces.delete(known);
    }
    if (this.#nonces.has(nonce)) throw refused('the nonce was used before');
    this.#nonces.set(nonce, now);
  }
}
