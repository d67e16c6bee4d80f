import type { CustomsData } from '../model';
import { ApiError, invalidRequest, paramError } from '../v3/api-error';
import type { FieldRules } from '../v3/fields';
import type { World } from '../world';

/** Customs codes of the documentation's list. */
const CUSTOMS = [
  ...['GUANGZHOU_ZS', 'HANGZHOU_ZS', 'NINGBO', 'ZHENGZHOU_BS', 'CHONGQING', 'SHANGHAI_ZS', 'SHENZHEN'],
  ...['ZHENGZHOU_ZH_ZS', 'TIANJIN', 'ZONGSHU'],
];

const ORDER_NUMBER = /^[0-9A-Za-z_\-|*@]+$/;

const identification: FieldRules = {
  appid: { type: 'text', required: true, max: 32, missing: { en: 'AppId is not set', zh: 'AppId未设置' } },
  mchid: {
    type: 'text',
    required: true,
    pattern: /^\d{10}$/,
    missing: { en: 'Merchant ID (mch_id) is not set', zh: '商户号(mch_id)未设置' },
    wrong: { en: 'Invalid merchant ID length', zh: '商户号长度不合法' },
  },
};

const customs: FieldRules = {
  customs: {
    type: 'text',
    required: true,
    max: 32,
    missing: { en: 'Customs information is not set', zh: '海关信息未设置' },
  },
};

const paymentNumbers = (required: boolean): FieldRules => ({
  out_trade_no: {
    type: 'text',
    required,
    max: 32,
    pattern: ORDER_NUMBER,
    missing: { en: 'Merchant order No. (out_trade_no) is not set', zh: '商户订单号(out_trade_no)未设置' },
  },
  transaction_id: {
    type: 'text',
    required,
    pattern: /^\d{28}$/,
    missing: { en: 'WeChat order No. (transaction_id) is not set.', zh: '微信支付订单号(transaction_id)未设置' },
    wrong: { en: 'Invalid WeChat order No. length', zh: '微信支付订单号长度不合法' },
  },
});

/** Any text up to 32: the documented "6-digit string" contradicts real numbers such as `440316T004`. */
const registration: FieldRules = {
  merchant_customs_no: {
    type: 'text',
    required: true,
    max: 32,
    missing: { en: 'Customs registration No. is not set', zh: '海关备案号未设置' },
    wrong: { en: 'Invalid customs registration No. length', zh: '海关备案号长度不合法' },
  },
};

const subOrder: FieldRules = {
  sub_order_no: {
    type: 'text',
    max: 32,
    pattern: ORDER_NUMBER,
    wrong: { en: 'Invalid sub-order No. length (sub_order_no)', zh: '子订单号(sub_order_no)长度不合法' },
  },
};

const fees: FieldRules = {
  duty: { type: 'integer' },
  order_fee: { type: 'integer' },
  transport_fee: { type: 'integer' },
  product_fee: { type: 'integer' },
};

const addressed: FieldRules = { ...identification, ...paymentNumbers(true), ...customs, ...registration, ...subOrder };

export const DECLARE_FIELDS: FieldRules = {
  ...addressed,
  ...fees,
  fee_type: {
    type: 'text',
    values: ['CNY'],
    wrong: {
      en: "Transaction currency is different from merchant's settlement currency",
      zh: '交易币种与商户结算币种不一致',
    },
  },
};

/** No `fee_type` here, and no identity fields. */
export const MODIFY_FIELDS: FieldRules = { ...addressed, ...fees };

export const REDECLARE_FIELDS: FieldRules = {
  ...identification,
  ...paymentNumbers(false),
  ...customs,
  ...registration,
  ...subOrder,
  sub_order_id: { type: 'text', max: 32 },
};

export const VERIFY_FIELDS: FieldRules = {
  ...addressed,
  certificate_type: { type: 'text', required: true, values: ['IDCARD'] },
  certificate_id: { type: 'text', required: true, personal: true },
  certificate_name: { type: 'text', required: true, personal: true },
};

