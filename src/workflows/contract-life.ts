import { contractVerdict, signedDifferences } from '../wechatpay/contract-order/compare';
import type { ContractVerdict } from '../wechatpay/contract-order/compare';
import type { ContractNotification, ContractRecord } from '../wechatpay/contract-order/schema';
import { parseContractTime } from '../wechatpay/contract-order/times';
import { namesOf, optionProblems } from '../interface';
import type { ContractHandedOver, ContractInput, ContractResult } from '../interface';

/*
 * What becomes of a signed contract by what is learnt of it, as pure functions: the workflow only wires them.
 */

/** What follows from one thing learnt. */
export type Learnt =
  /** It lives on, and this is known now. */
  | { readonly kind: 'known'; readonly known: ContractInput }
  | { readonly kind: 'ended'; readonly result: ContractResult }
  /** It is about another contract: nothing of it is believed. */
  | { readonly kind: 'contradicted'; readonly reason: string };

/** A verified notification: signed, which only adds to what is known, or ended. */
export function notified(known: ContractInput, data: ContractNotification): Learnt {
  const differences = signedDifferences(known, data);
  if (differences.length > 0) {
    return { kind: 'contradicted', reason: `its ${namesOf(differences)} differ from the contract's` };
  }
  const { contract_id, openid, appid, operate_time, contract_expired_time, contract_termination_mode } = data;
  if (data.change_type === 'ADD') {
    const facts = stated({ contract_id, openid, appid, contract_expired_time });
    return { kind: 'known', known: { ...known, ...facts } };
  }
  const terminated_at = data.contract_terminated_time ?? operate_time;
  return { kind: 'ended', result: ended({ contract_id, contract_termination_mode, terminated_at }) };
}

/** What an order, or the client, knows of it; the numbers of a contract never change. */
export function handedOver(known: ContractInput, data: ContractHandedOver['data']): Learnt {
  const { appid, openid, contract_id, out_trade_no, options } = data;
  const differing = Object.entries({ appid, openid, contract_id })
    .filter(([name, value]) => value !== undefined && (known[name as 'appid'] ?? value) !== value)
    .map(([name]) => name);
  const wrong = optionProblems('contract', options).map(({ path }) => path);
  if (wrong.length > 0) return { kind: 'contradicted', reason: `${wrong.join(', ')} handed over are not usable` };
  if (differing.length > 0) {
    return { kind: 'contradicted', reason: `${differing.join(', ')} of its order differ from the contract's` };
  }
  const merged = { ...known.options, ...stated(options ?? {}) };
  return {
    kind: 'known',
    known: {
      ...known,
      ...stated({ appid, openid, contract_id, out_trade_no }),
      ...(Object.keys(merged).length === 0 ? {} : { options: merged }),
    },
  };
}

/** What a person is told about a contract that does not look as it should; undefined: nothing. */
const ATTENTION: Readonly<Record<Exclude<ContractVerdict, 'ended'>, string | undefined>> = {
  signed: undefined,
  differs: 'WeChat Pay shows another contract under these numbers. Compare it on the merchant platform.',
  absent: 'WeChat Pay knows no such contract under this appid. Look on the merchant platform.',
  unclear: 'WeChat Pay states neither that it is signed nor that it has ended. Look on the merchant platform.',
};

/** The answer of a query; null: there is no such record. */
export function asked(
  known: ContractInput,
  record: ContractRecord | null,
): Learnt & { readonly verdict: ContractVerdict } {
  const verdict = contractVerdict(known, record);
  if (verdict === 'ended' && record !== null) return { verdict, kind: 'ended', result: endedBy(record) };
  const looked = withAttention(known, verdict === 'ended' ? undefined : ATTENTION[verdict]);
  if (verdict !== 'signed' || record === null) return { verdict, kind: 'known', known: looked };
  const { contract_id, openid, contract_expired_time } = record;
  return { verdict, kind: 'known', known: { ...looked, ...stated({ contract_id, openid, contract_expired_time }) } };
}

/** `attention`: why a person should look; undefined: nobody has to any more. */
export function withAttention({ attention: _before, ...known }: ContractInput, attention?: string): ContractInput {
  return attention === undefined ? known : { ...known, attention };
}

/** A record that has ended; `mode`: how, where WeChat Pay does not say. */
export function endedBy(record: ContractRecord, mode?: string): ContractResult {
  const { contract_id, contract_termination_mode, contract_terminated_time, contract_expired_time } = record;
  const expired = contract_terminated_time === undefined && contract_expired_time !== undefined;
  return ended({
    contract_id,
    contract_termination_mode: contract_termination_mode ?? mode ?? (expired ? EXPIRED : undefined),
    terminated_at: contract_terminated_time ?? (expired ? contract_expired_time : undefined),
  });
}

/** `contract_termination_mode` of a contract whose time is over. */
const EXPIRED = '1';

/** WeChat Pay renews contracts, or tells that one has expired; both take a while, and the telling may get lost. */
const AFTER_EXPIRY = 3_600_000;

/** When it has to be asked for because it would have expired, milliseconds since the epoch; undefined: never. */
export function expiryLook({ contract_expired_time = '' }: ContractInput): number | undefined {
  // An input typed by hand may hold anything.
  const expires = typeof contract_expired_time === 'string' ? parseContractTime(contract_expired_time) : undefined;
  return expires === undefined ? undefined : expires + AFTER_EXPIRY;
}

function ended(facts: Omit<ContractResult, 'outcome'>): ContractResult {
  return { outcome: 'TERMINATED', ...stated(facts) };
}

/** Without what is absent, or empty as in some notifications. */
function stated<Facts extends object>(facts: Facts): Partial<Facts> {
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<Facts>;
}
