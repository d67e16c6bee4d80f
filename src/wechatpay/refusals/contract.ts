import type { RefusalTable } from './table';

/**
 * The table the calls around a contract share. Some come as a text in `err_code`, some as a number there with the text
 * in `err_code_des`.
 *
 * Source: WeChat Pay, "error codes" of pay with contract signing, query contract, terminate
 * contract, apply for a debit (v2).
 */
export const contractRefusals: RefusalTable = {
  calls: /^(?:papay\/|pay\/(?:contractorder$|pap))/,
  rows: [
    {
      code: ['RESULT NULL', '-25'],
      errorClass: 'NOT_FOUND',
      meaning: 'no such contract, or not signed yet',
      remedy: 'Ask again while the signing is waited for; check plan_id and contract_code.',
    },
    {
      code: ['SYSTEM ERROR', '-26'],
      errorClass: 'OUTCOME_UNKNOWN',
      meaning: 'system error',
      remedy: 'Ask with the query what was done, then repeat the identical request.',
    },
    {
      code: 'CONTRACT_CODE DUPLICATION',
      errorClass: 'CONFLICT',
      meaning: 'contract_code was signed before',
      remedy: 'Query the contract: it may be ours. Otherwise a new contract_code and a new out_trade_no are needed.',
    },
    {
      code: 'CONTRACTERROR',
      on: 'action',
      errorClass: 'REFUSED',
      meaning: 'the state of the contract does not allow it',
      remedy: 'Ask with the contract query.',
    },
    {
      code: ['MERCHANT PERMISSION ERROR', 'MERCHANT AUTHORITY ERROR', '-48'],
      errorClass: 'CONFIGURATION',
      meaning: 'the merchant lacks the permission for automatic debits, or it was withdrawn',
      remedy: 'Ask for the permission of this product in the merchant platform.',
    },
    {
      code: 'INVALID PLAN_ID',
      errorClass: 'CONFIGURATION',
      meaning: 'the contract template is not valid for this merchant and appid',
      remedy: 'Correct plan_id, or have the template approved for this appid.',
    },
    {
      code: 'PARAMETER FAIL',
      errorClass: 'INPUT',
      meaning: 'a parameter is wrong, missing, or not defined for this call',
      remedy: 'Correct the request; repeating it unchanged is useless.',
    },
    {
      code: 'XML FAIL',
      errorClass: 'INPUT',
      meaning: 'the message is not what WeChat Pay reads',
      remedy: 'Correct the request; repeating it unchanged is useless.',
    },
  ],
};
