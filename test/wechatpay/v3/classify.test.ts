import { describe, expect, it } from 'vitest';
import type { WechatPayError } from '../../../src/wechatpay/errors';
import { refusalMeaning } from '../../../src/wechatpay/h5/states';
import { classifyRefusal } from '../../../src/wechatpay/v3/classify';
import { NOW } from './platform';

/* What an error about a refusal carries; its class is the subject of test/wechatpay/refusals. */

const NUMBER = '330821198809085211';
const NAME = '张三丰';

interface Given {
  readonly call?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly sealed?: boolean;
  readonly unrepeatable?: readonly string[];
  readonly fieldNames?: readonly string[];
  readonly detail?: object;
  readonly body?: string;
}

function classify(status: number, code: string | undefined, message = '', given: Given = {}): WechatPayError {
  const { call = 'customs declare', method = 'POST', headers = {}, sealed = false, detail, ...rest } = given;
  const body = Buffer.from(given.body ?? JSON.stringify({ code, message, detail }));
  return classifyRefusal({ ...rest, call, method, status, headers, body, sealed, now: NOW });
}

describe('what a refusal carries', () => {
  it('is the text of WeChat Pay, its code, the request id, the remedy and the field it points at', () => {
    const detail = { field: '/order_fee', value: '888', issue: 'too large', location: 'body' };
    const error = classify(400, 'PARAM_ERROR', 'Incorrect order amount', { detail, headers: { 'request-id': 'R-7' } });
    expect(error).toMatchObject({ message: 'Incorrect order amount', code: 'PARAM_ERROR', requestId: 'R-7' });
    expect(error).toMatchObject({ call: 'customs declare', httpStatus: 400, errorClass: 'INPUT' });
    expect(error.remedy).toBe(
      'The declared amount must equal the payment. WeChat Pay points at /order_fee: too large.',
    );
  });

  it('reads the detail also where the code is not PARAM_ERROR, and without an issue', () => {
    const detail = { field: '#/properties/payer', value: '1346177081915535577', issue: '与ALLOF schema不符' };
    expect(classify(400, 'INVALID_REQUEST', 'Parameter format verification error', { detail }).remedy).toBe(
      'Correct the request. WeChat Pay points at #/properties/payer: 与ALLOF schema不符.',
    );
    expect(classify(400, 'PARAM_ERROR', 'x', { detail: { field: 'mchid' } }).remedy).toMatch(/points at mchid\.$/);
    expect(classify(400, 'PARAM_ERROR', 'x', { detail: { issue: 'odd' } }).remedy).toBe('Correct the request.');
  });

  it('is decided by the call and by whether it reads', () => {
    const missing = 'Customs declaration record does not exist.';
    const query = { call: 'customs query', method: 'GET' };
    expect(classify(400, 'INVALID_REQUEST', missing, query).errorClass).toBe('NOT_FOUND');
    expect(classify(400, 'INVALID_REQUEST', missing, { call: 'customs re-push' }).errorClass).toBe('REFUSED');
    expect(classify(400, 'INVALID_REQUEST', missing, { call: 'h5 create' }).errorClass).toBe('UNDOCUMENTED');
  });

  it('never shows the value it echoes, nor an identity number wherever it stands', () => {
    const detail = { field: `/x/${NUMBER}`, value: NUMBER, issue: `${NUMBER} is wrong` };
    const error = classify(400, 'PARAM_ERROR', `the number ${NUMBER}, of 20150806125346, is wrong`, { detail });
    expect(error.message).toBe('the number (hidden), of 20150806125346, is wrong');
    expect(JSON.stringify(error) + error.message).not.toContain(NUMBER);
    expect(error.remedy).toContain('points at /x/(hidden): (hidden) is wrong.');
  });

  it.each([
    ['1000320306201511078440737890', 'a payment'],
    ['330821198813085211', 'no month'],
    ['330821198809325211', 'no day'],
    ['030821198809085211', 'no region'],
    ['20260102030405123456', 'twenty digits'],
  ])('shows %s, which is no identity number: %s', (number) => {
    expect(classify(400, 'PARAM_ERROR', `order ${number}`).message).toBe(`order ${number}`);
  });

  it('never repeats what the request held', () => {
    const unrepeatable = ['c2lnbmF0dXJl', '{"signature":"c2lnbmF0dXJl"}', '', 'x'];
    const message = 'got {"signature":"c2lnbmF0dXJl"} and c2lnbmF0dXJl, exactly';
    const error = classify(400, 'PARAM_ERROR', message, {
      unrepeatable,
      detail: { field: 'c2lnbmF0dXJl', issue: 'c2lnbmF0dXJl' },
      headers: { 'request-id': 'R c2lnbmF0dXJl' },
    });
    expect(error.message).toBe('got (hidden) and (hidden), exactly');
    expect(error.requestId).toBe('R (hidden)');
    expect(error.remedy).toMatch(/points at \(hidden\): \(hidden\)\.$/);
  });

  it('hides before it cuts', () => {
    const secret = 'Q'.repeat(300);
    const { message } = classify(400, 'PARAM_ERROR', `got ${secret} `, { unrepeatable: [secret] });
    expect(message).toBe('got (hidden)');
  });

  it('has no control characters, no invisible ones, and a limit', () => {
    const { message } = classify(400, 'X', `a\u001b[31m\nb\u202e\u2028${'c'.repeat(999)}`);
    expect(message).toMatch(/^a \[31m b c{200,250}…$/);
    expect(message).toHaveLength(256);
    expect(classify(400, 'X', 'c'.repeat(8_193)).message).toBe('an answer that is not documented (HTTP 400)');
    const { requestId } = classify(400, 'X', '', { headers: { 'request-id': 'R'.repeat(999) } });
    expect(requestId).toHaveLength(128);
  });

  it.each(['', 'not JSON', '[]', '"text"', 'null', '{"code":1,"message":{}}', '\uFEFF{}'])(
    'survives the body %j',
    (body) => {
      const error = classify(500, undefined, '', { body });
      expect(error).toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', code: undefined });
      expect(error.message).toBe('a server failed on the way (HTTP 500)');
    },
  );

  it.each(['<script>', 'A'.repeat(65), 'NO_AUTH\n', '错误', '   ', '', NUMBER])('takes %j for no code', (code) => {
    const error = classify(400, code, 'text');
    expect(error.code ?? '').not.toContain(NUMBER);
    expect(error).toMatchObject({ errorClass: 'UNDOCUMENTED', message: 'text' });
  });
});

describe('of a sealed request no word of WeChat Pay is shown', () => {
  const echoing = `${NAME} with ${NUMBER} is an invalid user ID No.`;
  const sealed = {
    call: 'customs verify-certificate',
    sealed: true,
    fieldNames: ['certificate_id', 'certificate_name'],
    headers: { 'request-id': 'R-7' },
  };

  it('but what it means, its code, the request id and the name of the field', () => {
    const detail = { field: '/certificate_id', value: NUMBER, issue: `${NAME}: ${NUMBER}` };
    const error = classify(400, 'PARAM_ERROR', echoing, { ...sealed, detail });
    expect(error).toMatchObject({ errorClass: 'INPUT', code: 'PARAM_ERROR', requestId: 'R-7' });
    expect(error.message).toBe(
      'the identity number is invalid (HTTP 400; its text is not shown, it may repeat what was sealed)',
    );
    expect(error.remedy).toMatch(/^Enter the right identity number.* WeChat Pay points at \/certificate_id\.$/);
  });

  it.each(['NEW_CODE', 'INVALID_REQUEST', undefined])('also where nobody knows the answer: %s', (code) => {
    const detail = { field: `/${NAME}`, issue: NAME };
    const error = classify(400, code, echoing, { ...sealed, detail });
    expect(error.errorClass).toBe('UNDOCUMENTED');
    expect(JSON.stringify(error) + String(error)).not.toMatch(new RegExp(`${NAME}|${NUMBER}`));
    expect(error.remedy).not.toContain('points at');
  });

  it('and still told apart by its text', () => {
    expect(classify(400, 'PARAM_ERROR', '平台私钥解密失败', sealed)).toMatchObject({
      errorClass: 'REFUSED',
      message: expect.stringContaining('the private key failed to decrypt') as string,
    });
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
