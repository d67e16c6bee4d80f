/** WeChat Pay's protocol and products, usable without Temporal. */
export { InvalidInputError, WechatPayError } from './errors';
export type { ErrorClass, Problem, WechatPayErrorFacts } from './errors';
export { createTransport } from './http';
export type { HttpTransport, TransportOptions } from './http';
export { connectMerchant } from './merchant';
export type { Gateway, Merchant, MerchantKeys } from './merchant';
