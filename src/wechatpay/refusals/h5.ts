import { REFUSAL_MEANINGS } from '../h5/states';
import type { RefusalMeaning } from '../h5/states';
import type { Meaning, RefusalTable } from './table';

/** What the texts of h5/states mean as an error; the create call asks them first, because they may be no refusal. */
const MEANT: Readonly<Record<RefusalMeaning, Meaning>> = {
  'already-authorized': {
    errorClass: 'REFUSED',
    meaning: 'the sub-merchant has this permission already',
    remedy: 'Ask for its permission state.',
  },
  'in-process': {
    errorClass: 'REFUSED',
    meaning: 'another application of this sub-merchant is in process',
    remedy: 'Wait for it, or attach to it by its applyment_id.',
  },
};

/**
 * Source: WeChat Pay Global APIv3, H5 Payment Authorization, "Error codes" of "Create an application" and of "Query
 * permission". The pages of query and amendment, and those of domain modification, show no codes that can be read; they
 * are taken to say the same.
 */
export const h5Refusals: RefusalTable = {
  calls: /^h5\b/,
  rows: [
    ...REFUSAL_MEANINGS.map(([says, meant]) => ({ code: 'INVALID_REQUEST', says, ...MEANT[meant] })),
    {
      code: 'INVALID_REQUEST',
      says: /missing merchant basic information|基[本础]信息.{0,4}(?:缺失|不全|不完整)|缺少.{0,8}基[本础]信息/i,
      errorClass: 'REFUSED',
      meaning: 'data of the merchant are missing',
      remedy: 'Complete certificate number, contact and email on the merchant platform, then apply again.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /certificate (?:has )?expired|证件.{0,4}过期/i,
      errorClass: 'REFUSED',
      meaning: "the merchant's certificate has expired",
      remedy: 'Renew it on the merchant platform, then apply again.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /formal authority|lift the limit|解除限额/i,
      errorClass: 'REFUSED',
      meaning: 'only the ordinary limit can be removed',
      remedy: 'Apply for the permission with the ordinary limit first, remove the limit afterwards.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /action has been taken|penali[sz]ed|处罚/i,
      errorClass: 'REFUSED',
      meaning: 'the merchant is penalised',
      remedy: 'Ask WeChat Pay operations to lift the penalty.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /at risk|blacklist|风险|黑名单/i,
      errorClass: 'REFUSED',
      meaning: 'the web site or a domain is at risk',
      remedy: 'Ask the WeChat Pay contact (BD) for an exemption of the web site or domain.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /parent-child|父子(?:商户)?关系|从属关系/i,
      errorClass: 'INPUT',
      meaning: 'sub_mchid is not a sub-merchant of this merchant',
      remedy: 'sub_mchid does not belong to this merchant id.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /website has not launched|only a test limit|仅可申请测试限额/i,
      errorClass: 'INPUT',
      meaning: 'a web site that is not launched gets the test limit only',
      remedy: 'While the web site is not launched transaction_limit_type must be UN_LAUNCHED_WEBSITE_LIMIT.',
    },
    {
      // The development guide states the rule; the text of the refusal is not documented.
      code: 'INVALID_REQUEST',
      says: /only .{0,40}rejected .{0,40}modif|(?:仅|只有).{0,8}驳回.{0,12}修改/i,
      errorClass: 'REFUSED',
      meaning: 'the application is not rejected by a reviewer',
      remedy: 'Ask for the application: only one that a reviewer rejected can be amended.',
    },
    {
      // Stated nowhere for a repeated number; whoever used it may have been us.
      code: 'INVALID_REQUEST',
      says: /out_applyment_id.{0,40}(?:used|exists?|duplicate|repeated|已|重复)/i,
      errorClass: 'CONFLICT',
      meaning: 'out_applyment_id is taken by another application',
      remedy: 'Compare that application; give every new one a number of its own.',
    },
    {
      code: 'PARAM_ERROR',
      says: /limit type must be|限额类型/i,
      errorClass: 'INPUT',
      meaning: 'the limit to remove is not named',
      remedy: 'To remove the limit transaction_limit_type must be NO_LIMIT.',
    },
    {
      code: 'PARAM_ERROR',
      says: /website has launched|网站已上线/i,
      errorClass: 'INPUT',
      meaning: 'the limit can only be removed for a web site that is launched',
      remedy: 'website_state must be HAS_LAUNCHED.',
    },
    {
      code: 'PARAM_ERROR',
      says: /business page screenshot|业务页面截图/i,
      errorClass: 'INPUT',
      meaning: 'pictures of the web site are missing',
      remedy: 'Add website_business_page_pics and website_homepage_pics: the web site is not launched.',
    },
    {
      code: 'PARAM_ERROR',
      says: /registration certificate|注册证书/i,
      errorClass: 'INPUT',
      meaning: 'documents of the company are missing',
      remedy: 'Add company_register_cert and business_description.',
    },
    {
      code: 'NO_AUTH',
      says: /letter of commitment|承诺函/i,
      errorClass: 'CONFIGURATION',
      meaning: 'the Letter of Commitment is not signed',
      remedy: 'Sign the Letter of Commitment on the partner platform: H5 Payment Application > +Batch Apply.',
    },
  ],
};
