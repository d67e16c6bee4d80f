import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debitCalls, type DebitCalls } from '../../../src/wechatpay/debit/calls';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { createV2Client } from '../../../src/wechatpay/v2/client';
import { KEY, MCH_ID, signed, startGateway, unsigned, type Gateway } from '../v2/gateway';
import { DEBIT } from './debits';

let gateway: Gateway;
let calls: DebitCalls;

beforeAll(async () => {
  gateway = await startGateway();
  // HMAC-SHA256 for the calls that allow a choice: these two do not.
  const options = { mch_id: MCH_ID, keys: { current: KEY }, transport: gateway.transport };
  calls = debitCalls(createV2Client({ ...options, signType: 'HMAC-SHA256' }));
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

const refused = (err_code: string, err_code_des = ''): Parameters<Gateway['respond']>[0] =>
  signed({ result_code: 'FAIL', err_code, err_code_des });

describe('apply', () => {
  it('sends what the page lists, with a nonce, as PAP, and never sign_type', async () => {
    gateway.respond(signed({}));
    await calls.apply({ ...DEBIT, sign_type: 'HMAC-SHA256', openid: 'x', trade_type: 'JSAPI' } as typeof DEBIT);
    const { path, fields } = gateway.last();
    const { nonce_str, sign, ...sent } = fields;
    expect(path).toBe('/pay/pappayapply');
    expect(sent).toEqual({ ...DEBIT, total_fee: '888', trade_type: 'PAP' });
    expect(nonce_str).toMatch(/^[0-9a-f]{32}$/);
    expect(sign).toMatch(/^[0-9A-F]{32}$/);
  });

  it('sends no element for a field that is left out', async () => {
    gateway.respond(signed({}));
    await calls.apply({ ...DEBIT, attach: undefined, fee_type: undefined, goods_tag: undefined, receipt: undefined });
    for (const name of ['attach', 'detail', 'fee_type', 'goods_tag', 'receipt']) {
      expect(gateway.last().fields).not.toHaveProperty(name);
    }
  });

  it.each([
    ['ORDER_ACCEPTED', 'OUTCOME_UNKNOWN'],
    ['SYSTEMERROR', 'OUTCOME_UNKNOWN'],
    ['ORDERPAID', 'REFUSED'],
    ['FREQUENCY_LIMITED', 'RATE_LIMITED'],
  ])('%s is %s and keeps its code', async (code, errorClass) => {
    gateway.respond(refused(code));
    expect(await failure(calls.apply(DEBIT))).toMatchObject({ errorClass, code, call: 'pay/pappayapply' });
  });

  it('does not take an unsigned answer for an acceptance', async () => {
    gateway.respond(unsigned({ return_code: 'SUCCESS', result_code: 'SUCCESS' }));
    expect((await failure(calls.apply(DEBIT))).errorClass).toBe('OUTCOME_UNKNOWN');
  });
});

describe('query', () => {
  const { appid, out_trade_no } = DEBIT;
  const made = {
    trade_state: 'SUCCESS',
    out_trade_no,
    contract_id: DEBIT.contract_id,
    transaction_id: '1009660380201506130728806387',
    total_fee: '888',
  };

  it('asks by one number, ours or that of WeChat Pay, with a nonce and without sign_type', async () => {
    gateway.respond(signed(made));
    await calls.query({ appid, out_trade_no });
    expect(gateway.last().path).toBe('/pay/paporderquery');
    const head = ['appid', 'mch_id', 'nonce_str'];
    expect(Object.keys(gateway.last().fields).sort()).toEqual([...head, 'out_trade_no', 'sign']);
    expect(await calls.query({ appid, transaction_id: made.transaction_id })).toMatchObject({ out_trade_no });
    expect(Object.keys(gateway.last().fields).sort()).toEqual([...head, 'sign', 'transaction_id']);
  });

  it('finds nothing with ORDERNOTEXIST', async () => {
    gateway.respond(refused('ORDERNOTEXIST'));
    expect(await calls.query({ appid, out_trade_no })).toBeUndefined();
  });

  it('passes on a state nobody documented', async () => {
    gateway.respond(signed({ trade_state: 'BRAND_NEW' }));
    expect(await calls.query({ appid, out_trade_no })).toMatchObject({ trade_state: 'BRAND_NEW', out_trade_no });
  });

  it('says that an order which is no debit is asked for elsewhere', async () => {
    gateway.respond(refused('INVALID_REQUEST', '订单不是委托代扣场景'));
    expect((await failure(calls.query({ appid, out_trade_no }))).errorClass).toBe('INPUT');
  });

  it.each([
    ['no trade_state', signed({ ...made, trade_state: '' })],
    ['another debit', signed({ ...made, out_trade_no: 'OTHER' })],
    ['a debit without its number', signed({ ...made, transaction_id: '' })],
    ['a debit without amount', signed({ ...made, total_fee: '' })],
    ['a refunded debit without amount', signed({ ...made, trade_state: 'REFUND', total_fee: '' })],
    ['an amount that is no integer', signed({ ...made, total_fee: '8.88' })],
    ['no signature', unsigned({ return_code: 'SUCCESS', result_code: 'SUCCESS', ...made })],
  ])('takes %s as unknown, never as an answer', async (_name, answer) => {
    gateway.respond(answer);
    expect((await failure(calls.query({ appid, out_trade_no }))).errorClass).toBe('OUTCOME_UNKNOWN');
  });

  it('takes another payment than it asked for as unknown', async () => {
    gateway.respond(signed(made));
    expect((await failure(calls.query({ appid, transaction_id: '1' }))).errorClass).toBe('OUTCOME_UNKNOWN');
    gateway.respond(signed({ ...made, out_trade_no: '' }));
    const byTheirs = calls.query({ appid, transaction_id: made.transaction_id });
    expect((await failure(byTheirs)).errorClass).toBe('OUTCOME_UNKNOWN');
  });
});
