import { createHash } from 'node:crypto';
import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { canonicalJson, fieldDifferences, SEARCH_ATTRIBUTES, startAttributes, UPDATES } from '../interface';
import type { ProcessIdentity } from '../interface';
import { ConflictError, dataConflict, fromFailure } from './errors';
import { isGrpcStatus } from './grpc';
import { storedInput } from './stored-input';

/** What happens when the key of a process is started a second time, see the table in the documentation. */
export interface RepeatPolicy {
  /** Whether a second start joins an open run, or is refused unless it is the very same. */
  readonly conflict: 'USE_EXISTING' | 'FAIL';
  readonly reuse: 'ALLOW_DUPLICATE' | 'ALLOW_DUPLICATE_FAILED_ONLY';
}

/** One start, ready to be made. */
export interface Start<Input> {
  readonly input: Input;
  readonly identity: ProcessIdentity;
  readonly policy: RepeatPolicy;
  /** The part of an input that two starts of one key must agree in: without sealed bytes and options. */
  readonly compared: (input: Input) => unknown;
  /** Fields that count as equal when the second start leaves them out. */
  readonly filledIn?: readonly string[];
  readonly summary: string;
  /** `false`: an open run is never joined, because nobody can tell whether it is the same. Default `true`. */
  readonly joins?: boolean;
}

/** A process that runs, pinned to one run: a result asked by workflow id would follow the newest run. */
export interface StartedRun {
  readonly workflowId: string;
  readonly runId: string;
}

/** How long a first answer is waited for. Without a worker there is none, and the process is started all the same. */
const FIRST_ANSWER_WITHIN = 10_000;

/** The first answer, or only the fact that it is started. */
export type First<Answer> = { readonly answer: Answer } | { readonly started: true };

export async function start<Input>(client: Client, taskQueue: string, begin: Start<Input>): Promise<StartedRun> {
  const { identity, input } = begin;
  try {
    const handle = await client.workflow.start(identity.flow, {
      ...startOptions(taskQueue, begin),
      args: [input],
    });
    const run = { workflowId: handle.workflowId, runId: handle.firstExecutionRunId };
    // An open run may have been joined, which started nothing: then its data have to be the same.
    if (begin.policy.conflict === 'USE_EXISTING') await compareWithStored(client, begin, run.runId, 'RUNNING');
    return run;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return existingRun(client, begin);
    throw error;
  }
}

interface NewestRun {
  readonly runId: string;
  readonly type: string;
  readonly isOpen: boolean;
  readonly isCompleted: boolean;
}

