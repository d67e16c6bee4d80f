import type { RefusalTable } from './table';

/**
 * Source: WeChat Pay Global APIv3, Customs Declaration, "Error codes" of "Declare" and of "Verify identity", and the
 * answers of the product's FAQ. The pages of query, modification and re-push show no codes that can be read; they are
 * taken to say the same.
 */
export const customsRefusals: RefusalTable = {
  calls: /^customs\b/,
  rows: [
    {
      code: 'INVALID_REQUEST',
      says: /different from the original|与(?:原(?!支付|交易|订单)|首次|之前|上次).{0,12}(?:不一致|不同|不符)/i,
      errorClass: 'CONFLICT',
      meaning: 'the order is declared with other data',
      remedy: 'Compare the record; change it with a modification, push the same data again with a re-push.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /customs information is not configured|未配置海关信息|海关信息未配置/i,
      errorClass: 'CONFIGURATION',
      meaning: 'the merchant has no customs filing',
      remedy: 'Enter the customs filing on the merchant platform.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /order amount does not match|(?:订单|申报|报关)金额.{0,12}不(?:匹配|一致|符)/i,
      errorClass: 'INPUT',
      meaning: 'the amount is not that of the payment',
      remedy: 'The declared amount must equal the payment.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /refunded order|已退款|退款订单/i,
      errorClass: 'REFUSED',
      meaning: 'the order is refunded',
      remedy: 'A refunded order cannot be declared.',
    },
    {
      says: /payer's id (?:no\.?|number) registered|付款人.{0,12}身份证.{0,12}(?:有误|无效|不合法)/i,
      errorClass: 'REFUSED',
      meaning: 'WeChat Pay holds an invalid identity of the payer',
      remedy: 'Ask WeChat Pay support for the reason.',
    },
    {
      says: /not real-name (?:certified|verified|authenticated)|未实名/i,
      errorClass: 'REFUSED',
      meaning: 'the payer is not real-name certified',
      remedy: 'Only payers certified with a Mainland China identity card can be declared.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /declaration record (?:does not|doesn't) exist|报关记录不存在|申报记录不存在/i,
      on: 'action',
      errorClass: 'REFUSED',
      meaning: 'the order is not declared',
      remedy: 'Declare the order first.',
    },
    {
      // Also the text for a payer with a Hong Kong wallet, who can never be declared: whoever retries must set a limit.
      says: /too many users|使用人数过多|用户过多/i,
      errorClass: 'RATE_LIMITED',
      meaning: 'too many users at the moment, or a payer who cannot be declared',
      remedy: 'Repeat later; if it goes on, the payer used a Hong Kong wallet and cannot be declared.',
    },
    {
      says: /merchant does(?: not|n't) support (?:this customs|(?:the )?declaration)|商户(?:号)?不支持/i,
      errorClass: 'CONFIGURATION',
      meaning: 'the filing does not cover this customs',
      remedy: 'customs and merchant_customs_no must be those of the filing on the merchant platform; file them there.',
    },
    {
      code: 'NO_AUTH',
      says: /self-?clearance|自助清关/i,
      errorClass: 'CONFIGURATION',
      meaning: 'Self-Clearance is not enabled',
      remedy: 'Enable it on the merchant platform: Product Center > Apply for Self-Clearance.',
    },
    {
      code: 'NO_AUTH',
      says: /customs|海关/i,
      errorClass: 'CONFIGURATION',
      meaning: 'the merchant is not registered with this customs',
      remedy: 'File the registration at this customs on the merchant platform.',
    },
    {
      code: 'USER_ACCOUNT_ABNORMAL',
      errorClass: 'REFUSED',
      meaning: "the identity given is not the payer's",
      remedy: "Ask for the payer's own identity.",
    },
    {
      code: 'PARAM_ERROR',
      says: /failed to decrypt|私钥解密失败/i,
      errorClass: 'REFUSED',
      meaning: 'the private key failed to decrypt the sealed fields',
      remedy: 'Seal the plain values again with the current key of WeChat Pay.',
    },
    {
      code: 'PARAM_ERROR',
      says: /invalid user id|身份证号?(?:码)?.{0,8}(?:有误|错误|无效|不合法)/i,
      errorClass: 'INPUT',
      meaning: 'the identity number is invalid',
      remedy: 'Enter the right identity number; if it stays so, ask WeChat Pay support.',
    },
    {
      code: 'PARAM_ERROR',
      says: /settlement currency|币种.{0,8}不一致/i,
      errorClass: 'INPUT',
      meaning: "the currency is not the merchant's settlement currency",
      remedy: 'Check fee_type; if it is CNY, declare again or ask WeChat Pay support.',
    },
    {
      code: 'PARAM_ERROR',
      says: /missing parameters in split|拆单.{0,8}缺少/i,
      errorClass: 'INPUT',
      meaning: 'fields of a split order are missing',
      remedy: 'A split order needs fee_type, order_fee, transport_fee and product_fee.',
    },
    {
      code: 'PARAM_ERROR',
      says: /split declaration amount|拆单.{0,8}金额/i,
      errorClass: 'INPUT',
      meaning: 'the parts of the order exceed the payment',
      remedy: 'The parts of an order together must not exceed the payment.',
    },
    {
      code: 'PARAM_ERROR',
      says: /order amount|订单金额/i,
      errorClass: 'INPUT',
      meaning: 'the amount is not that of the payment',
      remedy: 'The declared amount must equal the payment.',
    },
    {
      code: 'PARAM_ERROR',
      says: /transaction order information|交易订单信息/i,
      errorClass: 'INPUT',
      meaning: 'the payment is not known to this merchant',
      remedy: 'transaction_id and out_trade_no must be those of one payment to this mchid.',
    },
  ],
};
