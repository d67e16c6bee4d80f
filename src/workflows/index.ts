/** The workflows of this package; `export * from 'temporal-wechatpay/workflows'` mounts them in your own worker. */
export { contract } from './contract';
export { contractDebit } from './contract-debit';
export { contractOrder } from './contract-order';
export { customsDeclaration } from './customs-declaration';
export { customsModification } from './customs-modification';
export { customsRepush } from './customs-repush';
export { h5Amendment } from './h5-amendment';
export { h5Application } from './h5-application';
export { h5DomainModification } from './h5-domain-modification';
export { identityVerification } from './identity-verification';
export { unclaimedNotification } from './unclaimed-notification';
