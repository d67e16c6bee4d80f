import type { RefusalTable } from './table';

/** Source: WeChat Pay, "error codes" of apply for a debit and query a debit (v2). */
export const debitRefusals: RefusalTable = {
  calls: /^pay\/pap/,
  rows: [
    {
      code: 'ORDER_ACCEPTED',
      errorClass: 'OUTCOME_UNKNOWN',
      meaning: 'the debit was accepted before',
      remedy: 'Ask with the query of debits; if it knows none, repeat under the same number, never under another.',
    },
    {
      code: 'ORDERPAID',
      errorClass: 'REFUSED',
      meaning: 'the debit was made before',
      remedy: 'Confirm with the query of debits and treat it as paid.',
    },
    {
      code: 'ORDERCLOSED',
      errorClass: 'REFUSED',
      meaning: 'the order of this number is closed',
      remedy: 'Another attempt needs a new out_trade_no.',
    },
    {
      code: 'CONTRACT_NOT_EXIST',
      errorClass: 'REFUSED',
      meaning: 'no such contract, or it has ended',
      remedy: 'Ask with the contract query; stop debits.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /不是委托代扣场景/,
      errorClass: 'INPUT',
      meaning: 'the order is not a debit',
      remedy: 'Query the first payment of a contract with the order query.',
    },
  ],
};
