import { WechatPayError } from '../errors';

/**
 * Fields of an answer, read tolerantly: names in any case (WeChat Pay's pages spell one field with a capital), numbers
 * as text and text as numbers, empty and null as absent, unknown fields ignored.
 */
export class AnswerFields {
  private readonly fields: ReadonlyMap<string, unknown>;

  constructor(value: unknown) {
    const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
    this.fields = new Map(entries.map(([name, field]) => [name.toLowerCase(), field]));
  }

  /** Text, or the digits of an integer. The first name that has a value counts. */
  text(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.fields.get(name.toLowerCase());
      if (typeof value === 'string' && value !== '') return value;
      if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
    }
    return undefined;
  }

  /** A safe integer, or text of one. */
  integer(name: string): number | undefined {
    const value = this.fields.get(name.toLowerCase());
    const number = typeof value === 'string' && /^-?[0-9]{1,15}$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
  }

  /** Texts of a list, without empty ones; absent when nothing is left. */
  texts(name: string): readonly string[] | undefined {
    const value = this.fields.get(name.toLowerCase());
    if (!Array.isArray(value)) return undefined;
    const texts = value.filter((item): item is string => typeof item === 'string' && item !== '');
    return texts.length === 0 ? undefined : texts;
  }

  list(name: string): readonly unknown[] {
    const value = this.fields.get(name.toLowerCase());
    return Array.isArray(value) ? value : [];
  }
}

/** `fields` without those that are undefined: answers cross into workflows, where an absent field is absent. */
export function present<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

/** @throws {WechatPayError} `OUTCOME_UNKNOWN` when a verified answer is about another record; it may leave out which. */
export function requireSame(
  call: string,
  field: string,
  ours: string | undefined,
  theirs: string | undefined,
  requestId: string | undefined,
): void {
  if (ours === undefined || theirs === undefined || ours === theirs) return;
  throw new WechatPayError('OUTCOME_UNKNOWN', `the answer is about another ${field}`, {
    call,
    requestId,
    remedy: 'Ask again; if it goes on, give the request id to WeChat Pay support.',
  });
}

/** A verified answer without a field that it always has. */
export function fieldMissing(call: string, field: string, requestId: string | undefined): WechatPayError {
  return new WechatPayError('OUTCOME_UNKNOWN', `the answer does not state ${field}`, {
    call,
    requestId,
    remedy: 'Ask again; if it goes on, give the request id to WeChat Pay support.',
  });
}
