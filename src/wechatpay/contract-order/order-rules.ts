import { isIP } from 'node:net';
import type { Problem } from '../errors';
import {
  appid,
  contractCode,
  describeValue,
  fen,
  field,
  longNumber,
  mchid,
  notifyUrl,
  notText,
  oneOf,
  outTradeNo,
  parseInput,
  record,
  text,
} from '../validation';
import type { Rule } from '../validation';
import { orderWarnings } from './order-warnings';
import type { ContractOrder, FrozenContractOrder } from './types';
import { parseBeijingTime } from './times';

export interface ContractOrderRules {
  /** The merchant that signs: the order must be its own. */
  readonly mch_id?: string;
  /** Only while gateway and webhook are both on loopback: `http` and loopback hosts are right for notifications. */
  readonly allowLoopback?: boolean;
  /**
   * Epoch milliseconds. When given, `time_expire` must lie more than a minute ahead of it. Leave it out for an order that
   * was frozen before: an order does not become wrong by growing old.
   */
  readonly now?: number;
  /** Collects what is unusual but not wrong: it is sent, and WeChat Pay decides. */
  readonly warnings?: Problem[];
}

/**
 * Checks an order as a caller writes it; fields that are filled in later may be missing.
 *
 * @param path JSON path of the order in the caller's input.
 * @throws {InvalidInputError} with all problems at once. Nothing is sent.
 */
export function parseContractOrder(input: unknown, path = '$.order', rules: ContractOrderRules = {}): ContractOrder {
  const order: ContractOrder = parseInput('contract order', path, contractOrderSchema(rules), input);
  rules.warnings?.push(...orderWarnings(order, path));
  return order;
}

/**
 * Checks an order in which nothing is left to be filled in.
 *
 * @throws {InvalidInputError} with all problems at once. Nothing is sent.
 */
export function parseFrozenContractOrder(
  input: unknown,
  path = '$.order',
  rules: ContractOrderRules = {},
): FrozenContractOrder {
  const order = parseInput('contract order', path, contractOrderSchema(rules, { frozen: true }), input);
  rules.warnings?.push(...orderWarnings(order, path));
  return order as FrozenContractOrder;
}

const MINUTE = 60_000;

function contractOrderSchema({ allowLoopback, mch_id, now }: ContractOrderRules, { frozen = false } = {}) {
  const url = notifyUrl({ maxLength: 256, allowLoopback });
  const filledIn = frozen
    ? {
        contract_mchid: mchid(),
        contract_appid: appid(),
        notify_url: url,
        contract_notify_url: url,
        time_start: beijingTime(),
        time_expire: beijingTime(),
        request_serial: longNumber({ min: 1n }),
      }
    : {
        contract_mchid: mchid().optional(),
        contract_appid: appid().optional(),
        notify_url: url.optional(),
        contract_notify_url: url.optional(),
        time_start: beijingTime().optional(),
        time_expire: beijingTime().optional(),
        request_serial: longNumber({ min: 1n }).optional(),
      };
  return record(
    {
      appid: appid(),
      mch_id: mchid(),
      out_trade_no: outTradeNo(),
      device_info: text({ max: 32 }).optional(),
      body: unambiguous({ max: 127, maxBytes: 127 }),
      detail: text({ max: 8192, maxBytes: 8192 }).optional(),
      attach: unambiguous({ max: 127, maxBytes: 127 }).optional(),
      total_fee: fen({ min: 1 }),
      spbill_create_ip: oneAddress(),
      goods_tag: text({ max: 32 }).optional(),
      trade_type: oneOf(['JSAPI', 'NATIVE', 'APP', 'MWEB']),
      product_id: text({ max: 32 }).optional(),
      limit_pay: oneOf(['no_credit']).optional(),
      openid: text({ max: 128, hidden: true }).optional(),
      plan_id: longNumber({ min: 1n }),
      // One page allows 64 characters, the other 32: an order made once with fewer is right on both.
      contract_code: contractCode(),
      contract_display_account: unambiguous({ max: 32, hidden: true }),
      ...filledIn,
    },
    requiredByTradeType('JSAPI', 'openid', 'Add the payer as known to this appid.'),
    requiredByTradeType('NATIVE', 'product_id', 'Add the product behind the QR code.'),
    ofMerchant(mch_id),
    sameAs('contract_mchid', 'mch_id'),
    sameAs('contract_appid', 'appid'),
    expiresAfterStart,
    expiresAhead(now),
  );
}

