import { NO_CODE } from './table';
import type { RefusalTable } from './table';

/**
 * What no product changes: decided by the code if it is one of these, else by the status. They come before the products'
 * tables, because in an answer with such a status nothing else can be relied on.
 *
 * Source: WeChat Pay Global APIv3, common rules, "HTTP status and error codes".
 */
export const v3Decisive: RefusalTable = {
  rows: [
    {
      code: ['SYSTEM_ERROR', 'SERVICE_UNAVAILABLE'],
      errorClass: 'OUTCOME_UNKNOWN',
      meaning: 'system error',
      remedy: 'Ask for the result first, then repeat with the same parameters; if it goes on, ask WeChat Pay support.',
    },
    {
      code: ['FREQUENCY_LIMIT_EXCEED', 'FREQUENCY_LIMITED', 'FREQUENCY_LIMIT', 'RATELIMIT_EXCEEDED', 'RATE_LIMITED'],
      errorClass: 'RATE_LIMITED',
      meaning: 'too many requests',
      remedy: 'Repeat the same request later, at a lower rate.',
    },
    {
      code: 'SIGN_ERROR',
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay does not accept our signature',
      remedy: 'Check merchant id, certificate serial, private key, path prefix and the clock of this machine.',
    },
    {
      status: 429,
      errorClass: 'RATE_LIMITED',
      meaning: 'too many requests',
      remedy: 'Repeat the same request later, at a lower rate.',
    },
    {
      // 408: somebody on the way gave up waiting, for us or for WeChat Pay.
      status: (status) => status >= 500 || status === 408,
      errorClass: 'OUTCOME_UNKNOWN',
      meaning: 'a server failed on the way',
      remedy: 'Ask for the result first, then repeat with the same parameters; if it goes on, ask WeChat Pay support.',
    },
    {
      status: 401,
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay does not accept our signature',
      remedy: 'Check merchant id, certificate serial, private key, path prefix and the clock of this machine.',
    },
    {
      says: /url (?:does not|doesn't) exist|url不存在/i,
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay has no such call there',
      remedy: 'Check base URL and path prefix.',
    },
    {
      // Without WeChat Pay's own words it is somebody else's page: it does not say that a record is missing.
      status: 404,
      code: NO_CODE,
      errorClass: 'CONFIGURATION',
      meaning: 'the address is unknown there',
      remedy: 'Check base URL and path prefix.',
    },
  ],
};

/**
 * Where the text makes no difference. They come after the products' tables, whose texts say more.
 *
 * Source: WeChat Pay Global APIv3, common rules, "HTTP status and error codes".
 */
export const v3Common: RefusalTable = {
  rows: [
    {
      code: ['ORDER_NOT_EXIST', 'ORDER_NOT_EXISTS', 'NOT_FOUND', 'RESOURCE_NOT_EXISTS', 'RESOURCE_NOT_EXIST'],
      on: 'query',
      errorClass: 'NOT_FOUND',
      meaning: 'no such record',
      remedy: 'WeChat Pay has no such record.',
    },
    {
      // Only some pages give the code of a missing record; the others do not say which of 400 and 404 it is.
      says: /(?:record|application|applyment|order)(?: form)? (?:does not|doesn't) exist|(?:记录|申请单?|订单)不存在/i,
      on: 'query',
      errorClass: 'NOT_FOUND',
      meaning: 'no such record',
      remedy: 'WeChat Pay has no such record.',
    },
    {
      code: ['ORDER_NOT_EXIST', 'ORDER_NOT_EXISTS', 'RESOURCE_NOT_EXISTS', 'RESOURCE_NOT_EXIST'],
      on: 'action',
      errorClass: 'REFUSED',
      meaning: 'what the call is about does not exist',
      remedy: 'WeChat Pay does not know what this call is about.',
    },
    {
      code: 'NOT_FOUND',
      on: 'action',
      errorClass: 'CONFIGURATION',
      meaning: 'WeChat Pay does not know the address, or what the call is about',
      remedy: 'Check base URL, path prefix and the numbers in the path.',
    },
    {
      code: 'NO_AUTH',
      errorClass: 'CONFIGURATION',
      meaning: 'the merchant has no permission for this call',
      remedy: 'Enable the product on the merchant platform.',
    },
    {
      status: 403,
      errorClass: 'CONFIGURATION',
      meaning: 'the merchant has no permission for this call',
      remedy: 'Enable the product on the merchant platform.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /parameter format|参数格式/i,
      errorClass: 'INPUT',
      meaning: 'a parameter has the wrong format',
      remedy: 'Correct the request.',
    },
    {
      code: 'PARAM_ERROR',
      errorClass: 'INPUT',
      meaning: 'a parameter is wrong or missing',
      remedy: 'Correct the request.',
    },
  ],
};
