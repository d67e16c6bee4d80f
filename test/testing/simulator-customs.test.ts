import { constants, publicEncrypt } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bench } from './simulator-client';
import type { Bench } from './simulator-client';

let b: Bench;
const lines: string[] = [];

beforeAll(async () => {
  b = await bench({ log: (line) => lines.push(JSON.stringify(line)) });
});
afterAll(() => b.simulator.close());
beforeEach(() => b.simulator.reset());

const PREFIXES = ['/v3/global/customs', '/global/v3/customs'];
const ORDERS = '/v3/global/customs/orders';
const REDECLARE = '/v3/global/customs/redeclare';

const declaration = {
  appid: 'wxd678efh567hg6787',
  mchid: '1230000109',
  out_trade_no: '20150806125346',
  transaction_id: '1000320306201511078440737890',
  customs: 'SHANGHAI_ZS',
  merchant_customs_no: '123456',
};
const split = {
  ...declaration,
  sub_order_no: 'S1',
  fee_type: 'CNY',
  order_fee: 888,
  transport_fee: 88,
  product_fee: 800,
};
const LEDGER_KEY = 'SHANGHAI_ZS/1000320306201511078440737890';

const target = (over: Record<string, string> = {}, prefix = PREFIXES[0]): string =>
  `${prefix}/orders?${new URLSearchParams({
    appid: declaration.appid,
    mchid: declaration.mchid,
    order_type: 'transaction_id',
    order_no: declaration.transaction_id,
    customs: declaration.customs,
    ...over,
  }).toString()}`;
const query = async (over: Record<string, string> = {}) => {
  const { json } = await b.v3.call('GET', target(over));
  return json as { total_count: number; data: Record<string, unknown>[] };
};
const declare = (body: object = declaration) => b.v3.call('POST', ORDERS, body);
const effects = (effect: string, key = LEDGER_KEY) => b.simulator.ledger({ effect, key })[0]?.count ?? 0;

