import type { ContractNotification, PaymentNotification } from '../wechatpay/contract-order/schema';
import type { DebitMade } from '../wechatpay/debit/types';

/** Whether a signal holds what a payment is compared by. The webhook sends no other; a person at a keyboard might. */
export function isPayment({ out_trade_no, transaction_id, total_fee }: Partial<PaymentNotification>): boolean {
  return typeof out_trade_no === 'string' && typeof transaction_id === 'string' && typeof total_fee === 'number';
}

export function isContractChange(data: object): boolean {
  const { change_type, contract_code, contract_id } = data as Partial<ContractNotification>;
  return (
    (change_type === 'ADD' || change_type === 'DELETE') &&
    typeof contract_code === 'string' &&
    typeof contract_id === 'string'
  );
}

/** A debit that was made states what it is compared by; one that was not made only has to name its number. */
export function isDebitResult(data: object): boolean {
  const { made, out_trade_no, transaction_id, total_fee } = data as Partial<DebitMade>;
  if (typeof out_trade_no !== 'string' || typeof made !== 'boolean') return false;
  return !made || (typeof transaction_id === 'string' && typeof total_fee === 'number');
}
