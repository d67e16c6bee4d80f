import type { RefusalTable } from './table';

/** Texts of INVALID_REQUEST about an order. Source: WeChat Pay, "error codes" of unified order (v2). */
export const orderRefusals: RefusalTable = {
  calls: /^pay\/(?:contractorder|orderquery|closeorder)$/,
  rows: [
    {
      code: 'INVALID_REQUEST',
      says: /订单号重复|重入|已使用|re-?entry|reentr|re-?entered|repeated|duplicate/i,
      errorClass: 'CONFLICT',
      meaning: 'out_trade_no is used by an order with other data',
      remedy: 'Query the order; take a new number only after the old order has ended.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /time_expire.{0,12}(?:过短|too short)/i,
      errorClass: 'INPUT',
      meaning: 'time_expire is too close to time_start',
      remedy: 'Allow at least six minutes, and order anew under new numbers.',
    },
    {
      code: 'INVALID_REQUEST',
      says: /过期|expired/i,
      errorClass: 'INPUT',
      meaning: 'time_expire has passed',
      remedy: 'The order can no longer be paid: close it, and order anew under new numbers.',
    },
  ],
};

/** Texts of INVALID_REQUEST about the end of an order. Source: WeChat Pay, "error codes" of close order (v2). */
export const closeRefusals: RefusalTable = {
  calls: /^pay\/closeorder$/,
  rows: [
    {
      code: 'INVALID_REQUEST',
      says: /时间间隔|分钟|too early|minutes/i,
      errorClass: 'RATE_LIMITED',
      meaning: 'too early to close the order',
      remedy: 'Repeat the identical request five minutes after the order was made.',
    },
  ],
};
