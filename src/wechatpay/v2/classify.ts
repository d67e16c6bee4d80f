import type { ErrorClass } from '../errors';

/** What a failed v2 call means and what to do about it. */
export interface V2Failure {
  readonly errorClass: ErrorClass;
  readonly meaning: string;
  readonly remedy: string;
}

interface Row extends V2Failure {
  /** As printed; compared with blanks and underscores alike, in upper case. Numbers are what the papay family sends. */
  readonly codes: readonly string[];
}

const REPEAT = 'Repeat the identical request; if it stays so, ask with the query.';
const REPAIR_REQUEST = 'Correct the request; repeating it unchanged is useless.';

/**
 * `err_code` of an answer whose `result_code` is FAIL. A code is looked for in `err_code` and in `err_code_des`, because
 * papay calls put a number in the first and the code in the second.
 *
 * Source: WeChat Pay, "error codes" of unified order, pay with contract signing, query order, close order, query
 * contract, terminate contract.
 */
const ERROR_CODES: readonly Row[] = [
  // It may have been done.
  {
    codes: ['SYSTEMERROR', 'SYSTEM ERROR', 'BIZERR_NEED_RETRY', '-26'],
    errorClass: 'OUTCOME_UNKNOWN',
    meaning: 'system error',
    remedy: REPEAT,
  },
  {
    codes: ['ORDER_ACCEPTED'],
    errorClass: 'OUTCOME_UNKNOWN',
    meaning: 'the debit was accepted before',
    remedy: 'Ask with the query of debits; never repeat it under another number.',
  },
  // It was not done, later is fine.
  {
    codes: ['FREQUENCY_LIMITED', 'FREQUENCY_LIMIT_EXCEED'],
    errorClass: 'RATE_LIMITED',
    meaning: 'too many requests',
    remedy: 'Repeat the identical request later.',
  },
  // Queries that found nothing.
  {
    codes: ['ORDERNOTEXIST', 'ORDER_NOT_EXIST'],
    errorClass: 'NOT_FOUND',
    meaning: 'no such order',
    remedy: 'The order call never took effect, or appid and mch_id are not those of the order.',
  },
  {
    codes: ['RESULT NULL', '-25'],
    errorClass: 'NOT_FOUND',
    meaning: 'no such contract, or not signed yet',
    remedy: 'Ask again while the signing is waited for; check plan_id and contract_code.',
  },
  {
    codes: ['CONTRACT_NOT_EXIST'],
    errorClass: 'NOT_FOUND',
    meaning: 'no such contract, or it has ended',
    remedy: 'Ask with the contract query; stop debits.',
  },
  // The number is taken.
  {
    codes: ['OUT_TRADE_NO_USED'],
    errorClass: 'CONFLICT',
    meaning: 'out_trade_no is used by an order with other data',
    remedy: 'Query the order; take a new number only after the old order has ended.',
  },
  {
    codes: ['CONTRACT_CODE DUPLICATION'],
    errorClass: 'CONFLICT',
    meaning: 'contract_code was signed before',
    remedy: 'Query the contract: it may be ours. Otherwise a new contract_code and a new out_trade_no are needed.',
  },
  // Final answers of the business.
  {
    codes: ['ORDERPAID'],
    errorClass: 'REFUSED',
    meaning: 'the order is paid',
    remedy: 'Confirm with the order query and treat it as paid.',
  },
  {
    codes: ['ORDERCLOSED'],
    errorClass: 'REFUSED',
    meaning: 'the order is closed',
    remedy: 'A closed out_trade_no can never be used again: order anew under a new number.',
  },
  {
    codes: ['NOTENOUGH'],
    errorClass: 'REFUSED',
    meaning: 'the balance is too low',
    remedy: 'The payer has to choose another way to pay.',
  },
  {
    codes: ['CONTRACTERROR'],
    errorClass: 'REFUSED',
    meaning: 'the state of the contract does not allow it',
    remedy: 'Ask with the contract query.',
  },
  // The request is wrong.
  {
    codes: ['PARAM_ERROR', 'PARAMETER FAIL', 'LACK_PARAMS', 'INVALID_REQUEST', 'INVALID_TRANSACTIONID'],
    errorClass: 'INPUT',
    meaning: 'a parameter is wrong, missing, or not defined for this call',
    remedy: REPAIR_REQUEST,
  },
  {
    codes: ['XML_FORMAT_ERROR', 'XML FAIL', 'POST_DATA_EMPTY', 'REQUIRE_POST_METHOD', 'NOT_UTF8'],
    errorClass: 'INPUT',
    meaning: 'the message is not what WeChat Pay reads',
    remedy: REPAIR_REQUEST,
  },
  // A person has to set something right.
  {
    codes: ['SIGNERROR', 'SIGN_ERROR'],
    errorClass: 'CONFIGURATION',
    meaning: 'WeChat Pay does not accept the signature',
    remedy: 'Check the APIv2 key (32 characters, not the APIv3 key) and the signature type.',
  },
  {
    codes: ['NOAUTH', 'NO_AUTH', 'MERCHANT PERMISSION ERROR', 'MERCHANT AUTHORITY ERROR', '-48'],
    errorClass: 'CONFIGURATION',
    meaning: 'the merchant lacks the permission',
    remedy: 'Ask for the permission of this product in the merchant platform.',
  },
  {
    codes: ['APPID_NOT_EXIST', 'MCHID_NOT_EXIST', 'APPID_MCHID_NOT_MATCH'],
    errorClass: 'CONFIGURATION',
    meaning: 'appid and mch_id do not belong together, or one does not exist',
    remedy: 'Bind the appid to the merchant number in the merchant platform.',
  },
  {
    codes: ['INVALID PLAN_ID'],
    errorClass: 'CONFIGURATION',
    meaning: 'the contract template is not valid for this merchant and appid',
    remedy: 'Correct plan_id, or have the template approved for this appid.',
  },
];

