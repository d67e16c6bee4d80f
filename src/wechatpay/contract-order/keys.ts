import type { z } from 'zod';
import { appid, longNumber, mchid, outTradeNo, parseInput, record, text, transactionId } from '../validation';
import type { Rule } from '../validation';
import type { ContractIdKey, ContractKey, ContractTermination, OrderKey, TransactionKey } from './calls';

/*
 * What an order or a contract is asked for by. Whoever has more at hand, such as the whole order, may give that: fields
 * that are no part of the key are not looked at.
 */

/** WeChat Pay's number of a contract, 1 to 32 letters and digits. */
export function contractId(): z.ZodType<string> {
  const expected = '1 to 32 letters and digits';
  return text({ max: 32, code: true, pattern: { of: /^[0-9A-Za-z]+$/, expected, each: /[^0-9A-Za-z]/ } });
}

/** One of two ways to name the same thing, whole; of neither, what is missing of the first is told. */
function oneOfThese(first: readonly string[], other: readonly string[]): Rule {
  const ways = [first, other];
  const expected = ways.map((names) => names.join(' and ')).join(', or ');
  return (key, report) => {
    if (ways.some((names) => names.every((name) => key[name] !== undefined))) return;
    for (const name of first) {
      if (key[name] === undefined) report([name], { code: 'required', expected, remedy: 'Add the field.' });
    }
  };
}

const orderKey = record(
  { appid: appid(), out_trade_no: outTradeNo().optional(), transaction_id: transactionId().optional() },
  oneOfThese(['out_trade_no'], ['transaction_id']),
).strip();

/** @throws {InvalidInputError} with every problem of it */
export function parseOrderKey(input: unknown, path = '$.key'): OrderKey | TransactionKey {
  return parseInput('key of an order', path, orderKey, input) as OrderKey | TransactionKey;
}

const ownOrderKey = record({ appid: appid(), out_trade_no: outTradeNo() }).strip();

/** Only by our own number. @throws {InvalidInputError} with every problem of it */
export function parseOwnOrderKey(input: unknown, path = '$.key'): OrderKey {
  return parseInput<OrderKey>('key of an order', path, ownOrderKey, input);
}

const contractFields = {
  appid: appid(),
  contract_id: contractId().optional(),
  plan_id: longNumber({ min: 1n }).optional(),
  // Longer than one that is ordered today: contracts that were signed in other ways may be asked for too.
  contract_code: text({ max: 128, code: true }).optional(),
};
const byEither = oneOfThese(['plan_id', 'contract_code'], ['contract_id']);
const contractKey = record(contractFields, byEither).strip();

/** @throws {InvalidInputError} with every problem of it */
export function parseContractKey(input: unknown, path = '$.key'): ContractKey | ContractIdKey {
  return parseInput('key of a contract', path, contractKey, input) as ContractKey | ContractIdKey;
}

const termination = record(
  { ...contractFields, contract_termination_remark: text({ max: 256, maxBytes: 512 }) },
  byEither,
).strip();

/** @throws {InvalidInputError} with every problem of it */
export function parseContractTermination(input: unknown, path = '$.termination'): ContractTermination {
  return parseInput('contract termination', path, termination, input) as ContractTermination;
}

/** What is known of a signed contract: by these numbers it is asked for, ended, and compared. */
export interface SignedContractKey extends ContractKey {
  /** Merchant number, 10 digits. */
  readonly mch_id: string;
  /** WeChat Pay's number of the contract, at most 32 characters. */
  readonly contract_id?: string;
  /** Who signed, under `appid`, at most 128 characters. Personal. */
  readonly openid?: string;
}

const signedContract = record({
  mch_id: mchid(),
  appid: appid(),
  plan_id: longNumber({ min: 1n }),
  contract_code: text({ max: 128, code: true }),
  contract_id: contractId().optional(),
  openid: text({ max: 128, hidden: true }).optional(),
});

/** @throws {InvalidInputError} with every problem of it */
export function parseSignedContract(input: unknown, path = '$.contract'): SignedContractKey {
  return parseInput('contract', path, signedContract, input);
}
