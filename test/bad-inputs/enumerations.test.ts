import { customsStateKind } from '../../src/wechatpay/customs/states';
import { contractState, tradeState } from '../../src/wechatpay/contract-order/states';
import { h5StateKind } from '../../src/wechatpay/h5/states';
import { expect } from 'vitest';
import { passesAt, refusedAt, warnedAt } from './inputs';
import type { InputName, Refusal } from './inputs';
import { proveGroup } from './table';

/** Every closed list that a caller chooses from: one right value, the same translated, and a value of another list. */
const CLOSED: readonly (readonly [InputName, string, string, string, string])[] = [
  ['declaration', 'fee_type', 'CNY', '人民币', 'NO_LIMIT'],
  ['verification', 'certificate_type', 'IDCARD', '身份证', 'IDENTIFICATION_TYPE_IDCARD'],
  ['sealedIdentity', 'certificate_type', 'IDCARD', '身份证', 'IDENTIFICATION_TYPE_IDCARD'],
  ['application', 'applyment_type', 'APPLY_FOR_PAYMENT_AUTHORITY', '申请权限', 'APPLY'],
  ['application', 'transaction_limit_type', 'NORMAL_LIMIT', '普通限额', 'FORMAL_AUTHORITY'],
  ['application', 'website_state', 'HAS_LAUNCHED', '已上线', 'APPROVED'],
  ['amendment', 'transaction_limit_type', 'NORMAL_LIMIT', '普通限额', 'FORMAL_AUTHORITY'],
  ['domainModification', 'website_state', 'HAS_LAUNCHED', '已上线', 'APPROVED'],
  ['domainAmendment', 'website_state', 'HAS_LAUNCHED', '已上线', 'APPROVED'],
  ['recordsQuery', 'order_type', 'out_trade_no', '商户订单号', 'contract_id'],
  ['order', 'trade_type', 'JSAPI', '公众号支付', 'PAP'],
  ['order', 'limit_pay', 'no_credit', '禁用信用卡', 'NO_LIMIT'],
  ['debit', 'fee_type', 'CNY', '人民币', 'NO_LIMIT'],
];

function everyList(change: (right: string) => unknown, refusal: (right: string) => Partial<Refusal>): void {
  for (const [input, field, right] of CLOSED) {
    passesAt(input, field, right);
    refusedAt(input, field, change(right), { code: 'enum', ...refusal(right) });
  }
}

const TIMES = ['time_start', 'time_expire'] as const;
const TIME = 'yyyyMMddHHmmss, Beijing time';
const NO_SUCH = { code: 'date', remedy: /There is no such day or time/ };
const NO_FORM = { code: 'date', remedy: /Write 14 digits without zone/ };

function everyTime(value: unknown, refusal: Refusal): void {
  for (const field of TIMES) refusedAt('order', field, value, { expected: TIME, ...refusal });
}

const otherCase = (text: string): string => (text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase());

proveGroup('enumerations', {
  B202: () => {
    everyList(otherCase, (right) => ({ got: `"${otherCase(right)}"`, remedy: `Did you mean ${right}?` }));
    const expected = 'one of JSAPI, NATIVE, APP, MWEB';
    refusedAt('order', 'trade_type', 'jsapi', { code: 'enum', expected, got: '"jsapi"' });
    refusedAt('declaration', 'customs', 'shanghai_zs', { code: 'pattern', got: '"s" at position 0' });
  },
  B203: () => {
    everyList(
      (right) => `${right} `,
      (right) => ({ got: `"${right} "`, remedy: `Did you mean ${right}?` }),
    );
    refusedAt('declaration', 'customs', 'SHANGHAI_ZS ', { code: 'characters', got: 'U+0020 at position 11' });
  },
  B204: () => {
    for (const [input, field, , translated] of CLOSED) {
      refusedAt(input, field, translated, { code: 'enum', got: `"${translated}"`, remedy: /Choose one of the listed/ });
    }
    refusedAt('declaration', 'customs', '上海', { code: 'pattern', got: '"上" (U+4E0A) at position 0' });
  },
  B205: () => {
    everyList(
      () => 1,
      () => ({ got: 'the number 1', remedy: /Choose one of the listed/ }),
    );
    refusedAt('declaration', 'customs', 1, { code: 'type', got: 'the number 1' });
  },
  B206: () => {
    for (const [input, field, , , foreign] of CLOSED) {
      refusedAt(input, field, foreign, { code: 'enum', got: `"${foreign}"`, remedy: /Choose one of the listed/ });
    }
    // Open lists: WeChat Pay adds to them, so a new value is sent or believed pending, and a person looks.
    for (const input of ['declaration', 'repush', 'modification', 'verification'] as const) {
      const remedy = /^Known are GUANGZHOU_ZS, /;
      for (const code of ['ZONGSHU', 'NEW_CUSTOMS', 'XIAN']) {
        warnedAt(input, 'customs', code, { expected: 'a known customs code', got: `"${code}"`, remedy });
      }
    }
    for (const state of ['STATE_OF_TOMORROW', 'constructor', '']) {
      expect(customsStateKind(state)).toEqual({ kind: 'pending', known: false });
      expect(h5StateKind(state)).toEqual({ kind: 'pending', known: false });
      expect(tradeState(state).kind).toBe('open');
      expect(contractState(state).kind).not.toBe('signed');
    }
  },
  B207: () => everyTime('20260230000000', { ...NO_SUCH, got: '"20260230000000"' }),
  B208: () => everyTime('20260101240000', NO_SUCH),
  B209: () => {
    everyTime('2026-01-02T03:04:05+08:00', NO_FORM);
    everyTime('2026-01-02 03:04:05', NO_FORM);
  },
  B210: () => {
    everyTime(1767294245, { code: 'type', got: 'the number 1767294245', remedy: /not seconds since 1970/ });
    everyTime('1767294245', NO_FORM);
    everyTime('1767294245000', NO_FORM);
  },
  B211: () => everyTime('260102030405', { ...NO_FORM, got: '"260102030405"' }),
  B212: () => {
    everyTime('20260102030405Z', NO_FORM);
    everyTime('20260102030405+0800', NO_FORM);
  },
  B213: () => everyTime('20161231235960', { ...NO_SUCH, got: '"20161231235960"' }),
});
