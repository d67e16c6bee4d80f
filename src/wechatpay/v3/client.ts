import { USER_AGENT } from '../http';
import type { HttpRequest, HttpTransport } from '../http';
import { readAnswer } from './answer';
import { PUBLIC_KEY_PREFIX } from './key-ring';
import type { KeyRing } from './key-ring';
import { authorization, newNonce } from './signing';
import type { MerchantCredentials } from './signing';

export interface V3ClientOptions extends MerchantCredentials {
  readonly keyRing: KeyRing;
  readonly transport: HttpTransport;
  readonly now?: () => number;
  readonly userAgent?: string;
}

export interface V3Call {
  /** As people name it, for errors: `customs declare`. */
  readonly name: string;
  readonly method: HttpRequest['method'];
  /** Absolute path of encoded segments, without query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: object;
  /** In place of `body`. Only one part of it is signed, see `media/`. */
  readonly multipart?: Multipart;
  /** Serial or id of the key that sealed fields of the body. */
  readonly serial?: string;
  readonly signal?: AbortSignal;
}

/** A body that is not JSON, and the part of it that the signature covers. */
export interface Multipart {
  readonly contentType: string;
  /** Sent byte for byte. */
  readonly content: Buffer;
  /** Text as it stands in `content`. */
  readonly signedPart: string;
}

/** A success that WeChat Pay signed. */
export interface V3Answer {
  readonly status: number;
  /** Decoded JSON; integers of 16 and more digits are text. `undefined` when the answer has no body. */
  readonly body: unknown;
  readonly requestId?: string;
}

export interface V3Client {
  readonly mchid: string;
  /**
   * One signed call; an answer only counts when WeChat Pay signed it.
   *
   * @throws {WechatPayError} classified by the tables of `refusals/`; `OUTCOME_UNKNOWN` for a success that cannot be
   * verified
   */
  call(call: V3Call): Promise<V3Answer>;
}

export function createV3Client(options: V3ClientOptions): V3Client {
  const { keyRing, transport, now = Date.now, userAgent = USER_AGENT } = options;
  return {
    mchid: options.mchid,
    async call(call) {
      // With the public key's id on every request all answers are signed with that key.
      const serial = call.serial ?? keyRing.ids().find((id) => id.startsWith(PUBLIC_KEY_PREFIX));
      const request = signedRequest(options, call, { serial, userAgent, now: now() });
      return readAnswer(await transport.send(request), { call, request, keyRing, now });
    },
  };
}

/** A request whose signed text is the sent text, or the signed part of it. */
export function signedRequest(
  credentials: MerchantCredentials,
  call: V3Call,
  context: { readonly serial?: string; readonly userAgent: string; readonly now: number },
): HttpRequest {
  const { method, name, signal } = call;
  const path = pathWithQuery(call);
  const json = call.body === undefined ? undefined : JSON.stringify(call.body);
  const body = call.multipart?.content ?? json;
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': 'en',
    'User-Agent': context.userAgent,
    Authorization: authorization(credentials, {
      method,
      path,
      timestamp: Math.floor(context.now / 1000),
      nonce: newNonce(),
      body: call.multipart?.signedPart ?? json ?? '',
    }),
  };
  if (body !== undefined) headers['Content-Type'] = call.multipart?.contentType ?? 'application/json';
  if (context.serial !== undefined) headers['Wechatpay-Serial'] = context.serial;
  return { method, path, headers, call: name, ...(body !== undefined && { body }), ...(signal && { signal }) };
}

function pathWithQuery({ path, query }: V3Call): string {
  const entries = Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)]);
  return entries.length === 0 ? path : `${path}?${new URLSearchParams(entries).toString()}`;
}
