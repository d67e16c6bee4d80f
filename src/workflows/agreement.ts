import { h5StateKind, LIMIT_REMOVAL } from '../wechatpay/h5/states';
import type { H5ReviewNotification } from '../wechatpay/h5/schema';
import type { H5DomainReviewNotification } from '../wechatpay/h5-domain/types';
import type { ContractNotification, PaymentNotification } from '../wechatpay/contract-order/schema';
import type { DebitNotification } from '../wechatpay/debit/types';
import type { ContractDebitResult, ContractOrderResult, ContractResult, H5Result } from '../interface';

/*
 * Whether a closed workflow knows already what a late notification says. Everything that is not clearly the same is a
 * contradiction, and a person decides. Results come from outside and are read as what they may be: anything.
 */

export function paymentAgrees(result: Partial<ContractOrderResult>, data: PaymentNotification): boolean {
  return (
    result.payment === 'PAID' &&
    result.transaction_id === data.transaction_id &&
    (result.total_fee === undefined || result.total_fee === data.total_fee)
  );
}

/** An order knows of its signing only; what becomes of the contract later is the contract's own affair. */
export function orderAgreesWithContract(result: Partial<ContractOrderResult>, data: ContractNotification): boolean {
  const { contract, contract_id, contract_code, plan_id } = result;
  return (
    data.change_type === 'ADD' &&
    contract === 'SIGNED' &&
    contract_id === data.contract_id &&
    (contract_code === undefined || contract_code === data.contract_code) &&
    (plan_id === undefined || plan_id === data.plan_id)
  );
}

/** A terminated contract: its termination again, or its signing delivered late, which must not revive it. */
export function contractAgrees(result: Partial<ContractResult>, data: ContractNotification): boolean {
  return result.outcome === 'TERMINATED' && result.contract_id === data.contract_id;
}

export function h5Agrees(result: Partial<H5Result>, data: H5ReviewNotification): boolean {
  const { applyment_id, applyment_state } = data;
  if (applyment_id === undefined || applyment_state === undefined) return false;
  const { limitRemoval } = result;
  // A limit that the permission itself showed to be lifted: the number of its removal never became known.
  const lifted = data.applyment_type === LIMIT_REMOVAL && limitRemoval?.applyment_id === undefined;
  const known =
    [result, limitRemoval].find((part) => part?.applyment_id === applyment_id) ?? (lifted ? limitRemoval : undefined);
  if (known === undefined) return false;
  const { kind, known: documented } = h5StateKind(applyment_state);
  if (!documented) return false;
  // PENDING and UNDER_REVIEW of a decided application are old news, delivered late.
  if (kind === 'pending' || kind === 'review') return known.outcome === 'APPROVED' || known.outcome === 'REJECTED';
  if (kind === 'approved') return known.outcome === 'APPROVED';
  if (known.outcome !== 'REJECTED') return false;
  const reason = known === result ? result.audit_reject_detail : undefined;
  return reason === undefined || data.audit_reject_detail === undefined || reason === data.audit_reject_detail;
}

/**
 * A debit that was made is the same debit again; also a repayment of what WeChat Pay had advanced says no more. One that
 * was not made agrees with a failure only.
 */
export function debitAgrees(result: Partial<ContractDebitResult>, data: DebitNotification): boolean {
  const { outcome, contract_id, transaction_id, total_fee } = result;
  if (contract_id !== undefined && data.contract_id !== undefined && contract_id !== data.contract_id) return false;
  if (!data.made) return outcome === 'PAY_FAIL';
  return (
    outcome === 'SUCCESS' &&
    transaction_id === data.transaction_id &&
    (total_fee === undefined || total_fee === data.total_fee)
  );
}

/** A domain modification is named by its workflow id; the number WeChat Pay gave it must not be another one. */
export function domainAgrees(result: Partial<H5Result>, data: H5DomainReviewNotification): boolean {
  return h5Agrees(result, { ...data, applyment_id: data.applyment_id ?? result.applyment_id });
}
