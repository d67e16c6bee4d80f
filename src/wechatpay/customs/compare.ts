import type { CustomsDeclaration, CustomsModification, CustomsRecord, CustomsRepush } from './types';

/** One field in which a frozen request and WeChat Pay's record differ. Never personal data. */
export interface DeclarationDifference {
  readonly field: string;
  readonly ours: unknown;
  /** `undefined`: the record says that it has none. */
  readonly theirs: unknown;
}

const COMPARED = [
  'transaction_id',
  'out_trade_no',
  'customs',
  'merchant_customs_no',
  'sub_order_no',
  'fee_type',
  'order_fee',
  'transport_fee',
  'product_fee',
  'duty',
] as const satisfies readonly (keyof CustomsDeclaration & keyof CustomsRecord)[];

/** What names a record. */
const NAMING = [
  'transaction_id',
  'out_trade_no',
  'customs',
  'sub_order_no',
] as const satisfies readonly (keyof CustomsRecord)[];

/** What a modification can change. */
const MODIFIABLE = [
  'merchant_customs_no',
  'order_fee',
  'transport_fee',
  'product_fee',
  'duty',
] as const satisfies readonly (keyof CustomsModification & keyof CustomsRecord)[];

const MODIFIED = [...NAMING, ...MODIFIABLE] as const;

const REPUSHED = [...NAMING, 'merchant_customs_no', 'sub_order_id'] as const;

/**
 * In what a record of WeChat Pay contradicts a frozen declaration; empty when it is ours. Only fields the record
 * states are compared, because each call states other ones. A duty of 0 and no duty are the same.
 */
export function declarationDifferences(frozen: CustomsDeclaration, record: CustomsRecord): DeclarationDifference[] {
  return differencesIn(COMPARED, frozen, record);
}

/**
 * In what a record of the query differs from what a modification wants; empty when there is nothing left to modify. A
 * duty that the modification leaves out stays what it was, so it is no difference.
 */
export function modificationDifferences(frozen: CustomsModification, record: CustomsRecord): DeclarationDifference[] {
  return differencesIn(MODIFIED, frozen, record).filter(({ field, ours }) => field !== 'duty' || ours !== undefined);
}

/** In what the record that a query found is another one than a modification names. It cannot be modified into ours. */
export function namingDifferences(frozen: CustomsModification, record: CustomsRecord): DeclarationDifference[] {
  return differencesIn(NAMING, frozen, record);
}

/** In what a record contradicts a re-push, which names it and changes nothing. */
export function repushDifferences(frozen: CustomsRepush, record: CustomsRecord): DeclarationDifference[] {
  return differencesIn(REPUSHED, frozen, record).filter(
    ({ field, ours }) => field !== 'sub_order_id' || ours !== undefined,
  );
}

/**
 * Fields of a modification that the record does not show to be so already; none: there is nothing to modify. Unlike a
 * contradiction, a value the record does not state counts, because it may be another one. No duty is a duty of 0.
 */
export function openChanges(frozen: CustomsModification, record: CustomsRecord): string[] {
  return MODIFIABLE.filter((field) => frozen[field] !== undefined && frozen[field] !== valueIn(record, field));
}

/**
 * How far a modification has come, told from a record of the query:
 *
 * - `done` – the record has the wanted values.
 * - `before` – it still has the values of the snapshot. Customs may have decided about those meanwhile.
 * - `moved` – as `before`, but it does not state what is to change and was changed later: done, if anything was sent.
 * - `stale` – it is older than the snapshot.
 * - `other` – somebody else has changed it.
 */
export function modificationProgress(
  frozen: CustomsModification,
  snapshot: CustomsRecord,
  record: CustomsRecord,
): 'done' | 'before' | 'moved' | 'stale' | 'other' {
  if (changedAt(record) < changedAt(snapshot)) return 'stale';
  const wanted = modificationDifferences(frozen, record).length === 0;
  const asBefore = MODIFIABLE.every((field) => {
    const [then, now] = [valueIn(snapshot, field), valueIn(record, field)];
    return then === undefined || now === undefined || then === now;
  });
  if (!asBefore) return wanted ? 'done' : 'other';
  return wanted && hasMoved(record, snapshot) ? 'moved' : 'before';
}

/** How long the record of before a push or a modification may still be shown after it, milliseconds. */
export const PUSH_SETTLES_WITHIN = 10 * 60_000;

/** The declare call states no time; a snapshot of its answer says nothing about later changes of the time. */
export function hasMoved(record: CustomsRecord, snapshot: CustomsRecord): boolean {
  if (record.state !== snapshot.state) return true;
  return snapshot.modify_time !== undefined && record.modify_time !== snapshot.modify_time;
}

/** NaN, which is never earlier or later, where no time is stated. */
function changedAt({ modify_time }: CustomsRecord): number {
  return modify_time === undefined ? Number.NaN : Date.parse(modify_time);
}

function valueIn(record: CustomsRecord, field: (typeof MODIFIABLE)[number]): string | number | undefined {
  return field === 'duty' ? (record.duty ?? 0) : record[field];
}

function differencesIn<Field extends keyof CustomsRecord>(
  fields: readonly Field[],
  frozen: Readonly<Partial<Record<Field, unknown>>>,
  record: CustomsRecord,
): DeclarationDifference[] {
  return fields.flatMap((field) => {
    const theirs = record[field];
    const ours = frozen[field];
    if (theirs === undefined || theirs === ours) return [];
    if (ours === undefined && theirs === 0) return [];
    return [{ field, ours, theirs }];
  });
}
