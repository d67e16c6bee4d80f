/** Debits on a signed contract: inputs, answers, states and notifications. */
export type { DebitCalls } from './calls';
export { debitDifferences } from './compare';
export type { AppliedDebit } from './compare';
export { readDebitNotification } from './notifications';
export { parseDebit, parseFrozenDebit } from './schema';
export type { ParseDebitOptions } from './schema';
export { DEBIT_STATES, debitState } from './states';
export type { DebitState, DebitStateKind } from './states';
export type * from './types';
