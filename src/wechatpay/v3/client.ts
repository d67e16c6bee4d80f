import { WechatPayError } from '../errors';
import type { HttpAnswer, HttpRequest, HttpTransport } from '../http';
import { JsonRefusedError, parseJson } from '../json';
import { classifyRefusal } from './classify';
import { PUBLIC_KEY_PREFIX } from './key-ring';
import type { KeyRing } from './key-ring';
import { authorization, newNonce } from './signing';
import type { MerchantCredentials } from './signing';
import { SignatureRefusedError, verifySignature } from './verification';
import type { Verified } from './verification';

export const USER_AGENT = 'temporal-wechatpay/0.1.0';

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
  /** Serial or id of the key that sealed fields of the body. */
  readonly serial?: string;
  readonly signal?: AbortSignal;
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
   * @throws {WechatPayError} classified by `v3/refusals`; `OUTCOME_UNKNOWN` for a success that cannot be verified
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
      const answer = await transport.send(signedRequest(options, call, { serial, userAgent, now: now() }));
      if (answer.status !== 200 && answer.status !== 204) throw failure(call, answer, now());
      const verified = await verifyAnswer(call, answer, keyRing, now());
      return { status: answer.status, body: decode(call, answer, verified), requestId: answer.headers['request-id'] };
    },
  };
}

/** A request whose signed text is the sent text. */
export function signedRequest(
  credentials: MerchantCredentials,
  call: V3Call,
  context: { readonly serial?: string; readonly userAgent: string; readonly now: number },
): HttpRequest {
  const { method, name, signal } = call;
  const path = pathWithQuery(call);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const headers: Record<string, string> = {
    Accept: 'application/json',
    'Accept-Language': 'en',
    'User-Agent': context.userAgent,
    Authorization: authorization(credentials, {
      method,
      path,
      timestamp: Math.floor(context.now / 1000),
      nonce: newNonce(),
      body: body ?? '',
    }),
  };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (context.serial !== undefined) headers['Wechatpay-Serial'] = context.serial;
  return { method, path, headers, call: name, ...(body !== undefined && { body }), ...(signal && { signal }) };
}

function pathWithQuery({ path, query }: V3Call): string {
  const entries = Object.entries(query ?? {}).map(([key, value]): [string, string] => [key, String(value)]);
  return entries.length === 0 ? path : `${path}?${new URLSearchParams(entries).toString()}`;
}

function failure(call: V3Call, answer: HttpAnswer, now: number): WechatPayError {
  if (answer.status < 300) {
    return new WechatPayError('OUTCOME_UNKNOWN', `HTTP ${answer.status}: neither done nor refused`, {
      ...factsOf(call, answer),
      remedy: 'Ask for the result first, then repeat the identical request.',
    });
  }
  const { status, headers, body } = answer;
  return classifyRefusal({
    call: call.name,
    method: call.method,
    status,
    headers,
    body,
    sealed: call.serial !== undefined,
    now,
  });
}

async function verifyAnswer(
  call: V3Call,
  answer: HttpAnswer,
  keyRing: KeyRing,
  now: number,
): Promise<Verified<Buffer>> {
  const { headers, body } = answer;
  try {
    return await verifySignature({ headers, body, findKey: (id) => keyRing.find(id), now });
  } catch (error) {
    if (!(error instanceof SignatureRefusedError)) throw error;
    throw new WechatPayError('OUTCOME_UNKNOWN', `the answer cannot be verified (${error.reason}): ${error.message}`, {
      ...factsOf(call, answer),
      remedy: REMEDIES[error.reason] ?? 'Ask for the result first, then repeat the identical request.',
    });
  }
}

const REMEDIES: Readonly<Partial<Record<SignatureRefusedError['reason'], string>>> = {
  stale: 'Set the clock of this machine, then ask for the result before repeating the request.',
  'unknown-key':
    'Check the public key id, the public key and the APIv3 key, then ask for the result before repeating the request.',
  'missing-header':
    'Something between here and WeChat Pay answered or removed headers: check proxies and the base URL, then ask for ' +
    'the result before repeating the request.',
};

function decode(call: V3Call, answer: HttpAnswer, verified: Verified<Buffer>): unknown {
  if (verified.value.length === 0) return undefined;
  try {
    return parseJson(verified.value);
  } catch (error) {
    if (!(error instanceof JsonRefusedError)) throw error;
    throw new WechatPayError('OUTCOME_UNKNOWN', `the answer is ${error.message}`, {
      ...factsOf(call, answer),
      remedy: 'Ask for the result first, then repeat the identical request.',
    });
  }
}

function factsOf(call: V3Call, answer: HttpAnswer): { call: string; httpStatus: number; requestId?: string } {
  return { call: call.name, httpStatus: answer.status, requestId: answer.headers['request-id'] };
}
