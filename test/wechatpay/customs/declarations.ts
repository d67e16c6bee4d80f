import type { CustomsDeclaration } from '../../../src/wechatpay/customs/schema';

export const plain: CustomsDeclaration = {
  appid: 'wxd678efh567hg6787',
  mchid: '1230000109',
  out_trade_no: '20150806125346',
  transaction_id: '1000320306201511078440737890',
  customs: 'SHANGHAI_ZS',
  merchant_customs_no: '123456',
};

export const split: CustomsDeclaration = {
  ...plain,
  sub_order_no: '20150806125346-1',
  fee_type: 'CNY',
  order_fee: 1776,
  transport_fee: 888,
  product_fee: 888,
  duty: 88,
};
