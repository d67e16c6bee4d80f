import { randomBytes } from 'node:crypto';
import type { HttpTransport } from '../http';
import { readAnswer } from './answer';
import type { Fields } from './fields';
import { sign, type SignType } from './signing';
import { buildXml } from './xml';

/** The APIv2 keys, 32 characters each. Requests are signed with `current`; answers may come under either. */
export interface V2Keys {
  readonly current: string;
  readonly previous?: string;
}

export interface V2ClientOptions {
  /** Merchant number. */
  readonly mch_id: string;
  readonly keys: V2Keys;
  /** For the calls that allow a choice; the others are always MD5. */
  readonly signType: SignType;
  readonly transport: HttpTransport;
  /** At most 32 letters and digits, never the same. */
  readonly nonce?: () => string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface V2Call {
  /** The call as people name it: `pay/orderquery`. */
  readonly name: string;
  readonly path: string;
  /** Only what the page of this call lists, without `mch_id`, `nonce_str`, `sign_type` and `sign`. */
  readonly fields: Readonly<Record<string, string | undefined>>;
  /** Whether the page of this call lists `nonce_str`; the papay queries refuse it. */
  readonly nonce: boolean;
  /** Leave out where the page of this call does not list `sign_type`. */
  readonly signType?: SignType;
  readonly signal?: AbortSignal;
}

export interface V2Answer {
  /** Everything WeChat Pay said, verified; `result_code` is SUCCESS. */
  readonly fields: Fields;
  /** WeChat Pay's `Request-ID`. */
  readonly requestId?: string;
}

export interface V2Client {
  readonly mch_id: string;
  readonly signType: SignType;
  /**
   * One attempt of one call.
   *
   * @throws WechatPayError with the class of the reaction; an answer counts as done only if it is signed.
   */
  call(call: V2Call): Promise<V2Answer>;
}

/** Client of the v2 (XML) protocol for one merchant. Source: WeChat Pay, "interface rules" (v2). */
export function createV2Client(options: V2ClientOptions): V2Client {
  const { mch_id, keys, signType, transport, nonce = randomNonce, now = Date.now } = options;
  const accepted = [keys.current, ...(keys.previous === undefined ? [] : [keys.previous])];

  async function call(request: V2Call): Promise<V2Answer> {
    const { name, path, signal } = request;
    const unsigned: Record<string, string | undefined> = { ...request.fields, mch_id };
    if (request.nonce) unsigned.nonce_str = nonce();
    // MD5 is what an absent sign_type means; an element that says so is one more that a call may refuse.
    const type = request.signType ?? 'MD5';
    if (type !== 'MD5') unsigned.sign_type = type;
    const signature = sign(unsigned, { key: keys.current, signType: type });
    const body = buildXml({ ...unsigned, sign: signature });
    const answer = await transport.send({
      method: 'POST',
      path,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', Accept: 'text/xml' },
      body,
      signal,
      call: name,
    });
    return readAnswer(answer, {
      name,
      path,
      keys: accepted,
      sent: unsigned,
      unrepeatable: [body, signature],
      now: now(),
    });
  }

  return { mch_id, signType, call };
}

function randomNonce(): string {
  return randomBytes(16).toString('hex');
}
