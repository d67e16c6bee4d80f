import { describe, expect, it } from 'vitest';
import { debitDifferences } from '../../../src/wechatpay/debit/compare';
import type { DebitNotification, DebitRecord } from '../../../src/wechatpay/debit/schema';
import { DEBIT } from './debits';

describe('debitDifferences', () => {
  const record: DebitRecord = {
    trade_state: 'SUCCESS',
    out_trade_no: DEBIT.out_trade_no,
    contract_id: DEBIT.contract_id,
    appid: DEBIT.appid,
    mch_id: DEBIT.mch_id,
    total_fee: 888,
    openid: 'somebody',
  };

  it('finds none in the debit that was asked for, nor in what a record leaves out', () => {
    expect(debitDifferences(DEBIT, record)).toEqual([]);
    expect(debitDifferences(DEBIT, { trade_state: 'ACCEPT', out_trade_no: DEBIT.out_trade_no })).toEqual([]);
  });

  it('names the amount on both sides', () => {
    expect(debitDifferences(DEBIT, { ...record, total_fee: 1 })).toEqual([
      { field: 'total_fee', ours: 888, theirs: 1 },
    ]);
  });

  it.each(['appid', 'mch_id', 'out_trade_no', 'contract_id'] as const)('notices another %s', (field) => {
    expect(debitDifferences(DEBIT, { ...record, [field]: 'other' })).toEqual([
      { field, ours: DEBIT[field], theirs: 'other' },
    ]);
  });

  it('compares a notification of a failure, which has no amount', () => {
    const { appid, mch_id, out_trade_no } = DEBIT;
    const failed: DebitNotification = { made: false, appid, mch_id, out_trade_no, contract_id: 'Wx1' };
    expect(debitDifferences(DEBIT, failed)).toMatchObject([{ field: 'contract_id', theirs: 'Wx1' }]);
  });
});
