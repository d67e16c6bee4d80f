import { describe, expect, it } from 'vitest';
import type { WechatPayError } from '../../../src/wechatpay/errors';
import { refusalMeaning } from '../../../src/wechatpay/h5/states';
import { classifyRefusal } from '../../../src/wechatpay/v3/classify';
import { NOW } from './platform';

function classify(
  status: number,
  code: string | undefined,
  message = '',
  options: { method?: string; headers?: Record<string, string>; sealed?: boolean; detail?: object; body?: string } = {},
): WechatPayError {
  const { method = 'POST', headers = {}, sealed = false, detail } = options;
  const body = options.body ?? JSON.stringify({ code, message, detail });
  return classifyRefusal({ call: 'test', method, status, headers, body: Buffer.from(body), sealed, now: NOW });
}

describe('the class of a refusal', () => {
  it.each([
    // common rules, every spelling
    [401, 'SIGN_ERROR', 'Incorrect signature', 'CONFIGURATION'],
    [401, undefined, '', 'CONFIGURATION'],
    [403, 'NO_AUTH', 'No permission', 'CONFIGURATION'],
    [403, 'NOAUTH', 'No permission', 'CONFIGURATION'],
    [400, 'NOAUTH', 'The merchant has not registered with the current customs', 'CONFIGURATION'],
    [403, undefined, '', 'CONFIGURATION'],
    [429, 'FREQUENCY_LIMIT_EXCEED', 'Frequency limit', 'RATE_LIMITED'],
    [429, 'RATELIMIT_EXCEEDED', '', 'RATE_LIMITED'],
    [429, undefined, '', 'RATE_LIMITED'],
    [400, 'FREQUENCY_LIMITED', '', 'RATE_LIMITED'],
    [500, 'SYSTEM_ERROR', 'System error', 'OUTCOME_UNKNOWN'],
    [500, 'SYSTEMERROR', 'System error', 'OUTCOME_UNKNOWN'],
    [400, 'SYSTEMERROR', 'System error', 'OUTCOME_UNKNOWN'],
    [501, undefined, '', 'OUTCOME_UNKNOWN'],
    [502, undefined, '<html>', 'OUTCOME_UNKNOWN'],
    [503, 'SERVICE_UNAVAILABLE', '', 'OUTCOME_UNKNOWN'],
    [504, undefined, '', 'OUTCOME_UNKNOWN'],
    [400, 'PARAM_ERROR', 'Parameter error', 'INPUT'],
    [400, 'INVALID_REQUEST', 'Parameter format verification error', 'INPUT'],
    [404, 'RESOURCE_NOT_EXISTS', 'No such resource', 'REFUSED'],
    [404, 'NOT_FOUND', 'URL does not exist', 'CONFIGURATION'],
    [404, 'NOT_FOUND', '', 'CONFIGURATION'],
    // customs
    [
      400,
      'INVALID_REQUEST',
      'The information re-entered by merchant for customs declaration is different from the original one',
      'CONFLICT',
    ],
    [400, 'INVALID_REQUEST', '商户重新录入的报关信息与原信息不一致', 'CONFLICT'],
    [400, 'INVALID_REQUEST', 'Customs information is not configured', 'CONFIGURATION'],
    [400, 'INVALID_REQUEST', 'Order amount does not match', 'INPUT'],
    [400, 'INVALID_REQUEST', 'Declaration is not allowed for refunded orders.', 'REFUSED'],
    [400, 'INVALID_REQUEST', 'Customs declaration record does not exist.', 'REFUSED'],
    [400, 'INVALID_REQUEST', "Payer's ID No. registered in WeChat is invalid. Please make a check.", 'REFUSED'],
    [400, 'INVALID_REQUEST', 'no customs declaration is allowed, as the user is not real-name certified', 'REFUSED'],
    [400, 'INVALID_REQUEST', 'merchant does not support this customs', 'CONFIGURATION'],
    [400, 'INVALID_REQUEST', 'this service is currently used by too many users, try later', 'RATE_LIMITED'],
    [400, 'USER_ACCOUNT_ABNORMAL', 'The identity information … does not match', 'REFUSED'],
    [400, 'PARAM_ERROR', '平台私钥解密失败', 'REFUSED'],
    [400, 'PARAM_ERROR', 'Merchant entered invalid user ID No.', 'INPUT'],
    [400, 'PARAM_ERROR', "Merchant's split declaration amount is incorrect.", 'INPUT'],
    // H5
    [
      400,
      'INVALID_REQUEST',
      'You have the payment permission already. Do not send a request for the test URL permission again.',
      'REFUSED',
    ],
    [
      400,
      'INVALID_REQUEST',
      'The current sub-merchant already has "No transaction limited" H5 payment authorization. Do not resubmit requests.',
      'REFUSED',
    ],
    [
      400,
      'INVALID_REQUEST',
      'The application form in the process has been submitted. Please do not submit it repeatedly.',
      'REFUSED',
    ],
    [
      400,
      'INVALID_REQUEST',
      'There is missing merchant basic information, such as merchant certificate number, contact, and email.',
      'REFUSED',
    ],
    [
      400,
      'INVALID_REQUEST',
      'Merchant certificate expired. Log in to the merchant platform to update the information',
      'REFUSED',
    ],
    [
      400,
      'INVALID_REQUEST',
      'Only sub-merchants with the "Formal authority transaction limited" status can request to lift the limit.',
      'REFUSED',
    ],
    [
      400,
      'INVALID_REQUEST',
      'Action has been taken against the merchant. The merchant is not allowed to request',
      'REFUSED',
    ],
    [
      400,
      'INVALID_REQUEST',
      'The submitted website or H5 payment domain name is at risk. Contact your BD for assistance.',
      'REFUSED',
    ],
    [400, 'INVALID_REQUEST', 'The parent-child relationship is invalid. Check if the sub-merchant belongs', 'INPUT'],
    [400, 'INVALID_REQUEST', 'The website has not launched. You can request only a test limit.', 'INPUT'],
    [403, 'NO_AUTH', 'The Letter of Commitment for H5 Payment (for batch apply) has not been signed.', 'CONFIGURATION'],
    // nothing known: neither a success nor final
    [400, 'INVALID_REQUEST', 'The moon is in the wrong phase', 'CONFIGURATION'],
    [400, 'INVALID_REQUEST', '', 'CONFIGURATION'],
    [400, 'BRAND_NEW_CODE', 'something', 'CONFIGURATION'],
    [418, undefined, '', 'CONFIGURATION'],
  ] as const)('%d %s "%s" of a call that does something: %s', (status, code, message, expected) => {
    const error = classify(status, code, message);
    expect(error.errorClass).toBe(expected);
    expect(error.remedy).toBeTruthy();
    expect(error).toMatchObject({ code, httpStatus: status, call: 'test' });
  });

  it.each([
    [404, 'ORDER_NOT_EXIST', 'Order does not exist'],
    [404, 'NOT_FOUND', ''],
    [404, 'RESOURCE_NOT_EXISTS', ''],
    [400, 'INVALID_REQUEST', 'Customs declaration record does not exist.'],
    [400, 'INVALID_REQUEST', '报关记录不存在'],
  ])('%d %s "%s" of a query: NOT_FOUND', (status, code, message) => {
    expect(classify(status, code, message, { method: 'GET' }).errorClass).toBe('NOT_FOUND');
  });

  it.each(['URL does not exist', '请求的URL不存在'])(
    'a wrong path (%s) does not say that a record is missing',
    (message) => {
      expect(classify(404, 'NOT_FOUND', message, { method: 'GET' }).errorClass).toBe('CONFIGURATION');
    },
  );

  it.each(['<html>404</html>', '', '{}'])(
    'a 404 that is not in words of WeChat Pay (%j) does not say that a record is missing',
    (body) => {
      expect(classify(404, undefined, '', { method: 'GET', body }).errorClass).toBe('CONFIGURATION');
    },
  );
});

