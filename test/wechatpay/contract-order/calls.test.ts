import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractOrderCalls, type ContractOrderCalls } from '../../../src/wechatpay/contract-order/calls';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { createV2Client } from '../../../src/wechatpay/v2/client';
import { present, vector } from '../../fixtures/v2-vectors';
import { APPID, KEY, MCH_ID, plain, signed, startGateway, unsigned, type Gateway } from '../v2/gateway';
import { ORDER } from './orders';

let gateway: Gateway;
let calls: ContractOrderCalls;
let hmacCalls: ContractOrderCalls;

const NONCE = '5K8264ILTKCH16CQ2502SI8ZNMTM67VS';

beforeAll(async () => {
  gateway = await startGateway();
  const shared = { mch_id: MCH_ID, keys: { current: KEY }, transport: gateway.transport, nonce: () => NONCE };
  calls = contractOrderCalls(createV2Client({ ...shared, signType: 'MD5' }));
  hmacCalls = contractOrderCalls(createV2Client({ ...shared, signType: 'HMAC-SHA256' }));
});
afterAll(() => gateway.close());

async function failure(call: Promise<unknown>): Promise<WechatPayError> {
  const error: unknown = await call.then(
    () => expect.unreachable('the call succeeded'),
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(WechatPayError);
  return error as WechatPayError;
}

/** A message of the specification with the signature it was published with. */
function published(id: string): Parameters<Gateway['respond']>[0] {
  const { params, sign } = vector(id);
  return unsigned({ ...present(params), sign });
}

const refused = (err_code: string, err_code_des = ''): Parameters<Gateway['respond']>[0] =>
  signed({ result_code: 'FAIL', err_code, err_code_des });

describe('create', () => {
  it('sends the published request, signature included', async () => {
    gateway.respond(published('T6'));
    await calls.create(ORDER);
    const { params, sign } = vector('T4');
    const filled = Object.fromEntries(Object.entries(present(params)).filter(([, value]) => value !== ''));
    expect(gateway.last().path).toBe('/pay/contractorder');
    expect(gateway.last().fields).toEqual({ ...filled, sign });
  });

  it('sends nothing that the page does not list, whatever the order carries, and never sign_type', async () => {
    gateway.respond(published('T6'));
    await hmacCalls.create({ ...ORDER, scene_info: 'x', sign_type: 'HMAC-SHA256' } as typeof ORDER);
    expect(gateway.last().fields).not.toHaveProperty('scene_info');
    expect(gateway.last().fields).not.toHaveProperty('sign_type');
    expect(gateway.last().fields.sign).toBe(vector('T4').sign);
  });

  it('reads an answer in which both parts succeed', async () => {
    gateway.respond(published('T6'));
    expect(await calls.create(ORDER)).toEqual({
      prepay_id: 'wx201410272009395522657a690389285100',
      trade_type: 'JSAPI',
      presign: 'SUCCESS',
      out_trade_no: 'DW202601020001',
    });
  });

  const native = { ...ORDER, trade_type: 'NATIVE', product_id: 'P1' } as const;

  it('reads an order that can be paid although its pre-signing failed', async () => {
    gateway.respond(published('T7'));
    expect(await calls.create(native)).toEqual({
      prepay_id: 'wx201410272009395522657a690389285100',
      trade_type: 'NATIVE',
      code_url: 'weixin://wxpay/bizpayurl?pr=dW4Tq9x',
      presign: 'FAIL',
      contract_err_code: 'SYSTEMERROR',
      contract_err_code_des: 'system error',
      out_trade_no: 'DW202601020001',
    });
  });

  const created = { prepay_id: 'wx1', trade_type: 'JSAPI' };

  it('counts a missing contract_result_code as FAIL, and does not need an echo', async () => {
    gateway.respond(signed(created));
    expect(await calls.create(ORDER)).toEqual({ prepay_id: 'wx1', trade_type: 'JSAPI', presign: 'FAIL' });
  });

  it('gives the page of an MWEB order', async () => {
    const mweb_url = 'https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx1&package=1405458241';
    gateway.respond(signed({ ...created, trade_type: 'MWEB', mweb_url, contract_result_code: 'SUCCESS' }));
    const answer = await calls.create({ ...ORDER, trade_type: 'MWEB' });
    expect(answer).toMatchObject({ mweb_url, presign: 'SUCCESS' });
  });

  it.each([
    ['no prepay_id', signed({ trade_type: 'JSAPI' })],
    ['another out_trade_no', signed({ ...created, out_trade_no: 'OTHER' })],
    ['another contract_code', signed({ ...created, contract_code: 'OTHER' })],
    ['another plan_id', signed({ ...created, plan_id: '124' })],
    ['another request_serial', signed({ ...created, request_serial: '1' })],
    ['another trade_type', signed({ ...created, trade_type: 'APP' })],
    ['nothing but HTML', plain('<html></html>')],
  ])('does not know the outcome of an answer with %s', async (_name, answer) => {
    gateway.respond(answer);
    expect((await failure(calls.create(ORDER))).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('does not know the outcome of a NATIVE or MWEB order without its URL', async () => {
    gateway.respond(signed({ ...created, trade_type: 'NATIVE' }));
    expect((await failure(calls.create(native))).errorClass).toBe('OUTCOME_UNKNOWN');
    gateway.respond(signed({ ...created, trade_type: 'MWEB' }));
    expect((await failure(calls.create({ ...ORDER, trade_type: 'MWEB' }))).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it.each([
    ['ORDERPAID', 'REFUSED'],
    ['ORDERCLOSED', 'REFUSED'],
    ['OUT_TRADE_NO_USED', 'CONFLICT'],
    ['CONTRACT_CODE DUPLICATION', 'CONFLICT'],
  ])('%s is %s and keeps its code', async (code, errorClass) => {
    gateway.respond(refused(code));
    expect(await failure(calls.create(ORDER))).toMatchObject({ errorClass, code });
  });
});

describe('queryOrder', () => {
  const key = { appid: APPID, out_trade_no: 'DW202601020001' };
  const paid = {
    trade_state: 'SUCCESS',
    out_trade_no: 'DW202601020001',
    transaction_id: '1004400740201409030005092168',
    total_fee: '888',
    cash_fee: '788',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
    time_end: '20260102030501',
  };

  it('signs with the configured type and keeps long numbers as text', async () => {
    gateway.respond(signed(paid, { type: 'HMAC-SHA256' }));
    expect(await hmacCalls.queryOrder(key)).toEqual({
      ...paid,
      appid: APPID,
      mch_id: MCH_ID,
      total_fee: 888,
      cash_fee: 788,
    });
    expect(gateway.last().fields).toMatchObject({ sign_type: 'HMAC-SHA256', out_trade_no: 'DW202601020001' });
    expect(Object.keys(gateway.last().fields).sort()).toEqual([
      'appid',
      'mch_id',
      'nonce_str',
      'out_trade_no',
      'sign',
      'sign_type',
    ]);
  });

  it("asks by WeChat Pay's number too, and learns ours", async () => {
    gateway.respond(signed(paid));
    const { transaction_id } = paid;
    expect(await calls.queryOrder({ appid: APPID, transaction_id })).toMatchObject({ out_trade_no: key.out_trade_no });
    const sent = ['appid', 'mch_id', 'nonce_str', 'sign', 'transaction_id'];
    expect(Object.keys(gateway.last().fields).sort()).toEqual(sent);
    const another = calls.queryOrder({ appid: APPID, transaction_id: '1004400740201409030005092169' });
    expect((await failure(another)).errorClass).toBe('OUTCOME_UNKNOWN');
    gateway.respond(signed({ ...paid, out_trade_no: '' }));
    const nameless = calls.queryOrder({ appid: APPID, transaction_id });
    expect((await failure(nameless)).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('finds nothing with ORDERNOTEXIST', async () => {
    gateway.respond(refused('ORDERNOTEXIST'));
    expect(await calls.queryOrder(key)).toBeUndefined();
  });

  it('passes on a state nobody documented', async () => {
    gateway.respond(signed({ trade_state: 'BRAND_NEW', device_info: '', total_fee: '888' }));
    expect(await calls.queryOrder(key)).toMatchObject({ trade_state: 'BRAND_NEW', total_fee: 888 });
  });

  it.each([
    ['no trade_state', signed({ out_trade_no: 'DW202601020001' })],
    ['another order', signed({ ...paid, out_trade_no: 'OTHER' })],
    ['a payment without its number', signed({ ...paid, transaction_id: '' })],
    ['a payment without amount', signed({ ...paid, total_fee: '' })],
    ['an amount that is no integer', signed({ ...paid, total_fee: '8.88' })],
    ['a system error', refused('SYSTEMERROR')],
    ['no signature', unsigned({ return_code: 'SUCCESS', result_code: 'SUCCESS', ...paid })],
  ])('takes %s as unknown, never as an answer', async (_name, answer) => {
    gateway.respond(answer);
    expect((await failure(calls.queryOrder(key))).errorClass).toBe('OUTCOME_UNKNOWN');
  });
});

describe('closeOrder', () => {
  const key = { appid: APPID, out_trade_no: 'DW202601020001' };

  it('succeeds also without appid and mch_id in the answer, and when it was closed before', async () => {
    gateway.respond(signed({ appid: '', mch_id: '' }));
    await expect(calls.closeOrder(key)).resolves.toBeUndefined();
    expect(gateway.last().path).toBe('/pay/closeorder');
    gateway.respond(refused('ORDERCLOSED'));
    await expect(calls.closeOrder(key)).resolves.toBeUndefined();
  });

  it.each([
    ['ORDERPAID', 'REFUSED'],
    ['ORDERNOTEXIST', 'NOT_FOUND'],
    ['SYSTEMERROR', 'OUTCOME_UNKNOWN'],
  ])('%s is thrown as %s', async (code, errorClass) => {
    gateway.respond(refused(code));
    expect(await failure(calls.closeOrder(key))).toMatchObject({ errorClass, code });
  });
});

describe('queryContract', () => {
  const byCode = { appid: APPID, plan_id: '123', contract_code: 'DWC1' };
  const contract = {
    contract_id: 'Wx15463511252015071056489715',
    plan_id: '123',
    contract_code: 'DWC1',
    request_serial: '9223372036854775807',
    contract_state: '0',
    contract_signed_time: '2026-01-02 03:05:01',
    openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  };

  it('sends neither nonce_str nor sign_type, in both modes', async () => {
    gateway.respond(signed({ ...contract, contract_display_account: '张三', err_code: '0', err_code_des: 'SUCCESS' }));
    expect(await hmacCalls.queryContract(byCode)).toEqual({ ...contract, appid: APPID, mch_id: MCH_ID });
    expect(Object.keys(gateway.last().fields).sort()).toEqual([
      'appid',
      'contract_code',
      'mch_id',
      'plan_id',
      'sign',
      'version',
    ]);
    await hmacCalls.queryContract({ appid: APPID, contract_id: contract.contract_id });
    expect(Object.keys(gateway.last().fields).sort()).toEqual(['appid', 'contract_id', 'mch_id', 'sign', 'version']);
  });

  it('reproduces the published signatures of both modes', async () => {
    for (const id of ['T12', 'T13']) {
      const { params, sign, key } = vector(id);
      const {
        appid,
        mch_id,
        version: _,
        ...own
      } = present(params) as Record<string, string> & { appid: string; mch_id: string };
      const client = createV2Client({ mch_id, keys: { current: key }, signType: 'MD5', transport: gateway.transport });
      gateway.respond(plain('', 500));
      await failure(contractOrderCalls(client).queryContract({ appid, ...own } as never));
      expect(gateway.last().fields.sign, id).toBe(sign);
    }
  });

  it('finds nothing with RESULT NULL, which comes unsigned', async () => {
    gateway.respond(
      unsigned({ return_code: 'SUCCESS', result_code: 'FAIL', err_code: '-25', err_code_des: 'RESULT NULL' }),
    );
    expect(await calls.queryContract(byCode)).toBeUndefined();
  });

  it('never believes an unsigned contract', async () => {
    gateway.respond(unsigned({ return_code: 'SUCCESS', result_code: 'SUCCESS', ...contract }));
    expect((await failure(calls.queryContract(byCode))).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it.each([
    ['another plan', { plan_id: '124' }],
    ['another contract_code', { contract_code: 'OTHER' }],
    ['no state', { contract_state: '' }],
    ['no contract_id', { contract_id: '' }],
  ])('takes an answer with %s as unknown', async (_name, change) => {
    gateway.respond(signed({ ...contract, ...change }));
    expect((await failure(calls.queryContract(byCode))).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('takes another contract_id than it asked for as unknown', async () => {
    gateway.respond(signed(contract));
    const call = calls.queryContract({ appid: APPID, contract_id: 'Wx1' });
    expect((await failure(call)).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('a missing permission is a matter of configuration', async () => {
    gateway.respond(
      unsigned({
        return_code: 'SUCCESS',
        result_code: 'FAIL',
        err_code: '-48',
        err_code_des: 'MERCHANT AUTHORITY ERROR',
      }),
    );
    expect(await failure(calls.queryContract(byCode))).toMatchObject({ errorClass: 'CONFIGURATION', code: '-48' });
  });
});

describe('deleteContract', () => {
  const contract_termination_remark = '签约信息有误，须重新签约';

  it('sends neither nonce_str nor sign_type', async () => {
    gateway.respond(signed({ contract_id: 'Wx1' }));
    await hmacCalls.deleteContract({
      appid: APPID,
      plan_id: '123',
      contract_code: 'DWC1',
      contract_termination_remark,
    });
    expect(gateway.last().path).toBe('/papay/deletecontract');
    expect(Object.keys(gateway.last().fields).sort()).toEqual([
      'appid',
      'contract_code',
      'contract_termination_remark',
      'mch_id',
      'plan_id',
      'sign',
      'version',
    ]);
  });

  it('reproduces the published signature', async () => {
    const { sign, key } = vector('T14');
    const client = createV2Client({
      mch_id: '10000100',
      keys: { current: key },
      signType: 'MD5',
      transport: gateway.transport,
    });
    gateway.respond(plain('', 500));
    const termination = { appid: 'wx2421b1c4370ec43b', contract_id: '100005698', contract_termination_remark: '原因' };
    await failure(contractOrderCalls(client).deleteContract(termination));
    expect(gateway.last().fields.sign).toBe(sign);
  });

  it.each([
    ['contract_id', { contract_id: 'Wx1' }],
    ['plan_id', { plan_id: '123', contract_code: 'DWC1' }],
    ['contract_code', { plan_id: '123', contract_code: 'DWC1' }],
  ])('does not know the outcome when the contract of another %s is confirmed', async (field, named) => {
    gateway.respond(signed({ [field]: '7' }));
    const call = calls.deleteContract({ appid: APPID, ...named, contract_termination_remark });
    expect((await failure(call)).errorClass).toBe('OUTCOME_UNKNOWN');
  });
});
