/**
 * What can be wrong with a merchant's keys. What stands above `clock` is told by the keys alone;
 * the rest takes an answer of WeChat Pay.
 */
export type FindingCode =
  | 'unusable-key'
  | 'own-public-key'
  | 'key-not-of-certificate'
  | 'serial-not-of-certificate'
  | 'platform-certificate'
  | 'certificate-of-another-merchant'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-ends-soon'
  | 'clock'
  | 'signature-refused'
  | 'api-v3-key-refused'
  | 'api-v3-key-not-in-use'
  | 'platform-certificates-expired'
  | 'platform-certificates-unusable'
  | 'public-key-needed'
  | 'refused'
  | 'unreachable';

/** One thing the self-test found. Holds no key and nothing personal. */
export interface Finding {
  readonly code: FindingCode;
  /** `error`: calls or notifications of this merchant fail until it is repaired. `warning`: they do not yet. */
  readonly level: 'error' | 'warning';
  readonly mchid: string;
  readonly what: string;
  /** What to do about it, one sentence. */
  readonly remedy: string;
}

export type Report = (code: FindingCode, level: Finding['level'], what: string, remedy: string) => void;

/** A list, and what puts something on it. */
export function findingsOf(mchid: string): { readonly list: Finding[]; readonly add: Report } {
  const list: Finding[] = [];
  return { list, add: (code, level, what, remedy) => void list.push({ code, level, mchid, what, remedy }) };
}
