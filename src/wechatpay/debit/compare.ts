import { difference } from '../contract-order/compare';
import type { Difference } from '../contract-order/types';
import type { Debit, DebitNotification, DebitRecord } from './types';

/** What of a debit a found one has to agree with. */
export type AppliedDebit = Pick<Debit, 'appid' | 'mch_id' | 'out_trade_no' | 'total_fee' | 'contract_id'>;

/**
 * Fields in which a found debit contradicts ours; empty when it is ours. Only what WeChat Pay states is compared. The
 * payer is not: he is the contract's, whom the debit does not name.
 */
export function debitDifferences(debit: AppliedDebit, found: DebitRecord | DebitNotification): readonly Difference[] {
  return [
    ...difference('out_trade_no', debit.out_trade_no, found.out_trade_no),
    ...difference('total_fee', debit.total_fee, 'total_fee' in found ? found.total_fee : undefined),
    ...difference('contract_id', debit.contract_id, found.contract_id),
    ...difference('appid', debit.appid, found.appid),
    ...difference('mch_id', debit.mch_id, found.mch_id),
  ];
}
