/** Queue of the workflow tasks; overridden by `WECHATPAY_TASK_QUEUE`. */
export const WORKFLOW_TASK_QUEUE = 'wechatpay';

/** Queue of the activities that call WeChat Pay; overridden by `WECHATPAY_API_TASK_QUEUE`. Its rate can be limited apart. */
export const API_TASK_QUEUE = 'wechatpay-api';
