import { randomBytes } from 'node:crypto';
import { WechatPayError, type ErrorClass } from '../errors';
import type { HttpAnswer, HttpTransport } from '../http';
import { classifyErrCode, classifyReturnMsg } from './classify';
import { textOf, type Fields } from './fields';
import { sign, verifySign, type SignType } from './signing';
import { buildXml, parseXml, XmlRefusedError } from './xml';

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
  const { mch_id, keys, signType, transport, nonce = randomNonce } = options;
  const accepted = [keys.current, ...(keys.previous === undefined ? [] : [keys.previous])];

  async function call(request: V2Call): Promise<V2Answer> {
    const { name, path, signal } = request;
    const unsigned: Record<string, string | undefined> = { ...request.fields, mch_id };
    if (request.nonce) unsigned.nonce_str = nonce();
    // MD5 is what an absent sign_type means; an element that says so is one more that a call may refuse.
    const type = request.signType ?? 'MD5';
    if (type !== 'MD5') unsigned.sign_type = type;
    const signature = sign(unsigned, { key: keys.current, signType: type });
    const answer = await transport.send({
      method: 'POST',
      path,
      headers: { 'Content-Type': 'text/xml; charset=utf-8', Accept: 'text/xml' },
      body: buildXml({ ...unsigned, sign: signature }),
      signal,
      call: name,
    });
    return readAnswer(answer, { name, path, keys: accepted, mch_id, appid: request.fields.appid });
  }

  return { mch_id, signType, call };
}

function randomNonce(): string {
  return randomBytes(16).toString('hex');
}

interface Expected {
  readonly name: string;
  readonly path: string;
  readonly keys: readonly string[];
  readonly mch_id: string;
  readonly appid: string | undefined;
}

const ASK = 'Ask with the query what was done, then repeat the identical request.';

/** Judges strictly in this order: transport, `return_code`, signature, whose answer it is, `result_code`. */
function readAnswer(answer: HttpAnswer, expected: Expected): V2Answer {
  const facts = { call: expected.name, httpStatus: answer.status, requestId: answer.headers['request-id'] };
  const fail = (errorClass: ErrorClass, what: string, remedy: string, code?: string): WechatPayError =>
    new WechatPayError(errorClass, `${expected.name}: ${what}`, { ...facts, code, remedy });

  if (answer.status !== 200) throw fail('OUTCOME_UNKNOWN', `expected HTTP 200, got ${answer.status}`, ASK);
  let fields: Fields;
  try {
    fields = parseXml(answer.body);
  } catch (error) {
    if (!(error instanceof XmlRefusedError)) throw error;
    throw fail('OUTCOME_UNKNOWN', `expected a message of WeChat Pay; ${error.message}`, ASK);
  }

  const returnCode = textOf(fields, 'return_code');
  if (returnCode === 'FAIL') {
    const returnMsg = textOf(fields, 'return_msg');
    const { errorClass, meaning, remedy } = classifyReturnMsg(returnMsg);
    throw fail(errorClass, `return_code FAIL: ${meaning} (${quoted(returnMsg)})`, remedy);
  }
  if (returnCode !== 'SUCCESS') {
    throw fail('OUTCOME_UNKNOWN', `expected return_code SUCCESS or FAIL, got ${quoted(returnCode)}`, ASK);
  }

  const resultCode = textOf(fields, 'result_code');
  const verdict = verifySign(fields, { keys: expected.keys });
  // Failures of the papay family come unsigned; being no statement that anything was done, they may count as failures.
  // Elsewhere a failure is a statement too: "no such order" would let an order be sent again.
  const papay = expected.path.startsWith('/papay/');
  const unsignedFailure = papay && !verdict.ok && verdict.reason === 'sign-missing' && resultCode === 'FAIL';
  if (!verdict.ok && !unsignedFailure) {
    throw fail('OUTCOME_UNKNOWN', `expected a signed answer, got ${verdict.reason}`, `${ASK} Check the APIv2 key.`);
  }
  for (const name of ['mch_id', 'appid'] as const) {
    const theirs = textOf(fields, name);
    if (theirs !== undefined && expected[name] !== undefined && theirs !== expected[name]) {
      throw fail('OUTCOME_UNKNOWN', `expected ${name} ${quoted(expected[name])}, got ${quoted(theirs)}`, ASK);
    }
  }

  if (resultCode === 'FAIL') {
    const errCode = textOf(fields, 'err_code');
    const errCodeDes = textOf(fields, 'err_code_des');
    const { errorClass, meaning, remedy } = classifyErrCode(errCode, errCodeDes);
    throw fail(errorClass, `${meaning} (${quoted(errCode)}: ${quoted(errCodeDes)})`, remedy, errCode);
  }
  if (resultCode !== 'SUCCESS') {
    throw fail('OUTCOME_UNKNOWN', `expected result_code SUCCESS or FAIL, got ${quoted(resultCode)}`, ASK);
  }
  return { fields, requestId: facts.requestId };
}

/** WeChat Pay's own text, short enough for a message. */
function quoted(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  const flat = text.replace(/\s+/g, ' ');
  return flat.length > 128 ? `${flat.slice(0, 128)}…` : flat;
}
