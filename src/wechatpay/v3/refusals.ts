import type { ErrorClass } from '../errors';

/** What one answer that is not a success means. The first row that matches decides. */
export interface RefusalRow {
  /** Normalised: upper case without `_` and blanks, because WeChat Pay spells them both ways. */
  readonly codes?: readonly string[];
  readonly status?: (status: number) => boolean;
  readonly message?: RegExp;
  /** Only for reading calls (GET), or only for the others. */
  readonly on?: 'query' | 'action';
  readonly errorClass: ErrorClass;
  readonly remedy: string;
}

const INVALID_REQUEST = ['INVALIDREQUEST'];
const NO_AUTH = ['NOAUTH'];
const PARAM_ERROR = ['PARAMERROR'];
const is403 = (status: number): boolean => status === 403;

/**
 * Every documented refusal of the common rules, of customs and of H5 authorization, and what to do about it. One code
 * covers opposite meanings, so most rows need the text; English, because we ask for it, and Chinese, because not every
 * text is translated.
 *
 * Rows documented as "fix input" are `INPUT`, business answers are `REFUSED`, and what a person repairs at WeChat Pay
 * and then works with the same request is `CONFIGURATION`.
 *
 * Source: WeChat Pay Global APIv3, "Error codes" of the common rules, of the customs pages and of the H5 pages.
 */
