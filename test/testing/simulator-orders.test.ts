import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { bench, fromXml, receiver, toXml, v2Sign, XML_FAIL, XML_SUCCESS } from './simulator-client';
import type { Bench, Receiver } from './simulator-client';

let b: Bench;
let hook: Receiver;

beforeAll(async () => {
  b = await bench();
});
afterAll(() => b.simulator.close());
// A webhook of its own for each test: a delivery on its way must not reach the next one.
beforeEach(async () => {
  hook = await receiver();
  hook.answers.push({ status: 200, body: XML_SUCCESS });
  b.simulator.reset();
  b.simulator.script({ plan: { plan_id: '123', terminationUrl: `${hook.url}/terminated` } });
});
afterEach(() => hook.close());

const fields = (over: Record<string, string | undefined> = {}) => ({
  contract_mchid: '1230000109',
  contract_appid: 'wxd678efh567hg6787',
  out_trade_no: 'DW1',
  body: '会员月卡 首月',
  notify_url: `${hook.url}/payment`,
  total_fee: '888',
  spbill_create_ip: '123.12.12.123',
  trade_type: 'JSAPI',
  openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o',
  plan_id: '123',
  contract_code: 'C1',
  request_serial: '9223372036854775807',
  contract_display_account: '张三',
  contract_notify_url: `${hook.url}/contract`,
  ...over,
});
const order = (over: Record<string, string | undefined> = {}) => b.v2.call('/pay/contractorder', fields(over));
const orderQuery = (over: Record<string, string | undefined> = { out_trade_no: 'DW1' }) =>
  b.v2.call('/pay/orderquery', over);
const closeOrder = (out_trade_no = 'DW1') => b.v2.call('/pay/closeorder', { out_trade_no });
const byCode = { plan_id: '123', contract_code: 'C1', version: '1.0' };
const contractQuery = (over: Record<string, string | undefined> = byCode) => b.v2.call('/papay/querycontract', over);
const effects = () => Object.fromEntries(b.simulator.ledger().map(({ effect, count }) => [effect, count]));
const notified = (count: number) => vi.waitFor(() => expect(hook.received.length).toBeGreaterThanOrEqual(count), 3000);

