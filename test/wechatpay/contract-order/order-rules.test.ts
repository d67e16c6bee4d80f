import { describe, expect, it } from 'vitest';
import {
  parseContractOrder,
  parseFrozenContractOrder,
  type ContractOrderRules,
} from '../../../src/wechatpay/contract-order/schema';
import { InvalidInputError, type Problem } from '../../../src/wechatpay/errors';
import { ORDER } from './orders';

function problems(change: Record<string, unknown>, rules: ContractOrderRules = {}): readonly Problem[] {
  try {
    parseContractOrder({ ...ORDER, ...change }, '$.order', rules);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.problems;
    throw error;
  }
}

const FILLED_IN = [
  'notify_url',
  'contract_notify_url',
  'time_start',
  'time_expire',
  'request_serial',
  'contract_mchid',
  'contract_appid',
] as const;
const withoutFilledIn = Object.fromEntries(FILLED_IN.map((name) => [name, undefined]));

describe('parseContractOrder', () => {
  it('accepts the order of the specification as it is', () => {
    expect(parseContractOrder(ORDER)).toEqual(ORDER);
  });

  it('accepts an order without the fields that are filled in', () => {
    expect(problems(withoutFilledIn)).toEqual([]);
  });

  it('accepts each trade type with what it needs', () => {
    expect(problems({ trade_type: 'NATIVE', product_id: 'P1', openid: undefined })).toEqual([]);
    expect(problems({ trade_type: 'APP', openid: undefined })).toEqual([]);
    expect(problems({ trade_type: 'MWEB', openid: undefined })).toEqual([]);
  });

  const REQUIRED = [
    'appid',
    'mch_id',
    'out_trade_no',
    'body',
    'total_fee',
    'spbill_create_ip',
    'trade_type',
    'plan_id',
    'contract_code',
    'contract_display_account',
  ];

  it('lists every missing field at once', () => {
    try {
      parseContractOrder({}, '$.order');
      expect.unreachable();
    } catch (error) {
      const found = (error as InvalidInputError).problems;
      expect(found.map(({ path }) => path).sort()).toEqual(REQUIRED.map((name) => `$.order.${name}`).sort());
      expect(new Set(found.map(({ code }) => code))).toEqual(new Set(['required']));
    }
  });

  it('reports wrong fields and broken rules together', () => {
    const found = problems({ body: '', openid: undefined, total_fee: 0, contract_appid: 'wx2', plan_id: '0' });
    expect(found.map(({ path }) => path).sort()).toEqual([
      '$.order.body',
      '$.order.contract_appid',
      '$.order.openid',
      '$.order.plan_id',
      '$.order.total_fee',
    ]);
  });

  it.each([null, [], 'text', 1, new Date(0)])('has one clear problem with %j', (input) => {
    expect(() => parseContractOrder(input, '$.order')).toThrow(InvalidInputError);
  });

  const long = 'x'.repeat.bind('x');
  const CASES: readonly (readonly [string, Record<string, unknown>, string, string])[] = [
    ['B192 JSAPI without openid', { openid: undefined }, 'openid', 'required'],
    ['B193 NATIVE without product_id', { trade_type: 'NATIVE' }, 'product_id', 'required'],
    ['B194 time_expire before time_start', { time_expire: '20260102030404' }, 'time_expire', 'time-order'],
    ['time_expire a minute after time_start', { time_expire: '20260102030505' }, 'time_expire', 'time-order'],
    ['B117 contract_mchid of another merchant', { contract_mchid: '1900000109' }, 'contract_mchid', 'same'],
    ['B118 contract_appid of another app', { contract_appid: 'wx0000000000000000' }, 'contract_appid', 'same'],
    ['B112 mch_id of 9 digits', { mch_id: '120000981', contract_mchid: undefined }, 'mch_id', 'length'],
    ['B013 unknown field', { scene_info: '{}' }, 'scene_info', 'unknown-field'],
    ['sign_type, which this call does not take', { sign_type: 'MD5' }, 'sign_type', 'unknown-field'],
    ['B048 dot in out_trade_no', { out_trade_no: 'a.b' }, 'out_trade_no', 'characters'],
    ['B060 out_trade_no of 33 characters', { out_trade_no: long(33) }, 'out_trade_no', 'length'],
    ['B062 out_trade_no as a number', { out_trade_no: 1 }, 'out_trade_no', 'type'],
    ['contract_code with a dash', { contract_code: 'a-b' }, 'contract_code', 'pattern'],
    ['contract_code of 33 characters', { contract_code: long(33) }, 'contract_code', 'length'],
    ['B088 amount in yuan', { total_fee: 8.88 }, 'total_fee', 'integer'],
    ['B089 amount as text', { total_fee: '888' }, 'total_fee', 'type'],
    ['B093 amount zero', { total_fee: 0 }, 'total_fee', 'range'],
    ['B099 amount above 2^31', { total_fee: 2 ** 31 }, 'total_fee', 'range'],
    ['B075 request_serial of 2^63', { request_serial: '9223372036854775808' }, 'request_serial', 'range'],
    ['request_serial zero', { request_serial: '0' }, 'request_serial', 'range'],
    ['B082 request_serial with a leading zero', { request_serial: '01' }, 'request_serial', 'characters'],
    ['B073 request_serial as a number', { request_serial: 2 ** 53 + 1 }, 'request_serial', 'type'],
    ['B085 request_serial as a BigInt', { request_serial: 1n }, 'request_serial', 'type'],
    ['plan_id as a number', { plan_id: 123 }, 'plan_id', 'type'],
    ['plan_id zero', { plan_id: '0' }, 'plan_id', 'range'],
    ['B202 trade_type in lower case', { trade_type: 'jsapi' }, 'trade_type', 'enum'],
    ['trade_type of a debit', { trade_type: 'PAP' }, 'trade_type', 'enum'],
    ['limit_pay of no known kind', { limit_pay: 'none' }, 'limit_pay', 'enum'],
    ['B207 30 February', { time_start: '20260230000000' }, 'time_start', 'date'],
    ['B208 24:00:00', { time_start: '20260101240000' }, 'time_start', 'date'],
    ['B209 ISO format', { time_start: '2026-01-02T03:04:05+08:00' }, 'time_start', 'date'],
    ['B210 seconds', { time_start: 1767294245 }, 'time_start', 'type'],
    ['B213 leap second', { time_start: '20161231235960' }, 'time_start', 'date'],
    ['B148 http', { notify_url: 'http://pay.example.com/n' }, 'notify_url', 'url'],
    ['B151 query string', { contract_notify_url: 'https://pay.example.com/n?a=1' }, 'contract_notify_url', 'url'],
    ['B160 loopback', { notify_url: 'https://127.0.0.1/n' }, 'notify_url', 'url'],
    ['notify_url of 257 characters', { notify_url: `https://a.example.com/${long(235)}` }, 'notify_url', 'length'],
    ['two addresses', { spbill_create_ip: '1.2.3.4, 5.6.7.8' }, 'spbill_create_ip', 'address'],
    ['an address with a port', { spbill_create_ip: '1.2.3.4:80' }, 'spbill_create_ip', 'address'],
    ['an address with a zone', { spbill_create_ip: 'fe80::1%eth0' }, 'spbill_create_ip', 'address'],
    ['a host name as address', { spbill_create_ip: 'example.com' }, 'spbill_create_ip', 'address'],
    ['& in body', { body: 'a&b' }, 'body', 'pattern'],
    ['= in attach', { attach: 'a=b' }, 'attach', 'pattern'],
    ['& in contract_display_account', { contract_display_account: 'a&b' }, 'contract_display_account', 'pattern'],
    ['B023 body of 43 characters and 129 bytes', { body: '中'.repeat(43) }, 'body', 'length'],
    ['attach of 128 bytes', { attach: long(128) }, 'attach', 'length'],
    ['detail of 8193 bytes', { detail: long(8193) }, 'detail', 'length'],
    ['B029 emoji in body', { body: 'gift 🎁' }, 'body', 'characters'],
    ['B037 line feed in detail', { detail: 'a\nb' }, 'detail', 'characters'],
    [
      'B034 NUL in contract_display_account',
      { contract_display_account: 'a\u0000b' },
      'contract_display_account',
      'characters',
    ],
    [
      'contract_display_account of 33',
      { contract_display_account: '中'.repeat(33) },
      'contract_display_account',
      'length',
    ],
    ['openid of 129', { openid: long(129) }, 'openid', 'length'],
    ['empty attach', { attach: '' }, 'attach', 'empty'],
  ];

  it.each(CASES)('refuses %s', (_name, change, name, code) => {
    expect(problems(change)).toEqual([expect.objectContaining({ path: `$.order.${name}`, code })]);
  });

  it.each([
    ['body of 127 bytes', { body: `${'中'.repeat(42)}x` }],
    ['contract_display_account of 32 Chinese characters', { contract_display_account: '中'.repeat(32) }],
    ['request_serial of 2^63 - 1', { request_serial: '9223372036854775807' }],
    ['an IPv6 address', { spbill_create_ip: '2001:db8::1' }],
    ['time_expire 61 seconds after time_start', { time_expire: '20260102030506' }],
    ['29 February of a leap year', { time_start: '20240229000000' }],
  ])('accepts %s', (_name, change) => {
    expect(problems(change)).toEqual([]);
  });

  const expiry = Date.UTC(2026, 0, 1, 20, 4, 5); // time_expire, 04:04:05 in Beijing on the next day

  it('B195, B196 measures time_expire against the clock it is given', () => {
    const at = (now: number): readonly string[] => problems({}, { now }).map(({ path, code }) => `${path} ${code}`);
    expect(at(expiry + 1)).toEqual(['$.order.time_expire time-ahead']);
    expect(at(expiry - 60_000)).toEqual(['$.order.time_expire time-ahead']);
    expect(at(expiry - 60_001)).toEqual([]);
  });

  it('lets a frozen order grow old', () => {
    expect(problems({ time_start: '20000101000000', time_expire: '20000101020000' })).toEqual([]);
  });

  it('allows http on loopback only when told so', () => {
    const local = { notify_url: 'http://127.0.0.1:8080/wechatpay/1200009811/payment' };
    expect(problems(local)).toHaveLength(1);
    expect(problems(local, { allowLoopback: true })).toEqual([]);
  });

  it('never shows the payer or the display account', () => {
    const found = problems({ openid: 'secret ', contract_display_account: '张三=李四' });
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toMatch(/secret|张三/);
  });
});

describe('parseFrozenContractOrder', () => {
  it('accepts a complete order', () => {
    expect(parseFrozenContractOrder(ORDER)).toEqual(ORDER);
  });

  it('needs every field that was to be filled in', () => {
    try {
      parseFrozenContractOrder({ ...ORDER, ...withoutFilledIn });
      expect.unreachable();
    } catch (error) {
      const paths = (error as InvalidInputError).problems.map(({ path }) => path);
      expect(paths.sort()).toEqual(FILLED_IN.map((name) => `$.order.${name}`).sort());
    }
  });
});