export const refusalRows: readonly RefusalRow[] = [
  // --- common rules ------------------------------------------------------------------------------------------------
  {
    codes: ['SIGNERROR'],
    status: (status) => status === 401,
    errorClass: 'CONFIGURATION',
    remedy:
      'WeChat Pay does not accept our signature: check merchant id, certificate serial, private key, path prefix and ' +
      'the clock of this machine.',
  },
  {
    codes: ['FREQUENCYLIMITEXCEED', 'FREQUENCYLIMITED', 'FREQUENCYLIMIT', 'RATELIMITEXCEEDED', 'RATELIMITED'],
    status: (status) => status === 429,
    errorClass: 'RATE_LIMITED',
    remedy: 'Repeat the same request later, at a lower rate.',
  },
  {
    codes: ['SYSTEMERROR', 'SERVICEUNAVAILABLE'],
    status: (status) => status >= 500,
    errorClass: 'OUTCOME_UNKNOWN',
    remedy: 'Ask for the result first, then repeat with the same parameters; if it goes on, ask WeChat Pay support.',
  },

  // --- the same request works once a person has repaired something --------------------------------------------------
  {
    codes: NO_AUTH,
    status: is403,
    message: /self-?clearance|自助清关/i,
    errorClass: 'CONFIGURATION',
    remedy: 'Enable it on the merchant platform: Product Center > Apply for Self-Clearance.',
  },
  {
    codes: NO_AUTH,
    status: is403,
    message: /customs|海关/i,
    errorClass: 'CONFIGURATION',
    remedy: 'File the registration at this customs on the merchant platform.',
  },
  {
    codes: NO_AUTH,
    status: is403,
    message: /letter of commitment|承诺函/i,
    errorClass: 'CONFIGURATION',
    remedy: 'Sign the Letter of Commitment on the partner platform: H5 Payment Application > +Batch Apply.',
  },
  {
    codes: NO_AUTH,
    status: is403,
    errorClass: 'CONFIGURATION',
    remedy: 'The merchant has no permission for this call: enable the product on the merchant platform.',
  },
  {
    codes: INVALID_REQUEST,
    message: /customs information is not configured|未配置海关信息|海关信息未配置/i,
    errorClass: 'CONFIGURATION',
    remedy: 'Enter the customs filing on the merchant platform.',
  },
  {
    message: /merchant does(?: not|n't) support (?:this customs|(?:the )?declaration)|商户(?:号)?不支持/i,
    errorClass: 'CONFIGURATION',
    remedy: 'customs and merchant_customs_no must be the ones of the filing on the merchant platform; file them there.',
  },

  {
    message: /url (?:does not|doesn't) exist|url不存在/i,
    errorClass: 'CONFIGURATION',
    remedy: 'WeChat Pay has no such call there: check base URL and path prefix.',
  },

  // --- a query found nothing; an action needs a record that is not there --------------------------------------------
  {
    codes: ['ORDERNOTEXIST', 'ORDERNOTEXISTS', 'NOTFOUND', 'RESOURCENOTEXISTS', 'RESOURCENOTEXIST'],
    status: (status) => status === 404,
    on: 'query',
    errorClass: 'NOT_FOUND',
    remedy: 'WeChat Pay has no such record.',
  },
  {
    message: /(?:record|application|applyment|order)(?: form)? (?:does not|doesn't) exist|(?:记录|申请单?|订单)不存在/i,
    on: 'query',
    errorClass: 'NOT_FOUND',
    remedy: 'WeChat Pay has no such record.',
  },
  {
    message: /declaration record (?:does not|doesn't) exist|报关记录不存在|申报记录不存在/i,
    on: 'action',
    errorClass: 'REFUSED',
    remedy: 'Declare the order first.',
  },
  {
    codes: ['ORDERNOTEXIST', 'ORDERNOTEXISTS', 'RESOURCENOTEXISTS', 'RESOURCENOTEXIST'],
    on: 'action',
    errorClass: 'REFUSED',
    remedy: 'WeChat Pay does not know what this call is about.',
  },

  // --- customs -----------------------------------------------------------------------------------------------------
  {
    codes: INVALID_REQUEST,
    message: /different from the original|与(?:原|首次|之前|上次)?.{0,12}(?:不一致|不同|不符)/i,
    errorClass: 'CONFLICT',
    remedy: 'The order is declared with other data: compare the record; change it with a modification.',
  },
  {
    codes: INVALID_REQUEST,
    message: /order amount does not match|订单金额不(?:匹配|一致|符)/i,
    errorClass: 'INPUT',
    remedy: 'The declared amount must equal the payment.',
  },
  {
    codes: INVALID_REQUEST,
    message: /refunded order|已退款|退款订单/i,
    errorClass: 'REFUSED',
    remedy: 'A refunded order cannot be declared.',
  },
  {
    message: /payer's id (?:no\.?|number) registered|付款人.{0,12}身份证.{0,12}(?:有误|无效|不合法)/i,
    errorClass: 'REFUSED',
    remedy: 'WeChat Pay holds an invalid identity of the payer: ask WeChat Pay support for the reason.',
  },
  {
    message: /not real-name (?:certified|verified|authenticated)|未实名/i,
    errorClass: 'REFUSED',
    remedy: 'Only payers certified with a Mainland China identity card can be declared.',
  },
  {
    codes: ['USERACCOUNTABNORMAL'],
    errorClass: 'REFUSED',
    remedy: "The identity given is not the payer's: ask for the payer's own identity.",
  },
  {
    // Also the text for a payer with a Hong Kong wallet, who can never be declared: whoever retries must set a limit.
    message: /too many users|使用人数过多|用户过多/i,
    errorClass: 'RATE_LIMITED',
    remedy: 'Repeat later; if it goes on, the payer used a Hong Kong wallet and cannot be declared.',
  },
  {
    codes: PARAM_ERROR,
    message: /private key failed to decrypt|failed to decrypt|私钥解密失败/i,
    errorClass: 'REFUSED',
    remedy: 'WeChat Pay cannot open the sealed fields: seal the plain values again with its current key.',
  },

  // --- H5 authorization; "already" and "in process" are told apart by refusalMeaning() of h5/states -----------------
  {
    codes: INVALID_REQUEST,
    message: /payment permission already|already has .{0,3}no transaction limit|已.{0,8}权限/i,
    errorClass: 'REFUSED',
    remedy: 'The sub-merchant has this permission already; ask for its permission state.',
  },
  {
    codes: INVALID_REQUEST,
    message: /in (?:the )?process|请勿重复提交|(?:处理|审核|进行)中/i,
    errorClass: 'REFUSED',
    remedy: 'Another application of this sub-merchant is in process: wait for it, or attach to it by its applyment_id.',
  },
  {
    codes: INVALID_REQUEST,
    message: /missing merchant basic information|certificate (?:has )?expired|证件.{0,4}过期|缺少.{0,8}基[本础]信息/i,
    errorClass: 'REFUSED',
    remedy: 'Complete or renew the merchant data on the platform, then apply again.',
  },
  {
    codes: INVALID_REQUEST,
    message: /action has been taken|penali[sz]ed|处罚/i,
    errorClass: 'REFUSED',
    remedy: 'The merchant is penalised: ask WeChat Pay operations to lift the penalty.',
  },
  {
    codes: INVALID_REQUEST,
    message: /at risk|blacklist|风险|黑名单/i,
    errorClass: 'REFUSED',
    remedy: 'Ask the WeChat Pay contact (BD) for an exemption of the web site or domain.',
  },
  {
    codes: INVALID_REQUEST,
    message: /parent-child|父子关系|从属关系/i,
    errorClass: 'INPUT',
    remedy: 'sub_mchid does not belong to this merchant id.',
  },
  {
    codes: INVALID_REQUEST,
    message: /formal authority|lift the limit/i,
    errorClass: 'REFUSED',
    remedy: 'Apply for the permission with the ordinary limit first, remove the limit afterwards.',
  },
  {
    codes: INVALID_REQUEST,
    message: /website has not launched|only a test limit/i,
    errorClass: 'INPUT',
    remedy: 'While the web site is not launched transaction_limit_type must be UN_LAUNCHED_WEBSITE_LIMIT.',
  },

  // --- the rest ----------------------------------------------------------------------------------------------------
  {
    codes: INVALID_REQUEST,
    message: /parameter format|参数格式/i,
    errorClass: 'INPUT',
    remedy: 'Correct the request.',
  },
  { codes: PARAM_ERROR, errorClass: 'INPUT', remedy: 'Correct the request.' },
  {
    // An unknown text must be neither success nor final. CONFIGURATION is the class that asks again before each try,
    // tries slowly and calls a person; OUTCOME_UNKNOWN would hammer a request that was answered.
    errorClass: 'CONFIGURATION',
    remedy: 'This answer is not documented: ask for the record, then let a person read the message.',
  },
];
