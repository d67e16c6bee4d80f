import { readPaymentNotification } from '../contract-order/notifications';
import { pick, textOf } from '../v2/fields';
import type { VerifiedFields } from '../v2/notification';
import { required, wrongField } from '../v2/notification-fields';
import type { DebitNotification } from './types';

/**
 * A verified debit notification as a typed object. Only `result_code` SUCCESS with `trade_state` SUCCESS or none proves
 * a debit; anything else leaves the decision to the query.
 *
 * @throws V2NotificationRefusedError `field` when it is no notification of a debit.
 */
export function readDebitNotification(fields: VerifiedFields): DebitNotification {
  const trade_state = textOf(fields, 'trade_state');
  const isSuccess = textOf(fields, 'result_code') === 'SUCCESS' && (trade_state ?? 'SUCCESS') === 'SUCCESS';
  if (isSuccess) {
    const payment = readPaymentNotification(fields);
    if (payment.trade_type !== 'PAP') throw wrongField('trade_type', 'PAP');
    return { made: true, ...payment, trade_type: 'PAP', ...pick(fields, ['trade_state', 'user_repaid']) };
  }
  return {
    made: false,
    appid: required(fields, 'appid'),
    mch_id: required(fields, 'mch_id'),
    out_trade_no: required(fields, 'out_trade_no'),
    ...pick(fields, ['contract_id', 'trade_state', 'err_code', 'err_code_des']),
  };
}
