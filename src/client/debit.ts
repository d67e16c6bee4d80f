import { identityOf } from '../interface';
import type { CommonOptions, ContractDebitInput, ContractDebitResult, FirstAnswer } from '../interface';
import { parseDebit } from '../wechatpay/debit/schema';
import type { Debit, DebitRecord } from '../wechatpay/debit/schema';
import type { StartedProcess } from './process';
import type { RepeatPolicy } from './start';
import type { Starter } from './starter';

/** A debit as an order service gives it. */
export interface DebitRequest {
  readonly debit: Debit;
  readonly options?: CommonOptions;
}

export async function debit(
  starter: Starter,
  { debit: made, options }: DebitRequest,
  policy: RepeatPolicy,
): Promise<StartedProcess<ContractDebitResult, FirstAnswer<DebitRecord>>> {
  const [, given] = starter.checked('debit', [
    () => starter.checkOptions('contractDebit', options),
    (warnings) => parseDebit(made, '$.debit', { allowLoopback: starter.allowLoopback, warnings }),
  ]);
  const notify_url = given.notify_url ?? starter.notificationUrls()?.debit(given.mch_id);
  const debit: Debit = notify_url === undefined ? given : { ...given, notify_url };
  const input: ContractDebitInput = { debit, ...(options === undefined ? {} : { options }) };
  return starter.submit<ContractDebitResult, FirstAnswer<DebitRecord>, ContractDebitInput>({
    input,
    identity: identityOf.contractDebit(input),
    policy,
    compared: (started) => (started.debit === debit ? given : started.debit),
    filledIn: ['notify_url'],
    summary: `debit ${debit.out_trade_no}, ${debit.total_fee} fen, on contract ${debit.contract_id}`,
  });
}
