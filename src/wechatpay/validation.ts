/** Checks of what a caller gives: all problems at once, each with its JSON path, before anything is sent. */
export { field, list, parseInput, record, warningsOf } from './validation/parse-input';
export type { ListLimits, Rule, Verdict } from './validation/parse-input';
export type { Complaint } from './validation/problems';
export { describeValue } from './validation/shown';
export { decimalText, notText, oneOf, text } from './validation/text';
export type { TextOptions } from './validation/text';
export {
  appid,
  contractCode,
  mchid,
  orderNumber,
  outTradeNo,
  subOrderNo,
  transactionId,
} from './validation/order-numbers';
export { fen, longNumber, MAX_INT64 } from './validation/numbers';
export { domainName, latinHost, notifyUrl, usualPort, webUrl } from './validation/hosts';
export type { UrlOptions } from './validation/hosts';
export { certificateName, idCardNumber, knownRegion, sealedText, sealingKeyId } from './validation/identity';
export {
  appidPrefix,
  noExponentForm,
  paymentNumberLength,
  subMerchantLength,
  undamagedText,
} from './validation/unusual';
