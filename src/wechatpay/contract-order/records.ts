import { required, requireSame, unreadable, type AnswerSource } from '../v2/answer-fields';
import { fenOf, pick, textOf, type Fields } from '../v2/fields';
import { readPaymentDetails } from '../v2/payment-details';
import type { ContractOrder, ContractOrderAnswer, ContractRecord, OrderRecord } from './types';
import { tradeState } from './states';

/**
 * The answer to an order. WeChat Pay leaves its echoes out when the pre-signing failed; those that are there must be ours.
 *
 * @throws WechatPayError `OUTCOME_UNKNOWN` when a signed answer lacks what it needs or speaks of another order.
 */
export function readAnswer(fields: Fields, source: AnswerSource, order: ContractOrder): ContractOrderAnswer {
  for (const name of ['out_trade_no', 'trade_type', 'plan_id', 'contract_code', 'request_serial'] as const) {
    requireSame(fields, source, name, order[name]);
  }
  const urls = pick(fields, ['code_url', 'mweb_url']);
  if (order.trade_type === 'NATIVE') required(fields, source, 'code_url');
  if (order.trade_type === 'MWEB') required(fields, source, 'mweb_url');
  return {
    prepay_id: required(fields, source, 'prepay_id'),
    trade_type: order.trade_type,
    ...urls,
    // Missing is not documented; a contract that nobody confirmed is not waited for as if it were.
    presign: textOf(fields, 'contract_result_code') === 'SUCCESS' ? 'SUCCESS' : 'FAIL',
    ...pick(fields, ['contract_err_code', 'contract_err_code_des', 'out_trade_no']),
  };
}

/** @throws WechatPayError `OUTCOME_UNKNOWN` when a signed answer lacks what it needs or speaks of another order. */
export function readOrder(
  fields: Fields,
  source: AnswerSource,
  key: { readonly out_trade_no?: string; readonly transaction_id?: string },
): OrderRecord {
  requireSame(fields, source, 'out_trade_no', key.out_trade_no);
  requireSame(fields, source, 'transaction_id', key.transaction_id);
  const trade_state = required(fields, source, 'trade_state');
  const total_fee = fenOf(fields, 'total_fee');
  if (textOf(fields, 'total_fee') !== undefined && total_fee === undefined) {
    throw unreadable(source, 'total_fee', 'an integer in fen');
  }
  if (tradeState(trade_state).kind === 'paid') {
    required(fields, source, 'transaction_id');
    required(fields, source, 'total_fee');
  }
  return {
    trade_state,
    out_trade_no: key.out_trade_no ?? required(fields, source, 'out_trade_no'),
    ...(total_fee === undefined ? {} : { total_fee }),
    ...pick(fields, ['trade_state_desc', 'appid', 'mch_id', 'transaction_id', 'openid', 'trade_type']),
    ...pick(fields, ['attach', 'time_end']),
    ...readPaymentDetails(fields),
  };
}

/** @throws WechatPayError `OUTCOME_UNKNOWN` when a signed answer lacks what it needs or speaks of another contract. */
export function readContract(
  fields: Fields,
  source: AnswerSource,
  key: { readonly plan_id?: string; readonly contract_code?: string; readonly contract_id?: string },
): ContractRecord {
  requireSame(fields, source, 'plan_id', key.plan_id);
  requireSame(fields, source, 'contract_code', key.contract_code);
  requireSame(fields, source, 'contract_id', key.contract_id);
  return {
    contract_state: required(fields, source, 'contract_state'),
    contract_id: required(fields, source, 'contract_id'),
    plan_id: key.plan_id ?? required(fields, source, 'plan_id'),
    contract_code: key.contract_code ?? required(fields, source, 'contract_code'),
    ...pick(fields, ['request_serial', 'appid', 'mch_id', 'openid']),
    ...pick(fields, ['contract_signed_time', 'contract_expired_time', 'contract_terminated_time']),
    ...pick(fields, ['contract_termination_mode', 'contract_termination_remark']),
  };
}
