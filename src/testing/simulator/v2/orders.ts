import type { TestCredentials } from '../../credentials';
import type { Order } from '../model';
import type { OrderScript, PayScript } from '../scripts';
import { compactTime, parseCompactTime } from '../times';
import { newNonce } from '../v3/signing';
import { isVisible, longNumber } from '../world';
import type { World } from '../world';
import { V2Error } from './call';
import type { V2Call } from './call';
import { presignProblem, signContract } from './contracts';
import type { SignType } from './signing';
import type { XmlFields } from './xml';

const PREPAY_LIFE_MS = 2 * 3600 * 1000;

export const orderKey = (mch_id: string, out_trade_no: string): string => `${mch_id}/${out_trade_no}`;

const CONTRACT_FIELDS = [
  ...['contract_mchid', 'contract_appid', 'plan_id', 'contract_code', 'request_serial'],
  ...['contract_display_account', 'contract_notify_url'],
];

export const contractOrder: V2Call = {
  required: ['out_trade_no', 'body', 'notify_url', 'total_fee', 'spbill_create_ip', 'trade_type'],
  // The payment half checks nothing of the contract half: without these the pre-signing fails, not the order.
  optional: [
    ...CONTRACT_FIELDS,
    ...['device_info', 'detail', 'attach', 'time_start', 'time_expire', 'goods_tag'],
    ...['product_id', 'limit_pay', 'openid'],
  ],
  nonce: true,
  signTypeAllowed: false,
  identified: true,
  run: createOrder,
};

function createOrder(world: World, merchant: TestCredentials, fields: XmlFields, signType: SignType): XmlFields {
  checkOrder(fields);
  const key = orderKey(merchant.mchid, fields.out_trade_no ?? '');
  let order = world.stores.orders.get(key);
  if (order) {
    refuseRepeat(world, order, fields);
    if (world.now() - order.prepay.at >= PREPAY_LIFE_MS) order.prepay = { id: newPrepayId(world), at: world.now() };
  } else {
    const expires = parseCompactTime(fields.time_expire ?? '');
    if (expires !== undefined && expires <= world.now()) throw new V2Error('INVALID_REQUEST', 'time_expire时间过期');
    order = {
      merchant,
      fields,
      signType,
      createdAt: world.now(),
      state: 'NOTPAY',
      presigned: false,
      prepay: { id: newPrepayId(world), at: world.now() },
    };
    world.stores.orders.set(key, order);
    world.ledger.record('ordered', merchant.mchid, fields.out_trade_no ?? '', world.now());
    planOrder(world, order, world.scripts.orders.for(fields.out_trade_no ?? ''));
  }
  return answerOrder(world, order);
}

/** Payments and signings that a script foresees. */
export function planOrder(world: World, order: Order, { pay, sign }: Pick<OrderScript, 'pay' | 'sign'>): void {
  if (pay) world.timeline.schedule(world.now() + pay.after * 1000, () => void payOrder(world, order, pay));
  if (sign) world.timeline.schedule(world.now() + sign.after * 1000, () => void signContract(world, order));
}

function answerOrder(world: World, order: Order): XmlFields {
  const { fields, prepay } = order;
  const problem = presignProblem(world, order);
  order.presigned = problem === undefined;
  const cashier: XmlFields = { prepay_id: prepay.id, trade_type: fields.trade_type ?? '' };
  if (fields.trade_type === 'NATIVE') cashier.code_url = `weixin://wxpay/bizpayurl?pr=${prepay.id.slice(-8)}`;
  if (fields.trade_type === 'MWEB') {
    const part = world.stores.next('mweb');
    cashier.mweb_url = `https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=${prepay.id}&package=${1405458241 + part}`;
  }
  if (problem) {
    // out_trade_no and the contract's numbers are missing in real answers of this kind.
    return {
      err_code: '',
      err_code_des: '',
      ...cashier,
      contract_result_code: 'FAIL',
      contract_err_code: problem.code,
      contract_err_code_des: problem.description,
    };
  }
  const echoed = ['plan_id', 'request_serial', 'contract_code', 'contract_display_account', 'out_trade_no'];
  return {
    ...cashier,
    contract_result_code: 'SUCCESS',
    ...Object.fromEntries(echoed.map((name) => [name, fields[name] ?? ''])),
  };
}

