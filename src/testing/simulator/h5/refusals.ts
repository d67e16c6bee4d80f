import { ApiError } from '../v3/api-error';

const refusal = (status: number, code: string, en: string, zh: string) => ({ status, code, text: { en, zh } });

/** Every documented refusal of an H5 application, in WeChat Pay's words. */
const REFUSALS = {
  hasPermission: refusal(
    400,
    'INVALID_REQUEST',
    'You have the payment permission already. Do not send a request for the test URL permission again.',
    '已有支付权限，请勿重复申请测试权限',
  ),
  limitTypeMustBeNone: refusal(
    400,
    'PARAM_ERROR',
    'When creating a request using this API, the limit type must be "No transaction limited".',
    '申请解除限额时，限额类型必须为无限额',
  ),
  websiteMustBeLaunched: refusal(
    400,
    'PARAM_ERROR',
    'Only sub-merchant H5 website URLs with the status "The website has launched" can request to lift the limit. If website URLs with other statuses need to modify their authorization, they can call the "H5 payment authorization request" API.',
    '仅网站已上线的子商户可申请解除限额',
  ),
  screenshotMissing: refusal(
    400,
    'PARAM_ERROR',
    'The website has not launched. Upload the business page screenshot.',
    '网站未上线，请上传业务页面截图',
  ),
  basicInformationMissing: refusal(
    400,
    'INVALID_REQUEST',
    'There is missing merchant basic information, such as merchant certificate number, contact, and email. Log in to the merchant platform to modify the information and try again.',
    '商户基本信息缺失，请登录商户平台补充后重试',
  ),
  certificateExpired: refusal(
    400,
    'INVALID_REQUEST',
    'Merchant certificate expired. Log in to the merchant platform to update the information and try again.',
    '商户证件已过期，请登录商户平台更新后重试',
  ),
  formalAuthorityNeeded: refusal(
    400,
    'INVALID_REQUEST',
    'Only sub-merchants with the "Formal authority transaction limited" status can request to lift the limit. If sub-merchants with other statuses need to modify their authorization, they can call the "H5 payment authorization request" API.',
    '仅普通限额的子商户可申请解除限额',
  ),
  punished: refusal(
    400,
    'INVALID_REQUEST',
    'Action has been taken against the merchant. The merchant is not allowed to request to enable H5 payment authorization.',
    '商户被处罚，不允许申请H5支付权限',
  ),
  domainAtRisk: refusal(
    400,
    'INVALID_REQUEST',
    'The submitted website or H5 payment domain name is at risk. Contact your BD for assistance.',
    '提交的网站或H5支付域名存在风险，请联系对接BD',
  ),
  inProcess: refusal(
    400,
    'INVALID_REQUEST',
    'The application form in the process has been submitted. Please do not submit it repeatedly.',
    '已提交过申请单且在流程中，请勿重复提交',
  ),
  parentChild: refusal(
    400,
    'INVALID_REQUEST',
    'The parent-child relationship is invalid. Check if the sub-merchant belongs to the service provider.',
    '父子商户关系不成立，请检查子商户是否归属于该服务商',
  ),
  documentsMissing: refusal(
    400,
    'PARAM_ERROR',
    'Upload the Company Registration Certificate, Company Introduction and Description of the Business.',
    '请上传公司注册证书、公司介绍及业务说明',
  ),
  onlyTestLimit: refusal(
    400,
    'INVALID_REQUEST',
    'The website has not launched. You can request only a test limit.',
    '网站未上线，仅可申请测试限额',
  ),
  unlimitedAlready: refusal(
    400,
    'INVALID_REQUEST',
    'The current sub-merchant already has "No transaction limited" H5 payment authorization. Do not resubmit requests.',
    '当前子商户已具有无限额H5支付权限，请勿重复提交',
  ),
  commitmentNotSigned: refusal(
    403,
    'NO_AUTH',
    'The Letter of Commitment for H5 Payment (for batch apply) has not been signed. Please log in to the WeChat Pay Open Platform, access the H5 Payment Application page, and click the +Batch Apply button to sign the Letter of Commitment for H5 Payment.',
    '未签署《H5支付承诺函（批量申请）》，请登录平台签署',
  ),
  notRejected: refusal(
    400,
    'INVALID_REQUEST',
    'Only an application rejected by the reviewer can be modified.',
    '仅审核驳回的申请单可以修改',
  ),
  outApplymentIdTaken: refusal(
    400,
    'INVALID_REQUEST',
    'The out_applyment_id was used with other parameters.',
    'out_applyment_id已被使用且参数不一致',
  ),
  unknownApplication: refusal(404, 'RESOURCE_NOT_EXISTS', 'The application does not exist.', '申请单不存在'),
} as const;

export type H5Refusal = keyof typeof REFUSALS;

export function h5Refusal(name: H5Refusal): ApiError {
  const { status, code, text } = REFUSALS[name];
  return new ApiError(status, code, text);
}

/** A refusal named by a script. */
export function scriptedRefusal(name: string): ApiError {
  if (!Object.hasOwn(REFUSALS, name)) {
    throw new Error(`script h5.refuse: expected one of ${Object.keys(REFUSALS).join(', ')}, got ${name}`);
  }
  return h5Refusal(name as H5Refusal);
}
