/** Queue of the workflow tasks; overridden by `WECHATPAY_TASK_QUEUE`. */
export const WORKFLOW_TASK_QUEUE = 'wechatpay';

/**
 * Queue of the activities that call WeChat Pay: its rate can be limited apart. Derived from the workflows' queue, because a
 * workflow has no configuration to read it from, and no input should have to carry it.
 */
export function apiTaskQueueOf(workflowTaskQueue: string): string {
  return `${workflowTaskQueue}-api`;
}
