import type { ContractOrderCalls } from './contract-order/calls';
import { parseContractKey, parseContractTermination, parseOrderKey, parseOwnOrderKey } from './contract-order/keys';
import { parseFrozenContractOrder } from './contract-order/schema';
import type { CustomsCalls } from './customs/calls';
import { parseModification } from './customs/modification';
import { parseCustomsOrderKey, parseRecordsQuery } from './customs/records-query';
import { parseDeclaration, parseRepush, parseVerification } from './customs/schema';
import type { DebitCalls } from './debit/calls';
import { parseFrozenDebit } from './debit/schema';
import { parseH5Amendment } from './h5/amendment';
import type { H5Calls } from './h5/calls';
import { parseH5Application } from './h5/schema';
import type { H5DomainCalls } from './h5-domain/calls';
import { parseH5DomainAmendment, parseH5DomainModification } from './h5-domain/schema';

/*
 * Every input is validated whole before anything is sent: a wrong one rejects with InvalidInputError and all its problems.
 * Who parsed it before pays some microseconds; who did not is told before WeChat Pay has to.
 */

export interface CheckRules {
  /** The merchant that signs. */
  readonly mchid: string;
  /** Only while gateway and webhook are both on loopback: notification URLs may be `http` there. */
  readonly allowLoopback?: boolean;
}

export function checkedCustoms(calls: CustomsCalls): CustomsCalls {
  return {
    ...calls,
    query: async (key) => calls.query(parseCustomsOrderKey(key)),
    records: async (query) => calls.records(parseRecordsQuery(query)),
    declare: async (declaration) => calls.declare(parseDeclaration(declaration)),
    modify: async (modification) => calls.modify(parseModification(modification)),
    repush: async (repush) => calls.repush(parseRepush(repush)),
    verifyCertificate: async (verification) => calls.verifyCertificate(parseVerification(verification)),
  };
}

export function checkedH5(calls: H5Calls, rules: CheckRules): H5Calls {
  return {
    ...calls,
    create: async (application) => calls.create(parseH5Application(application, '$.application', rules)),
    amend: async (applyment_id, amendment) =>
      calls.amend(applyment_id, parseH5Amendment(amendment, '$.amendment', rules)),
  };
}

export function checkedH5Domain(calls: H5DomainCalls, rules: CheckRules): H5DomainCalls {
  return {
    ...calls,
    create: async (modification) => calls.create(parseH5DomainModification(modification, '$.modification', rules)),
    amend: async (applyment_id, amendment) =>
      calls.amend(applyment_id, parseH5DomainAmendment(amendment, '$.amendment', rules)),
  };
}

export function checkedContractOrder(calls: ContractOrderCalls, rules: CheckRules): ContractOrderCalls {
  const { mchid: mch_id, allowLoopback } = rules;
  return {
    // Without the time of day: an order does not become wrong by growing old.
    create: async (order, options) =>
      calls.create(parseFrozenContractOrder(order, '$.order', { mch_id, allowLoopback }), options),
    queryOrder: async (key, options) => calls.queryOrder(parseOrderKey(key), options),
    closeOrder: async (key, options) => calls.closeOrder(parseOwnOrderKey(key), options),
    queryContract: async (key, options) => calls.queryContract(parseContractKey(key), options),
    deleteContract: async (termination, options) =>
      calls.deleteContract(parseContractTermination(termination), options),
  };
}

export function checkedDebit(calls: DebitCalls, rules: CheckRules): DebitCalls {
  const { mchid: mch_id, allowLoopback } = rules;
  return {
    apply: async (debit, options) =>
      calls.apply(parseFrozenDebit(debit, '$.debit', { mch_id, allowLoopback }), options),
    query: async (key, options) => calls.query(parseOrderKey(key), options),
  };
}
