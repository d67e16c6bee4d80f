import { describe, expect, it } from 'vitest';
import { customsCalls } from '../../../src/wechatpay/customs/calls';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { seal } from '../../../src/wechatpay/v3/sealing';
import { publicKeyA } from '../v3/platform';
import { scriptedClient } from '../v3/scripted-client';
import type { Scripted } from '../v3/scripted-client';
import { plain, split } from './declarations';

async function gateway(
  ...answers: Scripted[]
): Promise<{ calls: ReturnType<typeof customsCalls>; seen: Awaited<ReturnType<typeof scriptedClient>>['seen'] }> {
  const { client, seen } = await scriptedClient(...answers);
  return { calls: customsCalls(client, { prefix: '/v3/global/customs' }), seen };
}

const page = (data: object[], change: object = {}): object => ({
  appid: plain.appid,
  mchid: plain.mchid,
  transaction_id: plain.transaction_id,
  verify_department: 'UNIONPAY',
  verify_department_trade_id: '2018112288340107038204310100000',
  offset: 0,
  limit: 20,
  total_count: data.length,
  data,
  ...change,
});
const declared = {
  mch_customs_no: '123456',
  customs: 'SHANGHAI_ZS',
  state: 'PROCESSING',
  modify_time: '2015-09-01T10:00:00+08:00',
};

describe('declare', () => {
  it('posts the fields of the call and nothing else, and reads the record', async () => {
    const { calls, seen } = await gateway({
      appid: plain.appid,
      mchid: plain.mchid,
      state: 'UNDECLARED',
      out_trade_no: split.out_trade_no,
      transaction_id: split.transaction_id,
      sub_order_no: split.sub_order_no,
      sub_order_id: '1000320306201511078440737891',
      verify_department: 'UNIONPAY',
      Verify_department_trade_id: '2018112288340107038204310100000',
      something_new: { a: 1 },
    });
    const record = await calls.declare({ ...split, extra: 'no' } as typeof split);
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/v3/global/customs/orders' });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual(split);
    expect(record).toEqual({
      state: 'UNDECLARED',
      out_trade_no: split.out_trade_no,
      transaction_id: split.transaction_id,
      sub_order_no: split.sub_order_no,
      sub_order_id: '1000320306201511078440737891',
      verify_department: 'UNIONPAY',
      verify_department_trade_id: '2018112288340107038204310100000',
    });
  });

  it('works under the older prefix', async () => {
    const { client, seen } = await scriptedClient({ state: 'PROCESSING' });
    const record = await customsCalls(client, { prefix: '/global/v3/customs' }).declare(plain);
    expect(seen[0]?.path).toBe('/global/v3/customs/orders');
    expect(record).toEqual({ state: 'PROCESSING', transaction_id: plain.transaction_id });
  });

  it.each([{}, { state: '' }, { state: null }, { state: {} }, []])(
    'does not believe a success without state: %j',
    async (answer) => {
      const { calls } = await gateway(answer);
      await expect(calls.declare(plain)).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', requestId: 'REQ-1' });
    },
  );

  it('passes on what WeChat Pay refuses', async () => {
    const error = { code: 'INVALID_REQUEST', message: 'The information re-entered is different from the original one' };
    const { calls } = await gateway({ status: 400, error });
    await expect(calls.declare(plain)).rejects.toMatchObject({ errorClass: 'CONFLICT', call: 'customs declare' });
  });
});