describe('order', () => {
  it('is created with a signed answer that echoes the contract’s numbers', async () => {
    const answer = await order();
    expect(answer.verified).toBe(true);
    expect(answer.fields).toMatchObject({
      return_code: 'SUCCESS',
      result_code: 'SUCCESS',
      contract_result_code: 'SUCCESS',
      out_trade_no: 'DW1',
      plan_id: '123',
      request_serial: '9223372036854775807',
      contract_code: 'C1',
      contract_display_account: '张三',
      trade_type: 'JSAPI',
    });
    expect(answer.fields.prepay_id).toMatch(/^wx\d{14}/);
  });

  it('brings a code for NATIVE and a page for MWEB', async () => {
    const native = await order({ trade_type: 'NATIVE', product_id: 'p', openid: undefined });
    expect(native.fields.code_url).toMatch(/^weixin:/);
    const mweb = await order({ out_trade_no: 'DW2', trade_type: 'MWEB', openid: undefined });
    expect(mweb.fields.mweb_url).toContain(`prepay_id=${mweb.fields.prepay_id}`);
  });

  it('gives the prepay_id again for identical fields, a new one after two hours, and is one order', async () => {
    const first = await order();
    const again = await order({ spbill_create_ip: '1.2.3.4' });
    expect(again.fields.prepay_id).toBe(first.fields.prepay_id);
    b.pass(7200);
    const late = await order();
    expect(late.fields.prepay_id).not.toBe(first.fields.prepay_id);
    expect(effects()).toEqual({ ordered: 1 });
  });

  it.each([
    ['another amount', { total_fee: '889' }, 'INVALID_REQUEST'],
    ['another contract code', { contract_code: 'C2' }, 'OUT_TRADE_NO_USED'],
    ['one field more', { attach: 'x' }, 'OUT_TRADE_NO_USED'],
    ['one field less', { contract_notify_url: undefined }, 'OUT_TRADE_NO_USED'],
  ])('refuses the same number with %s', async (_name, over, code) => {
    await order();
    const answer = await order(over);
    expect([answer.fields.err_code, answer.verified]).toEqual([code, true]);
  });

  it.each([
    ['an undocumented parameter', { scene_info: '{}' }, 'PARAM_ERROR'],
    ['sign_type', { sign_type: 'MD5' }, 'PARAM_ERROR'],
    ['an empty element', { attach: '' }, 'PARAM_ERROR'],
    ['a four-byte character', { body: '😀' }, 'PARAM_ERROR'],
    ['two addresses', { spbill_create_ip: '1.1.1.1, 2.2.2.2' }, 'PARAM_ERROR'],
    ['a query in notify_url', { notify_url: 'https://x.com/?a=1' }, 'PARAM_ERROR'],
    ['no openid for JSAPI', { openid: undefined }, 'LACK_PARAMS'],
    ['no product_id for NATIVE', { trade_type: 'NATIVE' }, 'LACK_PARAMS'],
    ['no body', { body: undefined }, 'LACK_PARAMS'],
    ['another appid', { appid: 'wx1' }, 'APPID_MCHID_NOT_MATCH'],
    ['a life of a minute', { time_start: '20260102030405', time_expire: '20260102030505' }, 'PARAM_ERROR'],
    ['a time long past', { time_expire: '20200102030505' }, 'INVALID_REQUEST'],
  ])('refuses %s', async (_name, over, code) => {
    const { fields: answer, verified } = await order(over);
    expect([answer.result_code, answer.err_code, verified]).toEqual(['FAIL', code, true]);
    expect(effects()).toEqual({});
  });

  it('answers a wrong signature, unknown merchant or broken XML without a signature', async () => {
    const wrong = await order({ sign: '0'.repeat(32) });
    expect(wrong.fields).toEqual({ return_code: 'FAIL', return_msg: '签名错误' });
    expect((await order({ mch_id: '1' })).fields).toEqual({ return_code: 'FAIL', return_msg: '商户号不存在' });
    expect((await b.v2.send('/pay/contractorder', '')).fields.return_msg).toBe('POST_DATA_EMPTY');
  });

  it.each([
    ['text that is no XML', () => 'x'],
    ['an element left open', (xml: string) => xml.replace('</xml>', '')],
    ['a repeated element', (xml: string) => xml.replace('</xml>', '<plan_id>123</plan_id></xml>')],
    ['a nested element', (xml: string) => xml.replace('</xml>', '<attach><a>1</a></attach></xml>')],
    ['an attribute', (xml: string) => xml.replace('<plan_id>', '<plan_id a="1">')],
    ['a DOCTYPE', (xml: string) => `<!DOCTYPE xml>${xml}`],
    ['an entity', (xml: string) => xml.replace('<xml>', '<xml><!ENTITY a "b">')],
    ['anything behind the root', (xml: string) => `${xml}x`],
  ])('refuses %s as malformed, though the fields are signed', async (_name, spoil) => {
    const { appid, mchid: mch_id, apiV2Key } = b.credentials;
    const all = { ...fields(), appid, mch_id, nonce_str: 'n1' } as Record<string, string>;
    const xml = toXml({ ...all, sign: v2Sign(all, apiV2Key) });
    const answer = await b.v2.send('/pay/contractorder', spoil(xml));
    expect(answer.fields).toEqual({ return_code: 'FAIL', return_msg: 'XML格式错误' });
    expect((await b.v2.send('/pay/contractorder', xml)).fields.result_code).toBe('SUCCESS');
  });

  it('reads escaped text and CDATA alike', async () => {
    const text = 'a<b>&"c';
    const all = { ...fields({ body: text }), appid: b.credentials.appid, mch_id: '1230000109', nonce_str: 'n1' };
    const sign = v2Sign(all, b.credentials.apiV2Key);
    const xml = toXml({ ...(all as Record<string, string>), sign });
    const escaped = xml.replace(`<![CDATA[${text}]]>`, 'a&lt;b&gt;&amp;&quot;&#99;');
    expect(escaped).not.toBe(xml);
    expect((await b.v2.send('/pay/contractorder', escaped)).fields.result_code).toBe('SUCCESS');
  });
});