/** The newest run under an id, open or closed; undefined when there is none. */
export async function newestRun(client: Client, workflowId: string): Promise<NewestRun | undefined> {
  try {
    const { runId, type, status } = await client.workflow.getHandle(workflowId).describe();
    return { runId, type, isOpen: status.name === 'RUNNING', isCompleted: status.name === 'COMPLETED' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Starts, or joins, and waits for WeChat Pay's first answer. */
export async function startAndSubmit<Input, Answer>(
  client: Client,
  taskQueue: string,
  begin: Start<Input>,
): Promise<StartedRun & { readonly first: First<Answer> }> {
  const { identity, input } = begin;
  const compared = begin.compared(input);
  const before = await newestRun(client, identity.workflowId);
  // An open run of another kind would answer the update too, as far as its input has the same fields.
  if (before?.isOpen === true && before.type !== identity.flow) await existingRun(client, begin);
  // A closed run goes on answering its updates, before any reuse policy is asked: a new run needs an id it does not know.
  const startsAnew =
    before !== undefined && !before.isOpen && (begin.policy.reuse === 'ALLOW_DUPLICATE' || !before.isCompleted);
  const update = {
    updateId: updateId(compared, startsAnew ? before.runId : undefined),
    args: [compared] as [unknown],
  };
  const operation = new WithStartWorkflowOperation<Workflow>(identity.flow, {
    ...startOptions(taskQueue, begin),
    args: [input],
  });
  try {
    const asked = await withinFirstAnswer(client, async () => {
      const handle = await client.workflow.startUpdateWithStart<Workflow, Answer, [unknown]>(UPDATES.submitted, {
        ...update,
        waitForStage: 'ACCEPTED',
        startWorkflowOperation: operation,
      });
      return { runId: handle.workflowRunId, answer: await handle.result() };
    });
    // No answer means no worker, and perhaps no start either. What was started meanwhile is this one; two would be two.
    if ('started' in asked) {
      const now = await newestRun(client, identity.workflowId);
      const isNew = now !== undefined && now.runId !== before?.runId;
      return { ...(isNew ? await existingRun(client, begin) : await start(client, taskQueue, begin)), first: asked };
    }
    const { runId, answer } = asked.answer;
    if (runId === undefined) return { ...(await existingRun(client, begin)), first: { answer } };
    return { workflowId: identity.workflowId, runId, first: { answer } };
  } catch (error) {
    if (!isAlreadyStarted(error)) throw fromFailure(error);
  }
  const run = await existingRun(client, begin);
  const handle = client.workflow.getHandle(run.workflowId, run.runId);
  const { status } = await handle.describe();
  if (status.name !== 'RUNNING') return { ...run, first: { started: true } };
  try {
    const first = await withinFirstAnswer(client, () =>
      handle.executeUpdate<Answer, [unknown]>(UPDATES.submitted, update),
    );
    return { ...run, first };
  } catch (error) {
    throw fromFailure(error);
  }
}

function startOptions<Input>(taskQueue: string, { identity, policy, summary }: Start<Input>) {
  return {
    workflowId: identity.workflowId,
    taskQueue,
    workflowIdConflictPolicy: WorkflowIdConflictPolicy[policy.conflict],
    workflowIdReusePolicy: WorkflowIdReusePolicy[policy.reuse],
    typedSearchAttributes: startAttributes(identity, new Date()),
    staticSummary: summary,
    staticDetails: `${identity.flow} of merchant ${identity.mchid}: ${identity.keys.filter(Boolean).join(', ')}`,
  };
}

/** The same input asks by the same id, so that a repeat gets the first answer again; `after`: the closed run before. */
function updateId(compared: unknown, after: string | undefined): string {
  const digest = createHash('sha256').update(canonicalJson(compared)).digest('hex');
  return after === undefined ? `submitted-${digest}` : `submitted-${digest}-after-${after}`;
}

async function withinFirstAnswer<Answer>(client: Client, ask: () => Promise<Answer>): Promise<First<Answer>> {
  try {
    return { answer: await client.withDeadline(Date.now() + FIRST_ANSWER_WITHIN, ask) };
  } catch (error) {
    if (isDeadline(error)) return { started: true };
    throw error;
  }
}

/** The run that holds the key: the same data is the same process, other data or another kind is a conflict. */
async function existingRun<Input>(client: Client, begin: Start<Input>): Promise<StartedRun> {
  const { identity } = begin;
  const run = await client.workflow.getHandle(identity.workflowId).describe();
  const { runId, type, status } = run;
  if (type !== identity.flow || begin.joins === false) {
    const state = run.typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxState) ?? 'unknown';
    throw new ConflictError(
      `${identity.workflowId} is taken by ${type} (${status.name}, state ${state}), run ${runId}.`,
      [],
    );
  }
  await compareWithStored(client, begin, runId, status.name);
  return { workflowId: identity.workflowId, runId };
}

async function compareWithStored<Input>(
  client: Client,
  begin: Start<Input>,
  runId: string,
  status: string,
): Promise<void> {
  const stored = await storedInput(client, begin.identity.workflowId, runId);
  const differences = fieldDifferences(begin.compared(stored as Input), begin.compared(begin.input), begin.filledIn);
  const { flow, workflowId } = begin.identity;
  if (differences.length > 0) throw dataConflict(`${workflowId} (${flow}, ${status}, run ${runId})`, differences);
}

function isAlreadyStarted(error: unknown): boolean {
  return error instanceof WorkflowExecutionAlreadyStartedError || isGrpcStatus(error, 'ALREADY_EXISTS');
}

function isDeadline(error: unknown): boolean {
  if (isGrpcStatus(error, 'DEADLINE_EXCEEDED')) return true;
  if (!(error instanceof Error)) return false;
  return (
    error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError' || (error.cause !== undefined && isDeadline(error.cause))
  );
}
