/** A field in which two inputs of one business key differ. */
export interface FieldDifference {
  readonly field: string;
  /** The value the open process has. */
  readonly ours?: unknown;
  /** The value that came now. */
  readonly theirs?: unknown;
}

type Named = readonly { readonly field: string }[];

/** The fields of differences, as programs take them. */
export function fieldsOf(differences: Named): string[] {
  return differences.map(({ field }) => field);
}

/** The same for a person who reads: `fee_type, order_fee`. */
export function namesOf(differences: Named): string {
  return fieldsOf(differences).join(', ');
}

/** JSON with sorted keys and without undefined fields: equal inputs have equal texts. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null';
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}

/**
 * Fields in which `theirs` differs from `ours`. `mayBeAbsent`: fields that count as equal when `theirs` leaves them out,
 * because they were filled in for `ours`.
 */
export function fieldDifferences(
  ours: unknown,
  theirs: unknown,
  mayBeAbsent: readonly string[] = [],
): FieldDifference[] {
  const left = asRecord(ours);
  const right = asRecord(theirs);
  const fields = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return fields
    .filter((field) => canonicalJson(left[field]) !== canonicalJson(right[field]))
    .filter((field) => !(right[field] === undefined && mayBeAbsent.includes(field)))
    .map((field) => ({ field, ours: left[field], theirs: right[field] }));
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
