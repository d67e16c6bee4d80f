import type { ErrorClass } from '../../../src/wechatpay/errors';
import { of } from './documented';
import type { Documented } from './documented';

const PAY = ['pay/contractorder', 'pay/orderquery', 'pay/closeorder'];
const CONTRACT = ['pay/contractorder', 'papay/querycontract', 'papay/deletecontract'];
const DEBIT = ['pay/pappayapply', 'pay/paporderquery'];
const V2_CALLS = [...PAY, 'papay/querycontract', 'papay/deletecontract', ...DEBIT];

/** `err_code` and `err_code_des` of signed failures; the status is always 200. */
export const DOCUMENTED_V2: Readonly<Record<string, readonly Documented[]>> = {
  'general codes': of(V2_CALLS, [
    [200, 'SYSTEMERROR', '系统错误', 'OUTCOME_UNKNOWN', /Ask with the query/],
    [200, 'BIZERR_NEED_RETRY', '', 'OUTCOME_UNKNOWN', /identical request/],
    [200, 'FREQUENCY_LIMITED', '频率限制', 'RATE_LIMITED', /later/],
    [200, 'PARAM_ERROR', '请求中含有未在API文档中定义的参数', 'INPUT', /Correct the request/],
    [200, 'LACK_PARAMS', '缺少参数', 'INPUT', /Correct the request/],
    [200, 'INVALID_REQUEST', '参数格式有误', 'INPUT', /Correct the request/],
    [200, 'INVALID_REQUEST', 'parameter format error', 'INPUT', /Correct the request/],
    [200, 'SIGNERROR', '签名错误', 'CONFIGURATION', /APIv2 key/],
    [200, 'SIGN_ERROR', '', 'CONFIGURATION', /APIv2 key/],
    [200, 'XML_FORMAT_ERROR', 'XML格式错误', 'INPUT', /Correct/],
    [200, 'POST_DATA_EMPTY', 'post数据为空', 'INPUT', /Correct/],
    [200, 'REQUIRE_POST_METHOD', '请使用post方法', 'INPUT', /Correct/],
    [200, 'NOT_UTF8', '编码格式错误', 'INPUT', /Correct/],
    [200, 'NOAUTH', '商户无此接口权限', 'CONFIGURATION', /merchant platform/],
    [200, 'NO_AUTH', '', 'CONFIGURATION', /merchant platform/],
    [200, 'APPID_NOT_EXIST', 'APPID不存在', 'CONFIGURATION', /Bind the appid/],
    [200, 'MCHID_NOT_EXIST', 'MCHID不存在', 'CONFIGURATION', /Bind the appid/],
    [200, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配', 'CONFIGURATION', /Bind the appid/],
    [200, 'OUT_TRADE_NO_USED', '商户订单号重复', 'CONFLICT', /Query the order/],
    [200, 'ORDERPAID', '商户订单已支付', 'REFUSED', /treat it as paid/],
    [200, 'ORDERCLOSED', '订单已关闭', 'REFUSED', /new/],
    [200, 'NOTENOUGH', '余额不足', 'REFUSED', /another way to pay/],
    [200, 'ORDERNOTEXIST', '此交易订单号不存在', 'NOT_FOUND', /never took effect/],
    [200, 'INVALID_TRANSACTIONID', '无效transaction_id', 'INPUT', /Correct/],
  ]),

  'orders, INVALID_REQUEST': of(PAY, [
    [200, 'INVALID_REQUEST', '201 商户订单号重复', 'CONFLICT', /Query the order/],
    [200, 'INVALID_REQUEST', 'order number repeated', 'CONFLICT', /Query the order/],
    [200, 'INVALID_REQUEST', 'time_expire时间过期', 'INPUT', /order anew/],
  ]),

  'the life of an order': of(
    ['pay/contractorder'],
    [[200, 'INVALID_REQUEST', 'time_expire时间过短，刷卡至少1分钟，其他5分钟', 'INPUT', /six minutes/]],
  ),

  'an order closed too early': of(
    ['pay/closeorder'],
    [
      [
        200,
        'INVALID_REQUEST',
        '订单生成后不能马上调用关单接口，最短调用时间间隔为5分钟',
        'RATE_LIMITED',
        /five minutes/,
      ],
    ],
  ),

  'contracts, as text and as number': of(CONTRACT, [
    [200, 'SIGN_ERROR', '', 'CONFIGURATION', /APIv2 key/],
    [200, 'PARAMETER FAIL', '', 'INPUT', /Correct/],
    [200, 'XML FAIL', '', 'INPUT', /Correct/],
    [200, 'RESULT NULL', '', 'NOT_FOUND', /plan_id and contract_code/],
    [200, '-25', 'RESULT NULL', 'NOT_FOUND', /plan_id and contract_code/],
    [200, '-25', '', 'NOT_FOUND', /plan_id and contract_code/],
    [200, 'MERCHANT PERMISSION ERROR', '', 'CONFIGURATION', /permission/],
    [200, 'INVALID PLAN_ID', '', 'CONFIGURATION', /Correct plan_id/],
    [200, 'CONTRACT_CODE DUPLICATION', '已签约', 'CONFLICT', /new contract_code and a new out_trade_no/],
    [200, '-1', 'CONTRACT_CODE DUPLICATION', 'CONFLICT', /Query the contract/],
    [200, 'MERCHANT AUTHORITY ERROR', '', 'CONFIGURATION', /permission/],
    [200, '-48', 'MERCHANT AUTHORITY ERROR', 'CONFIGURATION', /permission/],
    [200, '-26', 'SYSTEM ERROR', 'OUTCOME_UNKNOWN', /Ask with the query/],
    [200, 'SYSTEM ERROR', '', 'OUTCOME_UNKNOWN', /Ask with the query/],
  ]),

  'the state of a contract': of(
    ['pay/contractorder', 'papay/deletecontract', 'pay/pappayapply'],
    [[200, 'CONTRACTERROR', '', 'REFUSED', /contract query/]],
  ),

  debits: of(DEBIT, [
    [200, 'ORDER_ACCEPTED', '扣款请求已受理，请勿重复发起', 'OUTCOME_UNKNOWN', /same number, never under another/],
    [200, 'ORDERPAID', '', 'REFUSED', /query of debits/],
    [200, 'ORDERCLOSED', '', 'REFUSED', /new out_trade_no/],
    [200, 'CONTRACT_NOT_EXIST', '签约协议不存在', 'REFUSED', /contract query; stop debits/],
    [200, 'INVALID_REQUEST', '订单不是委托代扣场景', 'INPUT', /order query/],
  ]),

  // The pages say "read the text", and give none.
  'INVALID_REQUEST of a debit': of(DEBIT, [[200, 'INVALID_REQUEST', '违反业务规则', 'UNDOCUMENTED', /a person read/]]),
};

/** `return_msg` of a failed communication. */
export const DOCUMENTED_RETURN_MSG: readonly (readonly [string | undefined, ErrorClass, RegExp])[] = [
  ['签名失败', 'CONFIGURATION', /APIv2 key/],
  ['签名错误', 'CONFIGURATION', /APIv2 key/],
  ['SIGN_ERROR', 'CONFIGURATION', /APIv2 key/],
  ['参数格式校验错误', 'CONFIGURATION', /a person has to read/],
  ['XML FORMAT ERROR', 'CONFIGURATION', /a person has to read/],
  ['REQUIRE_POST_METHOD', 'CONFIGURATION', /a person has to read/],
  ['系统繁忙，请稍后再试', 'OUTCOME_UNKNOWN', /Ask with the query/],
  ['busy', 'OUTCOME_UNKNOWN', /Ask with the query/],
  ['something new', 'OUTCOME_UNKNOWN', /Ask with the query/],
  [undefined, 'OUTCOME_UNKNOWN', /Ask with the query/],
];
