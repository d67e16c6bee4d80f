/** Customs declarations: inputs, answers, states and what they mean. */
export type { CustomsCalls } from './calls';
export { CUSTOMS_CODES } from './codes';
export { declarationDifferences, modificationDifferences } from './compare';
export type { DeclarationDifference } from './compare';
export { parseModification } from './modification';
export { parseCustomsOrderKey, parseRecordsQuery } from './records-query';
export { parseDeclaration, parsePlainIdentity, parseRepush, parseSealedIdentity, parseVerification } from './schema';
export type { ParseOptions } from './schema';
export { sealIdentity } from './seal-identity';
export { parseSplitOrder } from './split-order';
export type { SplitPayment } from './split-order';
export { CUSTOMS_STATES, customsStateKind } from './states';
export type { CustomsState, CustomsStateKind, CustomsStateMeaning } from './states';
export type * from './types';
