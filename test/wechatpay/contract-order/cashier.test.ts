import { describe, expect, it } from 'vitest';
import { cashierParameters } from '../../../src/wechatpay/contract-order/cashier';
import { present, vector } from '../../fixtures/v2-vectors';

const NONCE = '5K8264ILTKCH16CQ2502SI8ZNMTM67VS';

describe('cashierParameters', () => {
  it('signs the published parameters of JSAPI and mini-programs', () => {
    const { key, params, sign } = vector('T16');
    const parameters = cashierParameters(
      { prepay_id: 'wx2017033010242291fcfe0db70013231072' },
      { appid: 'wxd678efh567hg6787', mch_id: '1200009811', trade_type: 'JSAPI' },
      key,
      { now: () => 1_490_840_662_999, nonce: () => NONCE },
    );
    expect(parameters).toEqual({ ...present(params), paySign: sign });
  });

  it('signs the published parameters of APP', () => {
    const { key, params, sign } = vector('T17');
    const parameters = cashierParameters(
      { prepay_id: 'wx201410272009395522657a690389285100' },
      { appid: 'wxcbda96de0b165486', mch_id: '1200009811', trade_type: 'APP' },
      key,
      { now: () => 1_767_294_245_000, nonce: () => NONCE },
    );
    expect(parameters).toEqual({ ...present(params), sign });
  });

  it.each(['NATIVE', 'MWEB'] as const)('has none for %s, which opens by its URL', (trade_type) => {
    const order = { appid: 'wx1', mch_id: '1200009811', trade_type };
    expect(cashierParameters({ prepay_id: 'wx1' }, order, 'k'.repeat(32), { now: () => 0 })).toBeUndefined();
  });

  it('draws a new nonce each time', () => {
    const order = { appid: 'wx1', mch_id: '1200009811', trade_type: 'JSAPI' } as const;
    const nonces = [1, 2].map(() => cashierParameters({ prepay_id: 'p' }, order, 'k', { now: () => 0 })?.nonceStr);
    expect(nonces[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(nonces[0]).not.toBe(nonces[1]);
  });
});
