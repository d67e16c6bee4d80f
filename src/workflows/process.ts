import {
  allHandlersFinished,
  condition,
  defineQuery,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { keysOf, QUERIES, SEARCH_ATTRIBUTES, startAttributes } from '../interface';
import type { AnyNotification, ProcessIdentity, WorkflowResult, WorkflowStatus } from '../interface';
import type { Inbox } from './inbox';
import { keepUnclaimed } from './keep-unclaimed';
import { tellCaller } from './on-result';

const statusQuery = defineQuery<WorkflowStatus>(QUERIES.status);

/** A reason for a person to look, written for that person. */
export interface Attention {
  readonly needsOperator: boolean;
  readonly reason?: string;
}

const UNATTENDED: Attention = { needsOperator: false };

/**
 * The visible side of one process: state, search attributes, current details and the query `status`, changed together so
 * that they never disagree. One change costs one history event.
 */
export class Process<Result extends WorkflowResult> {
  private current: WorkflowStatus;
  private readonly inboxes: { readonly isEmpty: boolean }[] = [];
  private readonly leftovers: ((result: Result | undefined) => Promise<void>)[] = [];
  private result: Result | undefined;

  constructor(
    private readonly identity: ProcessIdentity,
    state = 'SUBMITTING',
  ) {
    this.current = {
      flow: identity.flow,
      state,
      since: new Date().toISOString(),
      needsOperator: false,
    };
    setHandler(statusQuery, () =>
      this.result === undefined ? this.current : { ...this.current, result: this.result },
    );
    // Started by our client it has its attributes already; typed into the Temporal UI or CLI it has none.
    if (workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxFlow) === undefined) {
      upsertSearchAttributes(startAttributes(identity, new Date(), state));
    }
    setCurrentDetails(details(this.current));
  }

  get state(): string {
    return this.current.state;
  }

  get needsOperator(): boolean {
    return this.current.needsOperator;
  }

  /** Records a new state, or a new reason for a person to look. Saying the same again costs nothing. */
  change(state: string, attention: Attention = UNATTENDED, newKeys: readonly (string | undefined)[] = []): void {
    const { needsOperator, reason } = attention;
    const sameState = state === this.current.state;
    if (sameState && needsOperator === this.current.needsOperator && reason === this.current.reason) return;
    const now = new Date();
    this.current = {
      flow: this.identity.flow,
      state,
      since: sameState ? this.current.since : now.toISOString(),
      needsOperator,
      reason,
    };
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.WxState, value: state },
      { key: SEARCH_ATTRIBUTES.WxNeedsOperator, value: needsOperator },
      { key: SEARCH_ATTRIBUTES.WxLastChange, value: now },
      ...(newKeys.length === 0 ? [] : [{ key: SEARCH_ATTRIBUTES.WxKeys, value: keysOf(this.identity, newKeys) }]),
    ]);
    setCurrentDetails(details(this.current));
  }

  /** Records the outcome, tells the caller, and lets every update that still waits for an answer have it. */
  async finish(state: string, result: Result, attention: Attention = UNATTENDED): Promise<Result> {
    this.result = result;
    this.change(state, attention);
    if (this.identity.onResult !== undefined) {
      await tellCaller(this.identity.onResult, this.identity.flow, result, this.identity.reference);
    }
    do {
      for (const settle of this.leftovers) await settle(result);
      await condition(allHandlersFinished);
    } while (this.inboxes.some((inbox) => !inbox.isEmpty));
    return result;
  }

  /** For a process that fails or is cancelled: what was acknowledged and not read is kept for a person. True: some was. */
  async keepLeftovers(): Promise<boolean> {
    const some = this.inboxes.some((inbox) => !inbox.isEmpty);
    for (const settle of this.leftovers) await settle(undefined);
    return some;
  }

  /**
   * What to do with notifications that were acknowledged but not read before the result was known: they came with the very
   * last steps. One that says what the result says is dropped, any other is kept for a person.
   */
  onLeftovers<Notification extends AnyNotification>(
    inbox: Inbox<Notification>,
    agrees: (result: Result, data: Notification['data']) => boolean,
  ): void {
    this.inboxes.push(inbox);
    this.leftovers.push(async (result) => {
      for (let notification = inbox.take(); notification !== undefined; notification = inbox.take()) {
        if (result !== undefined && agrees(result, notification.data)) continue;
        const reason = 'it came when the process was ending, and its result does not say the same';
        await keepUnclaimed({ mchid: this.identity.mchid, notification, reason });
      }
    });
  }
}

function details({ flow, state, since, needsOperator, reason }: WorkflowStatus): string {
  const lines = [`**${state}** since ${since}`, `Process: ${flow}`];
  if (needsOperator) lines.unshift('**A person should look at this.**');
  if (reason !== undefined) lines.push(reason);
  return lines.join('\n\n');
}
