import { contractId } from '../contract-order/keys';
import { oneAddress, ofMerchant, unambiguous } from '../contract-order/order-rules';
import { shortAddress } from '../contract-order/order-warnings';
import type { Problem } from '../errors';
import {
  appid,
  appidPrefix,
  fen,
  latinHost,
  mchid,
  noExponentForm,
  notifyUrl,
  oneOf,
  outTradeNo,
  parseInput,
  record,
  text,
  undamagedText,
  usualPort,
  warningsOf,
} from '../validation';
import type { Debit, FrozenDebit } from './types';

/** What may be sent and what comes back around a debit. */
export type * from './types';

export interface ParseDebitOptions {
  /** The merchant that signs: the debit must be its own. */
  readonly mch_id?: string;
  /** Only while gateway and webhook are both on loopback: `http` and loopback hosts are right for the notification. */
  readonly allowLoopback?: boolean;
  /** Collects what is unusual but not wrong: it is sent, and WeChat Pay decides. */
  readonly warnings?: Problem[];
}

/**
 * Checks a debit as a caller writes it; `notify_url` may be missing.
 *
 * @param path JSON path of the debit in the caller's input.
 * @throws {InvalidInputError} with all problems at once. Nothing is sent.
 */
export function parseDebit(input: unknown, path = '$.debit', options: ParseDebitOptions = {}): Debit {
  const notify_url = notificationAddress(options).optional();
  const debit: Debit = parseInput('debit', path, record({ ...FIELDS, notify_url }, ofMerchant(options.mch_id)), input);
  options.warnings?.push(...warningsOf(path, debit, UNUSUAL));
  return debit;
}

/**
 * Checks a debit in which nothing is left to be filled in.
 *
 * @throws {InvalidInputError} with all problems at once. Nothing is sent.
 */
export function parseFrozenDebit(input: unknown, path = '$.debit', options: ParseDebitOptions = {}): FrozenDebit {
  const notify_url = notificationAddress(options);
  const debit: FrozenDebit = parseInput(
    'debit',
    path,
    record({ ...FIELDS, notify_url }, ofMerchant(options.mch_id)),
    input,
  );
  options.warnings?.push(...warningsOf(path, debit, UNUSUAL));
  return debit;
}

const FIELDS = {
  appid: appid(),
  mch_id: mchid(),
  contract_id: contractId(),
  out_trade_no: outTradeNo(),
  body: unambiguous({ max: 127, maxBytes: 127 }),
  detail: text({ max: 8192, maxBytes: 8192 }).optional(),
  attach: unambiguous({ max: 127, maxBytes: 127 }).optional(),
  total_fee: fen({ min: 1 }),
  fee_type: oneOf(['CNY']).optional(),
  spbill_create_ip: oneAddress(),
  goods_tag: text({ max: 32 }).optional(),
  receipt: oneOf(['Y']).optional(),
};

const UNUSUAL = [
  appidPrefix,
  noExponentForm('out_trade_no'),
  undamagedText('body'),
  undamagedText('detail'),
  usualPort('notify_url'),
  latinHost('notify_url'),
  shortAddress,
];

function notificationAddress({ allowLoopback }: ParseDebitOptions) {
  return notifyUrl({ maxLength: 256, allowLoopback });
}
