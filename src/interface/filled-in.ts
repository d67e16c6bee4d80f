import type { FilledInField } from '../wechatpay/contract-order/schema';

/** Fields of a contract order that may be left out: they are fixed once, before anything is sent. */
export const FILLED_IN_FIELDS: readonly FilledInField[] = [
  'contract_mchid',
  'contract_appid',
  'notify_url',
  'contract_notify_url',
  'time_start',
  'time_expire',
  'request_serial',
];
