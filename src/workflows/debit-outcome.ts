import { debitState } from '../wechatpay/debit/states';
import type { DebitMade, DebitNotMade, DebitRecord } from '../wechatpay/debit/types';
import type { ContractDebitResult } from '../interface';
import type { Attention } from './process';

/** A debit that was made, whether it was notified or asked for. */
export type DebitFacts = Pick<DebitMade, 'transaction_id' | 'total_fee' | 'time_end' | 'contract_id' | 'out_trade_no'>;
/** The words of a notified failure. */
export type NotMade = Pick<DebitNotMade, 'err_code' | 'err_code_des'>;

/** What is known of a debit. */
export interface KnownOfDebit {
  /** By a notification that was compared: only ever sent for a debit that was made. */
  readonly made?: DebitFacts;
  /** What WeChat Pay showed last. */
  readonly record?: DebitRecord;
  readonly notMade?: NotMade;
}

const NEW_NUMBER = 'Nothing was debited. Another attempt needs a new out_trade_no.';

/** The result that follows from what is known; undefined: it may still be made. */
export function debitOutcome({ made, record, notMade }: KnownOfDebit): ContractDebitResult | undefined {
  if (made !== undefined) return success(made);
  if (record === undefined) return undefined;
  const { kind } = debitState(record.trade_state);
  if (kind === 'open') return undefined;
  return kind === 'made' ? success(record) : failure(record, notMade);
}

function success(facts: DebitFacts | DebitRecord): ContractDebitResult {
  const { transaction_id, total_fee, time_end, contract_id } = facts;
  return {
    outcome: 'SUCCESS',
    ...(transaction_id === undefined ? {} : { transaction_id }),
    ...(total_fee === undefined ? {} : { total_fee }),
    ...(time_end === undefined ? {} : { time_end }),
    ...(contract_id === undefined ? {} : { contract_id }),
  };
}

/** WeChat Pay gives its reason in the notification alone; a failure with code `0`, "success", was seen. */
function failure({ contract_id, trade_state, trade_state_desc }: DebitRecord, notMade: NotMade = {}) {
  const { err_code, err_code_des } = notMade;
  const told = err_code !== undefined && err_code !== '0';
  const message = told ? err_code_des : (trade_state_desc ?? trade_state);
  const result: ContractDebitResult = {
    outcome: 'PAY_FAIL',
    ...(contract_id === undefined ? {} : { contract_id }),
    ...(told ? { code: err_code } : {}),
    ...(message === undefined ? {} : { message }),
    remedy: NEW_NUMBER,
  };
  return result;
}

/** A state nobody documented may be anything: a person should look while the wait goes on. */
export function openAttention({ trade_state }: DebitRecord): Attention {
  return debitState(trade_state).unexpected === true
    ? { needsOperator: true, reason: `WeChat Pay states ${trade_state}, which is not documented.` }
    : { needsOperator: false };
}

/** Whether a person should look at how it ended. A failed debit is daily business. */
export function debitAttention({ outcome, remedy }: ContractDebitResult): Attention {
  return outcome === 'UNDECIDED' ? { needsOperator: true, reason: remedy } : { needsOperator: false };
}
