import { describe, expect, it } from 'vitest';
import {
  contractDifferences,
  contractVerdict,
  paymentDifferences,
  signedDifferences,
} from '../../../src/wechatpay/contract-order/compare';
import type { ContractNotification, PaymentNotification } from '../../../src/wechatpay/contract-order/schema';
import { ORDER } from './orders';

const PAYMENT: PaymentNotification = {
  appid: ORDER.appid,
  mch_id: ORDER.mch_id,
  openid: ORDER.openid!,
  trade_type: 'JSAPI',
  total_fee: 888,
  transaction_id: '1004400740201409030005092168',
  out_trade_no: ORDER.out_trade_no,
  time_end: '20260102030501',
};

const CONTRACT: ContractNotification = {
  mch_id: ORDER.mch_id,
  change_type: 'ADD',
  contract_id: 'Wx15463511252015071056489715',
  plan_id: ORDER.plan_id,
  contract_code: ORDER.contract_code,
  openid: ORDER.openid!,
  operate_time: '2026-01-02 03:05:01',
  request_serial: ORDER.request_serial,
};

describe('paymentDifferences', () => {
  it('finds none in the payment that was ordered', () => {
    expect(paymentDifferences(ORDER, PAYMENT)).toEqual([]);
    expect(paymentDifferences(ORDER, { trade_state: 'SUCCESS', out_trade_no: ORDER.out_trade_no })).toEqual([]);
  });

  it('names the amount on both sides', () => {
    const found = paymentDifferences(ORDER, { ...PAYMENT, total_fee: 1 });
    expect(found).toEqual([{ field: 'total_fee', ours: 888, theirs: 1 }]);
  });

  it.each(['appid', 'mch_id', 'out_trade_no'] as const)('notices another %s', (field) => {
    expect(paymentDifferences(ORDER, { ...PAYMENT, [field]: 'other' })).toMatchObject([{ field, theirs: 'other' }]);
  });

  it('notices another payer for JSAPI without showing either, and does not expect one elsewhere', () => {
    const found = paymentDifferences(ORDER, { ...PAYMENT, openid: 'other' });
    expect(found).toEqual([{ field: 'openid' }]);
    expect(paymentDifferences({ ...ORDER, trade_type: 'NATIVE' }, { ...PAYMENT, openid: 'other' })).toEqual([]);
  });

  it('does not take cash_fee for the amount: coupons pay the rest', () => {
    expect(paymentDifferences(ORDER, { ...PAYMENT, cash_fee: 788 })).toEqual([]);
  });
});

describe('contractDifferences', () => {
  it('finds none in the contract that was to be signed', () => {
    expect(contractDifferences(ORDER, CONTRACT)).toEqual([]);
  });

  it.each(['plan_id', 'contract_code', 'request_serial', 'mch_id', 'appid'] as const)('notices another %s', (field) => {
    expect(contractDifferences(ORDER, { ...CONTRACT, [field]: '7' })).toEqual([
      { field, ours: ORDER[field], theirs: '7' },
    ]);
  });

  it('notices another payer without showing either, if ours is known', () => {
    const found = contractDifferences(ORDER, { ...CONTRACT, openid: 'other' });
    expect(found).toEqual([{ field: 'openid' }]);
    expect(contractDifferences({ ...ORDER, openid: undefined }, { ...CONTRACT, openid: 'other' })).toEqual([]);
  });
});

describe('a contract that was signed once', () => {
  const SIGNED = { ...ORDER, contract_id: CONTRACT.contract_id };
  const record = { ...CONTRACT, contract_state: '0' };

  it('is compared by its number as well', () => {
    expect(signedDifferences(SIGNED, record)).toEqual([]);
    expect(
      signedDifferences(SIGNED, { ...record, contract_id: 'Wx2', plan_id: '7' }).map(({ field }) => field),
    ).toEqual(['plan_id', 'contract_id']);
    expect(signedDifferences(ORDER, { ...record, contract_id: 'Wx2' })).toEqual([]);
  });

  it.each([
    ['signed', record],
    ['ended', { ...record, contract_state: '1' }],
    ['unclear', { ...record, contract_state: '9' }],
    ['unclear', { ...record, contract_state: '7' }],
    ['differs', { ...record, contract_id: 'Wx2' }],
    ['differs', { ...record, contract_id: 'Wx2', contract_state: '1' }],
    ['absent', null],
    ['absent', undefined],
  ])('looks %s', (verdict, answer) => {
    expect(contractVerdict(SIGNED, answer)).toBe(verdict);
  });
});
