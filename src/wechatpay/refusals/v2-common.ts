import type { RefusalTable } from './table';

const REPEAT = 'Ask with the query what was done, then repeat the identical request.';

/** HTTP status of a v2 answer; it is 200 even for failures. Source: WeChat Pay, "interface rules" (v2). */
export const v2Statuses: RefusalTable = {
  rows: [
    {
      status: 429,
      errorClass: 'RATE_LIMITED',
      meaning: 'too many requests',
      remedy: 'Repeat the identical request later.',
    },
    { errorClass: 'OUTCOME_UNKNOWN', meaning: 'not an answer of WeChat Pay', remedy: REPEAT },
  ],
};

/** `return_code=FAIL`, which has no code, only a text. Source: WeChat Pay, "interface rules" (v2), result layers. */
export const v2Communication: RefusalTable = {
  rows: [
    {
      says: /签名|sign/i,
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay does not accept the signature',
      remedy: 'Check the APIv2 key (32 characters, not the APIv3 key), mch_id and the signature type.',
    },
    {
      says: /格式|参数|format|param|xml|post/i,
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay could not read the request',
      remedy: 'Check mch_id, appid and the version of this package; a person has to read the message.',
    },
    {
      // "Busy" and whatever else: nothing is said about what was done.
      errorClass: 'OUTCOME_UNKNOWN',
      meaning: 'communication failure',
      remedy: REPEAT,
    },
  ],
};

/** Source: WeChat Pay, "error codes" of unified order and query order (v2), which the other calls share. */
export const v2Common: RefusalTable = {
  rows: [
    {
      code: ['SYSTEMERROR', 'BIZERR_NEED_RETRY'],
      errorClass: 'OUTCOME_UNKNOWN',
      meaning: 'system error',
      remedy: REPEAT,
    },
    {
      code: ['FREQUENCY_LIMITED', 'FREQUENCY_LIMIT_EXCEED', 'RATELIMIT_EXCEEDED'],
      errorClass: 'RATE_LIMITED',
      meaning: 'too many requests',
      remedy: 'Repeat the identical request later.',
    },
    {
      code: 'ORDERNOTEXIST',
      errorClass: 'NOT_FOUND',
      meaning: 'no such order',
      remedy: 'The order call never took effect, or appid and mch_id are not those of the order.',
    },
    {
      code: 'OUT_TRADE_NO_USED',
      errorClass: 'CONFLICT',
      meaning: 'out_trade_no is used by an order with other data',
      remedy: 'Query the order; take a new number only after the old order has ended.',
    },
    {
      code: 'ORDERPAID',
      errorClass: 'REFUSED',
      meaning: 'the order is paid',
      remedy: 'Confirm with the order query and treat it as paid.',
    },
    {
      code: 'ORDERCLOSED',
      errorClass: 'REFUSED',
      meaning: 'the order is closed',
      remedy: 'A closed out_trade_no can never be used again: order anew under a new number.',
    },
    {
      code: 'NOTENOUGH',
      errorClass: 'REFUSED',
      meaning: 'the balance is too low',
      remedy: 'The payer has to choose another way to pay.',
    },
    {
      code: ['PARAM_ERROR', 'LACK_PARAMS', 'INVALID_TRANSACTIONID'],
      errorClass: 'INPUT',
      meaning: 'a parameter is wrong, missing, or not defined for this call',
      remedy: 'Correct the request; repeating it unchanged is useless.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /格式|format/i,
      errorClass: 'INPUT',
      meaning: 'a parameter has the wrong format',
      remedy: 'Correct the request; repeating it unchanged is useless.',
    },
    {
      code: ['XML_FORMAT_ERROR', 'POST_DATA_EMPTY', 'REQUIRE_POST_METHOD', 'NOT_UTF8'],
      errorClass: 'INPUT',
      meaning: 'the message is not what WeChat Pay reads',
      remedy: 'Correct the request; repeating it unchanged is useless.',
    },
    {
      code: 'SIGN_ERROR',
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay does not accept the signature',
      remedy: 'Check the APIv2 key (32 characters, not the APIv3 key) and the signature type.',
    },
    {
      code: 'NOAUTH',
      errorClass: 'CONFIGURATION',
      meaning: 'the merchant lacks the permission',
      remedy: 'Ask for the permission of this product in the merchant platform.',
    },
    {
      code: ['APPID_NOT_EXIST', 'MCHID_NOT_EXIST', 'APPID_MCHID_NOT_MATCH'],
      errorClass: 'CONFIGURATION',
      meaning: 'appid and mch_id do not belong together, or one does not exist',
      remedy: 'Bind the appid to the merchant number in the merchant platform.',
    },
  ],
};
