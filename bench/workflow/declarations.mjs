// Declarations to start, as many as wanted, and the same for what they are compared with.
import { WithStartWorkflowOperation } from '@temporalio/client';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { identityOf, startAttributes } = require('../../lib/interface/index.js');
const { samples } = require('../../lib/demo/samples.js');

let made = 0;

/** Another one each time. */
export function newDeclaration({ mchid, appid }) {
  const suffix = String(1_000_000_000 + made++);
  return samples({ mchid, appid, suffix }).declared;
}

/** What Temporal is told to start one with; `attributes`: as our client sets them. */
export function startOptions(flow, taskQueue, input) {
  const identity = identityOf.customsDeclaration(input);
  return {
    taskQueue,
    workflowId: flow === 'customsDeclaration' ? identity.workflowId : `${flow}/${identity.workflowId}`,
    args: [input],
    typedSearchAttributes: startAttributes(identity, new Date()),
  };
}

/** Starts one, waits for its first answer as an order service does, and for its end. */
export async function declareAndWait(client, flow, taskQueue, input) {
  const options = startOptions(flow, taskQueue, input);
  if (flow === 'leastDeclaration') return client.workflow.execute(flow, options);
  const operation = new WithStartWorkflowOperation(flow, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' });
  await client.workflow.executeUpdateWithStart('submitted', {
    args: [input.declaration],
    startWorkflowOperation: operation,
  });
  return (await operation.workflowHandle()).result();
}

/** Runs `job` for each number below `count`, so many at a time; what fails, ends it. */
export async function inParallel(count, lanes, job) {
  let next = 0;
  await Promise.all(
    Array.from({ length: Math.min(lanes, count) }, async () => {
      while (next < count) await job(next++);
    }),
  );
}