describe('pre-signing', () => {
  it.each([
    [
      'told so',
      {},
      { presign: 'FAIL', contract_err_code: 'MERCHANT AUTHORITY ERROR' } as const,
      'MERCHANT AUTHORITY ERROR',
    ],
    ['contract_mchid is missing', { contract_mchid: undefined }, {}, 'SYSTEMERROR'],
    ['contract_appid differs', { contract_appid: 'wx1' }, {}, 'SYSTEMERROR'],
    ['request_serial exceeds int64', { request_serial: '9223372036854775808' }, {}, 'SYSTEMERROR'],
  ])('fails but leaves an order that can be paid when %s', async (_name, over, script, code) => {
    b.simulator.script({ order: { out_trade_no: 'DW1', ...script } });
    const answer = await order(over);
    expect(answer.verified).toBe(true);
    expect(answer.fields).toMatchObject({
      result_code: 'SUCCESS',
      contract_result_code: 'FAIL',
      contract_err_code: code,
    });
    for (const name of ['out_trade_no', 'contract_code', 'plan_id', 'request_serial']) {
      expect(answer.fields).not.toHaveProperty(name);
    }
    b.simulator.pay({ out_trade_no: 'DW1' });
    expect(() => b.simulator.sign({ out_trade_no: 'DW1' })).toThrow('the pre-signing failed');
    expect(effects()).toEqual({ ordered: 1, paid: 1 });
  });

  it('refuses a contract code that was signed before', async () => {
    await order();
    b.simulator.pay({ out_trade_no: 'DW1' });
    b.simulator.sign({ out_trade_no: 'DW1' });
    const { fields: answer } = await order({ out_trade_no: 'DW2' });
    expect(answer).toMatchObject({ contract_result_code: 'FAIL', contract_err_code: 'CONTRACT_CODE DUPLICATION' });
  });

  it('lets a user sign a plan only once, without saying so beforehand', async () => {
    for (const [out_trade_no, contract_code] of [
      ['DW1', 'C1'],
      ['DW2', 'C2'],
    ] as const) {
      expect((await order({ out_trade_no, contract_code })).fields.contract_result_code).toBe('SUCCESS');
      b.simulator.pay({ out_trade_no });
    }
    b.simulator.sign({ out_trade_no: 'DW1' });
    expect(() => b.simulator.sign({ out_trade_no: 'DW2' })).toThrow('active contract');
    expect((await contractQuery({ ...byCode, contract_code: 'C2' })).fields.err_code).toBe('-25');
  });
});

