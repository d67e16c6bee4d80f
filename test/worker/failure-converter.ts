import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter();
export const mark = 'a failure converter of somebody';