describe('what a refusal carries', () => {
  it('is the text of WeChat Pay, its code, the request id, the remedy and the field it points at', () => {
    const detail = { field: '/order_fee', value: '888', issue: 'too large', location: 'body' };
    const error = classify(400, 'PARAM_ERROR', 'Incorrect order amount', { detail, headers: { 'request-id': 'R-7' } });
    expect(error).toMatchObject({ message: 'Incorrect order amount', code: 'PARAM_ERROR', requestId: 'R-7' });
    expect(error.remedy).toBe('Correct the request. WeChat Pay points at /order_fee: too large.');
  });

  it('never shows the value it echoes, and of a sealed request no number and no issue', () => {
    const number = '330821198809085211';
    const detail = { field: '/certificate_id', value: number, issue: `${number} is wrong` };
    const error = classify(400, 'PARAM_ERROR', `invalid user ID No. ${number}`, { detail, sealed: true });
    expect(JSON.stringify(error) + error.message).not.toContain(number);
    expect(error.message).toBe('invalid user ID No. (hidden)');
    expect(JSON.stringify(classify(400, 'PARAM_ERROR', 'x', { detail: { ...detail, issue: 'y' } }))).not.toContain(
      number,
    );
  });

  it('has no control characters and a limit', () => {
    expect(classify(400, 'X', `a\u001b[31m\nb${'c'.repeat(999)}`).message).toMatch(/^a \[31m bc{1,250}$/);
  });

  it.each(['', 'not JSON', '[]', '"text"', '{"code":1,"message":{}}', '\uFEFF{}'])('survives the body %j', (body) => {
    const error = classify(500, undefined, '', { body });
    expect(error.errorClass).toBe('OUTCOME_UNKNOWN');
    expect(error.message).toBe('HTTP 500 without a message');
  });

  it.each([
    ['30', 30_000],
    ['0', 0],
    ['99999', 300_000],
    [new Date(NOW + 60_000).toUTCString(), 60_000],
    [new Date(NOW + 6_000_000).toUTCString(), 300_000],
    [new Date(NOW - 60_000).toUTCString(), undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('reads Retry-After %j as %s ms', (value, expected) => {
    expect(classify(429, 'RATELIMIT_EXCEEDED', '', { headers: { 'retry-after': value } }).retryAfterMs).toBe(expected);
  });
});

describe('refusalMeaning tells the H5 texts apart', () => {
  it.each([
    [
      'You have the payment permission already. Do not send a request for the test URL permission again.',
      'already-authorized',
    ],
    [
      'The current sub-merchant already has "No transaction limited" H5 payment authorization. Do not resubmit requests.',
      'already-authorized',
    ],
    ['该商户已有H5支付权限，请勿重复申请', 'already-authorized'],
    ['The application form in the process has been submitted. Please do not submit it repeatedly.', 'in-process'],
    ['已提交处理中的申请单，请勿重复提交', 'in-process'],
    [
      'Action has been taken against the merchant. The merchant is not allowed to request to enable H5 payment authorization.',
      undefined,
    ],
    [
      'Only sub-merchants with the "Formal authority transaction limited" status can request to lift the limit.',
      undefined,
    ],
    ['The parent-child relationship is invalid.', undefined],
    ['Merchant certificate expired.', undefined],
    ['', undefined],
  ])('%s', (message, expected) => {
    expect(refusalMeaning(message)).toBe(expected);
  });
});