describe('payment', () => {
  it('is shown by the query, and notified with a signature until the XML says SUCCESS', async () => {
    hook.answers.unshift({ status: 500, body: '' }, { status: 200, body: XML_FAIL });
    await order({ attach: '深圳' });
    expect((await orderQuery()).fields).toMatchObject({ trade_state: 'NOTPAY', device_info: '', total_fee: '888' });
    const { transaction_id } = b.simulator.pay({ out_trade_no: 'DW1', coupon_fee: 100 });
    expect(transaction_id).toMatch(/^\d{28}$/);
    const paid = {
      transaction_id,
      out_trade_no: 'DW1',
      total_fee: '888',
      cash_fee: '788',
      coupon_fee_0: '100',
      attach: '深圳',
    };
    const answer = await orderQuery();
    expect(answer.verified).toBe(true);
    expect(answer.fields).toMatchObject({ ...paid, trade_state: 'SUCCESS' });
    expect((await orderQuery({ transaction_id })).fields.out_trade_no).toBe('DW1');
    for (let attempt = 1; attempt <= 3; attempt++) {
      await vi.waitFor(() => expect(b.simulator.notifications()[0]?.deliveries).toHaveLength(attempt));
      b.pass(15);
    }
    expect(b.simulator.notifications()).toMatchObject([{ kind: 'payment', status: 'acknowledged' }]);
    const message = fromXml(hook.received[2]?.body ?? '');
    expect(message).toMatchObject({ ...paid, result_code: 'SUCCESS' });
    expect(message).not.toHaveProperty('contract_code');
    expect(message.sign).toBe(v2Sign(message, b.credentials.apiV2Key));
    expect(effects()).toEqual({ ordered: 1, paid: 1 });
  });

  it('happens and is signed by script', async () => {
    b.simulator.script({ order: { out_trade_no: 'DW1', pay: { after: 3 }, sign: { after: 4 } } });
    await order();
    b.pass(2);
    expect((await orderQuery()).fields.trade_state).toBe('NOTPAY');
    b.pass(1);
    expect((await orderQuery()).fields.trade_state).toBe('SUCCESS');
    b.pass(1);
    expect((await contractQuery()).fields.contract_state).toBe('0');
    await notified(2);
    expect(hook.received.map(({ path }) => path).sort()).toEqual(['/contract', '/payment']);
  });

  it('may fail and be tried again, but not after the order expired', async () => {
    await order();
    b.simulator.pay({ out_trade_no: 'DW1', result: 'PAYERROR' });
    expect((await orderQuery()).fields.trade_state).toBe('PAYERROR');
    b.simulator.pay({ out_trade_no: 'DW1' });
    expect(() => b.simulator.pay({ out_trade_no: 'DW1' })).toThrow('paid already');
    const inAnHour = new Date(Date.now() + (8 + 24) * 3600_000).toISOString().replace(/[-:T]|\..*/g, '');
    const expiring = await order({ out_trade_no: 'DW2', contract_code: 'C2', time_expire: inAnHour });
    expect(expiring.fields.result_code).toBe('SUCCESS');
    b.pass(48 * 3600);
    expect(() => b.simulator.pay({ out_trade_no: 'DW2' })).toThrow('expired');
    expect((await orderQuery({ out_trade_no: 'DW2' })).fields.trade_state).toBe('NOTPAY');
  });

  it('can claim another amount than the order’s', async () => {
    await order();
    b.simulator.pay({ out_trade_no: 'DW1', total_fee: 1 });
    expect((await orderQuery()).fields.total_fee).toBe('1');
  });

  it('is asked for with either signature type, and answered in the same', async () => {
    await order();
    const answer = await orderQuery({ out_trade_no: 'DW1', sign_type: 'HMAC-SHA256' });
    expect(answer.fields.sign).toHaveLength(64);
    expect(answer.verified).toBe(true);
    expect((await orderQuery({ out_trade_no: 'DW9' })).fields.err_code).toBe('ORDERNOTEXIST');
    expect((await orderQuery({})).fields.err_code).toBe('LACK_PARAMS');
  });

  it('is invisible for a while when told so', async () => {
    b.simulator.script({ visibleAfter: 5 });
    await order();
    expect((await orderQuery()).fields.err_code).toBe('ORDERNOTEXIST');
    b.pass(5);
    expect((await orderQuery()).fields.trade_state).toBe('NOTPAY');
  });
});

describe('closing', () => {
  it('is refused before five minutes, then closes once and for all', async () => {
    await order();
    b.pass(298);
    expect((await closeOrder()).fields.err_code).toBe('INVALID_REQUEST');
    b.pass(2);
    const answer = await closeOrder();
    expect([answer.fields.result_code, answer.verified]).toEqual(['SUCCESS', true]);
    expect(answer.fields).not.toHaveProperty('appid');
    expect((await orderQuery()).fields.trade_state).toBe('CLOSED');
    expect((await closeOrder()).fields.err_code).toBe('ORDERCLOSED');
    expect((await order()).fields.err_code).toBe('ORDERCLOSED');
    expect(() => b.simulator.pay({ out_trade_no: 'DW1' })).toThrow('closed');
    expect(effects()).toEqual({ ordered: 1, closed: 1 });
  });

  it('is refused for a paid order, an unknown one, and one paid at that moment', async () => {
    expect((await closeOrder()).fields.err_code).toBe('ORDERNOTEXIST');
    await order();
    await order({ out_trade_no: 'DW2', contract_code: 'C2' });
    b.simulator.script({ order: { out_trade_no: 'DW2', close: 'paid-meanwhile' } });
    b.simulator.pay({ out_trade_no: 'DW1' });
    b.pass(300);
    expect((await closeOrder()).fields.err_code).toBe('ORDERPAID');
    expect((await closeOrder('DW2')).fields.err_code).toBe('ORDERPAID');
    expect((await order()).fields.err_code).toBe('ORDERPAID');
    expect(effects()).toEqual({ ordered: 1, paid: 1 });
  });

  it('can be answered with success and not happen', async () => {
    await order();
    b.simulator.script({ order: { out_trade_no: 'DW1', close: 'ignored' } });
    b.pass(300);
    expect((await closeOrder()).fields.result_code).toBe('SUCCESS');
    expect((await orderQuery()).fields.trade_state).toBe('NOTPAY');
    expect(effects()).toEqual({ ordered: 1 });
  });
});

