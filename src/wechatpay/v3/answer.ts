import { requestIdOf, shownText, unrepeatableOf } from '../answer-text';
import { WechatPayError } from '../errors';
import type { HttpAnswer, HttpRequest } from '../http';
import { JsonRefusedError, parseJson } from '../json';
import { retryAfterMs } from '../retry-after';
import { classifyRefusal } from './classify';
import type { V3Answer, V3Call } from './client';
import type { KeyRing } from './key-ring';
import { SignatureRefusedError, verifySignature } from './verification';
import type { Verified } from './verification';

/** What an answer is judged with. */
export interface Judging {
  readonly call: V3Call;
  /** As it was sent. */
  readonly request: HttpRequest;
  readonly keyRing: KeyRing;
  readonly now: () => number;
}

/**
 * Judges an answer in this order: status, signature, JSON. Only 200 and 204 can be a success, and only one that WeChat
 * Pay signed is.
 *
 * @throws {WechatPayError}
 */
export async function readAnswer(answer: HttpAnswer, judging: Judging): Promise<V3Answer> {
  if (answer.status !== 200 && answer.status !== 204) throw failure(answer, judging);
  const verified = await verify(answer, judging);
  return { status: answer.status, body: decode(answer, judging, verified), requestId: requestIdOf(answer.headers) };
}

const ASK_FIRST = 'Ask for the result first, then repeat the identical request.';

function failure(answer: HttpAnswer, judging: Judging): WechatPayError {
  const { status, headers, body } = answer;
  if (status < 300) return unknown(`HTTP ${status}: neither done nor refused`, ASK_FIRST, answer, judging);
  const { call, request, now } = judging;
  return classifyRefusal({
    call: call.name,
    method: call.method,
    status,
    headers,
    body,
    sealed: call.serial !== undefined,
    unrepeatable: unrepeatableOf(request),
    fieldNames: Object.keys(call.body ?? {}),
    now: now(),
  });
}

async function verify(answer: HttpAnswer, judging: Judging): Promise<Verified<Buffer>> {
  const { headers, body } = answer;
  const { keyRing, now } = judging;
  try {
    return await verifySignature({ headers, body, findKey: (id) => keyRing.find(id), now: now() });
  } catch (error) {
    if (!(error instanceof SignatureRefusedError)) throw error;
    const { reason, message } = error;
    // A header that names no key is quoted.
    const why = shownText(message, 256, unrepeatableOf(judging.request));
    throw unknown(`the answer cannot be verified (${reason}): ${why}`, REMEDIES[reason] ?? ASK_FIRST, answer, judging);
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

function decode(answer: HttpAnswer, judging: Judging, verified: Verified<Buffer>): unknown {
  if (verified.value.length === 0) return undefined;
  try {
    return parseJson(verified.value);
  } catch (error) {
    if (!(error instanceof JsonRefusedError)) throw error;
    throw unknown(`the answer is ${error.message}`, ASK_FIRST, answer, judging);
  }
}

function unknown(what: string, remedy: string, { status, headers }: HttpAnswer, judging: Judging): WechatPayError {
  return new WechatPayError('OUTCOME_UNKNOWN', what, {
    call: judging.call.name,
    httpStatus: status,
    requestId: requestIdOf(headers, unrepeatableOf(judging.request)),
    retryAfterMs: retryAfterMs(headers, judging.now()),
    remedy,
  });
}
