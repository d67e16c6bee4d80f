import { WechatPayError } from '../errors';
import { fenOf, pick, textOf, type Fields } from '../v2/fields';
import type { ContractOrder, ContractOrderAnswer, ContractRecord, OrderRecord } from './types';
import { tradeState } from './states';

/** Facts about the answer being read, for errors. */
interface Source {
  readonly name: string;
  readonly requestId?: string;
}

/**
 * The answer to an order. WeChat Pay leaves its echoes out when the pre-signing failed; those that are there must be ours.
 *
 * @throws WechatPayError `OUTCOME_UNKNOWN` when a signed answer lacks what it needs or speaks of another order.
 */
export function readAnswer(fields: Fields, source: Source, order: ContractOrder): ContractOrderAnswer {
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
export function readOrder(fields: Fields, source: Source, outTradeNo: string): OrderRecord {
  requireSame(fields, source, 'out_trade_no', outTradeNo);
  const state = required(fields, source, 'trade_state');
  const total_fee = fenOf(fields, 'total_fee');
  if (textOf(fields, 'total_fee') !== undefined && total_fee === undefined) {
    throw unreadable(source, 'total_fee', 'an integer in fen');
  }
  if (tradeState(state).kind === 'paid') {
    required(fields, source, 'transaction_id');
    required(fields, source, 'total_fee');
  }
  const cash_fee = fenOf(fields, 'cash_fee');
  return {
    trade_state: state,
    out_trade_no: outTradeNo,
    ...(total_fee === undefined ? {} : { total_fee }),
    ...(cash_fee === undefined ? {} : { cash_fee }),
    ...pick(fields, ['trade_state_desc', 'appid', 'mch_id', 'transaction_id', 'fee_type', 'openid', 'trade_type']),
    ...pick(fields, ['bank_type', 'attach', 'time_end']),
  };
}

/** @throws WechatPayError `OUTCOME_UNKNOWN` when a signed answer lacks what it needs or speaks of another contract. */
export function readContract(
  fields: Fields,
  source: Source,
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

function required(fields: Fields, source: Source, name: string): string {
  const value = textOf(fields, name);
  if (value === undefined) throw unreadable(source, name, 'a value');
  return value;
}

function requireSame(fields: Fields, source: Source, name: string, ours: string | undefined): void {
  const theirs = textOf(fields, name);
  if (ours !== undefined && theirs !== undefined && theirs !== ours)
    throw unreadable(source, name, 'the value we sent');
}

function unreadable({ name, requestId }: Source, field: string, expected: string): WechatPayError {
  return new WechatPayError(
    'OUTCOME_UNKNOWN',
    `${name}: a signed answer is not understood; ${field}: expected ${expected}`,
    {
      call: name,
      httpStatus: 200,
      requestId,
      remedy: 'Ask with the query what was done; if it stays so, report it to WeChat Pay with the request id.',
    },
  );
}
