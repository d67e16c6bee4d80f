import { describe, expect, it } from 'vitest';
import {
  contractAgrees,
  debitAgrees,
  domainAgrees,
  h5Agrees,
  orderAgreesWithContract,
  paymentAgrees,
} from '../../src/workflows/agreement';
import type { ContractNotification, PaymentNotification } from '../../src/wechatpay/contract-order/schema';
import type { DebitNotification } from '../../src/wechatpay/debit/schema';

const payment = { transaction_id: '1', total_fee: 888 } as PaymentNotification;
const added = { change_type: 'ADD', contract_id: 'c1' } as ContractNotification;
const deleted = { change_type: 'DELETE', contract_id: 'c1' } as ContractNotification;

describe('a closed order', () => {
  it.each([
    ['knows its payment', { payment: 'PAID', transaction_id: '1', total_fee: 888 }, true],
    ['is contradicted by a payment when it ended unpaid', { payment: 'NOT_PAID' }, false],
    ['is contradicted by a second payment', { payment: 'PAID', transaction_id: '2', total_fee: 888 }, false],
    ['is contradicted by another amount', { payment: 'PAID', transaction_id: '1', total_fee: 1 }, false],
    ['without any result knows nothing', {}, false],
  ] as const)('%s', (_name, result, agrees) => {
    expect(paymentAgrees(result, payment)).toBe(agrees);
  });

  it.each([
    ['knows its contract', { contract: 'SIGNED', contract_id: 'c1' }, added, true],
    ['is contradicted by another contract', { contract: 'SIGNED', contract_id: 'c2' }, added, false],
    ['is contradicted by a signing after it ended without one', { contract: 'NOT_SIGNED' }, added, false],
    [
      'is contradicted by another contract_code under its contract_id',
      { contract: 'SIGNED', contract_id: 'c1', contract_code: 'DWC1', plan_id: '123' },
      { ...added, contract_code: 'DWC2', plan_id: '123' },
      false,
    ],
    [
      'is contradicted by another plan under its contract_id',
      { contract: 'SIGNED', contract_id: 'c1', contract_code: 'DWC1', plan_id: '123' },
      { ...added, contract_code: 'DWC1', plan_id: '124' },
      false,
    ],
    ['never knows of a termination', { contract: 'SIGNED', contract_id: 'c1' }, deleted, false],
  ] as const)('%s', (_name, result, data, agrees) => {
    expect(orderAgreesWithContract(result, data)).toBe(agrees);
  });
});

describe('a terminated contract', () => {
  it.each([
    ['knows its termination', { outcome: 'TERMINATED', contract_id: 'c1' }, deleted, true],
    ['is not revived by its own signing, delivered late', { outcome: 'TERMINATED', contract_id: 'c1' }, added, true],
    ['is contradicted by another contract_id', { outcome: 'TERMINATED', contract_id: 'c2' }, added, false],
    ['without its contract_id knows too little', { outcome: 'TERMINATED' }, deleted, false],
  ] as const)('%s', (_name, result, data, agrees) => {
    expect(contractAgrees(result, data)).toBe(agrees);
  });
});

