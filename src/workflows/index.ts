/** The workflows of this package; `export * from 'temporal-wechatpay/workflows'` mounts them in your own worker. */
export { contract } from './contract';
export { contractOrder } from './contract-order';
export { customsDeclaration } from './customs-declaration';
export { h5Application } from './h5-application';
export { identityVerification } from './identity-verification';
export { unclaimedNotification } from './unclaimed-notification';
