import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CONTRACT_STATES,
  contractState,
  PREPAY_LIFETIMES,
  TRADE_STATES,
  tradeState,
  terminationMeaning,
} from '../../../src/wechatpay/contract-order/states';

describe('states', () => {
  it.each([
    ['SUCCESS', 'paid'],
    ['REFUND', 'paid'],
    ['NOTPAY', 'open'],
    ['USERPAYING', 'open'],
    ['PAYERROR', 'open'],
    ['ACCEPT', 'open'],
    ['CLOSED', 'closed'],
    ['REVOKED', 'closed'],
  ])('trade_state %s is %s', (state, kind) => {
    expect(tradeState(state).kind).toBe(kind);
    expect(Object.keys(TRADE_STATES)).toHaveLength(8);
  });

  it('contract_state 0 is the good one', () => {
    expect(contractState('0').kind).toBe('signed');
    expect(contractState('1').kind).toBe('terminated');
    expect(contractState('9').kind).toBe('pending');
    expect(Object.keys(CONTRACT_STATES)).toHaveLength(3);
  });

  it.each(['BRAND_NEW', '', 'toString', '__proto__'])('%j is not final and a person should look', (state) => {
    expect(tradeState(state)).toMatchObject({ kind: 'open', unexpected: true });
    expect(contractState(state)).toMatchObject({ kind: 'pending', unexpected: true });
  });

  it('takes an undocumented termination mode as terminated', () => {
    expect(terminationMeaning('2')).toBe('ended by the user');
    expect(terminationMeaning('6')).toBe('terminated, reason unknown');
    expect(terminationMeaning('constructor')).toBe('terminated, reason unknown');
  });

  it('knows how long a cashier can be opened, in milliseconds', () => {
    expect(PREPAY_LIFETIMES).toEqual({ JSAPI: 7_200_000, NATIVE: 7_200_000, APP: 7_200_000, MWEB: 300_000 });
  });

  it.each(['states.ts', 'times.ts'])('%s imports nothing, so that a workflow may', (file) => {
    const source = readFileSync(join(__dirname, '../../../src/wechatpay/contract-order', file), 'utf8');
    expect(source).not.toMatch(/^\s*(import|export .* from)\b|require\(/m);
  });
});
