/** Checks of what a caller gives: all problems at once, each with its JSON path, before anything is sent. */
export { describeValue, field, list, parseInput, record } from './validation/parse-input';
export type { Complaint, Rule } from './validation/parse-input';
export { text, oneOf, orderNumber, outTradeNo, subOrderNo, mchid, appid, decimalText } from './validation/text';
export type { TextOptions } from './validation/text';
export { fen, longNumber, MAX_INT64 } from './validation/numbers';
export { domainName, notifyUrl, webUrl } from './validation/hosts';
export type { UrlOptions } from './validation/hosts';
export { certificateName, idCardNumber, sealedText, sealingKeyId } from './validation/identity';
