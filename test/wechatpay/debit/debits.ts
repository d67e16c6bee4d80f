import type { FrozenDebit } from '../../../src/wechatpay/debit/schema';

/** A debit of the example values of its page. */
export const DEBIT: FrozenDebit = {
  appid: 'wxcbda96de0b165486',
  mch_id: '1200009811',
  contract_id: 'Wx15463511252015071056489715',
  out_trade_no: '1217752501201407033233368018',
  body: '水电代扣',
  attach: '123456',
  total_fee: 888,
  fee_type: 'CNY',
  spbill_create_ip: '8.8.8.8',
  goods_tag: 'WXG',
  notify_url: 'https://pay.example.com/wechat/v2/debit',
  receipt: 'Y',
};
