// What a declaration is compared with: the same activities, and nothing around them. Bundled by the worker as its workflows.
import {
  condition,
  defineUpdate,
  proxyActivities,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';

const submitted = defineUpdate('submitted');

/** The activities of the process, on a queue of their own as ours are, with the same time-outs. */
const apiQueue = () => `${workflowInfo().taskQueue}-api`;
const submitting = () =>
  proxyActivities({
    taskQueue: apiQueue(),
    activityId: 'submit',
    startToCloseTimeout: '3 minutes',
    scheduleToCloseTimeout: '7 days',
    heartbeatTimeout: '20s',
  });
const asking = (retry) =>
  proxyActivities({
    taskQueue: apiQueue(),
    startToCloseTimeout: '30s',
    scheduleToCloseTimeout: '7 days',
    ...(retry === undefined ? {} : { retry }),
  });

/** The same number of activities and of events as a declaration: an update that waits for the first answer, two attributes. */
export async function bareDeclaration({ declaration }) {
  let first;
  setHandler(submitted, async () => {
    await condition(() => first !== undefined);
    return first;
  });
  first = await submitting().submit(declaration);
  upsertSearchAttributes({ WxState: [first.state] });
  const decided = await asking({ initialInterval: '1s', backoffCoefficient: 1 }).ask(declaration);
  upsertSearchAttributes({ WxState: [decided.state] });
  return decided;
}

/** The least that does the work: two activities, which nobody can ask about in between. */
export async function leastDeclaration({ declaration }) {
  await submitting().submit(declaration);
  return asking({ initialInterval: '1s', backoffCoefficient: 1 }).ask(declaration);
}

/** The usual way to wait: ask, sleep, ask again. */
export async function timerLoop({ declaration, pollEvery }) {
  let { state } = await submitting().submit(declaration);
  while (state !== 'SUCCESS') {
    await sleep(pollEvery);
    ({ state } = await asking().ask(declaration));
  }
  return { state };
}
