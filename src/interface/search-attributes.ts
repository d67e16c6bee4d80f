import { defineSearchAttributeKey } from '@temporalio/common';

/**
 * Search attributes every workflow of this package sets. They are stored in plain text: business numbers only.
 * `temporal-wechatpay setup` creates them in the namespace.
 */
export const SEARCH_ATTRIBUTES = {
  /** Which process: a name of `FLOWS`. */
  WxFlow: defineSearchAttributeKey('WxFlow', 'KEYWORD'),
  /** `SUBMITTING`, a WeChat Pay state, or an outcome. */
  WxState: defineSearchAttributeKey('WxState', 'KEYWORD'),
  WxMchId: defineSearchAttributeKey('WxMchId', 'KEYWORD'),
  WxCustoms: defineSearchAttributeKey('WxCustoms', 'KEYWORD'),
  /** `out_trade_no`, `transaction_id`, `sub_mchid`, `contract_code`, the caller's `reference`. */
  WxKeys: defineSearchAttributeKey('WxKeys', 'KEYWORD_LIST'),
  /** A person should look; the reason is in the query `status` and in the current details. */
  WxNeedsOperator: defineSearchAttributeKey('WxNeedsOperator', 'BOOL'),
  /** When `WxState` last changed. */
  WxLastChange: defineSearchAttributeKey('WxLastChange', 'DATETIME'),
} as const;

/** Name and type of each search attribute as the Temporal CLI spells them. */
export const SEARCH_ATTRIBUTE_TYPES: Readonly<Record<keyof typeof SEARCH_ATTRIBUTES, string>> = {
  WxFlow: 'Keyword',
  WxState: 'Keyword',
  WxMchId: 'Keyword',
  WxCustoms: 'Keyword',
  WxKeys: 'KeywordList',
  WxNeedsOperator: 'Bool',
  WxLastChange: 'Datetime',
};
