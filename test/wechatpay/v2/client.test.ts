import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Hash } from 'wechatpay-axios-plugin';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { createV2Client, type V2Call, type V2Client } from '../../../src/wechatpay/v2/client';
import { APPID, KEY, MCH_ID, plain, signed, startGateway, unsigned, type Gateway } from './gateway';

const PREVIOUS = '0'.repeat(32);
const CALL: V2Call = {
  name: 'pay/orderquery',
  path: '/pay/orderquery',
  fields: { appid: APPID, out_trade_no: 'DW1', attach: '', body: undefined },
  nonce: true,
};

let gateway: Gateway;
let client: V2Client;

beforeAll(async () => {
  gateway = await startGateway();
  client = createV2Client({
    mch_id: MCH_ID,
    keys: { current: KEY, previous: PREVIOUS },
    signType: 'MD5',
    transport: gateway.transport,
  });
});
afterAll(() => gateway.close());

async function failure(answer: Parameters<Gateway['respond']>[0], call: V2Call = CALL): Promise<WechatPayError> {
  gateway.respond(answer);
  const error: unknown = await client.call(call).then(
    () => expect.unreachable('the call succeeded'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(WechatPayError);
  return error as WechatPayError;
}

describe('a request', () => {
  it('is signed with the current key, carries a nonce and no empty field', async () => {
    gateway.respond(signed({}));
    await client.call(CALL);
    const { method, path, fields, body, headers } = gateway.last();
    expect([method, path]).toEqual(['POST', '/pay/orderquery']);
    expect(headers['content-type']).toBe('text/xml; charset=utf-8');
    expect(Object.keys(fields).sort()).toEqual(['appid', 'mch_id', 'nonce_str', 'out_trade_no', 'sign']);
    expect(fields.sign).toBe(Hash.sign('MD5', fields, KEY));
    expect(fields.nonce_str).toMatch(/^[0-9A-Za-z]{16,32}$/);
    expect(body.startsWith('<xml>')).toBe(true);
  });

  it('draws another nonce for each attempt', async () => {
    gateway.respond(signed({}));
    await client.call(CALL);
    const first = gateway.last().fields.nonce_str;
    await client.call(CALL);
    expect(gateway.last().fields.nonce_str).not.toBe(first);
  });

  it('has no nonce where the call does not list one', async () => {
    gateway.respond(signed({}));
    await client.call({ ...CALL, nonce: false });
    expect(gateway.last().fields).not.toHaveProperty('nonce_str');
  });

  it('states sign_type only for HMAC-SHA256, and signs it', async () => {
    gateway.respond(signed({}, { type: 'HMAC-SHA256' }));
    await client.call({ ...CALL, signType: 'HMAC-SHA256' });
    const { fields } = gateway.last();
    expect(fields.sign_type).toBe('HMAC-SHA256');
    expect(fields.sign).toBe(Hash.sign('HMAC-SHA256', fields, KEY));
    await client.call({ ...CALL, signType: 'MD5' });
    expect(gateway.last().fields).not.toHaveProperty('sign_type');
  });
});

describe('an answer', () => {
  it('is given back whole, with the request id', async () => {
    gateway.respond(signed({ trade_state: 'NOTPAY', brand_new: 'x' }));
    const { fields, requestId } = await client.call(CALL);
    expect(fields).toMatchObject({ trade_state: 'NOTPAY', brand_new: 'x', result_code: 'SUCCESS' });
    expect(requestId).toBe('req-1');
  });

  it('counts under the previous key and under either type', async () => {
    gateway.respond(signed({ a: '1' }, { key: PREVIOUS }));
    await expect(client.call(CALL)).resolves.toBeDefined();
    gateway.respond(signed({ a: '1' }, { type: 'HMAC-SHA256' }));
    await expect(client.call(CALL)).resolves.toBeDefined();
  });

  it('need not repeat appid and mch_id', async () => {
    gateway.respond(signed({ appid: '', mch_id: '' }));
    await expect(client.call(CALL)).resolves.toBeDefined();
  });

  const head = { return_code: 'SUCCESS', result_code: 'SUCCESS' };
  it.each([
    ['HTTP 500', plain('<xml><return_code>SUCCESS</return_code></xml>', 500)],
    ['HTTP 404', plain('', 404)],
    ['HTTP 202', plain('', 202)],
    ['HTTP 202 with a signed success', signed({ trade_state: 'SUCCESS' }, { status: 202 })],
    ['HTTP 404 with a signed success', signed({ trade_state: 'SUCCESS' }, { status: 404 })],
    ['an empty body', plain('')],
    ['an HTML page', plain('<html><body>busy</body></html>')],
    ['JSON', plain('{}')],
    ['another root', plain('<root><return_code>SUCCESS</return_code></root>')],
    ['a document type', plain('<!DOCTYPE xml><xml><return_code>SUCCESS</return_code></xml>')],
    ['half an answer', plain('<xml><return_code>SUCC')],
    ['no return_code', unsigned({ result_code: 'SUCCESS' })],
    ['signed, but without return_code', signed({ return_code: '' })],
    ['signed, but of an unknown return_code', signed({ return_code: 'MAYBE' })],
    ['an unknown return_code', unsigned({ return_code: 'MAYBE' })],
    ['a success without sign', unsigned({ ...head })],
    ['a success with a wrong sign', unsigned({ ...head, sign: 'A'.repeat(32) })],
    ['a success under another key', signed({}, { key: '3'.repeat(32) })],
    [
      'a failure with a wrong sign',
      unsigned({ ...head, result_code: 'FAIL', err_code: 'ORDERPAID', sign: 'A'.repeat(32) }),
    ],
    ['no sign and no result_code', unsigned({ return_code: 'SUCCESS' })],
    ['a signed answer without result_code', signed({ result_code: '' })],
    ['an answer to another merchant', signed({ mch_id: '1900000109' })],
    ['an answer to another app', signed({ appid: 'wx0000000000000000' })],
    ['a communication failure of no known kind', unsigned({ return_code: 'FAIL', return_msg: '系统繁忙' })],
    ['a system error', signed({ result_code: 'FAIL', err_code: 'SYSTEMERROR' })],
  ])('that is %s leaves the outcome unknown', async (_name, answer) => {
    const error = await failure(answer);
    expect(error.errorClass).toBe('OUTCOME_UNKNOWN');
    expect(error.call).toBe('pay/orderquery');
    expect(error.remedy).toBeTruthy();
  });

  it.each([
    [unsigned({ return_code: 'FAIL', return_msg: '签名错误' }), 'CONFIGURATION', undefined],
    [signed({ result_code: 'FAIL', err_code: 'ORDERPAID', err_code_des: '已支付' }), 'REFUSED', 'ORDERPAID'],
    [signed({ result_code: 'FAIL', err_code: 'FREQUENCY_LIMITED' }), 'RATE_LIMITED', 'FREQUENCY_LIMITED'],
  ])('that is a failure has its class and its code', async (answer, errorClass, code) => {
    const error = await failure(answer);
    expect(error).toMatchObject({ errorClass, code, httpStatus: 200, requestId: 'req-1' });
  });

  it('that is an unsigned failure counts as one for the papay calls, and for no other', async () => {
    gateway.respond(
      unsigned({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: '-25', err_code_des: 'RESULT NULL' }),
    );
    await expect(client.call({ ...CALL, path: '/papay/querycontract' })).rejects.toMatchObject({
      errorClass: 'NOT_FOUND',
      code: '-25',
    });
    gateway.respond(unsigned({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: 'ORDERNOTEXIST' }));
    await expect(client.call(CALL)).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN' });
  });

  it('that never comes leaves the outcome unknown', async () => {
    const error = await failure((_request, response) => response.destroy());
    expect(error.errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('that asks to wait says how long, whatever its class', async () => {
    for (const [answer, errorClass] of [
      [plain('', 429), 'RATE_LIMITED'],
      [plain('', 503), 'OUTCOME_UNKNOWN'],
      [signed({ result_code: 'FAIL', err_code: 'FREQUENCY_LIMITED' }), 'RATE_LIMITED'],
      [unsigned({ return_code: 'FAIL', return_msg: 'busy' }), 'OUTCOME_UNKNOWN'],
    ] as const) {
      const waiting = failure((request, response) => answer(request, response.setHeader('Retry-After', '7')));
      expect(await waiting).toMatchObject({ errorClass, retryAfterMs: 7_000 });
    }
    expect((await failure(plain('', 429))).retryAfterMs).toBeUndefined();
  });

  it('that nobody documented is neither done nor refused', async () => {
    const answer = signed({ result_code: 'FAIL', err_code: 'BRAND_NEW', err_code_des: '没有见过' });
    const error = await failure(answer);
    expect(error).toMatchObject({ errorClass: 'UNDOCUMENTED', code: 'BRAND_NEW' });
    expect(error.message).toBe('pay/orderquery: an answer that is not documented (BRAND_NEW: 没有见过)');
  });

  it('that has its code in err_code_des is understood, and shows both', async () => {
    const error = await failure(
      signed({ result_code: 'FAIL', err_code: '-77', err_code_des: 'MERCHANT AUTHORITY ERROR' }),
      {
        ...CALL,
        name: 'papay/querycontract',
        path: '/papay/querycontract',
      },
    );
    expect(error).toMatchObject({ errorClass: 'CONFIGURATION', code: '-77' });
    expect(error.message).toContain('(-77: MERCHANT AUTHORITY ERROR)');
  });
});