describe('contract', () => {
  async function signed(): Promise<string> {
    await order();
    b.simulator.pay({ out_trade_no: 'DW1' });
    return b.simulator.sign({ out_trade_no: 'DW1' }).contract_id ?? '';
  }

  it('is found by its id and by plan and code, 0 being the good state', async () => {
    const contract_id = await signed();
    const expected = { contract_id, contract_state: '0', request_serial: '9223372036854775807', contract_code: 'C1' };
    const answer = await contractQuery();
    expect(answer.verified).toBe(true);
    expect(answer.fields).toMatchObject({ ...expected, contract_display_account: '张三' });
    expect((await contractQuery({ contract_id, version: '1.0' })).fields).toMatchObject(expected);
    expect(answer.fields).not.toHaveProperty('contract_terminated_time');
  });

  it('is notified as ADD without appid, order number or nonce', async () => {
    const contract_id = await signed();
    await notified(2);
    const message = fromXml(hook.received.find(({ path }) => path === '/contract')?.body ?? '');
    expect(message).toMatchObject({ change_type: 'ADD', contract_id, plan_id: '123', contract_code: 'C1' });
    expect(message.operate_time).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(message.sign).toBe(v2Sign(message, b.credentials.apiV2Key));
    for (const name of ['appid', 'out_trade_no', 'nonce_str']) expect(message).not.toHaveProperty(name);
  });

  it('answers a failed query without signature, appid and mch_id', async () => {
    const { fields: answer } = await contractQuery();
    expect(answer).toEqual({
      return_code: 'SUCCESS',
      result_code: 'FAIL',
      err_code: '-25',
      err_code_des: 'RESULT NULL',
    });
    b.simulator.script({ merchant: { autoDebit: false } });
    expect((await contractQuery()).fields.err_code).toBe('-48');
  });

  it.each(['/papay/querycontract', '/papay/deletecontract'])(
    'takes no nonce at %s: the signature fails',
    async (path) => {
      await signed();
      const body = { ...byCode, contract_termination_remark: path.includes('delete') ? 'x' : undefined };
      const answer = await b.v2.call(path, { ...body, nonce_str: 'n1' });
      expect(answer.fields).toEqual({ return_code: 'FAIL', return_msg: '签名错误' });
      expect((await b.v2.call(path, body)).fields.result_code).toBe('SUCCESS');
    },
  );

  it('answers HTTP 400 to a prolog with standalone="no"', async () => {
    expect((await b.v2.send('/papay/querycontract', '<?xml version="1.0" standalone="no"?><xml></xml>')).status).toBe(
      400,
    );
  });

  it('is ended by the merchant, told to the plan’s termination URL, and its code is spent', async () => {
    const contract_id = await signed();
    const end = () => b.v2.call('/papay/deletecontract', { ...byCode, contract_termination_remark: '原因' });
    const answer = await end();
    expect([answer.fields.result_code, answer.fields.contract_id, answer.verified]).toEqual([
      'SUCCESS',
      contract_id,
      true,
    ]);
    expect((await contractQuery()).fields).toMatchObject({
      contract_state: '1',
      contract_termination_mode: '3',
      contract_termination_remark: '原因',
    });
    await notified(3);
    const told = hook.received.find(({ path }) => path === '/terminated');
    expect(fromXml(told?.body ?? '')).toMatchObject({
      change_type: 'DELETE',
      contract_termination_mode: '3',
      contract_id,
    });
    expect(told?.body).toContain('<contract_expired_time><![CDATA[]]></contract_expired_time>');
    expect((await end()).fields.result_code).toBe('FAIL');
    expect(effects()).toEqual({ ordered: 1, paid: 1, signed: 1, terminated: 1 });
    expect((await order({ out_trade_no: 'DW2' })).fields.contract_err_code).toBe('CONTRACT_CODE DUPLICATION');
  });

  it('is ended by the user, after which the plan can be signed with a new code', async () => {
    await signed();
    b.simulator.terminate({ out_trade_no: 'DW1' });
    expect((await contractQuery()).fields.contract_termination_mode).toBe('2');
    await order({ out_trade_no: 'DW2', contract_code: 'C2' });
    b.simulator.pay({ out_trade_no: 'DW2' });
    expect(b.simulator.sign({ out_trade_no: 'DW2' }).contract_id).toBeTruthy();
  });

  it('is notified before the payment when told to reorder', async () => {
    b.simulator.script({ notifications: { reorder: 1 } });
    await signed();
    b.pass(1);
    await notified(2);
    expect(hook.received.map(({ path }) => path)).toEqual(['/contract', '/payment']);
  });
});

