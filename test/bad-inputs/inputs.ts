import { expect } from 'vitest';
import { parseFrozenContractOrder } from '../../src/wechatpay/contract-order/order-rules';
import { parseModification } from '../../src/wechatpay/customs/modification';
import { parseRecordsQuery } from '../../src/wechatpay/customs/records-query';
import {
  parseDeclaration,
  parsePlainIdentity,
  parseRepush,
  parseSealedIdentity,
  parseVerification,
} from '../../src/wechatpay/customs/schema';
import { parseDebit } from '../../src/wechatpay/debit/schema';
import { InvalidInputError } from '../../src/wechatpay/errors';
import type { Problem } from '../../src/wechatpay/errors';
import { parseH5Amendment } from '../../src/wechatpay/h5/amendment';
import { parseH5Application } from '../../src/wechatpay/h5/schema';
import { parseH5DomainAmendment, parseH5DomainModification } from '../../src/wechatpay/h5-domain/schema';
import { plain, split } from '../wechatpay/customs/declarations';
import { ORDER } from '../wechatpay/contract-order/orders';

/*
 * Everything a caller can give: an input that is right, and its check. A check has no connection to anything, so what it
 * refuses was not sent; that activities and client ask it first is shown by their own tests.
 */

interface Kind {
  readonly right: object;
  readonly check: (input: unknown, warnings: Problem[]) => unknown;
}

const { fee_type: _, ...modified } = split;
const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no } = plain;
const repush = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
const sealedText = Buffer.alloc(256, 7).toString('base64');
const sealed = {
  certificate_type: 'IDCARD',
  certificate_id: sealedText,
  certificate_name: sealedText,
  sealed_with: 'PUB_KEY_ID_0114232134912410000000000000',
};

export const INPUTS = {
  declaration: { right: split, check: (input, warnings) => parseDeclaration(input, '$', { warnings }) },
  recordsQuery: {
    right: { appid, mchid, customs, order_type: 'out_trade_no', order_no: out_trade_no },
    check: (input) => parseRecordsQuery(input, '$'),
  },
  repush: { right: repush, check: (input, warnings) => parseRepush(input, '$', { warnings }) },
  modification: { right: modified, check: (input, warnings) => parseModification(input, '$', { warnings }) },
  verification: {
    right: { ...repush, ...sealed },
    check: (input, warnings) => parseVerification(input, '$', { warnings }),
  },
  sealedIdentity: { right: sealed, check: (input) => parseSealedIdentity(input, '$') },
  identity: {
    right: { certificate_id: '11010519491231002X', certificate_name: '张三' },
    check: (input, warnings) => parsePlainIdentity(input, '$', { warnings }),
  },
  application: {
    right: {
      sub_mchid: '2491935631',
      domains: ['qq.com'],
      website_url: 'https://qq.com',
      business_description: 'A shop for tea',
      notify_url: 'https://pay.weixin.qq.com/wxpay/pay.action',
    },
    check: (input, warnings) => parseH5Application(input, '$', { warnings, mchid: '1230000109' }),
  },
  amendment: {
    right: { domains: ['qq.com'], transaction_limit_type: 'NORMAL_LIMIT', business_description: 'A shop for tea' },
    check: (input, warnings) => parseH5Amendment(input, '$', { warnings }),
  },
  domainModification: {
    right: {
      out_applyment_id: 'M1',
      sub_mchid: '2491935631',
      domains: ['qq.com'],
      website_url: 'https://qq.com',
      notify_url: 'https://pay.weixin.qq.com/wxpay/pay.action',
    },
    check: (input, warnings) => parseH5DomainModification(input, '$', { warnings }),
  },
  domainAmendment: {
    right: { domains: ['qq.com'], website_url: 'https://qq.com' },
    check: (input, warnings) => parseH5DomainAmendment(input, '$', { warnings }),
  },
  order: {
    right: { ...ORDER, detail: 'Ipad mini 16G 白色', attach: '深圳分店', goods_tag: 'WXG', product_id: 'P1' },
    check: (input, warnings) => parseFrozenContractOrder(input, '$', { warnings }),
  },
  debit: {
    right: {
      appid: ORDER.appid,
      mch_id: ORDER.mch_id,
      contract_id: 'Wx15463511252015071056489715',
      out_trade_no: 'DEBIT1',
      body: '会员月卡',
      total_fee: 888,
      spbill_create_ip: '123.12.12.123',
      notify_url: 'https://pay.example.com/wechat/v2/debit',
    },
    check: (input, warnings) => parseDebit(input, '$', { warnings }),
  },
} as const satisfies Readonly<Record<string, Kind>>;

export type InputName = keyof typeof INPUTS;

export const INPUT_NAMES = Object.keys(INPUTS) as readonly InputName[];

/** All problems of an input, and what must hold for every one of them; empty when the input passes. */
export function problemsOf(name: InputName, input: unknown): readonly Problem[] {
  return refusalOf(() => INPUTS[name].check(input, []));
}

/** All problems with which a check refuses. */
export function refusalOf(check: () => unknown): readonly Problem[] {
  try {
    check();
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    expect(error.errorClass).toBe('INPUT');
    for (const { path, expected, got, remedy } of error.problems) {
      expect(path).toMatch(/^\$/);
      expect(got?.length ?? 0).toBeLessThanOrEqual(64);
      expect(remedy).toMatch(/^[A-Z].*[.?]$/s);
      expect(error.message).toContain(`${path}: expected ${expected}`);
    }
    return error.problems;
  }
}

/** Problems of an input that is right but for some fields. */
export function changed(name: InputName, change: object): readonly Problem[] {
  return problemsOf(name, { ...INPUTS[name].right, ...change });
}

/** What is said of an input that passes although it is unusual. */
export function warningsOf(name: InputName, change: object): readonly Problem[] {
  const warnings: Problem[] = [];
  INPUTS[name].check({ ...INPUTS[name].right, ...change }, warnings);
  return warnings;
}

export interface Refusal {
  readonly code: string;
  readonly expected?: string | RegExp;
  readonly got?: string | RegExp;
  readonly remedy?: string | RegExp;
}

/** The one problem of a field, and no other problem of the input. */
export function refusedAt(name: InputName, field: string, value: unknown, refusal: Refusal): Problem {
  return onlyProblem(changed(name, { [field]: value }), `$.${field}`, refusal);
}

export function onlyProblem(problems: readonly Problem[], path: string, refusal: Refusal): Problem {
  expect(problems.map((problem) => `${problem.path} ${problem.code}`)).toEqual([`${path} ${refusal.code}`]);
  const [problem] = problems as readonly [Problem];
  matches(problem.expected, refusal.expected);
  matches(problem.got, refusal.got);
  matches(problem.remedy, refusal.remedy);
  return problem;
}

/** A field that passes with this value, as it is, and without a word. */
export function passesAt(name: InputName, field: string, value: unknown): void {
  expect(warningsOf(name, { [field]: value })).toEqual([]);
  expect(INPUTS[name].check({ ...INPUTS[name].right, [field]: value }, [])).toMatchObject({ [field]: value });
}

/** A field that passes with this value, and is warned of. */
export function warnedAt(name: InputName, field: string, value: unknown, warning: Omit<Refusal, 'code'>): void {
  onlyProblem(warningsOf(name, { [field]: value }), `$.${field}`, { code: 'unusual', ...warning });
}

function matches(text: string | undefined, wanted: string | RegExp | undefined): void {
  if (wanted === undefined) return;
  if (typeof wanted === 'string') expect(text).toBe(wanted);
  else expect(text).toMatch(wanted);
}
