import { contractState } from './states';
import type {
  ContractNotification,
  ContractOrder,
  ContractRecord,
  Difference,
  OrderRecord,
  PaymentNotification,
} from './types';

/** What of an order a payment has to agree with. */
export type OrderedPayment = Pick<
  ContractOrder,
  'appid' | 'mch_id' | 'out_trade_no' | 'total_fee' | 'trade_type' | 'openid'
>;

/** What of an order a contract has to agree with; what is not known is not compared. */
export type OrderedContract = Pick<ContractOrder, 'plan_id' | 'contract_code'> &
  Partial<Pick<ContractOrder, 'appid' | 'mch_id' | 'openid' | 'request_serial'>>;

/**
 * Fields in which a payment contradicts the order; empty when it is the payment that was ordered. Only what WeChat Pay
 * states is compared. The payer is compared for JSAPI alone: elsewhere nobody knows beforehand who will pay.
 */
export function paymentDifferences(
  order: OrderedPayment,
  payment: PaymentNotification | OrderRecord,
): readonly Difference[] {
  return [
    ...difference('out_trade_no', order.out_trade_no, payment.out_trade_no),
    ...difference('total_fee', order.total_fee, payment.total_fee),
    ...difference('appid', order.appid, payment.appid),
    ...difference('mch_id', order.mch_id, payment.mch_id),
    ...(order.trade_type === 'JSAPI' ? personalDifference('openid', order.openid, payment.openid) : []),
  ];
}

/** Fields in which a contract contradicts the order; empty when it is the contract that was to be signed. */
export function contractDifferences(
  order: OrderedContract,
  contract: ContractNotification | ContractRecord,
): readonly Difference[] {
  return [
    ...difference('plan_id', order.plan_id, contract.plan_id),
    ...difference('contract_code', order.contract_code, contract.contract_code),
    ...difference('request_serial', order.request_serial, contract.request_serial),
    ...difference('appid', order.appid, contract.appid),
    ...difference('mch_id', order.mch_id, contract.mch_id),
    ...personalDifference('openid', order.openid, contract.openid),
  ];
}

/** What was learnt of a contract when it was signed; what is not known is not compared. */
export type SignedContract = OrderedContract & Partial<Pick<ContractRecord, 'contract_id'>>;

/** Fields in which a record or notification is about another contract than the one that was signed. */
export function signedDifferences(
  signed: SignedContract,
  contract: ContractNotification | ContractRecord,
): readonly Difference[] {
  return [
    ...contractDifferences(signed, contract),
    ...difference('contract_id', signed.contract_id, contract.contract_id),
  ];
}

/**
 * How a contract looks that was signed once:
 * - `signed` – it still is.
 * - `ended` – by whomever, or expired.
 * - `differs` – the record is one of another contract.
 * - `absent` – there is no such record.
 * - `unclear` – it has a state that no signed contract should have.
 */
export type ContractVerdict = 'signed' | 'ended' | 'differs' | 'absent' | 'unclear';

export function contractVerdict(signed: SignedContract, record: ContractRecord | null | undefined): ContractVerdict {
  if (record === null || record === undefined) return 'absent';
  if (signedDifferences(signed, record).length > 0) return 'differs';
  const { kind } = contractState(record.contract_state);
  if (kind === 'terminated') return 'ended';
  return kind === 'signed' ? 'signed' : 'unclear';
}

/** Only what both sides state can differ. */
export function difference<T extends string | number>(
  field: string,
  ours: T | undefined,
  theirs: T | undefined,
): readonly Difference[] {
  return ours === undefined || theirs === undefined || ours === theirs ? [] : [{ field, ours, theirs }];
}

/** Differences end up in messages and search attributes, so a personal field is only named. */
function personalDifference(field: string, ours?: string, theirs?: string): readonly Difference[] {
  return ours === undefined || theirs === undefined || ours === theirs ? [] : [{ field }];
}
