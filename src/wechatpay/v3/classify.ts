import { WechatPayError } from '../errors';
import { JsonRefusedError, parseJson } from '../json';
import { refusalRows } from './refusals';

export interface RefusedAnswer {
  readonly call: string;
  readonly method: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Fields were sealed: nothing the answer echoes may be shown. */
  readonly sealed: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * The error for an answer that is not a success. Such answers need no signature, so they are information and never a
 * proof: nothing here says that something was done.
 */
export function classifyRefusal(answer: RefusedAnswer): WechatPayError {
  const { call, status, headers } = answer;
  const { code, message, detail } = readErrorBody(answer.body);
  const spelled = normalizeCode(code);
  const kind = answer.method === 'GET' ? 'query' : 'action';
  const row = refusalRows.find(
    (candidate) =>
      (candidate.codes === undefined && candidate.status === undefined
        ? true
        : candidate.codes?.includes(spelled) === true || candidate.status?.(status) === true) &&
      (candidate.message === undefined || candidate.message.test(message)) &&
      (candidate.on === undefined || candidate.on === kind),
  );
  const text = answer.sealed ? withoutIdentityNumbers(message) : message;
  return new WechatPayError(
    pathMissing(status, code) ? 'CONFIGURATION' : (row?.errorClass ?? 'CONFIGURATION'),
    text || `HTTP ${status} without a message`,
    {
      call,
      httpStatus: status,
      code,
      requestId: headers['request-id'],
      retryAfterMs: retryAfterMs(headers['retry-after'], answer.now),
      remedy: pathMissing(status, code)
        ? 'The address is unknown there: check base URL and path prefix.'
        : withDetail(row?.remedy ?? 'A person has to read the message.', detail, answer.sealed),
    },
  );
}

/** 404 without WeChat Pay's own words is somebody else's page: it does not say that a record is missing. */
function pathMissing(status: number, code: string | undefined): boolean {
  return status === 404 && code === undefined;
}

export function normalizeCode(code: string | undefined): string {
  return (code ?? '').toUpperCase().replace(/[_\s-]/g, '');
}

interface ErrorBody {
  readonly code?: string;
  readonly message: string;
  readonly detail: { readonly field?: string; readonly issue?: string };
}

function readErrorBody(body: Buffer): ErrorBody {
  let parsed: unknown;
  try {
    parsed = parseJson(body);
  } catch (error) {
    if (!(error instanceof JsonRefusedError)) throw error;
  }
  const fields = asRecord(parsed);
  const detail = asRecord(fields['detail']);
  return {
    code: printable(fields['code'], 64),
    message: printable(fields['message'], 256) ?? '',
    // `value` echoes what was sent and is not read at all.
    detail: { field: printable(detail['field'], 128), issue: printable(detail['issue'], 128) },
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function printable(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.replace(/\p{Cc}+/gu, ' ').trim();
  return text === '' ? undefined : text.slice(0, max);
}

function withDetail(remedy: string, detail: ErrorBody['detail'], sealed: boolean): string {
  if (detail.field === undefined) return remedy;
  const issue = sealed || detail.issue === undefined ? '' : `: ${detail.issue}`;
  return `${remedy} WeChat Pay points at ${detail.field}${issue}.`;
}

function withoutIdentityNumbers(message: string): string {
  return message.replace(/[0-9]{6,}[0-9Xx]*/g, '(hidden)');
}

const MAX_RETRY_AFTER_MS = 5 * 60_000;

/** `Retry-After` in seconds or as a date; at most five minutes. */
function retryAfterMs(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^[0-9]+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) || ms < 0 || value.trim() === '' ? undefined : Math.min(ms, MAX_RETRY_AFTER_MS);
}
