import type { ErrorClass } from '../errors';

/** What a refusal means and what to do about it. */
export interface Meaning {
  readonly errorClass: ErrorClass;
  /** In our words, because WeChat Pay's may be missing, Chinese, or personal. */
  readonly meaning: string;
  readonly remedy: string;
}

/** One line of a table of error codes. Of what it names all has to hold; what it leaves out may be anything. */
export interface RefusalRow extends Meaning {
  /** `code` (v3) or `err_code` (v2), one of them, as WeChat Pay's page prints it; see {@link spelled}. */
  readonly code?: string | readonly string[];
  readonly status?: number | ((status: number) => boolean);
  /** Words by which the texts of one code are told apart; English, which we ask for, and Chinese, which may come. */
  readonly says?: RegExp;
  /** Only where the call reads, or only where it changes something. */
  readonly on?: 'query' | 'action';
}

/** The rows of one page of WeChat Pay, or of several that agree. */
export interface RefusalTable {
  /** Names of the calls it is about, as errors show them. Absent: all calls of the protocol. */
  readonly calls?: RegExp;
  readonly rows: readonly RefusalRow[];
}

/** The answer of a call that did not succeed. */
export interface Refused {
  readonly call: string;
  readonly on: 'query' | 'action';
  readonly status: number;
  /** What may be the code; the first that a row knows counts. */
  readonly codes: readonly (string | undefined)[];
  readonly text: string;
}

/** A code that is missing or empty. */
export const NO_CODE = '';

/** No row knows it. Neither a success nor final: what it says was never written down. */
export const UNDOCUMENTED: Meaning = {
  errorClass: 'UNDOCUMENTED',
  meaning: 'an answer that is not documented',
  remedy: 'Ask for the record first, then let a person read the message; do not take it for done or for refused.',
};

/**
 * What a refusal means: the first row that fits, in the order of the tables. One code covers opposite meanings, so where
 * the text decides and is not known, no row fits and the answer is {@link UNDOCUMENTED}.
 */
export function classify(refused: Refused, tables: readonly RefusalTable[]): Meaning {
  const rows = tables.filter(({ calls }) => calls?.test(refused.call) ?? true).flatMap((table) => table.rows);
  for (const code of refused.codes) {
    const row = rows.find((candidate) => fits(candidate, refused, spelled(code)));
    if (row !== undefined) return row;
  }
  return UNDOCUMENTED;
}

function fits({ code, status, says, on }: RefusalRow, refused: Refused, given: string): boolean {
  if (code !== undefined && ![code].flat().some((known) => spelled(known) === given)) return false;
  if (typeof status === 'number' && status !== refused.status) return false;
  if (typeof status === 'function' && !status(refused.status)) return false;
  return (says?.test(refused.text) ?? true) && (on === undefined || on === refused.on);
}

/** The same code, however it is written: `NOAUTH` and `NO_AUTH`, `SYSTEM ERROR` and `SYSTEMERROR`, `result null`. */
export function spelled(code: string | undefined): string {
  return (code ?? NO_CODE).toUpperCase().replace(/[\s_]/g, '');
}
