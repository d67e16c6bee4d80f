/** Orders that are paid and sign a contract in one step: inputs, answers, states and notifications. */
export type {
  CallOptions,
  ContractIdKey,
  ContractKey,
  ContractOrderCalls,
  ContractTermination,
  OrderKey,
  TransactionKey,
} from './calls';
export { contractDifferences, paymentDifferences } from './compare';
export type { OrderedContract, OrderedPayment } from './compare';
export { completeContractOrder } from './complete';
export type { OrderAddresses } from './complete';
export { parseContractKey, parseContractTermination, parseOrderKey, parseOwnOrderKey } from './keys';
export { readContractNotification, readPaymentNotification } from './notifications';
export { parseContractOrder, parseFrozenContractOrder } from './schema';
export type { ContractOrderRules } from './schema';
export {
  CONTRACT_STATES,
  CONTRACT_TERMINATION_MODES,
  contractState,
  EARLIEST_CLOSE,
  PREPAY_LIFETIMES,
  terminationMeaning,
  TRADE_STATES,
  tradeState,
} from './states';
export type { ContractState, ContractStateKind, TradeState, TradeStateKind } from './states';
export { formatBeijingTime, parseBeijingTime } from './times';
export type * from './types';
export type { Coupon, PaymentDetails } from '../v2/payment-details';