export const QUERY_FIELDS: FieldRules = {
  ...identification,
  ...customs,
  order_type: {
    type: 'text',
    required: true,
    values: ['out_trade_no', 'transaction_id', 'sub_order_no', 'sub_order_id'],
  },
  order_no: { type: 'text', required: true, max: 32 },
  offset: { type: 'text', pattern: /^\d{1,9}$/ },
  limit: { type: 'text', pattern: /^[1-9]\d{0,8}$/ },
};

export const noRecord = (): ApiError =>
  invalidRequest('Customs declaration record does not exist.', '海关申报记录不存在');

/** The merchant's own set-up: Self-Clearance and the registration with this customs. */
export function checkRegistration(
  world: World,
  mchid: string,
  data: { customs: string; merchant_customs_no?: string },
) {
  const { selfClearance, filings } = world.scripts.merchants.for(mchid);
  if (selfClearance === false) {
    throw new ApiError(403, 'NOAUTH', { en: 'Self-Clearance is not enabled.', zh: '商户未开通自助清关功能' });
  }
  if (filings?.length === 0) throw invalidRequest('Customs information is not configured', '商户未配置海关信息');
  const registered = filings
    ? filings.some(
        (filing) => filing.customs === data.customs && filing.merchant_customs_no === data.merchant_customs_no,
      )
    : CUSTOMS.includes(data.customs);
  if (!registered) {
    throw new ApiError(403, 'NOAUTH', {
      en: 'The merchant has not registered with the current customs',
      zh: '商户未在当前海关备案',
    });
  }
}

/** Split fields, the sum, and what is known of the payment. */
export function checkAmounts(
  world: World,
  data: CustomsData,
  needsCurrency: boolean,
  declared: readonly CustomsData[],
) {
  const { order_fee, transport_fee, product_fee } = data;
  const parts = [order_fee, transport_fee, product_fee];
  if (data.sub_order_no !== undefined) {
    if (needsCurrency && data.fee_type === undefined && !parts.includes(undefined)) {
      throw paramError('Currency is not set', '币种未设置', {
        field: '/fee_type',
        issue: 'is not set',
        location: 'body',
      });
    }
    if (parts.includes(undefined) || (needsCurrency && data.fee_type === undefined)) {
      throw paramError('Missing parameters in split declaration.', '拆单申报缺少参数');
    }
  } else if (parts.some((part) => part !== undefined) || data.fee_type !== undefined) {
    throw paramError('Parameter error', '参数错误', {
      field: '/sub_order_no',
      issue: 'amounts are only for split orders',
      location: 'body',
    });
  }
  if (order_fee !== undefined && order_fee !== (transport_fee ?? 0) + (product_fee ?? 0)) {
    throw paramError('Incorrect order amount', '订单金额错误', {
      field: '/order_fee',
      value: String(order_fee),
      issue: 'order_fee is not transport_fee + product_fee',
      location: 'body',
    });
  }
  checkPayment(world, data, declared);
}

function checkPayment(world: World, data: CustomsData, declared: readonly CustomsData[]): void {
  const payment = world.scripts.payments.for(data.transaction_id);
  const foreign =
    (payment.mchid !== undefined && payment.mchid !== data.mchid) ||
    (payment.out_trade_no !== undefined && payment.out_trade_no !== data.out_trade_no) ||
    declared.some((one) => one.out_trade_no !== data.out_trade_no);
  if (foreign) throw paramError('Incorrect transaction order information', '交易订单信息有误');
  if (payment.refunded) {
    throw invalidRequest('Declaration is not allowed for refunded orders.', '已退款订单不允许申报');
  }
  if (payment.amount === undefined || data.order_fee === undefined) return;
  const others = declared.filter((one) => one.customs === data.customs && one.sub_order_no !== data.sub_order_no);
  const sum = others.reduce((total, one) => total + (one.order_fee ?? 0), data.order_fee);
  if (sum > payment.amount) {
    throw paramError("Merchant's split declaration amount is incorrect.", '商户拆单申报金额有误');
  }
}
