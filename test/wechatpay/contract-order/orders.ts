import type { FrozenContractOrder } from '../../../src/wechatpay/contract-order/schema';

/** The order of the specification's example. */
export const ORDER: FrozenContractOrder = {
  appid: 'wxcbda96de0b165486',
  mch_id: '1200009811',
  contract_mchid: '1200009811',
  contract_appid: 'wxcbda96de0b165486',
  out_trade_no: 'DW202601020001',
  device_info: 'WEB',
  body: '会员月卡 首月',
  notify_url: 'https://pay.example.com/wechat/v2/payment',
  total_fee: 888,
  spbill_create_ip: '123.12.12.123',
  time_start: '20260102030405',
  time_expire: '20260102040405',
  trade_type: 'JSAPI',
  limit_pay: 'no_credit',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  plan_id: '123',
  contract_code: 'DWC202601020001',
  request_serial: '176729424501',
  contract_display_account: '张三',
  contract_notify_url: 'https://pay.example.com/wechat/v2/contract',
};
