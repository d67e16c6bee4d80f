import type { CustomsDeclaration, CustomsModification, CustomsRecord } from './types';

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

const MODIFIED = [
  'transaction_id',
  'out_trade_no',
  'customs',
  'merchant_customs_no',
  'sub_order_no',
  'order_fee',
  'transport_fee',
  'product_fee',
  'duty',
] as const satisfies readonly (keyof CustomsModification & keyof CustomsRecord)[];

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