describe('query', () => {
  it('asks by out_trade_no, or by sub_order_no when the order is split', async () => {
    const { calls, seen } = await gateway(page([]));
    await calls.query(plain);
    await calls.query({ ...split, sub_order_no: 'a|b*c@d' });
    const asked = seen.map(({ path }) => path);
    expect(asked[0]).toBe(
      '/v3/global/customs/orders?appid=wxd678efh567hg6787&mchid=1230000109&order_type=out_trade_no&order_no=20150806125346&customs=SHANGHAI_ZS&offset=0&limit=20',
    );
    expect(asked[1]).toContain('order_type=sub_order_no&order_no=a%7Cb*c%40d');
  });

  it('reads the record under our names, and amounts that came as text', async () => {
    const { calls } = await gateway(
      page(
        [
          {
            ...declared,
            sub_order_no: split.sub_order_no,
            Order_Fee: '1776',
            duty: 88,
            transport_fee: '888',
            product_fee: 888,
            fee_type: 'CNY',
            explanation: '',
          },
        ],
        {
          total_count: '1',
        },
      ),
    );
    expect(await calls.query(split)).toEqual({
      state: 'PROCESSING',
      transaction_id: plain.transaction_id,
      customs: 'SHANGHAI_ZS',
      merchant_customs_no: '123456',
      sub_order_no: split.sub_order_no,
      verify_department: 'UNIONPAY',
      verify_department_trade_id: '2018112288340107038204310100000',
      fee_type: 'CNY',
      order_fee: 1776,
      duty: 88,
      transport_fee: 888,
      product_fee: 888,
      modify_time: '2015-09-01T10:00:00+08:00',
    });
  });

  it('reads all pages', async () => {
    const parts = Array.from({ length: 45 }, (_, i) => ({ ...declared, sub_order_no: `part-${i}` }));
    const { calls, seen } = await gateway(
      ...[0, 20, 40].map((offset) => page(parts.slice(offset, offset + 20), { offset, total_count: 45 })),
    );
    expect(await calls.query({ ...split, sub_order_no: 'part-44' })).toMatchObject({ sub_order_no: 'part-44' });
    expect(seen.map(({ path }) => /offset=(\d+)/.exec(path)?.[1])).toEqual(['0', '20', '40']);
  });

  it('reads on after a full page that states no total', async () => {
    const parts = Array.from({ length: 25 }, (_, i) => ({ ...declared, sub_order_no: `part-${i}` }));
    const { calls, seen } = await gateway(
      ...[0, 20].map((offset) => page(parts.slice(offset, offset + 20), { offset, total_count: undefined })),
    );
    expect(await calls.query({ ...split, sub_order_no: 'part-24' })).toMatchObject({ sub_order_no: 'part-24' });
    expect(seen).toHaveLength(2);
  });

  it('stops when a server takes no notice of the offset', async () => {
    const { calls, seen } = await gateway(page([declared], { total_count: 1_000_000 }));
    expect(await calls.query(plain)).toMatchObject({ state: 'PROCESSING' });
    expect(seen).toHaveLength(2);
  });

  it('decides nothing by records without end', async () => {
    const pages = Array.from({ length: 60 }, (_, i) =>
      page([{ ...declared, sub_order_no: `part-${i}` }], { total_count: 1_000_000 }),
    );
    const { calls, seen } = await gateway(...pages);
    await expect(calls.query(plain)).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN', call: 'customs query' });
    expect(seen).toHaveLength(50);
  });

  it('keeps what it has when a later page is said not to exist', async () => {
    const error = { code: 'INVALID_REQUEST', message: 'Customs declaration record does not exist.' };
    const { calls } = await gateway(page([declared], { total_count: 2 }), { status: 400, error });
    expect(await calls.query(plain)).toMatchObject({ state: 'PROCESSING' });
  });

  it('takes the record of exactly this part, and of those the newest', async () => {
    const at = (modify_time: string | undefined, state: string, sub_order_no?: string): object => ({
      ...declared,
      state,
      modify_time,
      sub_order_no,
    });
    const { calls } = await gateway(
      page([
        at('2015-09-01T10:00:00+08:00', 'FAIL'),
        at('2015-09-03T10:00:00+08:00', 'SUCCESS', 'other'),
        // later than the first although its text is smaller
        at('2015-09-01T09:00:00+00:00', 'SUBMITTED'),
        at(undefined, 'UNDECLARED'),
        at('2015-09-02T10:00:00+08:00', 'EXCEPT', split.sub_order_no),
      ]),
    );
    expect(await calls.query(plain)).toMatchObject({ state: 'SUBMITTED' });
    expect(await calls.query(split)).toMatchObject({ state: 'EXCEPT' });
    expect(await calls.query({ ...split, sub_order_no: 'nobody' })).toBeUndefined();
  });

  it.each<[string, Scripted]>([
    ['an empty list', page([])],
    ['no list', {}],
    ['404 RESOURCE_NOT_EXISTS', { status: 404, error: { code: 'RESOURCE_NOT_EXISTS', message: 'x' } }],
    [
      'a message that says so',
      { status: 400, error: { code: 'INVALID_REQUEST', message: 'Customs declaration record does not exist.' } },
    ],
  ])('finds nothing: %s', async (_, answer) => {
    expect(await (await gateway(answer)).calls.query(plain)).toBeUndefined();
  });

  it.each<[string, Scripted, string]>([
    ['the merchant may not ask', { status: 403, error: { code: 'NO_AUTH', message: 'x' } }, 'CONFIGURATION'],
    ['the gateway is down', { status: 502, error: {} }, 'OUTCOME_UNKNOWN'],
    ['a 404 is not in WeChat Pay words', { status: 404, error: {} }, 'CONFIGURATION'],
  ])('does not say "nothing" when %s', async (_, answer, errorClass) => {
    await expect((await gateway(answer)).calls.query(plain)).rejects.toMatchObject({ errorClass });
  });
});

