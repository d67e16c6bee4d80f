import { describe, expect, it } from 'vitest';
import { DEBIT_STATES, debitState } from '../../../src/wechatpay/debit/states';

describe('states', () => {
  it.each([
    ['ACCEPT', 'open'],
    ['NOTPAY', 'open'],
    ['SUCCESS', 'made'],
    ['REFUND', 'made'],
    ['PAY_FAIL', 'failed'],
    ['PAYERROR', 'failed'],
    ['CLOSED', 'failed'],
  ])('trade_state %s is %s', (state, kind) => {
    expect(debitState(state).kind).toBe(kind);
    expect(debitState(state)).not.toHaveProperty('unexpected');
    expect(Object.keys(DEBIT_STATES)).toHaveLength(7);
  });

  it.each(['BRAND_NEW', '', 'toString', '__proto__'])('%j is not final and a person should look', (state) => {
    expect(debitState(state)).toMatchObject({ kind: 'open', unexpected: true });
  });
});
