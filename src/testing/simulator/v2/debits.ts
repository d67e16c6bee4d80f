import type { Debit } from '../model';
import { compactTime } from '../times';
import { isVisible, longNumber } from '../world';
import type { World } from '../world';
import { V2Error } from './call';
import type { V2Call } from './call';
import { contractOfId } from './contracts';
import { orderKey } from './orders';
import type { XmlFields } from './xml';

const IMMEDIATE_MS = 12 * 3600 * 1000;
const DELAY_MS = 24 * 3600 * 1000;

export const applyDebit: V2Call = {
  required: ['body', 'out_trade_no', 'total_fee', 'notify_url', 'trade_type', 'contract_id'],
  optional: ['detail', 'attach', 'fee_type', 'spbill_create_ip', 'goods_tag', 'receipt'],
  nonce: true,
  signTypeAllowed: false,
  identified: true,
  run(world, merchant, fields) {
    const { out_trade_no = '', contract_id = '', total_fee = '', trade_type } = fields;
    if (trade_type !== 'PAP') throw new V2Error('PARAM_ERROR', '参数trade_type格式错误');
    if (!/^[1-9]\d{0,11}$/.test(total_fee)) throw new V2Error('PARAM_ERROR', '参数total_fee格式错误');
    const key = orderKey(merchant.mchid, out_trade_no);
    const earlier = world.stores.debits.get(key);
    if (earlier?.state === 'SUCCESS') throw new V2Error('ORDERPAID', '订单已支付');
    if (earlier?.state === 'PAY_FAIL') throw new V2Error('ORDERCLOSED', '订单已关闭');
    if (earlier) throw new V2Error('ORDER_ACCEPTED', '扣款请求已受理，请勿重复发起');
    if (world.stores.orders.has(key)) throw new V2Error('OUT_TRADE_NO_USED', '商户订单号重复');
    const contract = contractOfId(world, merchant.mchid, contract_id);
    if (!contract || contract.terminated) throw new V2Error('CONTRACT_NOT_EXIST', '签约协议不存在');
    const script = world.scripts.debits.for(out_trade_no);
    const immediate = world.now() - contract.signedAt < IMMEDIATE_MS;
    const debit: Debit = {
      merchant,
      fields,
      openid: contract.openid,
      createdAt: world.now(),
      state: immediate ? 'NOTPAY' : 'ACCEPT',
    };
    world.stores.debits.set(key, debit);
    world.ledger.record('debit-accepted', merchant.mchid, out_trade_no, world.now());
    const wait =
      (script.after ?? world.settings.debitAfter) * 1000 + (immediate || script.after !== undefined ? 0 : DELAY_MS);
    world.timeline.schedule(world.now() + wait, () => decide(world, debit));
    return {};
  },
};

function decide(world: World, debit: Debit): void {
  const { merchant, fields } = debit;
  const { out_trade_no = '', contract_id = '' } = fields;
  const script = world.scripts.debits.for(out_trade_no);
  const contract = contractOfId(world, merchant.mchid, contract_id);
  const head = { return_code: 'SUCCESS', appid: merchant.appid, mch_id: merchant.mchid };
  if (script.result === 'PAY_FAIL' || !contract || contract.terminated) {
    debit.state = 'PAY_FAIL';
    world.notifier.debit(debit, {
      ...head,
      result_code: 'FAIL',
      trade_state: 'PAY_FAIL',
      out_trade_no,
      contract_id,
      err_code: script.err_code ?? (contract?.terminated ? 'CONTRACT_NOT_EXIST' : 'NOTENOUGH'),
      err_code_des: script.err_code_des ?? (contract?.terminated ? '签约协议不存在' : '余额不足'),
    });
    return;
  }
  debit.state = 'SUCCESS';
  debit.transaction_id = longNumber(world, '42000', 'transaction');
  debit.time_end = compactTime(world.now());
  world.ledger.record('debited', merchant.mchid, out_trade_no, world.now());
  world.notifier.debit(debit, { ...head, ...debitedFields(debit) });
}

function debitedFields({ fields, openid, transaction_id = '', time_end = '' }: Debit): XmlFields {
  const { total_fee = '', out_trade_no = '', attach, contract_id = '' } = fields;
  return {
    result_code: 'SUCCESS',
    openid,
    is_subscribe: 'N',
    trade_type: 'PAP',
    bank_type: 'CFT',
    total_fee,
    fee_type: 'CNY',
    cash_fee: total_fee,
    transaction_id,
    out_trade_no,
    ...(attach === undefined ? {} : { attach }),
    time_end,
    contract_id,
    trade_state: 'SUCCESS',
  };
}

export const queryDebit: V2Call = {
  required: [],
  optional: ['transaction_id', 'out_trade_no'],
  nonce: true,
  signTypeAllowed: false,
  identified: true,
  run(world, merchant, { transaction_id, out_trade_no = '' }) {
    const debit =
      transaction_id === undefined
        ? world.stores.debits.get(orderKey(merchant.mchid, out_trade_no))
        : [...world.stores.debits.values()].find(
            (one) => one.merchant === merchant && one.transaction_id === transaction_id,
          );
    if (!debit || !isVisible(world, debit.createdAt, world.scripts.debits.for(out_trade_no).visibleAfter)) {
      const ordinary = world.stores.orders.has(orderKey(merchant.mchid, out_trade_no));
      throw ordinary
        ? new V2Error('INVALID_REQUEST', '订单不是委托代扣场景')
        : new V2Error('ORDERNOTEXIST', '订单不存在');
    }
    const state = { trade_state: debit.state, trade_state_desc: debit.state };
    if (debit.state === 'SUCCESS') return { ...debitedFields(debit), ...state };
    const { fields } = debit;
    return { ...state, out_trade_no: fields.out_trade_no ?? '', contract_id: fields.contract_id ?? '' };
  },
};
