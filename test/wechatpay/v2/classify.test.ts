import { describe, expect, it } from 'vitest';
import { classifyErrCode, classifyReturnMsg } from '../../../src/wechatpay/v2/classify';

/** Every code the specification prints, spelled as it is printed, and the class of its reaction. */
const CODES: readonly (readonly [string | undefined, string | undefined, string])[] = [
  ['SYSTEMERROR', '系统错误', 'OUTCOME_UNKNOWN'],
  ['SYSTEM ERROR', undefined, 'OUTCOME_UNKNOWN'],
  ['BIZERR_NEED_RETRY', undefined, 'OUTCOME_UNKNOWN'],
  ['-26', 'SYSTEM ERROR', 'OUTCOME_UNKNOWN'],
  ['FREQUENCY_LIMITED', undefined, 'RATE_LIMITED'],
  ['ORDERPAID', '订单已支付', 'REFUSED'],
  ['ORDERCLOSED', '订单已关闭', 'REFUSED'],
  ['NOTENOUGH', undefined, 'REFUSED'],
  ['OUT_TRADE_NO_USED', '商户订单号重复', 'CONFLICT'],
  ['INVALID_REQUEST', '201 商户订单号重复', 'CONFLICT'],
  ['INVALID_REQUEST', '订单不是委托代扣场景', 'INPUT'],
  ['CONTRACT_CODE DUPLICATION', undefined, 'CONFLICT'],
  ['-1', 'CONTRACT_CODE DUPLICATION', 'CONFLICT'],
  ['ORDERNOTEXIST', 'order not exist', 'NOT_FOUND'],
  ['-25', 'RESULT NULL', 'NOT_FOUND'],
  ['RESULT NULL', undefined, 'NOT_FOUND'],
  ['-48', 'MERCHANT AUTHORITY ERROR', 'CONFIGURATION'],
  ['MERCHANT PERMISSION ERROR', undefined, 'CONFIGURATION'],
  ['INVALID PLAN_ID', undefined, 'CONFIGURATION'],
  ['SIGNERROR', undefined, 'CONFIGURATION'],
  ['SIGN_ERROR', undefined, 'CONFIGURATION'],
  ['NOAUTH', undefined, 'CONFIGURATION'],
  ['APPID_NOT_EXIST', undefined, 'CONFIGURATION'],
  ['MCHID_NOT_EXIST', undefined, 'CONFIGURATION'],
  ['APPID_MCHID_NOT_MATCH', undefined, 'CONFIGURATION'],
  ['PARAM_ERROR', '请求中含有未在API文档中定义的参数', 'INPUT'],
  ['PARAMETER FAIL', undefined, 'INPUT'],
  ['LACK_PARAMS', undefined, 'INPUT'],
  ['XML_FORMAT_ERROR', undefined, 'INPUT'],
  ['XML FAIL', undefined, 'INPUT'],
  ['POST_DATA_EMPTY', undefined, 'INPUT'],
  ['REQUIRE_POST_METHOD', undefined, 'INPUT'],
  ['NOT_UTF8', undefined, 'INPUT'],
  ['CONTRACT_NOT_EXIST', '签约协议不存在', 'NOT_FOUND'],
  ['ORDER_ACCEPTED', '扣款请求已受理，请勿重复发起', 'OUTCOME_UNKNOWN'],
  ['SOMETHING_NEW', 'never seen', 'REFUSED'],
  ['0', 'SUCCESS', 'REFUSED'],
  [undefined, undefined, 'REFUSED'],
];

describe('classifyErrCode', () => {
  it.each(CODES)('%s / %s is %s', (code, text, errorClass) => {
    expect(classifyErrCode(code, text).errorClass).toBe(errorClass);
  });

  it.each(['result null', 'RESULT_NULL', ' Result  Null '])('takes the spelling %j as RESULT NULL', (code) => {
    expect(classifyErrCode(code, undefined).errorClass).toBe('NOT_FOUND');
    expect(classifyErrCode('-999', code).errorClass).toBe('NOT_FOUND');
  });

  it('believes err_code before err_code_des', () => {
    expect(classifyErrCode('SYSTEMERROR', 'RESULT NULL').errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('is not deceived by names every object has', () => {
    for (const name of ['constructor', '__proto__', 'toString'])
      expect(classifyErrCode(name, name).errorClass).toBe('REFUSED');
  });
});

describe('classifyReturnMsg', () => {
  it.each(['签名失败', '签名错误', '参数格式校验错误', 'SIGN_ERROR', 'XML FORMAT ERROR'])(
    '%s needs a person',
    (text) => {
      expect(classifyReturnMsg(text).errorClass).toBe('CONFIGURATION');
    },
  );

  it.each(['系统繁忙，请稍后再试', 'busy', undefined])('%s says nothing about what was done', (text) => {
    expect(classifyReturnMsg(text).errorClass).toBe('OUTCOME_UNKNOWN');
  });
});