const OTHER: V2Failure = {
  errorClass: 'REFUSED',
  meaning: 'refused',
  remedy: "Read WeChat Pay's text; the same request will be refused again.",
};

/** INVALID_REQUEST covers two things; these words mean that the number is taken by other data. */
const REENTRY = /订单号重复|重入|已使用|re-?entry|reentr|repeated|duplicate/i;

/** ... and these that the call came too early: an order can be closed five minutes after it was made. */
const TOO_EARLY = /时间间隔|分钟|too early|minutes/i;

const TOO_EARLY_TO_CLOSE: V2Failure = {
  errorClass: 'RATE_LIMITED',
  meaning: 'too early',
  remedy: 'Repeat the identical request five minutes after the order was made.',
};

const byCode: ReadonlyMap<string, Row> = new Map(
  ERROR_CODES.flatMap((row) => row.codes.map((code) => [normalised(code), row] as const)),
);

/** The same code, however it is spelled. */
function normalised(code: string): string {
  return code
    .trim()
    .toUpperCase()
    .replace(/[\s_]+/g, '_');
}

/** Meaning of `result_code=FAIL`. A code that is not in the table is a final refusal. */
export function classifyErrCode(errCode: string | undefined, errCodeDes: string | undefined): V2Failure {
  const code = normalised(errCode ?? '');
  if (code === 'INVALID_REQUEST' && REENTRY.test(errCodeDes ?? '')) return byCode.get('OUT_TRADE_NO_USED')!;
  if (code === 'INVALID_REQUEST' && TOO_EARLY.test(errCodeDes ?? '')) return TOO_EARLY_TO_CLOSE;
  return byCode.get(code) ?? byCode.get(normalised(errCodeDes ?? '')) ?? OTHER;
}

const SIGNATURE_OR_FORMAT = /签名|格式|参数|sign|format|param|xml/i;

/**
 * Meaning of `return_code=FAIL`, which has no code, only a text: about the signature or the format a person repairs it;
 * any other text ("busy") says nothing about what was done.
 */
export function classifyReturnMsg(returnMsg: string | undefined): V2Failure {
  if (SIGNATURE_OR_FORMAT.test(returnMsg ?? '')) {
    return {
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay could not read the request or its signature',
      remedy: 'Check the APIv2 key (32 characters, not the APIv3 key), mch_id and the signature type.',
    };
  }
  return { errorClass: 'OUTCOME_UNKNOWN', meaning: 'communication failure', remedy: REPEAT };
}