/** The signed text joins names and values without escaping: `&` and `=` in a text could pass for another field. */
export function unambiguous({ max, maxBytes, hidden }: { max: number; maxBytes?: number; hidden?: boolean }) {
  const limit = maxBytes === undefined ? `${max} characters` : `${maxBytes} bytes`;
  return text({
    max,
    maxBytes,
    hidden,
    pattern: { of: /^[^&=]*$/, expected: `text of at most ${limit} without & and =`, each: /[&=]/ },
  });
}

function beijingTime() {
  return field<string>('yyyyMMddHHmmss, Beijing time', (value) => {
    if (typeof value === 'number') {
      return { code: 'type', remedy: 'Send it as text: 14 digits such as 20260102030405, not seconds since 1970.' };
    }
    if (typeof value !== 'string') return notText(value);
    if (value.length <= 64 && parseBeijingTime(value) !== undefined) return undefined;
    return {
      code: 'date',
      remedy: /^[0-9]{14}$/.test(value)
        ? 'There is no such day or time; the last second of a day is 235959.'
        : 'Write 14 digits without zone, such as 20260102030405 for 2026-01-02T03:04:05+08:00.',
    };
  });
}

/** Mostly the payer's own address, and so not shown. */
export function oneAddress() {
  return field<string>(
    'one IPv4 or IPv6 address',
    (value) => {
      if (typeof value !== 'string') return notText(value);
      if (isIP(value) !== 0 && !value.includes('%')) return undefined;
      return value.includes(',')
        ? { code: 'address', remedy: "Take the payer's own address from the forwarded list." }
        : { code: 'address', remedy: 'Give one address without port or zone.' };
    },
    { hidden: true },
  );
}

function requiredByTradeType(tradeType: string, name: string, remedy: string): Rule {
  return (order, report) => {
    if (order.trade_type !== tradeType || order[name] !== undefined) return;
    report([name], { code: 'required', expected: `${name}, because trade_type is ${tradeType}`, remedy });
  };
}

/** The number that is sent is the one of the merchant that signs: an order of another one would be made there unseen. */
export function ofMerchant(signer: string | undefined): Rule {
  return ({ mch_id }, report) => {
    if (signer === undefined || typeof mch_id !== 'string' || mch_id === signer) return;
    report(['mch_id'], {
      code: 'same',
      expected: `${signer}, the merchant that signs`,
      got: describeValue(mch_id),
      remedy: 'Use the connection of the merchant that this is for.',
    });
  };
}

function sameAs(name: string, other: string): Rule {
  return (order, report) => {
    if (order[name] === undefined || order[other] === undefined || order[name] === order[other]) return;
    report([name], {
      code: 'same',
      expected: `the value of ${other}`,
      got: describeValue(order[name]),
      remedy: `Leave ${name} out, or repeat ${other}.`,
    });
  };
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'string' ? parseBeijingTime(value) : undefined;
}

const expiresAfterStart: Rule = (order, report) => {
  const start = timeOf(order.time_start);
  const expire = timeOf(order.time_expire);
  if (start === undefined || expire === undefined || expire - start > MINUTE) return;
  report(['time_expire'], {
    code: 'time-order',
    expected: 'more than a minute after time_start',
    got: `${(expire - start) / 1000} s after it`,
    remedy: 'Allow at least six minutes, and two hours at most: one life of the payment session.',
  });
};

function expiresAhead(now: number | undefined): Rule {
  return (order, report) => {
    const expire = timeOf(order.time_expire);
    if (now === undefined || expire === undefined || expire - now > MINUTE) return;
    report(['time_expire'], {
      code: 'time-ahead',
      expected: 'more than a minute ahead, Beijing time',
      got: `${Math.round((expire - now) / 1000)} s ahead`,
      remedy: 'Give a later time, in Beijing time (UTC+8); check the clock of this host.',
    });
  };
}
