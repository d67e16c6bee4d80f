import { isIP } from 'node:net';
import {
  appid,
  fen,
  field,
  longNumber,
  mchid,
  notifyUrl,
  oneOf,
  outTradeNo,
  parseInput,
  record,
  text,
} from '../validation';
import type { Rule } from '../validation';
import type { ContractOrder, FrozenContractOrder } from './types';
import { parseBeijingTime } from './times';

export interface ContractOrderRules {
  /** Only while gateway and webhook are both on loopback: `http` and loopback hosts are right for notifications. */
  readonly allowLoopback?: boolean;
  /**
   * Epoch milliseconds. When given, `time_expire` must lie more than a minute ahead of it. Leave it out for an order that
   * was frozen before: an order does not become wrong by growing old.
   */
  readonly now?: number;
}

/**
 * Checks an order as a caller writes it; fields that are filled in later may be missing.
 *
 * @param path JSON path of the order in the caller's input.
 * @throws {InvalidInputError} with all problems at once. Nothing is sent.
 */
export function parseContractOrder(input: unknown, path = '$.order', rules: ContractOrderRules = {}): ContractOrder {
  return parseInput('contract order', path, contractOrderSchema(rules), input);
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
  return order as FrozenContractOrder;
}

const MINUTE = 60_000;

function contractOrderSchema({ allowLoopback, now }: ContractOrderRules, { frozen = false } = {}) {
  const url = notifyUrl({ maxLength: 256, allowLoopback });
  const filledIn = frozen
    ? {
        contract_mchid: mchid(),
        contract_appid: appid(),
        notify_url: url,
        contract_notify_url: url,
        time_start: beijingTime(),
        time_expire: beijingTime(),
        request_serial: longNumber(),
      }
    : {
        contract_mchid: mchid().optional(),
        contract_appid: appid().optional(),
        notify_url: url.optional(),
        contract_notify_url: url.optional(),
        time_start: beijingTime().optional(),
        time_expire: beijingTime().optional(),
        request_serial: longNumber().optional(),
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
      plan_id: longNumber(),
      contract_code: text({
        max: 32,
        pattern: { of: /^[0-9A-Za-z]+$/, expected: '1 to 32 letters and digits' },
      }),
      contract_display_account: unambiguous({ max: 32, hidden: true }),
      ...filledIn,
    },
    requiredByTradeType('JSAPI', 'openid', 'Add the payer as known to this appid.'),
    requiredByTradeType('NATIVE', 'product_id', 'Add the product behind the QR code.'),
    sameAs('contract_mchid', 'mch_id'),
    sameAs('contract_appid', 'appid'),
    notZero('plan_id'),
    notZero('request_serial'),
    expiresAfterStart,
    expiresAhead(now),
  );
}

/** The signed text joins names and values without escaping: `&` and `=` in a text could pass for another field. */
function unambiguous({ max, maxBytes, hidden }: { max: number; maxBytes?: number; hidden?: boolean }) {
  const limit = maxBytes === undefined ? `${max} characters` : `${maxBytes} bytes`;
  return text({
    max,
    maxBytes,
    hidden,
    pattern: { of: /^[^&=]*$/, expected: `text of at most ${limit} without & and =` },
  });
}

function beijingTime() {
  return field<string>('yyyyMMddHHmmss, Beijing time', (value) => {
    if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
    if (parseBeijingTime(value) !== undefined) return undefined;
    return { code: 'date', remedy: 'Write 14 digits of a time that exists, such as 20260102030405.' };
  });
}

function oneAddress() {
  return field<string>('one IPv4 or IPv6 address', (value) => {
    if (typeof value !== 'string') return { code: 'type', remedy: 'Send it as text, in quotation marks.' };
    if (isIP(value) !== 0 && !value.includes('%')) return undefined;
    return value.includes(',')
      ? { code: 'address', remedy: "Take the payer's own address from the forwarded list." }
      : { code: 'address', remedy: 'Give one address without port or zone.' };
  });
}

function requiredByTradeType(tradeType: string, name: string, remedy: string): Rule {
  return (order, report) => {
    if (order.trade_type !== tradeType || order[name] !== undefined) return;
    report([name], { code: 'required', expected: `${name}, because trade_type is ${tradeType}`, remedy });
  };
}

function sameAs(name: string, other: string): Rule {
  return (order, report) => {
    if (order[name] === undefined || order[other] === undefined || order[name] === order[other]) return;
    report([name], {
      code: 'same',
      expected: `the value of ${other}`,
      remedy: `Leave ${name} out, or repeat ${other}.`,
    });
  };
}

function notZero(name: string): Rule {
  return (order, report) => {
    if (order[name] !== '0') return;
    report([name], { code: 'range', expected: 'at least 1', got: '"0"', remedy: 'Numbers begin at 1.' });
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