describe('declare and query', () => {
  it.each(PREFIXES)('walks from UNDECLARED through PROCESSING to SUCCESS under %s', async (prefix) => {
    const first = await b.v3.call('POST', `${prefix}/orders`, declaration);
    expect(first).toMatchObject({ status: 200, verified: true });
    expect(first.json).toEqual({
      appid: declaration.appid,
      mchid: declaration.mchid,
      state: 'UNDECLARED',
      out_trade_no: declaration.out_trade_no,
      transaction_id: declaration.transaction_id,
      verify_department: 'UNIONPAY',
      verify_department_trade_id: expect.any(String) as string,
    });
    b.pass(2);
    const second = await b.v3.call('GET', target({}, prefix));
    expect(second.verified).toBe(true);
    expect(second.json.data).toMatchObject([{ state: 'PROCESSING', mch_customs_no: '123456' }]);
    b.pass(3);
    const { data, total_count } = await query();
    expect(total_count).toBe(1);
    expect(data[0]).toMatchObject({ state: 'SUCCESS', customs: 'SHANGHAI_ZS' });
    expect(data[0]?.modify_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
  });

  it('never says out_trade_no or merchant_customs_no in a query', async () => {
    await declare();
    const answer = await b.v3.call('GET', target());
    expect(answer.text).not.toMatch(/out_trade_no|merchant_customs_no/);
  });

  it('follows a script, its explanation included', async () => {
    b.simulator.script({
      customs: {
        transaction_id: declaration.transaction_id,
        states: [
          { after: 0, state: 'PROCESSING' },
          { after: 5, state: 'FAIL', explanation: '企业备案信息有误' },
        ],
      },
    });
    expect((await declare()).json.state).toBe('PROCESSING');
    b.pass(5);
    expect((await query()).data[0]).toMatchObject({ state: 'FAIL', explanation: '企业备案信息有误' });
  });

  it('lets a script change a declaration that is still pending', async () => {
    await declare();
    b.simulator.script({
      customs: { transaction_id: declaration.transaction_id, states: [{ after: 1, state: 'EXCEPT' }] },
    });
    b.pass(60);
    expect((await query()).data[0]).toMatchObject({ state: 'EXCEPT' });
  });

  it('returns the record of an identical repeat, and makes no second one', async () => {
    await declare();
    b.pass(60);
    expect((await declare()).json.state).toBe('SUCCESS');
    expect([effects('declared'), effects('pushed')]).toEqual([1, 1]);
  });

  it('refuses a repeat with other data', async () => {
    await declare();
    const answer = await declare({ ...declaration, merchant_customs_no: '654321' });
    expect([answer.status, answer.json.code, answer.verified]).toEqual([400, 'INVALID_REQUEST', true]);
    expect(answer.json.message).toMatch(/different from the original one/);
    expect(effects('declared')).toBe(1);
  });

  it('answers an unknown declaration with an empty list, or with an error when told so', async () => {
    expect(await query()).toMatchObject({ total_count: 0, data: [] });
    const strict = await bench({ customsNotFound: 'error' }, b.credentials);
    const answer = await strict.v3.call('GET', target());
    expect([answer.status, answer.json.message]).toEqual([400, 'Customs declaration record does not exist.']);
    await strict.simulator.close();
  });

  it('shows a record late when told so', async () => {
    b.simulator.script({ visibleAfter: 10 });
    await declare();
    expect((await query()).total_count).toBe(0);
    expect(effects('declared')).toBe(1);
    b.pass(10);
    expect((await query()).total_count).toBe(1);
  });

  it('lists the sub-orders of a payment in pages, each findable by its own number', async () => {
    const { json } = await declare(split);
    await declare({ ...split, sub_order_no: 'S2' });
    expect(json.sub_order_id).toMatch(/^\d{28}$/);
    expect((await query()).data.map((record) => record.sub_order_no)).toEqual(['S1', 'S2']);
    expect((await query({ offset: '1', limit: '1' })).data).toMatchObject([{ sub_order_no: 'S2', order_fee: 888 }]);
    expect((await query({ order_type: 'sub_order_no', order_no: 'S2' })).total_count).toBe(1);
    expect((await query({ order_type: 'sub_order_id', order_no: String(json.sub_order_id) })).total_count).toBe(1);
    expect((await query({ order_type: 'out_trade_no', order_no: declaration.out_trade_no })).total_count).toBe(2);
  });
});

describe('refusals of declare', () => {
  const refused = async (body: object) => {
    const { status, json } = await declare(body);
    return [status, json.code, json.message];
  };

  it.each([
    [{ ...declaration, appid: undefined }, 'AppId is not set'],
    [{ ...declaration, mchid: '123' }, 'Invalid merchant ID length'],
    [{ ...declaration, out_trade_no: '' }, 'Merchant order No. (out_trade_no) is not set'],
    [{ ...declaration, transaction_id: undefined }, 'WeChat order No. (transaction_id) is not set.'],
    [{ ...declaration, transaction_id: '123' }, 'Invalid WeChat order No. length'],
    [{ ...declaration, customs: null }, 'Customs information is not set'],
    [{ ...declaration, merchant_customs_no: undefined }, 'Customs registration No. is not set'],
    [{ ...split, sub_order_no: 'S'.repeat(33) }, 'Invalid sub-order No. length (sub_order_no)'],
    [{ ...split, fee_type: undefined }, 'Currency is not set'],
    [{ ...split, fee_type: 'USD' }, "Transaction currency is different from merchant's settlement currency"],
    [{ ...split, product_fee: undefined }, 'Missing parameters in split declaration.'],
    [{ ...split, product_fee: 888 }, 'Incorrect order amount'],
    [{ ...declaration, order_fee: 888 }, 'Parameter error'],
    [{ ...declaration, duty: '88' }, 'Parameter error'],
    [{ ...declaration, surprise: 1 }, 'Parameter error'],
    [{ ...declaration, out_trade_no: 'a/b' }, 'Parameter error'],
    [{ ...declaration, mchid: '1230000110' }, 'Incorrect transaction order information'],
  ])('%#: %s', async (body, message) => {
    expect(await refused(body)).toEqual([400, 'PARAM_ERROR', message]);
    expect(b.simulator.ledger()).toEqual([]);
  });

  it('names the field', async () => {
    const { json } = await declare({ ...declaration, mchid: '123' });
    expect(json.detail).toMatchObject({ field: '/mchid', value: '123', location: 'body' });
  });

  it('refuses characters of four bytes', async () => {
    expect((await refused({ ...declaration, merchant_customs_no: '😀' }))[1]).toBe('PARAM_ERROR');
  });

  it('needs Self-Clearance and a registration with this customs', async () => {
    expect(await refused({ ...declaration, customs: 'ATLANTIS' })).toEqual([
      403,
      'NOAUTH',
      'The merchant has not registered with the current customs',
    ]);
    b.simulator.script({ merchant: { filings: [{ customs: 'SHANGHAI_ZS', merchant_customs_no: '999' }] } });
    expect((await refused(declaration))[1]).toBe('NOAUTH');
    b.simulator.script({ merchant: { filings: [] } });
    expect(await refused(declaration)).toEqual([400, 'INVALID_REQUEST', 'Customs information is not configured']);
    b.simulator.script({ merchant: { selfClearance: false } });
    expect(await refused(declaration)).toEqual([403, 'NOAUTH', 'Self-Clearance is not enabled.']);
  });

  it('knows the payment: its amount, its order number, its refund', async () => {
    const { transaction_id } = declaration;
    b.simulator.script({ payment: { transaction_id, amount: 1000 } });
    await declare(split);
    expect((await refused({ ...split, sub_order_no: 'S2' }))[2]).toBe(
      "Merchant's split declaration amount is incorrect.",
    );
    b.simulator.script({ payment: { transaction_id, out_trade_no: 'other' } });
    expect((await refused({ ...split, sub_order_no: 'S3' }))[2]).toBe('Incorrect transaction order information');
    b.simulator.reset();
    b.simulator.script({ payment: { transaction_id, refunded: true } });
    expect((await refused(declaration))[1]).toBe('INVALID_REQUEST');
  });
});

describe('modify', () => {
  const modify = (body: object) => b.v3.call('PATCH', ORDERS, body);

  it('makes new data with a later modify_time and voids the old', async () => {
    b.simulator.script({ customs: { states: [{ after: 1, state: 'FAIL' }] } });
    await declare();
    b.pass(1);
    const answer = await modify({ ...declaration, merchant_customs_no: '654321' });
    expect(answer.json).toMatchObject({ state: 'SUBMITTED', out_trade_no: declaration.out_trade_no });
    const { data } = await query();
    expect(data.map((record) => [record.state, record.mch_customs_no])).toEqual([
      ['SUBMITTED', '654321'],
      ['FAIL', '123456'],
    ]);
    expect(String(data[0]?.modify_time) > String(data[1]?.modify_time)).toBe(true);
    expect([effects('declared'), effects('modified'), effects('pushed')]).toEqual([1, 1, 2]);
    b.pass(60);
    expect((await query()).data.map(({ state }) => state)).toEqual(['SUCCESS', 'FAIL']);
  });

  it('and a re-push show up in queries as late as the script says', async () => {
    const decided = [{ after: 0, state: 'SUCCESS' }];
    b.simulator.script({
      customs: { states: decided, afterModify: decided, afterRepush: [], changesVisibleAfter: 60 },
    });
    await declare();
    expect((await modify({ ...declaration, merchant_customs_no: '654321' })).json.state).toBe('SUCCESS');
    const shown = async () => (await query()).data.map(({ mch_customs_no, state }) => [mch_customs_no, state]);
    b.pass(59);
    expect(await shown()).toEqual([['123456', 'SUCCESS']]);
    b.pass(2);
    expect((await shown())[0]).toEqual(['654321', 'SUCCESS']);
    await b.v3.call('POST', REDECLARE, { ...declaration, merchant_customs_no: '654321' });
    expect((await shown())[0]).toEqual(['654321', 'SUCCESS']);
    b.pass(61);
    expect((await shown())[0]).toEqual(['654321', 'UNDECLARED']);
  });

  it('has two effects when it is sent twice', async () => {
    await declare();
    await modify({ ...declaration, duty: 5 });
    await modify({ ...declaration, duty: 5 });
    expect(effects('modified')).toBe(2);
  });

  it('refuses fee_type, and a record that does not exist', async () => {
    expect((await modify({ ...split })).json.code).toBe('PARAM_ERROR');
    expect((await modify(declaration)).json.message).toBe('Customs declaration record does not exist.');
  });
});

describe('re-push', () => {
  const redeclare = (body: object = declaration) => b.v3.call('POST', REDECLARE, body);

  it.each(['UNDECLARED', 'PROCESSING', 'SUBMITTED', 'FAIL'])('is refused from %s', async (state) => {
    b.simulator.script({ customs: { states: [{ after: 0, state }] } });
    await declare();
    expect((await redeclare()).json.code).toBe('INVALID_REQUEST');
    expect(effects('pushed')).toBe(1);
  });

  it.each(['SUCCESS', 'EXCEPT'])('is allowed from %s, and each one pushes', async (state) => {
    b.simulator.script({ customs: { states: [{ after: 0, state }] } });
    await declare();
    const before = (await query()).data[0];
    const answer = await redeclare();
    expect(answer.json).toMatchObject({ state: 'UNDECLARED' });
    expect(answer.text).not.toContain('verify_department');
    expect(effects('pushed')).toBe(2);
    const after = (await query()).data[0];
    expect(String(after?.modify_time) > String(before?.modify_time)).toBe(true);
    b.pass(60);
    expect((await query()).data).toMatchObject([{ state: 'SUCCESS' }]);
  });

  it('takes either number, but not none', async () => {
    b.simulator.script({ customs: { states: [{ after: 0, state: 'EXCEPT' }] } });
    await declare();
    const { out_trade_no: _number, ...byTransaction } = declaration;
    const { transaction_id: _id, ...byOrder } = declaration;
    expect((await redeclare(byTransaction)).status).toBe(200);
    const { transaction_id: _none, ...neither } = byTransaction;
    expect((await redeclare(neither)).json.code).toBe('PARAM_ERROR');
    expect((await redeclare({ ...byOrder, out_trade_no: 'other' })).json.message).toMatch(/does not exist/);
  });
});

describe('identity', () => {
  const ID = '110101199003074477';
  const NAME = '李四四';
  const seal = (text: string, key = b.credentials.platform.publicKey, padding = constants.RSA_PKCS1_PADDING) =>
    publicEncrypt({ key, padding }, Buffer.from(text)).toString('base64');
  /** Padded by hand: 00, type, so many bytes that are not zero, 00, the ID number, and letters to the end. */
  const sealAs = (type: number, padding: number): string => {
    const text = Buffer.concat([Buffer.of(0, type), Buffer.alloc(padding, 0xff), Buffer.of(0), Buffer.from(ID)]);
    const block = Buffer.concat([text, Buffer.alloc(256 - text.length, 0x41)]);
    return publicEncrypt({ key: b.credentials.platform.publicKey, padding: constants.RSA_NO_PADDING }, block).toString(
      'base64',
    );
  };
  const verify = (over: object = {}, serial = b.credentials.platform.publicKeyId) =>
    b.v3.call(
      'POST',
      '/v3/global/customs/verify-certificate',
      { ...declaration, certificate_type: 'IDCARD', certificate_id: seal(ID), certificate_name: seal(NAME), ...over },
      { 'Wechatpay-Serial': serial },
    );
  beforeEach(() =>
    b.simulator.payers([{ transaction_id: declaration.transaction_id, certificate_id: ID, certificate_name: NAME }]),
  );

  it('answers SAME for the payer and DIFFERENT for anybody else', async () => {
    await declare();
    expect((await verify()).json).toEqual({
      appid: declaration.appid,
      mchid: declaration.mchid,
      out_trade_no: declaration.out_trade_no,
      transaction_id: declaration.transaction_id,
      certificate_check_result: 'SAME',
    });
    expect((await verify({ certificate_name: seal('Wang Wu') })).json.certificate_check_result).toBe('DIFFERENT');
    expect((await verify({ certificate_id: seal('110101199003074478') })).json.certificate_check_result).toBe(
      'DIFFERENT',
    );
    expect(effects('identity-checked')).toBe(3);
  });

  it('opens fields sealed with the certificate when its serial is named', async () => {
    await declare();
    const { serial, certificate } = b.credentials.platform.certificate;
    const sealed = { certificate_id: seal(ID, certificate), certificate_name: seal(NAME, certificate) };
    expect((await verify(sealed, serial)).json.certificate_check_result).toBe('SAME');
    expect((await verify(sealed)).json.code).toBe('PARAM_ERROR');
  });

  it.each([
    ['OAEP padding', () => verify({ certificate_id: seal(ID, undefined, constants.RSA_PKCS1_OAEP_PADDING) })],
    ['the merchant’s own key', () => verify({ certificate_id: seal(ID, b.credentials.merchantPublicKey) })],
    ['an unknown serial', () => verify({}, '0'.repeat(40))],
    ['plain text', () => verify({ certificate_id: ID })],
    ['padding of another type', () => verify({ certificate_id: sealAs(1, 40) })],
    ['padding that is too short', () => verify({ certificate_id: sealAs(2, 7) })],
  ])('cannot decrypt with %s', async (_name, call) => {
    await declare();
    const answer = await call();
    expect([answer.status, answer.json.code]).toEqual([400, 'PARAM_ERROR']);
    expect(answer.json.message).toBe('platform private key failed to decrypt');
    expect(effects('identity-checked')).toBe(0);
  });

  it('refuses an ID number that is none, and an order that was not declared', async () => {
    expect((await verify()).json.message).toBe('Customs declaration record does not exist.');
    await declare();
    const answer = await verify({ certificate_id: seal('11010119900307447x') });
    expect(answer.json.message).toBe('Merchant entered invalid user ID No.');
    expect((await verify({ certificate_type: 'PASSPORT' })).json.code).toBe('PARAM_ERROR');
  });

  it.each([
    ['UNCHECKED', 200, undefined],
    ['USER_ACCOUNT_ABNORMAL', 400, 'USER_ACCOUNT_ABNORMAL'],
    ['PAYER_INVALID', 400, 'INVALID_REQUEST'],
  ] as const)('answers %s when told so', async (identity, status, code) => {
    b.simulator.script({ customs: { transaction_id: declaration.transaction_id, identity } });
    await declare();
    const answer = await verify();
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('keeps nothing personal in ledger, log or answers', async () => {
    await declare();
    const answers = [await verify(), await verify({ certificate_id: seal('x') }), await verify({ certificate_id: ID })];
    const kept = [JSON.stringify(b.simulator.ledger()), ...lines, ...answers.map(({ text }) => text)].join();
    expect(lines.length).toBeGreaterThan(3);
    expect(kept).not.toContain(ID);
    expect(kept).not.toContain(NAME);
  });
});