function newPrepayId(world: World): string {
  return `wx${compactTime(world.now())}${newNonce().slice(0, 10).toLowerCase()}${String(world.stores.next('prepay')).padStart(10, '0')}`;
}

function checkOrder(fields: XmlFields): void {
  const wrong = (name: string): V2Error => new V2Error('PARAM_ERROR', `参数${name}格式错误`);
  const { trade_type = '', out_trade_no = '', total_fee = '', body = '', spbill_create_ip = '' } = fields;
  if (!['JSAPI', 'NATIVE', 'APP', 'MWEB'].includes(trade_type)) throw wrong('trade_type');
  if (!/^[0-9A-Za-z_\-|*@]{1,32}$/.test(out_trade_no)) throw wrong('out_trade_no');
  if (!/^[1-9]\d{0,11}$/.test(total_fee)) throw wrong('total_fee');
  if (Buffer.byteLength(body) > 128) throw wrong('body');
  if (/[,\s]/.test(spbill_create_ip)) throw wrong('spbill_create_ip');
  for (const name of ['notify_url', 'contract_notify_url']) {
    const url = fields[name];
    if (url !== undefined && !/^https?:\/\/[^?#\s]{1,248}$/.test(url)) throw wrong(name);
  }
  for (const name of ['time_start', 'time_expire']) {
    if (fields[name] !== undefined && parseCompactTime(fields[name]) === undefined) throw wrong(name);
  }
  const { time_start, time_expire } = fields;
  if (time_start !== undefined && time_expire !== undefined) {
    const life = (parseCompactTime(time_expire) ?? 0) - (parseCompactTime(time_start) ?? 0);
    if (life <= 60_000) throw new V2Error('PARAM_ERROR', 'time_expire与time_start间隔需大于1分钟');
  }
  if (trade_type === 'JSAPI' && fields.openid === undefined) throw new V2Error('LACK_PARAMS', '缺少参数openid');
  if (trade_type === 'NATIVE' && fields.product_id === undefined)
    throw new V2Error('LACK_PARAMS', '缺少参数product_id');
}

/** The same number again: only with the same fields, apart from nonce, address and signature. */
function refuseRepeat(world: World, order: Order, fields: XmlFields): void {
  const changing = new Set(['nonce_str', 'spbill_create_ip', 'sign']);
  const names = new Set([...Object.keys(order.fields), ...Object.keys(fields)].filter((name) => !changing.has(name)));
  const differing = [...names].filter((name) => order.fields[name] !== fields[name]);
  if (order.state === 'SUCCESS') throw new V2Error('ORDERPAID', '该订单已支付');
  if (order.state === 'CLOSED') throw new V2Error('ORDERCLOSED', '该订单已关闭');
  if (differing.some((name) => ['total_fee', 'body', 'trade_type'].includes(name))) {
    throw new V2Error('INVALID_REQUEST', '201 商户订单号重复');
  }
  if (differing.length > 0) throw new V2Error('OUT_TRADE_NO_USED', '商户订单号重复');
  if (expired(world, order)) throw new V2Error('INVALID_REQUEST', 'time_expire时间过期');
}

const expired = (world: World, order: Order): boolean =>
  (parseCompactTime(order.fields.time_expire ?? '') ?? Infinity) <= world.now();

/**
 * The user pays: effect and notification.
 *
 * @returns why not, if not
 */
export function payOrder(world: World, order: Order, how: Partial<PayScript>): string | undefined {
  const { fields, merchant } = order;
  if (order.state === 'SUCCESS') return 'the order is paid already';
  if (order.state === 'CLOSED') return 'the order is closed';
  if (expired(world, order)) return 'the order has expired';
  if (how.result === 'PAYERROR') {
    order.state = 'PAYERROR';
    return undefined;
  }
  order.state = 'SUCCESS';
  order.payment = {
    transaction_id: longNumber(world, '42000', 'transaction'),
    time_end: compactTime(world.now()),
    openid: fields.openid ?? how.openid ?? 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    total_fee: String(how.total_fee ?? fields.total_fee),
    coupon_fee: how.coupon_fee ?? 0,
  };
  world.ledger.record('paid', merchant.mchid, fields.out_trade_no ?? '', world.now());
  const { transaction_id } = order.payment;
  // Known from now on to the customs declaration too.
  world.scripts.payments.add(transaction_id, {
    transaction_id,
    out_trade_no: fields.out_trade_no ?? '',
    amount: Number(fields.total_fee),
    mchid: merchant.mchid,
  });
  world.notifier.payment(order, {
    return_code: 'SUCCESS',
    appid: merchant.appid,
    mch_id: merchant.mchid,
    ...paidFields(order),
  });
  return undefined;
}

/** Fields of a paid order, in queries and in the notification. */
export function paidFields({ fields, payment }: Order): XmlFields {
  if (!payment) return {};
  const { transaction_id, time_end, openid, total_fee, coupon_fee } = payment;
  const coupons: XmlFields = coupon_fee
    ? {
        coupon_fee: String(coupon_fee),
        coupon_count: '1',
        coupon_type_0: 'CASH',
        coupon_id_0: '10000',
        coupon_fee_0: String(coupon_fee),
      }
    : {};
  return {
    ...(fields.device_info === undefined ? {} : { device_info: fields.device_info }),
    result_code: 'SUCCESS',
    openid,
    is_subscribe: 'N',
    trade_type: fields.trade_type ?? '',
    bank_type: 'CFT',
    total_fee,
    fee_type: 'CNY',
    cash_fee: String(Number(total_fee) - coupon_fee),
    ...coupons,
    transaction_id,
    out_trade_no: fields.out_trade_no ?? '',
    ...(fields.attach === undefined ? {} : { attach: fields.attach }),
    time_end,
  };
}

const STATE_TEXT: Readonly<Record<string, string>> = {
  SUCCESS: '支付成功',
  NOTPAY: '订单未支付',
  CLOSED: '订单已关闭',
  PAYERROR: '支付失败，请重新下单支付',
};

export const orderQuery: V2Call = {
  required: [],
  optional: ['transaction_id', 'out_trade_no'],
  nonce: true,
  signTypeAllowed: true,
  identified: true,
  run(world, merchant, fields) {
    const { transaction_id, out_trade_no } = fields;
    if (transaction_id === undefined && out_trade_no === undefined) {
      throw new V2Error('LACK_PARAMS', '缺少参数out_trade_no');
    }
    const order =
      transaction_id === undefined
        ? world.stores.orders.get(orderKey(merchant.mchid, out_trade_no ?? ''))
        : [...world.stores.orders.values()].find(
            (one) => one.merchant === merchant && one.payment?.transaction_id === transaction_id,
          );
    const script = world.scripts.orders.for(order?.fields.out_trade_no ?? '');
    if (!order || !isVisible(world, order.createdAt, script.visibleAfter)) {
      throw new V2Error('ORDERNOTEXIST', '订单不存在');
    }
    const trade_state = script.trade_state ?? order.state;
    const state = { trade_state, trade_state_desc: STATE_TEXT[trade_state] ?? trade_state };
    if (order.payment) return { ...paidFields(order), ...state };
    return {
      device_info: '',
      ...state,
      out_trade_no: order.fields.out_trade_no ?? '',
      total_fee: order.fields.total_fee ?? '',
    };
  },
};

export const closeOrder: V2Call = {
  required: ['out_trade_no'],
  optional: [],
  nonce: true,
  signTypeAllowed: true,
  identified: false,
  run(world, merchant, fields) {
    const order = world.stores.orders.get(orderKey(merchant.mchid, fields.out_trade_no ?? ''));
    if (!order) throw new V2Error('ORDERNOTEXIST', '订单不存在');
    const script = world.scripts.orders.for(fields.out_trade_no ?? '');
    if (script.close === 'paid-meanwhile' && order.state !== 'SUCCESS') payOrder(world, order, script.pay ?? {});
    if (order.state === 'SUCCESS') throw new V2Error('ORDERPAID', '订单已支付，不能发起关单');
    if (order.state === 'CLOSED') throw new V2Error('ORDERCLOSED', '订单已关闭，请勿重复关闭');
    if (world.now() - order.createdAt < world.settings.closeNotBefore * 1000) {
      throw new V2Error('INVALID_REQUEST', '订单生成后不能马上调用关单接口，最短调用时间间隔为5分钟');
    }
    if (script.close === 'ignored') return {};
    order.state = 'CLOSED';
    world.ledger.record('closed', merchant.mchid, fields.out_trade_no ?? '', world.now());
    return {};
  },
};
