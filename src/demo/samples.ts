import type { ContractOrder } from '../wechatpay/contract-order/schema';
import type { CustomsDeclaration, PlainIdentity } from '../wechatpay/customs/schema';
import type { H5Application } from '../wechatpay/h5/schema';

/**
 * The samples of WeChat Pay's pages, corrected where they break their own rules: the fees add up, and the ID number has a
 * valid check digit. Numbers end in `suffix`, so that a second run on the same Temporal server makes new ones.
 */
export function samples({ mchid, appid, suffix }: { mchid: string; appid: string; suffix: string }) {
  const declaration = (last: string): CustomsDeclaration => ({
    appid,
    mchid,
    out_trade_no: `20150806${suffix}${last}`,
    transaction_id: `10003203062015110784${suffix.slice(-7)}${last}`,
    customs: 'SHANGHAI_ZS',
    merchant_customs_no: '123456',
    sub_order_no: `20150806${suffix}${last}S`,
    fee_type: 'CNY',
    order_fee: 1776,
    transport_fee: 888,
    product_fee: 888,
    duty: 88,
  });
  const application = (sub_mchid: string): H5Application => ({
    sub_mchid,
    domains: ['qq.com'],
    website_url: 'https://qq.com',
    applyment_type: 'APPLY_FOR_PAYMENT_AUTHORITY',
    transaction_limit_type: 'NORMAL_LIMIT',
    website_state: 'HAS_LAUNCHED',
  });
  const order = (last: string): ContractOrder => ({
    appid,
    mch_id: mchid,
    out_trade_no: `DW${suffix}${last}`,
    device_info: 'WEB',
    body: 'Ipad mini 16G 白色',
    total_fee: 888,
    spbill_create_ip: '123.12.12.123',
    trade_type: 'JSAPI',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    plan_id: '123',
    contract_code: `DWC${suffix}${last}`,
    contract_display_account: '微信代扣',
  });
  return {
    declared: declaration('1'),
    failed: declaration('2'),
    payer: { certificate_id: '330821198809085212', certificate_name: 'Zhang San' } satisfies PlainIdentity,
    approved: application(`24${suffix.slice(-7)}1`),
    rejected: application(`24${suffix.slice(-7)}2`),
    signed: order('1'),
    presignFailed: order('2'),
  };
}
