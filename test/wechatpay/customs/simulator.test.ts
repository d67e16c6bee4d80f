import { InvalidInputError } from '../../../src/wechatpay';
import { describe, expect, it } from 'vitest';
import { declarationDifferences, modificationDifferences } from '../../../src/wechatpay/customs/compare';
import { simulated } from '../simulated';
import { plain, split } from './declarations';

const part = (n: number) => ({ ...split, sub_order_no: `part-${n}` });
const { fee_type: _, ...modified } = { ...split, duty: 0, merchant_customs_no: '440316T004' };

describe.each(['/v3/global/customs', '/global/v3/customs'])('under %s', (customsPrefix) => {
  it('a declaration is made, found, modified, pushed again and held against its payer', async () => {
    const { customs, pass, simulator, keyRing } = await simulated({ showVoidedRecords: true }, { customsPrefix });
    const first = await customs.declare(split);
    expect(first).toMatchObject({ state: 'UNDECLARED', sub_order_no: split.sub_order_no });
    pass(10);
    const decided = (await customs.query(split))!;
    expect(decided).toMatchObject({ state: 'SUCCESS', sub_order_id: first.sub_order_id, order_fee: 1776, duty: 88 });
    expect(declarationDifferences(split, decided)).toEqual([]);
    expect(modificationDifferences(modified, decided).map(({ field }) => field)).toEqual([
      'merchant_customs_no',
      'duty',
    ]);

    expect(await customs.modify(modified)).toMatchObject({ state: 'SUBMITTED' });
    pass(10);
    const inForce = (await customs.query(split))!;
    expect(inForce).toMatchObject({ state: 'SUCCESS', merchant_customs_no: '440316T004', duty: 0 });
    expect(modificationDifferences(modified, inForce)).toEqual([]);
    const { appid, mchid } = plain;
    const order = { appid, mchid, order_type: 'out_trade_no', order_no: plain.out_trade_no } as const;
    const all = await customs.records({ ...order, customs: 'SHANGHAI_ZS' });
    expect(all.map(({ merchant_customs_no }) => merchant_customs_no)).toEqual(['440316T004', '123456']);

    const { out_trade_no, transaction_id, sub_order_no, merchant_customs_no } = modified;
    const key = { appid, mchid, out_trade_no, transaction_id, sub_order_no, customs: 'SHANGHAI_ZS' };
    const repush = { ...key, merchant_customs_no, sub_order_id: first.sub_order_id! };
    expect(await customs.repush(repush)).toMatchObject({ state: 'UNDECLARED', out_trade_no });
    expect(simulator.ledger({ effect: 'pushed' })).toMatchObject([{ count: 3 }]);
    expect(keyRing.ids()).toHaveLength(1);
  });
});

describe('records', () => {
  it('of 45 parts come on three pages', async () => {
    const { customs, simulator } = await simulated();
    for (let n = 0; n < 45; n += 1) await customs.declare(part(n));
    const { appid, mchid, transaction_id } = plain;
    const query = {
      appid,
      mchid,
      order_type: 'transaction_id',
      order_no: transaction_id,
      customs: 'SHANGHAI_ZS',
    } as const;
    const records = await customs.records(query);
    expect(new Set(records.map(({ sub_order_no }) => sub_order_no)).size).toBe(45);
    expect(simulator.calls({ call: 'customs/query' })).toContainEqual({ call: 'customs/query', count: 3 });
    expect(await customs.query(part(44))).toMatchObject({ sub_order_no: 'part-44' });
    const byId = { ...query, order_type: 'sub_order_id', order_no: records[7]!.sub_order_id! } as const;
    const { sub_order_no, sub_order_id } = records[7]!;
    expect(await customs.records(byId)).toMatchObject([{ sub_order_no, sub_order_id }]);
    expect(await customs.records({ ...query, customs: 'NINGBO' })).toEqual([]);
  });

  it('may be missing as an error, too', async () => {
    const { customs } = await simulated({ customsNotFound: 'error' });
    expect(await customs.query(plain)).toBeUndefined();
  });
});

describe('what is refused', () => {
  const { appid, mchid, out_trade_no, transaction_id, merchant_customs_no } = plain;
  const repush = { appid, mchid, out_trade_no, transaction_id, customs: 'SHANGHAI_ZS', merchant_customs_no };

  it('a modification and a re-push of what was never declared', async () => {
    const { customs } = await simulated();
    const refused = { errorClass: 'REFUSED', message: 'Customs declaration record does not exist.' };
    await expect(customs.modify(plain)).rejects.toMatchObject({ ...refused, call: 'customs modify' });
    await expect(customs.repush(repush)).rejects.toMatchObject({ ...refused, call: 'customs re-push' });
  });

  it.each<[string, Parameters<Awaited<ReturnType<typeof simulated>>['simulator']['script']>[0], object]>([
    [
      'Self-Clearance is not enabled',
      { merchant: { selfClearance: false } },
      { errorClass: 'CONFIGURATION', httpStatus: 403 },
    ],
    ['nothing is filed', { merchant: { filings: [] } }, { errorClass: 'CONFIGURATION', code: 'INVALID_REQUEST' }],
    [
      'another customs is filed',
      { merchant: { filings: [{ customs: 'NINGBO', merchant_customs_no: '1' }] } },
      { errorClass: 'CONFIGURATION', code: 'NOAUTH' },
    ],
    [
      'the payment was refunded',
      { payment: { transaction_id: plain.transaction_id, refunded: true } },
      { errorClass: 'REFUSED' },
    ],
    [
      "the payment is another merchant's",
      { payment: { transaction_id: plain.transaction_id, mchid: '1230000110' } },
      { errorClass: 'INPUT', message: 'Incorrect transaction order information' },
    ],
    [
      'the parts are more than the payment',
      { payment: { transaction_id: plain.transaction_id, amount: 1775 } },
      { errorClass: 'INPUT', message: "Merchant's split declaration amount is incorrect." },
    ],
  ])('a declaration when %s', async (_, script, error) => {
    const { customs, simulator } = await simulated();
    simulator.script(script);
    await expect(customs.declare(split)).rejects.toMatchObject(error);
  });

  it('a modification with a wrong sum, before it is sent', async () => {
    const { customs } = await simulated();
    await customs.declare(split);
    await expect(customs.modify({ ...modified, order_fee: 1 })).rejects.toBeInstanceOf(InvalidInputError);
    expect(await customs.query(split)).toMatchObject({ order_fee: split.order_fee });
  });

  it('a re-push of what customs has not decided', async () => {
    const { customs, pass } = await simulated();
    await customs.declare(plain);
    await expect(customs.repush(repush)).rejects.toMatchObject({ code: 'INVALID_REQUEST', httpStatus: 400 });
    pass(10);
    expect(await customs.repush(repush)).toMatchObject({ state: 'UNDECLARED' });
  });
});
