import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { declarationDifferences } from '../../../src/wechatpay/customs/compare';
import { customsRemedy, customsStateKind, REPUSHABLE_STATES } from '../../../src/wechatpay/customs/states';
import { plain, split } from './declarations';

describe('a customs state', () => {
  it.each([
    ['UNDECLARED', 'pending', true],
    ['PROCESSING', 'pending', true],
    ['SUBMITTED', 'pending', true],
    ['SUCCESS', 'success', true],
    ['FAIL', 'failed', true],
    ['EXCEPT', 'exceptional', true],
    ['BRAND_NEW', 'pending', false],
    ['success', 'pending', false],
    ['toString', 'pending', false],
    ['', 'pending', false],
  ])('%s is %s (known: %s)', (state, kind, known) => {
    expect(customsStateKind(state)).toEqual({ kind, known });
  });

  it.each(['customs/states.ts', 'h5/states.ts'])('table %s imports nothing: workflows carry it', (file) => {
    expect(readFileSync(join(__dirname, '../../../src/wechatpay', file), 'utf8')).not.toMatch(/^import|require\(/m);
  });
});

describe('the way out of a state', () => {
  it.each([
    ['FAIL', '企业（4403169D3W）不是电商平台企业', 'right merchant_customs_no'],
    ['FAIL', 'enterprise X is not an e-commerce platform enterprise', 'right merchant_customs_no'],
    ['FAIL', '支付信息不存在', 'sub_order_no and sub_order_id'],
    ['FAIL', 'something nobody has explained', 'modify the declaration'],
    ['FAIL', undefined, 'modify the declaration'],
    ['EXCEPT', 'lock', 'Re-push later.'],
    ['EXCEPT', '支付信息不存在', 'Re-push later.'],
  ])('%s with %s', (state, explanation, way) => {
    expect(customsRemedy(state, explanation)).toContain(way);
  });

  it.each(['SUCCESS', 'PROCESSING', 'BRAND_NEW', 'toString'])('is not needed from %s', (state) => {
    expect(customsRemedy(state)).toBeUndefined();
  });

  it('is a re-push from SUCCESS and EXCEPT only', () => {
    expect(REPUSHABLE_STATES).toEqual(['SUCCESS', 'EXCEPT']);
  });
});

describe('comparing a declaration with a record', () => {
  const { appid: _, mchid: __, ...recorded } = split;
  const record = { ...recorded, state: 'PROCESSING' };

  it('finds an equal record equal, whatever it does not state', () => {
    expect(declarationDifferences(split, record)).toEqual([]);
    expect(declarationDifferences(split, { state: 'SUCCESS', transaction_id: split.transaction_id })).toEqual([]);
    expect(declarationDifferences(plain, { state: 'SUCCESS', transaction_id: plain.transaction_id, duty: 0 })).toEqual(
      [],
    );
  });

  it.each([
    ['transaction_id', '1000320306201511078440737891'],
    ['out_trade_no', 'other'],
    ['customs', 'NINGBO'],
    ['merchant_customs_no', '654321'],
    ['sub_order_no', 'other'],
    ['fee_type', 'USD'],
    ['order_fee', 1775],
    ['transport_fee', 0],
    ['product_fee', 0],
    ['duty', 89],
  ] as const)('names another %s', (field, theirs) => {
    expect(declarationDifferences(split, { ...record, [field]: theirs })).toEqual([
      { field, ours: split[field], theirs },
    ]);
  });

  it('names amounts that the declaration does not have', () => {
    expect(declarationDifferences(plain, { state: 'SUCCESS', transaction_id: plain.transaction_id, duty: 5 })).toEqual([
      { field: 'duty', ours: undefined, theirs: 5 },
    ]);
  });
});
