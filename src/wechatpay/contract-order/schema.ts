/** What may be sent and what comes back around an order that is paid and signed in one step. */
export type * from './types';
export { parseContractOrder, parseFrozenContractOrder } from './order-rules';
export type { ContractOrderRules } from './order-rules';
