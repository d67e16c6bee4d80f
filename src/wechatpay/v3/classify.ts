import { requestIdOf, shownCode, shownText } from '../answer-text';
import { WechatPayError } from '../errors';
import { parseJson } from '../json';
import { classify, V3_REFUSALS } from '../refusals';
import { retryAfterMs } from '../retry-after';

export interface RefusedAnswer {
  readonly call: string;
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Fields were sealed: what WeChat Pay says may hold them in clear, so none of its words are shown. */
  readonly sealed: boolean;
  /** What the request held and an answer may echo: Authorization value, body. */
  readonly unrepeatable?: readonly string[];
  /** Names of the request's fields. */
  readonly fieldNames?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The error for an answer that is not a success. Such answers need no signature, so they are information and never a
 * proof: nothing here says that something was done.
 */
export function classifyRefusal(answer: RefusedAnswer): WechatPayError {
  const { call, status, headers, sealed, unrepeatable = [] } = answer;
  const { code, message, detail } = readErrorBody(answer.body, unrepeatable);
  const { errorClass, meaning, remedy } = classify(
    {
      call,
      on: answer.method === 'GET' ? 'query' : 'action',
      status,
      codes: [code],
      text: typeof message === 'string' ? message.slice(0, MAX_MESSAGE) : '',
    },
    V3_REFUSALS,
  );
  const text = sealed ? undefined : shownText(message, MAX_MESSAGE, unrepeatable);
  return new WechatPayError(errorClass, text ?? `${meaning} (HTTP ${status}${sealed ? WITHHELD : ''})`, {
    call,
    httpStatus: status,
    code,
    requestId: requestIdOf(headers, unrepeatable),
    retryAfterMs: retryAfterMs(headers, answer.now),
    remedy: withDetail(remedy, detail, answer),
  });
}

/** Length of `message` in WeChat Pay's pages. */
const MAX_MESSAGE = 256;
const WITHHELD = '; its text is not shown, it may repeat what was sealed';

interface ErrorBody {
  readonly code?: string;
  readonly message: unknown;
  readonly detail: { readonly field: unknown; readonly issue: unknown };
}

function readErrorBody(body: Buffer, unrepeatable: readonly string[]): ErrorBody {
  let parsed: unknown;
  try {
    parsed = parseJson(body);
  } catch {
    // Not WeChat Pay's words: somebody's page, or cut off.
  }
  const fields = asRecord(parsed);
  const detail = asRecord(fields['detail']);
  return {
    code: shownCode(fields['code'], unrepeatable),
    message: fields['message'],
    // `value` echoes what was sent and is not read at all.
    detail: { field: detail['field'], issue: detail['issue'] },
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function withDetail(remedy: string, detail: ErrorBody['detail'], answer: RefusedAnswer): string {
  const { sealed, unrepeatable, fieldNames = [] } = answer;
  if (sealed) {
    const name = fieldNames.find((known) => typeof detail.field === 'string' && detail.field.endsWith(`/${known}`));
    return name === undefined ? remedy : `${remedy} WeChat Pay points at /${name}.`;
  }
  const field = shownText(detail.field, 128, unrepeatable);
  if (field === undefined) return remedy;
  const issue = shownText(detail.issue, 128, unrepeatable);
  return `${remedy} WeChat Pay points at ${field}${issue === undefined ? '' : `: ${issue}`}.`;
}
