import { describe, expect, it } from 'vitest';
import { localActivities } from '../../src/activities';
import type { ContractOrder } from '../../src/wechatpay/contract-order/schema';
import type { Debit } from '../../src/wechatpay/debit/schema';
import type { H5Application } from '../../src/wechatpay/h5/schema';

const activities = localActivities({
  payment: (mch_id) => `https://pay.example.com/wechatpay/${mch_id}/payment`,
  contract: (mch_id, out_trade_no) => `https://pay.example.com/wechatpay/${mch_id}/contract/${out_trade_no}`,
  debit: (mch_id) => `https://pay.example.com/wechatpay/${mch_id}/debit`,
  h5: (mchid, sub_mchid) => `https://pay.example.com/wechatpay/${mchid}/h5/${sub_mchid}`,
  h5Domain: (mchid, number) => `https://pay.example.com/wechatpay/${mchid}/h5-domain/${number}`,
});
const nowhere = localActivities({
  payment: () => undefined,
  contract: () => undefined,
  debit: () => undefined,
  h5: () => undefined,
  h5Domain: () => undefined,
});

const order: ContractOrder = {
  appid: 'wxd678efh567hg6787',
  mch_id: '1230000109',
  out_trade_no: 'DW100005698',
  body: 'Ipad mini 16G 白色',
  total_fee: 888,
  spbill_create_ip: '123.12.12.123',
  trade_type: 'JSAPI',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  plan_id: '123',
  contract_code: 'DWC100005698',
  contract_display_account: '微信代扣',
};
const debit: Debit = {
  appid: 'wxd678efh567hg6787',
  mch_id: '1230000109',
  contract_id: 'Wx15463511252015071056489715',
  out_trade_no: 'DD100005698',
  body: '水电代扣',
  total_fee: 888,
  spbill_create_ip: '8.8.8.8',
};
const application: H5Application = { sub_mchid: '2400000001', domains: ['qq.com'], website_url: 'https://qq.com' };

describe('an order that leaves things out', () => {
  it('gets what is missing, and keeps what is there', async () => {
    const complete = await activities.completeContractOrder({ order: { ...order, time_start: '20260102030405' } });
    expect(complete).toMatchObject({
      ...order,
      contract_mchid: order.mch_id,
      contract_appid: order.appid,
      notify_url: 'https://pay.example.com/wechatpay/1230000109/payment',
      contract_notify_url: 'https://pay.example.com/wechatpay/1230000109/contract/DW100005698',
      time_start: '20260102030405',
      time_expire: expect.stringMatching(/^\d{14}$/) as string,
      request_serial: expect.stringMatching(/^[1-9]\d{15}$/) as string,
    });
  });

  it('without a public address has no addresses, which the first call then names', async () => {
    expect(await nowhere.completeContractOrder({ order })).not.toHaveProperty('notify_url');
  });
});

describe('a debit', () => {
  it('gets the address of its route, and keeps one of its own', async () => {
    expect(await activities.completeDebit({ debit })).toEqual({
      ...debit,
      notify_url: 'https://pay.example.com/wechatpay/1230000109/debit',
    });
    const own = { ...debit, notify_url: 'https://own.example.com/debit' };
    expect(await activities.completeDebit({ debit: own })).toEqual(own);
  });

  it('without a public address has none, which the first call then names', async () => {
    expect(await nowhere.completeDebit({ debit })).not.toHaveProperty('notify_url');
  });
});

describe('an application', () => {
  it('gets the address of its own route', async () => {
    const complete = await activities.completeH5Application({ mchid: '1230000109', application });
    expect(complete).toEqual({
      ...application,
      notify_url: 'https://pay.example.com/wechatpay/1230000109/h5/2400000001',
    });
  });

  it('keeps an address of the caller, and needs none', async () => {
    const own = { ...application, notify_url: 'https://own.example.com/h5' };
    expect(await activities.completeH5Application({ mchid: '1230000109', application: own })).toEqual(own);
    expect(await nowhere.completeH5Application({ mchid: '1230000109', application })).toEqual(application);
  });
});