describe('debit', () => {
  const debit = (over: Record<string, string | undefined> = {}) =>
    b.v2.call('/pay/pappayapply', {
      body: 'x',
      out_trade_no: 'P1',
      total_fee: '100',
      notify_url: `${hook.url}/debit`,
      trade_type: 'PAP',
      contract_id: contractId,
      ...over,
    });
  const debitQuery = async (out_trade_no = 'P1') => (await b.v2.call('/pay/paporderquery', { out_trade_no })).fields;
  let contractId = '';
  beforeEach(async () => {
    await order();
    b.simulator.pay({ out_trade_no: 'DW1' });
    contractId = b.simulator.sign({ out_trade_no: 'DW1' }).contract_id ?? '';
  });

  it('is accepted, then done, then notified, and never twice', async () => {
    const answer = await debit();
    expect([answer.fields.result_code, answer.verified]).toEqual(['SUCCESS', true]);
    expect((await debit()).fields.err_code).toBe('ORDER_ACCEPTED');
    expect((await debitQuery()).trade_state).toBe('NOTPAY');
    b.pass(1);
    expect(await debitQuery()).toMatchObject({ trade_state: 'SUCCESS', contract_id: contractId, total_fee: '100' });
    expect((await debit()).fields.err_code).toBe('ORDERPAID');
    await vi.waitFor(() => expect(hook.received.map(({ path }) => path)).toContain('/debit'));
    expect(effects()).toMatchObject({ 'debit-accepted': 1, debited: 1 });
  });

  it('waits a day once the contract is older than twelve hours', async () => {
    b.pass(12 * 3600);
    await debit();
    b.pass(23 * 3600);
    expect((await debitQuery()).trade_state).toBe('ACCEPT');
    b.pass(3601);
    expect((await debitQuery()).trade_state).toBe('SUCCESS');
  });

  it('fails by script and says so in a notification', async () => {
    b.simulator.script({ debit: { out_trade_no: 'P1', result: 'PAY_FAIL', err_code: 'NOTENOUGH' } });
    await debit();
    b.pass(1);
    expect((await debitQuery()).trade_state).toBe('PAY_FAIL');
    await vi.waitFor(() => expect(hook.received.map(({ path }) => path)).toContain('/debit'));
    const message = fromXml(hook.received.find(({ path }) => path === '/debit')?.body ?? '');
    expect(message).toMatchObject({ result_code: 'FAIL', trade_state: 'PAY_FAIL', err_code: 'NOTENOUGH' });
    expect(effects()).not.toHaveProperty('debited');
  });

  it('needs an active contract, and has a query of its own', async () => {
    expect((await debit({ contract_id: 'unknown' })).fields.err_code).toBe('CONTRACT_NOT_EXIST');
    expect((await debitQuery('DW1')).err_code_des).toBe('订单不是委托代扣场景');
    expect((await debitQuery('P9')).err_code).toBe('ORDERNOTEXIST');
    b.simulator.terminate({ out_trade_no: 'DW1' });
    expect((await debit()).fields.err_code).toBe('CONTRACT_NOT_EXIST');
  });
});
