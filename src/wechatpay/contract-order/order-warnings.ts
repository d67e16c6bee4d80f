import type { Problem } from '../errors';
import { appidPrefix, latinHost, noExponentForm, undamagedText, usualPort, warningsOf } from '../validation';
import type { Rule } from '../validation';
import { parseBeijingTime } from './times';
import type { ContractOrder } from './types';

/** What is unusual about an order that is right: pages of WeChat Pay disagree about it, or it can hardly be meant. */
export function orderWarnings(order: ContractOrder, path: string): Problem[] {
  return warningsOf(path, order, [
    appidPrefix,
    noExponentForm('out_trade_no'),
    undamagedText('body'),
    undamagedText('detail'),
    undamagedText('contract_display_account', { hidden: true }),
    usualPort('notify_url'),
    usualPort('contract_notify_url'),
    latinHost('notify_url'),
    latinHost('contract_notify_url'),
    shortAddress,
    lifeOfOrder,
  ]);
}

/**
 * Source: WeChat Pay, "pay with contract signing": `spbill_create_ip` is `String(16)`, room for IPv4 only; the page of the
 * unified order allows 64 characters and IPv6.
 */
export const shortAddress: Rule = ({ spbill_create_ip: address }, report) => {
  if (typeof address !== 'string' || address.length <= 16) return;
  report(['spbill_create_ip'], {
    code: 'unusual',
    expected: 'an address of at most 16 characters',
    got: `${address.length} characters`,
    remedy: 'Give the IPv4 address of the payer, if there is one.',
  });
};

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * Source: WeChat Pay, "pay with contract signing": `time_expire` lies more than one minute after `time_start`, five
 * minutes on older pages; an order without it lives seven days, fifteen in older texts.
 */
const lifeOfOrder: Rule = ({ time_start, time_expire }, report) => {
  if (typeof time_start !== 'string' || typeof time_expire !== 'string') return;
  const life = parseBeijingTime(time_expire)! - parseBeijingTime(time_start)!;
  if (life > 5 * MINUTE && life <= 7 * DAY) return;
  report(['time_expire'], {
    code: 'unusual',
    expected: 'more than five minutes and at most seven days after time_start',
    got: `${life / 1000} s after it`,
    remedy: 'Allow at least six minutes, and two hours at most: one life of the payment session.',
  });
};
