import { of } from './documented';
import type { Documented } from './documented';

const CUSTOMS = ['customs declare', 'customs query', 'customs modify', 'customs re-push', 'customs verify-certificate'];
const H5 = ['h5 create', 'h5 query', 'h5 amend', 'h5 permission'];
const H5_DOMAIN = ['h5 domain create', 'h5 domain query', 'h5 domain amend'];
const V3_CALLS = [...CUSTOMS, ...H5, ...H5_DOMAIN, 'media upload', 'certificates'];
const APPLY = ['h5 create', 'h5 amend', 'h5 domain create', 'h5 domain amend'];

const isQuery = (call: string): boolean => /query|permission$|^certificates$/.test(call);
const QUERIES = V3_CALLS.filter(isQuery);
const ACTIONS = V3_CALLS.filter((call) => !isQuery(call));

export const V3_QUERIES: ReadonlySet<string> = new Set(QUERIES);

export const DOCUMENTED_V3: Readonly<Record<string, readonly Documented[]>> = {
  'common rules': [
    ...of(V3_CALLS, [
      [500, 'SYSTEM_ERROR', 'System error', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [500, 'SYSTEMERROR', 'System error', 'OUTCOME_UNKNOWN', /same parameters/],
      [400, 'SYSTEMERROR', '系统错误', 'OUTCOME_UNKNOWN', /same parameters/],
      [500, undefined, '', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [501, undefined, '', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [502, 'SERVICE_UNAVAILABLE', '', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [503, 'SERVICE_UNAVAILABLE', '', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [504, undefined, '', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [408, undefined, '', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [500, 'INVALID_REQUEST', 'different from the original one', 'OUTCOME_UNKNOWN', /ask for the result first/i],
      [429, 'FREQUENCY_LIMIT_EXCEED', 'Frequency limit, please try it later', 'RATE_LIMITED', /later/],
      [429, 'RATELIMIT_EXCEEDED', '', 'RATE_LIMITED', /later/],
      [429, 'RATE_LIMITED', '', 'RATE_LIMITED', /later/],
      [400, 'FREQUENCY_LIMITED', '频率限制', 'RATE_LIMITED', /later/],
      [429, undefined, '', 'RATE_LIMITED', /later/],
      [429, 'SOMETHING_ELSE', '', 'RATE_LIMITED', /later/],
      [401, 'SIGN_ERROR', 'Incorrect signature', 'CONFIGURATION', /serial, private key/],
      [401, undefined, '', 'CONFIGURATION', /clock of this machine/],
      [400, 'SIGNERROR', '签名错误', 'CONFIGURATION', /serial, private key/],
      [404, 'NOT_FOUND', 'URL does not exist', 'CONFIGURATION', /path prefix/],
      [404, 'NOT_FOUND', '请求的URL不存在', 'CONFIGURATION', /path prefix/],
      [404, undefined, '', 'CONFIGURATION', /base URL/],
      [403, 'NO_AUTH', 'No permission', 'CONFIGURATION', /merchant platform/],
      [403, 'NOAUTH', '无权限', 'CONFIGURATION', /merchant platform/],
      [403, undefined, '', 'CONFIGURATION', /merchant platform/],
      [400, 'INVALID_REQUEST', 'Parameter format verification error', 'INPUT', /Correct the request/],
      [400, 'INVALID_REQUEST', '参数格式校验错误', 'INPUT', /Correct the request/],
      [400, 'PARAM_ERROR', 'Parameter error', 'INPUT', /^(Correct the request|Upload a JPG)/],
    ]),
    ...of(QUERIES, [
      [404, 'NOT_FOUND', '', 'NOT_FOUND', /no such record|public key/],
      [404, 'RESOURCE_NOT_EXISTS', 'No such resource', 'NOT_FOUND', /no such record|public key/],
      [404, 'ORDER_NOT_EXIST', 'Order does not exist', 'NOT_FOUND', /no such record/],
      [400, 'INVALID_REQUEST', 'Order does not exist', 'NOT_FOUND', /no such record/],
    ]),
    ...of(ACTIONS, [
      [404, 'RESOURCE_NOT_EXISTS', 'No such resource', 'REFUSED', /does not know what/],
      [404, 'ORDER_NOT_EXIST', 'Order does not exist', 'REFUSED', /does not know what/],
      [404, 'NOT_FOUND', '', 'CONFIGURATION', /numbers in the path/],
    ]),
  ],

  'customs, declare': of(
    CUSTOMS.filter((call) => call !== 'customs query'),
    [
      [
        400,
        'INVALID_REQUEST',
        'The information re-entered by merchant for customs declaration is different from the original one',
        'CONFLICT',
        /modification.*re-push/,
      ],
      [400, 'INVALID_REQUEST', '商户重新录入的报关信息与原信息不一致', 'CONFLICT', /modification/],
      [400, 'INVALID_REQUEST', 'Customs information is not configured', 'CONFIGURATION', /customs filing/],
      [400, 'INVALID_REQUEST', '商户未配置海关信息', 'CONFIGURATION', /customs filing/],
      [400, 'INVALID_REQUEST', 'Order amount does not match', 'INPUT', /equal the payment/],
      [400, 'INVALID_REQUEST', '订单金额不一致', 'INPUT', /equal the payment/],
      [400, 'INVALID_REQUEST', '订单金额与支付金额不一致', 'INPUT', /equal the payment/],
      [400, 'INVALID_REQUEST', '订单金额与原支付单金额不一致', 'INPUT', /equal the payment/],
      [400, 'INVALID_REQUEST', 'Declaration is not allowed for refunded orders.', 'REFUSED', /refunded order cannot/],
      [400, 'INVALID_REQUEST', '已退款订单不允许申报', 'REFUSED', /refunded order cannot/],
      [403, 'NOAUTH', 'The merchant has not registered with the current customs', 'CONFIGURATION', /File the regist/],
      [400, 'NOAUTH', '商户未在当前海关备案', 'CONFIGURATION', /File the registration/],
      [403, 'NOAUTH', 'Self-Clearance is not enabled.', 'CONFIGURATION', /Product Center > Apply for Self-Clearance/],
      [400, 'NO_AUTH', '商户未开通自助清关功能', 'CONFIGURATION', /Apply for Self-Clearance/],
      [400, 'PARAM_ERROR', 'Merchant ID (mch_id) is not set', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Invalid merchant ID length', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Currency is not set', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Merchant order No. (out_trade_no) is not set', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'WeChat order No. (transaction_id) is not set.', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Invalid WeChat order No. length', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Customs information is not set', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Customs registration No. is not set', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Invalid customs registration No. length', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'Invalid sub-order No. length (sub_order_no)', 'INPUT', /Correct/],
      [400, 'PARAM_ERROR', 'AppId is not set', 'INPUT', /Correct/],
      [
        400,
        'PARAM_ERROR',
        "Transaction currency is different from merchant's settlement currency",
        'INPUT',
        /fee_type.*support/,
      ],
      [400, 'PARAM_ERROR', '交易币种与商户结算币种不一致', 'INPUT', /fee_type/],
      [400, 'PARAM_ERROR', 'Incorrect order amount', 'INPUT', /equal the payment/],
      [400, 'PARAM_ERROR', '订单金额错误', 'INPUT', /equal the payment/],
      [400, 'PARAM_ERROR', 'Incorrect transaction order information', 'INPUT', /one payment to this mchid/],
      [400, 'PARAM_ERROR', '交易订单信息有误', 'INPUT', /one payment to this mchid/],
      [400, 'PARAM_ERROR', "Merchant's split declaration amount is incorrect.", 'INPUT', /must not exceed the payment/],
      [400, 'PARAM_ERROR', '商户拆单申报金额有误', 'INPUT', /must not exceed the payment/],
      [400, 'PARAM_ERROR', 'Missing parameters in split declaration.', 'INPUT', /fee_type, order_fee, transport_fee/],
      [400, 'PARAM_ERROR', '拆单申报缺少参数', 'INPUT', /fee_type, order_fee, transport_fee/],
    ],
  ),

  'customs, query': of(
    ['customs query'],
    [
      [400, 'INVALID_REQUEST', 'Customs declaration record does not exist.', 'NOT_FOUND', /no such record/],
      [400, 'INVALID_REQUEST', '海关申报记录不存在', 'NOT_FOUND', /no such record/],
      [400, 'INVALID_REQUEST', 'Customs information is not configured', 'CONFIGURATION', /customs filing/],
      [403, 'NOAUTH', 'The merchant has not registered with the current customs', 'CONFIGURATION', /File the regist/],
    ],
  ),

  'customs, re-push, modify and verify': of(
    ['customs modify', 'customs re-push', 'customs verify-certificate'],
    [
      [400, 'INVALID_REQUEST', 'Customs declaration record does not exist.', 'REFUSED', /Declare the order first/],
      [400, 'INVALID_REQUEST', '海关申报记录不存在', 'REFUSED', /Declare the order first/],
      // which states it names is not documented
      [400, 'INVALID_REQUEST', 'The state does not allow it', 'UNDOCUMENTED', /a person read/],
    ],
  ),

  'customs, verify': of(
    ['customs verify-certificate'],
    [
      [
        400,
        'INVALID_REQUEST',
        "Payer's ID No. registered in WeChat is invalid. Please make a check.",
        'REFUSED',
        /WeChat Pay support/,
      ],
      [400, 'INVALID_REQUEST', '付款人在微信登记的身份证号有误', 'REFUSED', /WeChat Pay support/],
      [400, 'PARAM_ERROR', 'Merchant entered invalid user ID No.', 'INPUT', /right identity number/],
      [400, 'PARAM_ERROR', '商户输入的用户身份证号有误', 'INPUT', /right identity number/],
      [400, 'PARAM_ERROR', 'platform private key failed to decrypt', 'REFUSED', /Seal the plain values again/],
      [400, 'PARAM_ERROR', '平台私钥解密失败', 'REFUSED', /Seal the plain values again/],
      [
        400,
        'USER_ACCOUNT_ABNORMAL',
        "The identity information on the payment order for declaration does not match the payer's registered identity information. Customs declaration is not allowed.",
        'REFUSED',
        /payer's own identity/,
      ],
      [403, 'USERACCOUNTABNORMAL', '', 'REFUSED', /payer's own identity/],
    ],
  ),

  'customs, questions and answers': of(
    ['customs declare'],
    [
      [400, 'INVALID_REQUEST', 'merchant does not support this customs', 'CONFIGURATION', /those of the filing/],
      [400, 'PARAM_ERROR', 'merchant does not support declaration', 'CONFIGURATION', /those of the filing/],
      [400, 'INVALID_REQUEST', '商户号不支持该海关', 'CONFIGURATION', /those of the filing/],
      [400, 'PARAM_ERROR', 'transaction order information is wrong', 'INPUT', /one payment to this mchid/],
      [
        400,
        'INVALID_REQUEST',
        'no customs declaration is allowed, as the user is not real-name certified',
        'REFUSED',
        /Mainland China identity card/,
      ],
      [400, 'INVALID_REQUEST', '用户未实名，不允许报关', 'REFUSED', /Mainland China identity card/],
      [
        400,
        'INVALID_REQUEST',
        'this service is currently used by too many users, try later',
        'RATE_LIMITED',
        /Hong Kong wallet/,
      ],
      [400, 'SYSTEM_BUSY', '当前使用人数过多，请稍后再试', 'RATE_LIMITED', /Hong Kong wallet/],
    ],
  ),

  'H5, applications': of(APPLY, [
    [
      400,
      'INVALID_REQUEST',
      'You have the payment permission already. Do not send a request for the test URL permission again.',
      'REFUSED',
      /permission state/,
    ],
    [400, 'INVALID_REQUEST', '已有支付权限，请勿重复申请测试权限', 'REFUSED', /permission state/],
    [
      400,
      'PARAM_ERROR',
      'When creating a request using this API, the limit type must be "No transaction limited".',
      'INPUT',
      /NO_LIMIT/,
    ],
    [400, 'PARAM_ERROR', '申请解除限额时，限额类型必须为无限额', 'INPUT', /NO_LIMIT/],
    [
      400,
      'PARAM_ERROR',
      'Only sub-merchant H5 website URLs with the status "The website has launched" can request to lift the limit. If website URLs with other statuses need to modify their authorization, they can call the "H5 payment authorization request" API.',
      'INPUT',
      /HAS_LAUNCHED/,
    ],
    [400, 'PARAM_ERROR', '仅网站已上线的子商户可申请解除限额', 'INPUT', /HAS_LAUNCHED/],
    [
      400,
      'PARAM_ERROR',
      'The website has not launched. Upload the business page screenshot.',
      'INPUT',
      /website_business_page_pics and website_homepage_pics/,
    ],
    [400, 'PARAM_ERROR', '网站未上线，请上传业务页面截图', 'INPUT', /website_homepage_pics/],
    [
      400,
      'INVALID_REQUEST',
      'There is missing merchant basic information, such as merchant certificate number, contact, and email. Log in to the merchant platform to modify the information and try again.',
      'REFUSED',
      /contact and email/,
    ],
    [400, 'INVALID_REQUEST', '商户基本信息缺失，请登录商户平台补充后重试', 'REFUSED', /contact and email/],
    [
      400,
      'INVALID_REQUEST',
      'Merchant certificate expired. Log in to the merchant platform to update the information and try again.',
      'REFUSED',
      /Renew it/,
    ],
    [400, 'INVALID_REQUEST', '商户证件已过期，请登录商户平台更新后重试', 'REFUSED', /Renew it/],
    [
      400,
      'INVALID_REQUEST',
      'Only sub-merchants with the "Formal authority transaction limited" status can request to lift the limit. If sub-merchants with other statuses need to modify their authorization, they can call the "H5 payment authorization request" API.',
      'REFUSED',
      /ordinary limit first/,
    ],
    [400, 'INVALID_REQUEST', '仅普通限额的子商户可申请解除限额', 'REFUSED', /ordinary limit first/],
    [
      400,
      'INVALID_REQUEST',
      'Action has been taken against the merchant. The merchant is not allowed to request to enable H5 payment authorization.',
      'REFUSED',
      /lift the penalty/,
    ],
    [400, 'INVALID_REQUEST', '商户被处罚，不允许申请H5支付权限', 'REFUSED', /lift the penalty/],
    [
      400,
      'INVALID_REQUEST',
      'The submitted website or H5 payment domain name is at risk. Contact your BD for assistance.',
      'REFUSED',
      /exemption/,
    ],
    [400, 'INVALID_REQUEST', '提交的网站或H5支付域名存在风险，请联系对接BD', 'REFUSED', /exemption/],
    [
      400,
      'INVALID_REQUEST',
      'The application form in the process has been submitted. Please do not submit it repeatedly.',
      'REFUSED',
      /applyment_id/,
    ],
    [400, 'INVALID_REQUEST', '已提交过申请单且在流程中，请勿重复提交', 'REFUSED', /applyment_id/],
    [
      400,
      'PARAM_ERROR',
      'Upload the Company Registration Certificate, Company Introduction and Description of the Business.',
      'INPUT',
      /company_register_cert and business_description/,
    ],
    [400, 'PARAM_ERROR', '请上传公司注册证书、公司介绍及业务说明', 'INPUT', /company_register_cert/],
    [
      400,
      'INVALID_REQUEST',
      'The website has not launched. You can request only a test limit.',
      'INPUT',
      /UN_LAUNCHED_WEBSITE_LIMIT/,
    ],
    [400, 'INVALID_REQUEST', '网站未上线，仅可申请测试限额', 'INPUT', /UN_LAUNCHED_WEBSITE_LIMIT/],
    [
      400,
      'INVALID_REQUEST',
      'The current sub-merchant already has "No transaction limited" H5 payment authorization. Do not resubmit requests.',
      'REFUSED',
      /permission state/,
    ],
    [400, 'INVALID_REQUEST', '当前子商户已具有无限额H5支付权限，请勿重复提交', 'REFUSED', /permission state/],
    [
      403,
      'NO_AUTH',
      'The Letter of Commitment for H5 Payment (for batch apply) has not been signed. Please log in to the WeChat Pay Open Platform, access the H5 Payment Application page, and click the +Batch Apply button to sign the Letter of Commitment for H5 Payment.',
      'CONFIGURATION',
      /\+Batch Apply/,
    ],
    [403, 'NO_AUTH', '未签署《H5支付承诺函（批量申请）》，请登录平台签署', 'CONFIGURATION', /\+Batch Apply/],
  ]),

  'H5, every call': of(
    [...H5, ...H5_DOMAIN],
    [
      [
        400,
        'INVALID_REQUEST',
        'The parent-child relationship is invalid. Check if the sub-merchant belongs to the service provider.',
        'INPUT',
        /sub_mchid does not belong/,
      ],
      [400, 'INVALID_REQUEST', '父子商户关系不成立，请检查子商户', 'INPUT', /sub_mchid does not belong/],
    ],
  ),

  'H5, queries': of(
    ['h5 query', 'h5 domain query'],
    [
      [404, 'RESOURCE_NOT_EXISTS', 'The application does not exist.', 'NOT_FOUND', /no such record/],
      [400, 'INVALID_REQUEST', 'The application does not exist.', 'NOT_FOUND', /no such record/],
      [400, 'INVALID_REQUEST', '申请单不存在', 'NOT_FOUND', /no such record/],
    ],
  ),

  'H5, rules without a documented text': [
    ...of(
      ['h5 amend', 'h5 domain amend'],
      [
        [400, 'INVALID_REQUEST', 'Only an application rejected by the reviewer can be modified.', 'REFUSED', /amended/],
        [400, 'INVALID_REQUEST', '仅审核驳回的申请单可以修改', 'REFUSED', /amended/],
      ],
    ),
    ...of(
      ['h5 domain create'],
      [
        [400, 'INVALID_REQUEST', 'The out_applyment_id was used with other parameters.', 'CONFLICT', /Compare/],
        [400, 'INVALID_REQUEST', 'out_applyment_id已被使用且参数不一致', 'CONFLICT', /Compare/],
      ],
    ),
  ],

  'media upload': of(
    ['media upload'],
    [[400, 'PARAM_ERROR', 'The image is too large', 'INPUT', /JPG, BMP or PNG of at most 2 MB/]],
  ),

  certificates: of(
    ['certificates'],
    [[404, 'NOT_FOUND', 'The merchant has no certificates', 'NOT_FOUND', /public key .* with its id/]],
  ),
};
