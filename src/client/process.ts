import type { Client, WorkflowHandle } from '@temporalio/client';
import { ACTIVITY_IDS, QUERIES, UPDATES } from '../interface';
import type { Cashier, ContractOrderResult, WorkflowResult, WorkflowStatus } from '../interface';
import { fromFailure } from './errors';
import type { First, StartedRun } from './start';

/** State of a process, with what its waiting activity is doing. */
export interface ProcessStatus extends WorkflowStatus {
  /** How often the waiting query has asked, counting from the last change or reset. */
  readonly asked?: number;
  /** When it asks next, ISO 8601 UTC. */
  readonly nextAsk?: string;
  /** What it found last, written for a person. */
  readonly lastMessage?: string;
}

/** One run of one process. */
export class StartedProcess<Result extends WorkflowResult, Answer = unknown> {
  readonly workflowId: string;
  readonly runId: string;
  /** WeChat Pay's first answer, or `{ started: true }` where none was waited for or came in time. */
  readonly first: First<Answer>;
  protected readonly handle: WorkflowHandle;

  constructor(
    private readonly client: Client,
    { workflowId, runId }: StartedRun,
    first: First<Answer> = { started: true },
  ) {
    this.workflowId = workflowId;
    this.runId = runId;
    this.first = first;
    this.handle = client.workflow.getHandle(workflowId, runId);
  }

  /**
   * Waits for the result, however long it takes. A business outcome such as FAIL or REJECTED is a result.
   *
   * @throws InvalidInputError, ConflictError when the process failed for that.
   */
  async result(): Promise<Result> {
    return resultOf<Result>(this.handle);
  }

  status(): Promise<ProcessStatus> {
    return statusOf(this.client, this.workflowId, this.runId);
  }

  /** Asks WeChat Pay now, and returns the record; null when there is none. */
  refresh(): Promise<unknown> {
    return this.update(UPDATES.refresh);
  }

  protected update<Returned>(name: string, argument?: unknown): Promise<Returned> {
    return updateOf<Returned>(this.handle, name, argument);
  }
}

/** The result of the run, or runs, that a handle names. @throws InvalidInputError, ConflictError */
export async function resultOf<Result>(handle: WorkflowHandle): Promise<Result> {
  try {
    return (await handle.result()) as Result;
  } catch (error) {
    throw fromFailure(error);
  }
}

/** The answer of an update. @throws ConflictError where it is not possible now */
export async function updateOf<Returned>(handle: WorkflowHandle, name: string, argument?: unknown): Promise<Returned> {
  try {
    return await (argument === undefined
      ? handle.executeUpdate<Returned, []>(name)
      : handle.executeUpdate<Returned, [unknown]>(name, { args: [argument] }));
  } catch (error) {
    throw fromFailure(error);
  }
}

/** An order that can be paid, closed, and shown to a payer. */
export class ContractOrderProcess<Answer = unknown> extends StartedProcess<ContractOrderResult, Answer> {
  /**
   * What a front end needs to open WeChat Pay. May be called again: what has expired is fetched again with the identical
   * request. `spbill_create_ip`: the payer's address, if it is another one by now.
   *
   * @throws ConflictError when the order can no longer be paid.
   */
  cashier(request: { readonly spbill_create_ip?: string } = {}): Promise<Cashier> {
    return this.update(UPDATES.cashier, request);
  }

  /** Closes the unpaid order, not before five minutes after it was made. */
  closeOrder(): Promise<{ readonly accepted: true; readonly closesAt: string }> {
    return this.update(UPDATES.closeOrder);
  }
}

/** `PendingActivityState.SCHEDULED`: the server counts the attempt to come. */
function isBetweenAttempts(state: unknown): boolean {
  return state === 1;
}

export async function statusOf(client: Client, workflowId: string, runId?: string): Promise<ProcessStatus> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const status = await handle.query<WorkflowStatus>(QUERIES.status);
  const { raw } = await handle.describe();
  const waiting = raw.pendingActivities?.find(({ activityId }) => activityId === ACTIVITY_IDS.awaitResult);
  if (waiting === undefined) return status;
  const next = waiting.scheduledTime?.seconds;
  const lastMessage = waiting.lastFailure?.message;
  return {
    ...status,
    ...(typeof waiting.attempt === 'number'
      ? { asked: waiting.attempt - (isBetweenAttempts(waiting.state) ? 1 : 0) }
      : {}),
    ...(next === undefined || next === null ? {} : { nextAsk: new Date(Number(next) * 1_000).toISOString() }),
    ...(typeof lastMessage === 'string' && lastMessage !== '' ? { lastMessage } : {}),
  };
}
