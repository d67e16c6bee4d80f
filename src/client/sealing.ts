/** Identities are sealed before they reach a workflow. */
export { sealIdentity } from '../wechatpay/customs/seal-identity';
export type { SealingKey } from '../wechatpay/v3/sealing';
