import { proxyActivities, sleep } from '@temporalio/workflow';

/** A workflow of the same name that does something else: what a worker of another release may hold. */
export async function customsDeclaration(): Promise<void> {
  await sleep('1 day');
  await proxyActivities({ startToCloseTimeout: '1 minute' })['submitDeclaration']?.();
}
