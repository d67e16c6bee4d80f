import { requestIdOf, shownCode, shownText } from '../answer-text';
import { WechatPayError } from '../errors';
import type { HttpAnswer } from '../http';
import { classify, V2_REFUSALS } from '../refusals';
import type { Meaning } from '../refusals';
import { retryAfterMs } from '../retry-after';
import type { V2Answer } from './client';
import { textOf, type Fields } from './fields';
import { verifySign } from './signing';
import { parseXml, XmlRefusedError } from './xml';

/** What an answer is judged with. */
export interface Judging {
  /** The call as people name it: `pay/orderquery`. */
  readonly name: string;
  readonly path: string;
  /** The APIv2 keys an answer may be signed with. */
  readonly keys: readonly string[];
  /** The fields of the request, without `sign`. */
  readonly sent: Readonly<Record<string, string | undefined>>;
  /** What the request held and an answer may echo: signature, body. */
  readonly unrepeatable: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Fields of requests that are about a person. */
const PERSONAL = ['openid', 'contract_display_account'];

const ASK = 'Ask with the query what was done, then repeat the identical request.';

/**
 * Judges strictly in this order: transport, `return_code`, signature, whose answer it is, `result_code`.
 *
 * @throws {WechatPayError}
 */
export function readAnswer(answer: HttpAnswer, judging: Judging): V2Answer {
  const { name, path, keys, sent } = judging;
  const personal = PERSONAL.flatMap((field) => sent[field] ?? []);
  const unrepeatable = [...judging.unrepeatable, ...keys, ...personal];
  const requestId = requestIdOf(answer.headers, unrepeatable);
  const fail = ({ errorClass, remedy }: Omit<Meaning, 'meaning'>, what: string, code?: string): WechatPayError =>
    new WechatPayError(errorClass, `${name}: ${what}`, {
      call: name,
      httpStatus: answer.status,
      code,
      requestId,
      retryAfterMs: retryAfterMs(answer.headers, judging.now),
      remedy,
    });
  const unknown = (what: string, remedy = ASK): WechatPayError => fail({ errorClass: 'OUTCOME_UNKNOWN', remedy }, what);
  const quoted = (text: string | undefined): string => shownText(text, 128, unrepeatable) ?? 'nothing';
  const refused = {
    call: path.slice(1),
    on: path.includes('query') ? ('query' as const) : ('action' as const),
    status: answer.status,
    codes: [undefined],
    text: '',
  };

  if (answer.status !== 200) {
    const meaning = classify(refused, V2_REFUSALS.status);
    throw fail(meaning, `${meaning.meaning}: expected HTTP 200, got ${answer.status}`);
  }
  let fields: Fields;
  try {
    fields = parseXml(answer.body);
  } catch (error) {
    if (!(error instanceof XmlRefusedError)) throw error;
    throw unknown(`expected a message of WeChat Pay; ${error.message}`);
  }

  const returnCode = textOf(fields, 'return_code');
  if (returnCode === 'FAIL') {
    const text = textOf(fields, 'return_msg') ?? '';
    const meaning = classify({ ...refused, text }, V2_REFUSALS.return_code);
    throw fail(meaning, `return_code FAIL: ${meaning.meaning} (${quoted(text)})`);
  }
  if (returnCode !== 'SUCCESS') throw unknown(`expected return_code SUCCESS or FAIL, got ${quoted(returnCode)}`);

  const resultCode = textOf(fields, 'result_code');
  const verdict = verifySign(fields, { keys });
  // Failures of the papay family come unsigned; being no statement that anything was done, they may count as failures.
  // Elsewhere a failure is a statement too: "no such order" would let an order be sent again.
  const papay = path.startsWith('/papay/');
  const unsignedFailure = papay && !verdict.ok && verdict.reason === 'sign-missing' && resultCode === 'FAIL';
  if (!verdict.ok && !unsignedFailure) {
    throw unknown(`expected a signed answer, got ${verdict.reason}`, `${ASK} Check the APIv2 key.`);
  }
  for (const field of ['mch_id', 'appid'] as const) {
    const theirs = textOf(fields, field);
    if (theirs !== undefined && sent[field] !== undefined && theirs !== sent[field]) {
      throw unknown(`expected ${field} ${quoted(sent[field])}, got ${quoted(theirs)}`);
    }
  }

  if (resultCode === 'FAIL') {
    const code = shownCode(textOf(fields, 'err_code'), unrepeatable);
    const text = textOf(fields, 'err_code_des') ?? '';
    // Some calls put a number into the first and the code into the second.
    const meaning = classify({ ...refused, codes: [code, text], text }, V2_REFUSALS.result_code);
    throw fail(meaning, `${meaning.meaning} (${code ?? 'no code'}: ${quoted(text)})`, code);
  }
  if (resultCode !== 'SUCCESS') throw unknown(`expected result_code SUCCESS or FAIL, got ${quoted(resultCode)}`);
  return { fields, requestId };
}