describe('records', () => {
  const query = {
    appid: plain.appid,
    mchid: plain.mchid,
    order_type: 'transaction_id',
    order_no: plain.transaction_id,
    customs: plain.customs,
  } as const;

  it('are all that there are, in the order in which they came', async () => {
    const parts = Array.from({ length: 21 }, (_, i) => ({ ...declared, sub_order_no: `part-${i}` }));
    const { calls, seen } = await gateway(
      page(parts.slice(0, 20), { total_count: 21 }),
      page(parts.slice(20), { total_count: 21 }),
    );
    const records = await calls.records(query);
    expect(records.map(({ sub_order_no }) => sub_order_no)).toEqual(parts.map(({ sub_order_no }) => sub_order_no));
    expect(seen[1]?.path).toContain(`order_type=transaction_id&order_no=${plain.transaction_id}&customs=SHANGHAI_ZS`);
    expect(seen[1]?.path).toContain('offset=20&limit=20');
  });

  it('state the payment that was asked for, or that the answer names', async () => {
    const { calls } = await gateway(page([declared], { transaction_id: undefined }));
    expect(await calls.records(query)).toMatchObject([{ transaction_id: plain.transaction_id }]);
    const other = { ...query, order_type: 'sub_order_id', order_no: '9' } as const;
    await expect(calls.records(other)).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN' });
  });

  it('may be none', async () => {
    expect(await (await gateway(page([]))).calls.records(query)).toEqual([]);
  });
});

describe('modify', () => {
  it('patches the five fields that may change, and no others', async () => {
    const { calls, seen } = await gateway({
      appid: plain.appid,
      mchid: plain.mchid,
      state: 'SUBMITTED',
      out_trade_no: split.out_trade_no,
      transaction_id: split.transaction_id,
      sub_order_no: split.sub_order_no,
      modify_time: '2015-09-01T10:00:00+08:00',
    });
    const { fee_type: _, ...wanted } = { ...split, duty: 0, merchant_customs_no: '440316T004' };
    const record = await calls.modify({ ...wanted, fee_type: 'CNY' } as typeof wanted);
    expect(seen[0]).toMatchObject({ method: 'PATCH', path: '/v3/global/customs/orders' });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual(wanted);
    expect(record).toEqual({
      state: 'SUBMITTED',
      out_trade_no: split.out_trade_no,
      transaction_id: split.transaction_id,
      sub_order_no: split.sub_order_no,
      modify_time: '2015-09-01T10:00:00+08:00',
    });
  });
});

describe('re-push', () => {
  it('sends both numbers, and the ids of the part', async () => {
    const { calls, seen } = await gateway({ state: 'PROCESSING', modify_time: '2015-09-01T10:00:00+08:00' });
    const { duty: _, fee_type: __, order_fee: ___, transport_fee: ____, product_fee: _____, ...key } = split;
    const record = await calls.repush({ ...key, sub_order_id: '9' });
    expect(seen[0]).toMatchObject({ method: 'POST', path: '/v3/global/customs/redeclare' });
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual({ ...key, sub_order_id: '9' });
    expect(record).toMatchObject({ state: 'PROCESSING', modify_time: '2015-09-01T10:00:00+08:00' });
  });
});

describe('verify-certificate', () => {
  const verification = {
    ...plain,
    certificate_type: 'IDCARD',
    certificate_id: seal('11010519491231002X', publicKeyA),
    certificate_name: seal('张三', publicKeyA),
    sealed_with: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
  } as const;

  it('names the sealing key in its header, not in its body', async () => {
    const { calls, seen } = await gateway({ certificate_check_result: 'SAME' });
    expect(await calls.verifyCertificate(verification)).toEqual({ certificate_check_result: 'SAME' });
    const { sealed_with, ...body } = verification;
    expect(seen[0]?.headers['wechatpay-serial']).toBe(sealed_with);
    expect(JSON.parse(seen[0]?.body.toString() ?? '')).toEqual(body);
  });

  it.each([
    [{ certificate_check_result: 'DIFFERENT' }, 'DIFFERENT'],
    [{ Verify_department_trade_id: 'UNCHECKED' }, 'UNCHECKED'],
    [{ certificate_check_result: 'SAME', verify_department_trade_id: 'DIFFERENT' }, 'SAME'],
    [{ certificate_check_result: 'SOMETHING_NEW' }, 'SOMETHING_NEW'],
  ])('reads %j as %s', async (answer, certificate_check_result) => {
    expect(await (await gateway(answer)).calls.verifyCertificate(verification)).toEqual({ certificate_check_result });
  });

  it.each(['out_trade_no', 'transaction_id'])('is not believed about another %s', async (field) => {
    const { calls } = await gateway({ certificate_check_result: 'SAME', [field]: '7' });
    await expect(calls.verifyCertificate(verification)).rejects.toMatchObject({
      errorClass: 'OUTCOME_UNKNOWN',
      message: `the answer is about another ${field}`,
      requestId: 'REQ-1',
    });
  });

  it('takes a real trade id for no result', async () => {
    const { calls } = await gateway({ verify_department_trade_id: '2018112288340107038204310100000' });
    await expect(calls.verifyCertificate(verification)).rejects.toBeInstanceOf(WechatPayError);
  });
});
