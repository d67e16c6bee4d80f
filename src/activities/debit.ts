import type { DebitActivities, Observation } from '../interface';
import { contractState, terminationMeaning } from '../wechatpay/contract-order/states';
import { debitDifferences } from '../wechatpay/debit/compare';
import { parseFrozenDebit } from '../wechatpay/debit/schema';
import type { DebitRecord, FrozenDebit } from '../wechatpay/debit/schema';
import { WechatPayError } from '../wechatpay/errors';
import type { Merchant } from '../wechatpay/merchant';
import { askUntilChanged, attempted, submitOnce } from './attempted';
import type { Pending, Timing } from './attempted';
import { differs } from './failures';
import type { Merchants } from './merchants';
import { v2Of } from './merchants';
import { SCHEDULES } from './schedule';

type Calls = NonNullable<Merchant['v2']>;

export function debitActivities(merchants: Merchants, timing: Timing, allowLoopback: boolean): DebitActivities {
  const parse = (input: unknown) => parseFrozenDebit(input, '$.debit', { allowLoopback });

  return {
    submitDebit: ({ debit: input, adopt, ...earlier }) =>
      submitOnce<DebitRecord>({
        what: `debit ${String(input.out_trade_no)}`,
        adopt,
        earlier,
        timing,
        query: async () => {
          const debit = parse(input);
          return find(await v2Of(merchants, debit.mch_id), debit);
        },
        differences: (record) => debitDifferences(input, record),
        mayBeSent: async () => {
          const debit = parse(input);
          await refuseEndedContract(await v2Of(merchants, debit.mch_id), debit);
        },
        create: async () => {
          const debit = parse(input);
          return applyOrFind(await v2Of(merchants, debit.mch_id), debit);
        },
      }),

    awaitDebitResult: ({ debit, seen, waiting }) =>
      askUntilChanged<DebitRecord>({
        schedule: SCHEDULES.debit,
        waiting,
        ask: async (): Promise<Observation<DebitRecord> | Pending> => {
          const record = await (await v2Of(merchants, debit.mch_id)).debit.query(debit);
          if (record === undefined) return { pending: 'no such debit yet' };
          return record.trade_state === seen ? { pending: `still ${seen}` } : { record };
        },
      }),

    queryDebit: ({ debit }) =>
      attempted(async () => (await (await v2Of(merchants, debit.mch_id)).debit.query(debit)) ?? null),
  };
}

/** The debit of this number. @throws WechatPayError `CONFLICT` when the number is that of an order of another kind */
async function find({ debit: calls }: Calls, debit: FrozenDebit): Promise<DebitRecord | undefined> {
  try {
    return await calls.query(debit);
  } catch (error) {
    if (!(error instanceof WechatPayError && error.errorClass === 'INPUT' && error.code === 'INVALID_REQUEST')) {
      throw error;
    }
    throw new WechatPayError('CONFLICT', `out_trade_no ${debit.out_trade_no} is that of an order that is no debit.`, {
      code: error.code,
      requestId: error.requestId,
      remedy: 'Nothing was sent. Debit under a number of its own.',
    });
  }
}

/** Nothing is sent for a contract that WeChat Pay says has ended; one it does not show is left to the debit's own answer. */
async function refuseEndedContract({ contractOrder }: Calls, debit: FrozenDebit): Promise<void> {
  const { appid, contract_id } = debit;
  const contract = await contractOrder.queryContract({ appid, contract_id });
  if (contract === undefined || contractState(contract.contract_state).kind !== 'terminated') return;
  const { contract_terminated_time: time, contract_termination_mode: mode } = contract;
  const since = time === undefined ? '' : ` since ${time}`;
  const how = mode === undefined ? '' : ` (${terminationMeaning(mode)})`;
  throw new WechatPayError('REFUSED', `contract ${contract_id} has ended${since}${how}.`, {
    code: 'CONTRACT_NOT_EXIST',
    remedy: 'Nothing was sent. Stop debits on this contract; the payer has to sign a new one.',
  });
}

/**
 * Applies. A refusal says nothing about the debit that has the number already, so that one is looked for: found, it is
 * the answer.
 */
async function applyOrFind(calls: Calls, debit: FrozenDebit): Promise<DebitRecord> {
  const { out_trade_no, appid, mch_id, contract_id } = debit;
  try {
    await calls.debit.apply(debit);
    // Accepted, that is known; whether it is made at once or announced first, a question tells if it is answered.
    const record = await calls.debit.query(debit).catch(() => undefined);
    return record ?? { trade_state: 'ACCEPT', out_trade_no, appid, mch_id, contract_id };
  } catch (error) {
    if (!(error instanceof WechatPayError && error.errorClass === 'REFUSED')) throw error;
    const record = await find(calls, debit);
    if (record === undefined && error.code === 'ORDERPAID') {
      throw new WechatPayError('OUTCOME_UNKNOWN', `${error.message} The query does not show it yet.`, {
        call: error.call,
        code: error.code,
        requestId: error.requestId,
      });
    }
    if (record === undefined) throw error;
    const differences = debitDifferences(debit, record);
    if (differences.length > 0) throw differs(`debit ${out_trade_no}`, differences);
    return record;
  }
}
