import { describe, expect, it } from 'vitest';
import { parseDebit, parseFrozenDebit, type ParseDebitOptions } from '../../../src/wechatpay/debit/schema';
import { InvalidInputError, type Problem } from '../../../src/wechatpay/errors';
import { DEBIT } from './debits';

function problems(change: Record<string, unknown>, options: ParseDebitOptions = {}): readonly Problem[] {
  try {
    parseDebit({ ...DEBIT, ...change }, '$.debit', options);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
}

const REQUIRED = ['appid', 'mch_id', 'contract_id', 'out_trade_no', 'body', 'total_fee', 'spbill_create_ip'];

describe('parseDebit', () => {
  it('accepts the debit of the specification as it is, and without the fields that may be left out', () => {
    expect(parseDebit(DEBIT)).toEqual(DEBIT);
    const least = Object.fromEntries(Object.entries(DEBIT).filter(([name]) => REQUIRED.includes(name)));
    expect(parseDebit(least)).toEqual(least);
  });

  it('lists every missing field at once', () => {
    try {
      parseDebit({});
      expect.unreachable();
    } catch (error) {
      const found = (error as InvalidInputError).problems;
      expect(found.map(({ path }) => path).sort()).toEqual(REQUIRED.map((name) => `$.debit.${name}`).sort());
      expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['required']));
    }
  });

  it('reports wrong fields together', () => {
    const found = problems({ body: '', total_fee: 0, contract_id: 'a b', fee_type: 'USD', notify_url: 'http://x' });
    expect(found.map(({ path }) => path).sort()).toEqual(
      ['body', 'contract_id', 'fee_type', 'notify_url', 'total_fee'].map((name) => `$.debit.${name}`),
    );
  });

  const long = (length: number): string => 'x'.repeat(length);
  it.each<readonly [string, Record<string, unknown>, string]>([
    ['trade_type, which we set', { trade_type: 'PAP' }, 'trade_type'],
    ['plan_id, which is the order’s', { plan_id: '123' }, 'plan_id'],
    ['mch_id of 9 digits', { mch_id: '120000981' }, 'mch_id'],
    ['appid with a blank', { appid: 'wx 1' }, 'appid'],
    ['contract_id of 33 characters', { contract_id: long(33) }, 'contract_id'],
    ['contract_id as a number', { contract_id: 100005698 }, 'contract_id'],
    ['out_trade_no of 33 characters', { out_trade_no: long(33) }, 'out_trade_no'],
    ['out_trade_no with a dot', { out_trade_no: 'a.b' }, 'out_trade_no'],
    ['amount zero', { total_fee: 0 }, 'total_fee'],
    ['amount in yuan', { total_fee: 8.88 }, 'total_fee'],
    ['amount as text', { total_fee: '888' }, 'total_fee'],
    ['another currency', { fee_type: 'USD' }, 'fee_type'],
    ['receipt N', { receipt: 'N' }, 'receipt'],
    ['two addresses', { spbill_create_ip: '1.2.3.4, 5.6.7.8' }, 'spbill_create_ip'],
    ['& in body', { body: 'a&b' }, 'body'],
    ['= in attach', { attach: 'a=b' }, 'attach'],
    ['body of 129 bytes', { body: '中'.repeat(43) }, 'body'],
    ['attach of 128 bytes', { attach: long(128) }, 'attach'],
    ['detail of 8193 bytes', { detail: long(8193) }, 'detail'],
    ['goods_tag of 33 characters', { goods_tag: long(33) }, 'goods_tag'],
    ['emoji in body', { body: 'gift 🎁' }, 'body'],
    ['http', { notify_url: 'http://pay.example.com/n' }, 'notify_url'],
    ['a query string', { notify_url: 'https://pay.example.com/n?a=1' }, 'notify_url'],
    ['an address of 257 characters', { notify_url: `https://a.example.com/${long(235)}` }, 'notify_url'],
  ])('refuses %s', (_name, change, name) => {
    expect(problems(change).map(({ path }) => path)).toEqual([`$.debit.${name}`]);
  });

  it('allows http on loopback only when told so', () => {
    const local = { notify_url: 'http://127.0.0.1:8080/wechatpay/1200009811/debit' };
    expect(problems(local)).toHaveLength(1);
    expect(problems(local, { allowLoopback: true })).toEqual([]);
  });

  it('warns of what is unusual and sends it', () => {
    const warnings: Problem[] = [];
    parseDebit({ ...DEBIT, appid: 'app1', spbill_create_ip: '2001:db8::1234:5678' }, '$.debit', { warnings });
    expect(warnings.map(({ path }) => path)).toEqual(['$.debit.appid', '$.debit.spbill_create_ip']);
  });
});

describe('parseFrozenDebit', () => {
  it('accepts a complete debit and needs the address of the notification', () => {
    const warnings: Problem[] = [];
    expect(parseFrozenDebit(DEBIT, '$.debit', { warnings })).toEqual(DEBIT);
    expect(warnings).toEqual([]);
    expect(() => parseFrozenDebit({ ...DEBIT, notify_url: undefined })).toThrow('$.debit.notify_url');
    parseFrozenDebit({ ...DEBIT, appid: 'app1' }, '$.debit', { warnings });
    expect(warnings).toHaveLength(1);
  });
});
