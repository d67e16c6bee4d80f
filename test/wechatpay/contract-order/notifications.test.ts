import { describe, expect, it } from 'vitest';
import { readContractNotification, readPaymentNotification } from '../../../src/wechatpay/contract-order/notifications';
import {
  openV2Notification,
  V2NotificationRefusedError,
  type VerifiedFields,
} from '../../../src/wechatpay/v2/notification';
import { sign } from '../../../src/wechatpay/v2/signing';
import { buildXml } from '../../../src/wechatpay/v2/xml';
import { present, vector } from '../../fixtures/v2-vectors';

/** A vector, changed and signed anew: what WeChat Pay itself might send. */
function sent(id: string, change: Record<string, string> = {}): VerifiedFields {
  const { key, params } = vector(id);
  const fields = { ...present(params), ...change };
  const rawBody = Buffer.from(buildXml({ ...fields, sign: sign(fields, { key, signType: 'MD5' }) }));
  return openV2Notification({ rawBody, keys: [key] }).fields;
}

function reason(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof V2NotificationRefusedError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'passes';
}

describe('readPaymentNotification', () => {
  it('reads the published notification; amounts are numbers, ids stay text', () => {
    expect(readPaymentNotification(sent('T8'))).toEqual({
      appid: 'wxcbda96de0b165486',
      mch_id: '1200009811',
      openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      trade_type: 'JSAPI',
      bank_type: 'CFT',
      total_fee: 888,
      cash_fee: 788,
      fee_type: 'CNY',
      settlement_total_fee: 788,
      coupon_fee: 100,
      coupon_count: 2,
      coupons: [
        { coupon_id: '10000', coupon_type: 'CASH', coupon_fee: 60 },
        { coupon_id: '10001', coupon_type: 'NO_CASH', coupon_fee: 40 },
      ],
      device_info: 'WEB',
      is_subscribe: 'N',
      transaction_id: '1004400740201409030005092168',
      out_trade_no: 'DW202601020001',
      attach: '支付测试',
      time_end: '20260102030501',
    });
  });

  it('B343 refuses result_code FAIL, a missing one, and a debit that failed', () => {
    for (const change of [{ result_code: 'FAIL' }, { result_code: '' }, { trade_state: 'PAY_FAIL' }]) {
      expect(reason(() => readPaymentNotification(sent('T8', change as never)))).toMatch(/^not-a-success/);
    }
    expect(reason(() => readPaymentNotification(sent('T8', { trade_state: 'SUCCESS' })))).toBe('passes');
  });

  it.each(['appid', 'mch_id', 'openid', 'trade_type', 'total_fee', 'transaction_id', 'out_trade_no', 'time_end'])(
    'refuses a payment without %s and names it',
    (name) => {
      expect(reason(() => readPaymentNotification(sent('T8', { [name]: '' })))).toMatch(
        new RegExp(`^field: .*${name}`),
      );
    },
  );

  it.each(['8.88', '-1', '1e3', '0x10', ' 888', '9007199254740993', '８８８'])('refuses the amount %j', (total_fee) => {
    expect(reason(() => readPaymentNotification(sent('T8', { total_fee })))).toMatch(/^field: .*total_fee/);
  });

  it.each(['2026-01-02 03:05:01', '20260230000000'])('refuses %j as the time of the payment', (time_end) => {
    expect(reason(() => readPaymentNotification(sent('T8', { time_end })))).toMatch(/^field: .*time_end/);
  });

  it('leaves out what nobody decides by and is not what it should be', () => {
    const change = { cash_fee: '7.88', coupon_count: 'two', coupon_fee_0: '-1', coupon_type_0: '', coupon_id_0: '' };
    const read = readPaymentNotification(sent('T8', change));
    expect(read).not.toHaveProperty('cash_fee');
    expect(read).not.toHaveProperty('coupon_count');
    expect(read).not.toHaveProperty('coupons');
    const nameless = readPaymentNotification(sent('T8', { coupon_type_0: '', coupon_id_0: '' })).coupons;
    expect(nameless).toEqual([{ coupon_fee: 60 }, { coupon_id: '10001', coupon_type: 'NO_CASH', coupon_fee: 40 }]);
    expect(readPaymentNotification(sent('T8', { coupon_type_1: '', coupon_fee_1: '' })).coupons).toEqual([
      { coupon_id: '10000', coupon_type: 'CASH', coupon_fee: 60 },
      { coupon_id: '10001' },
    ]);
  });

  it('refuses a contract notification', () => {
    expect(reason(() => readPaymentNotification(sent('T10')))).toMatch(/^field/);
  });
});

describe('readContractNotification', () => {
  it('reads the published signing', () => {
    expect(readContractNotification(sent('T10'))).toEqual({
      mch_id: '1200009811',
      change_type: 'ADD',
      contract_id: 'Wx15463511252015071056489715',
      plan_id: '123',
      contract_code: 'DWC202601020001',
      openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
      operate_time: '2026-01-02 03:05:01',
      contract_expired_time: '2031-01-02 03:05:01',
      request_serial: '176729424501',
    });
  });

  it('reads the published termination and drops its empty field', () => {
    const read = readContractNotification(sent('T11'));
    expect(read).toMatchObject({ change_type: 'DELETE', contract_termination_mode: '2' });
    expect(read).not.toHaveProperty('contract_expired_time');
  });

  it('does not need return_code and result_code', () => {
    const read = readContractNotification(sent('T10', { return_code: '', result_code: '' }));
    expect(read.change_type).toBe('ADD');
  });

  it.each(['mch_id', 'contract_id', 'plan_id', 'contract_code', 'openid', 'operate_time', 'change_type'])(
    'refuses one without %s and names it',
    (name) => {
      expect(reason(() => readContractNotification(sent('T10', { [name]: '' })))).toMatch(
        new RegExp(`^field: .*${name}`),
      );
    },
  );

  it('refuses an unknown change_type, a failure, and a payment', () => {
    expect(reason(() => readContractNotification(sent('T10', { change_type: 'PAUSE' })))).toMatch(/^field/);
    expect(reason(() => readContractNotification(sent('T10', { result_code: 'FAIL' })))).toMatch(/^not-a-success/);
    expect(reason(() => readContractNotification(sent('T8')))).toMatch(/^field/);
  });
});