describe('a closed H5 application', () => {
  const approved = { outcome: 'APPROVED', applyment_id: '7' } as const;
  const rejected = { outcome: 'REJECTED', applyment_id: '7', audit_reject_detail: 'blurred' } as const;
  it.each([
    ['knows its approval', approved, { applyment_id: '7', applyment_state: 'APPROVED' }, true],
    ['takes UNDER_REVIEW for old news', approved, { applyment_id: '7', applyment_state: 'UNDER_REVIEW' }, true],
    ['is contradicted by a rejection', approved, { applyment_id: '7', applyment_state: 'REJECTED' }, false],
    ['is contradicted by a state nobody knows', approved, { applyment_id: '7', applyment_state: 'REVOKED' }, false],
    ['knows nothing of another application', approved, { applyment_id: '8', applyment_state: 'APPROVED' }, false],
    ['knows nothing of an application without a number', approved, { applyment_state: 'APPROVED' }, false],
    [
      'knows its rejection',
      rejected,
      { applyment_id: '7', applyment_state: 'REJECTED', audit_reject_detail: 'blurred' },
      true,
    ],
    [
      'is contradicted by a rejection for another reason',
      rejected,
      { applyment_id: '7', applyment_state: 'REJECTED', audit_reject_detail: 'expired' },
      false,
    ],
    [
      'knows its limit removal',
      { ...approved, limitRemoval: { outcome: 'REJECTED', applyment_id: '9' } } as const,
      { applyment_id: '9', applyment_state: 'REJECTED' },
      true,
    ],
    [
      'knows that its limit was lifted, by an application whose number it never learnt',
      { ...approved, limitRemoval: { outcome: 'APPROVED' } } as const,
      { applyment_id: '9', applyment_state: 'APPROVED', applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' },
      true,
    ],
    [
      'is contradicted by a limit removal that is rejected after the limit was lifted',
      { ...approved, limitRemoval: { outcome: 'APPROVED' } } as const,
      { applyment_id: '9', applyment_state: 'REJECTED', applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' },
      false,
    ],
    [
      'without a limit removal knows nothing of one',
      approved,
      { applyment_id: '9', applyment_state: 'APPROVED', applyment_type: 'APPLY_FOR_RELIEVE_LIMITED' },
      false,
    ],
    [
      'that was undecided is contradicted by a decision',
      { outcome: 'UNDECIDED', applyment_id: '7' } as const,
      { applyment_id: '7', applyment_state: 'APPROVED' },
      false,
    ],
    [
      'that never applied knows nothing',
      { outcome: 'ALREADY_AUTHORIZED' } as const,
      { applyment_id: '7', applyment_state: 'APPROVED' },
      false,
    ],
  ])('%s', (_name, result, data, agrees) => {
    expect(h5Agrees(result, data)).toBe(agrees);
  });
});

describe('a closed domain modification', () => {
  const approved = { outcome: 'APPROVED', applyment_id: '7' } as const;
  const rejected = { outcome: 'REJECTED', applyment_id: '7', audit_reject_detail: 'blurred' } as const;
  it.each([
    ['knows its approval', approved, { applyment_id: '7', applyment_state: 'APPROVED' }, true],
    // The URL it came by names the modification.
    ['knows its approval by our own number', approved, { out_applyment_id: 'A1', applyment_state: 'APPROVED' }, true],
    ['takes UNDER_REVIEW for old news', rejected, { applyment_id: '7', applyment_state: 'UNDER_REVIEW' }, true],
    ['is contradicted by a rejection', approved, { out_applyment_id: 'A1', applyment_state: 'REJECTED' }, false],
    ['is contradicted by an approval', rejected, { applyment_id: '7', applyment_state: 'APPROVED' }, false],
    ['knows nothing of another number', approved, { applyment_id: '8', applyment_state: 'APPROVED' }, false],
    ['that was refused knows nothing', { outcome: 'REFUSED' } as const, { applyment_state: 'APPROVED' }, false],
  ])('%s', (_name, result, data, agrees) => {
    expect(domainAgrees(result, data)).toBe(agrees);
  });
});

describe('a closed debit', () => {
  const made = { made: true, transaction_id: '1', total_fee: 888, contract_id: 'c1' } as DebitNotification;
  const failed = { made: false, contract_id: 'c1' } as DebitNotification;
  const success = { outcome: 'SUCCESS', transaction_id: '1', total_fee: 888, contract_id: 'c1' } as const;
  it.each([
    ['knows that it was made', success, made, true],
    ['knows its repayment', success, { ...made, user_repaid: 'Y' }, true],
    ['is contradicted by a second debit', { ...success, transaction_id: '2' }, made, false],
    ['is contradicted by another amount', { ...success, total_fee: 1 }, made, false],
    ['is contradicted by another contract', { ...success, contract_id: 'c2' }, made, false],
    ['that failed on another contract is contradicted', { outcome: 'PAY_FAIL', contract_id: 'c2' }, failed, false],
    ['that was made is contradicted by a failure', success, failed, false],
    ['knows that it failed', { outcome: 'PAY_FAIL', contract_id: 'c1' }, failed, true],
    ['that failed is contradicted by money taken', { outcome: 'PAY_FAIL', contract_id: 'c1' }, made, false],
    ['that was refused is contradicted by money taken', { outcome: 'REFUSED' }, made, false],
    ['that was refused is contradicted by a failure', { outcome: 'REFUSED' }, failed, false],
    ['that was undecided is contradicted by a decision', { outcome: 'UNDECIDED' }, failed, false],
    ['without any result knows nothing', {}, made, false],
  ] as const)('%s', (_name, result, data, agrees) => {
    expect(debitAgrees(result, data)).toBe(agrees);
  });
});
