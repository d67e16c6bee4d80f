import { fenOf, pick, textOf } from '../v2/fields';
import type { VerifiedFields } from '../v2/notification';
import { notASuccess, required, wrongField } from '../v2/notification-fields';
import { readPaymentDetails } from '../v2/payment-details';
import type { ContractNotification, PaymentNotification } from './types';
import { parseBeijingTime } from './times';

/**
 * A verified payment notification as a typed object. Only a message that proves a payment becomes one: `result_code`
 * SUCCESS, and `trade_state` (debits) absent or SUCCESS.
 *
 * @throws V2NotificationRefusedError `not-a-success` or `field`.
 */
export function readPaymentNotification(fields: VerifiedFields): PaymentNotification {
  if (textOf(fields, 'result_code') !== 'SUCCESS') throw notASuccess('result_code');
  if ((textOf(fields, 'trade_state') ?? 'SUCCESS') !== 'SUCCESS') throw notASuccess('trade_state');
  const total_fee = fenOf(fields, 'total_fee');
  if (total_fee === undefined) throw wrongField('total_fee', 'an integer in fen');
  const time_end = required(fields, 'time_end');
  if (parseBeijingTime(time_end) === undefined) throw wrongField('time_end', 'yyyyMMddHHmmss');
  return {
    appid: required(fields, 'appid'),
    mch_id: required(fields, 'mch_id'),
    openid: required(fields, 'openid'),
    trade_type: required(fields, 'trade_type'),
    total_fee,
    transaction_id: required(fields, 'transaction_id'),
    out_trade_no: required(fields, 'out_trade_no'),
    time_end,
    ...pick(fields, ['attach', 'contract_id']),
    ...readPaymentDetails(fields),
  };
}

/**
 * A verified contract notification as a typed object. `return_code` and `result_code` may be absent.
 *
 * @throws V2NotificationRefusedError `not-a-success` or `field`.
 */
export function readContractNotification(fields: VerifiedFields): ContractNotification {
  if ((textOf(fields, 'result_code') ?? 'SUCCESS') !== 'SUCCESS') throw notASuccess('result_code');
  const change_type = textOf(fields, 'change_type');
  if (change_type !== 'ADD' && change_type !== 'DELETE') throw wrongField('change_type', 'ADD or DELETE');
  return {
    mch_id: required(fields, 'mch_id'),
    change_type,
    contract_id: required(fields, 'contract_id'),
    plan_id: required(fields, 'plan_id'),
    contract_code: required(fields, 'contract_code'),
    openid: required(fields, 'openid'),
    operate_time: required(fields, 'operate_time'),
    ...pick(fields, ['request_serial', 'appid', 'contract_state', 'contract_signed_time', 'contract_expired_time']),
    ...pick(fields, ['contract_terminated_time', 'contract_termination_mode', 'contract_termination_remark']),
  };
}
