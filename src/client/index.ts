/** What an order service calls: it validates, seals, starts, waits and asks. */
export { WechatPayClient } from './client';
export type { WechatPayClientOptions } from './starter';
export type { ContractOrderRequest } from './contract-order';
export type { DeclarationRequest, VerificationRequest } from './customs';
export type { H5ApplicationRequest } from './h5';
export { ConflictError } from './errors';
export { ContractOrderProcess, StartedProcess } from './process';
export type { ProcessStatus } from './process';
export { checkSearchAttributes } from './namespace';
export { sealIdentity } from './sealing';
export type { SealingKey } from './sealing';
export { InvalidInputError, WechatPayError } from '../wechatpay/errors';
