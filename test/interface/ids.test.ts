import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { workflowIds } from '../../src/interface';

const { customs, identity, h5, h5Domain, contractOrder, contract, debit, unclaimed } = workflowIds;
const declared = { mchid: '1230000109', customs: 'SHANGHAI_ZS', transaction_id: '1000320306201511078440737890' };

describe('a workflow id', () => {
  it.each([
    [customs(declared), 'customs/1230000109/SHANGHAI_ZS/1000320306201511078440737890'],
    [
      customs({ ...declared, sub_order_no: '20150806125346' }),
      'customs/1230000109/SHANGHAI_ZS/1000320306201511078440737890/20150806125346',
    ],
    [identity({ ...declared, sub_order_no: 'S1' }), 'identity/1230000109/SHANGHAI_ZS/1000320306201511078440737890/S1'],
    [identity(declared), 'identity/1230000109/SHANGHAI_ZS/1000320306201511078440737890'],
    [h5({ mchid: '1230000109', sub_mchid: '1900000109' }), 'h5/1230000109/1900000109'],
    [h5Domain({ mchid: '1230000109', out_applyment_id: 'A_1' }), 'h5-domain/1230000109/A_1'],
    [contractOrder({ mch_id: '1230000109', out_trade_no: 'DW1' }), 'contract-order/1230000109/DW1'],
    [contract({ mch_id: '1230000109', plan_id: '123', contract_code: 'DWC1' }), 'contract/1230000109/123/DWC1'],
    [debit({ mch_id: '1230000109', out_trade_no: 'DW2' }), 'debit/1230000109/DW2'],
    [unclaimed({ kind: 'payment', mchid: '1230000109', id: 'ab12' }), 'unclaimed/payment/1230000109/ab12'],
  ])('is %s', (id, expected) => {
    expect(id).toBe(expected);
  });

  const idOf = (out_trade_no: string): string => contractOrder({ mch_id: '1', out_trade_no });

  it('keeps every character an order number may have', () => {
    expect(idOf('aZ09_-|*@')).toBe('contract-order/1/aZ09_-|*@');
  });

  it.each([
    ['a/b', 'a%2Fb'],
    ['a%2Fb', 'a%252Fb'],
    ["!'()~.", '%21%27%28%29%7E%2E'],
    ['a b', 'a%20b'],
    ['..', '%2E%2E'],
    ['单号', '%E5%8D%95%E5%8F%B7'],
    ['%7C', '%257C'],
  ])('encodes %j', (text, encoded) => {
    expect(idOf(text)).toBe(`contract-order/1/${encoded}`);
  });

  const text = fc.string({ unit: 'grapheme', maxLength: 40 });
  const tricky = fc.string({ unit: fc.constantFrom('/', '%', '2', 'F', '7', 'C', '|', '*', '@', '.', 'a') });
  const part = fc.oneof(text, tricky);

  it('can be read back, so that different numbers never share one', () => {
    fc.assert(
      fc.property(part, part, part, (mch_id, plan_id, contract_code) => {
        const id = contract({ mch_id, plan_id, contract_code });
        expect(id.split('/').map(decodeURIComponent)).toEqual(['contract', mch_id, plan_id, contract_code]);
        expect(id).toMatch(/^[A-Za-z0-9_\-|*@%/]*$/);
      }),
    );
  });

  it('of a whole order is never that of a part of it', () => {
    fc.assert(
      fc.property(part, part, (transaction_id, sub_order_no) => {
        expect(customs({ ...declared, transaction_id: `${transaction_id}/${sub_order_no}` })).not.toBe(
          customs({ ...declared, transaction_id, sub_order_no }),
        );
      }),
    );
  });
});
