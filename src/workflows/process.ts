import {
  allHandlersFinished,
  condition,
  defineQuery,
  isCancellation,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { ActivityFailure } from '@temporalio/common';
import { keysOf, QUERIES, SEARCH_ATTRIBUTES, startAttributes } from '../interface';
import type {
  AnyNotification,
  Observation,
  OnResult,
  ProcessIdentity,
  Trouble,
  UnclaimedNotificationInput,
  UnclaimedOpening,
  WorkflowResult,
  WorkflowStatus,
} from '../interface';
import type { Inbox } from './inbox';
import { keepUnclaimed } from './keep-unclaimed';
import { Offers } from './offers';
import type { Offer } from './offers';
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
  /** Why a person should look at the state itself. */
  private standing: Attention = UNATTENDED;
  /** What is wrong with the wait for the next one. */
  private trouble: { readonly kind: Trouble; readonly reason: string } | undefined;
  private readonly offers = new Offers(() => ({
    flow: this.current.flow,
    state: this.current.state,
    ended: this.result !== undefined,
  }));

  constructor(
    private identity: ProcessIdentity,
    state = 'SUBMITTING',
  ) {
    const { continuedFromExecutionRunId, typedSearchAttributes } = workflowInfo();
    const continued = continuedFromExecutionRunId !== undefined;
    const lastChange = continued ? typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxLastChange) : undefined;
    this.current = {
      flow: identity.flow,
      state,
      since: (lastChange ?? new Date()).toISOString(),
      // A run that goes on where an earlier one stopped has its search attributes: it changes what is not true any more.
      needsOperator: continued && typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxNeedsOperator) === true,
    };
    setHandler(statusQuery, () =>
      this.result === undefined ? this.current : { ...this.current, result: this.result },
    );
    // Started by our client it has its attributes already; typed into the Temporal UI or CLI it has none.
    if (workflowInfo().typedSearchAttributes.get(SEARCH_ATTRIBUTES.WxFlow) === undefined) {
      upsertSearchAttributes(startAttributes(identity, new Date(), state));
    }
    setCurrentDetails(this.details());
  }

  get state(): string {
    return this.current.state;
  }

  get needsOperator(): boolean {
    return this.current.needsOperator;
  }

  /** What the operator has been told about the wait; the waiting activity takes it as `operatorTold`. */
  get operatorTold(): Trouble | undefined {
    return this.trouble?.kind;
  }

  /**
   * Records a new state, or a new reason for a person to look at it. Saying the same again costs nothing. A record of
   * WeChat Pay also shows that the configuration works; slowness ends with the state.
   */
  change(state: string, attention: Attention = UNATTENDED, newKeys: readonly (string | undefined)[] = []): void {
    if (state !== this.current.state || this.trouble?.kind !== 'slow') this.trouble = undefined;
    this.standing = attention;
    this.show(state, newKeys);
  }

  /**
   * What a waiting activity brought back: its record, or undefined when it only told that a person should look, or need
   * not any more. Then the same wait goes on, with {@link operatorTold}.
   */
  observed<Record_>(observation: Observation<Record_>): Record_ | undefined {
    if ('record' in observation) return observation.record;
    this.trouble =
      'recovered' in observation ? undefined : { kind: observation.trouble, reason: observation.needsOperator };
    this.show(this.current.state);
    return undefined;
  }

  /** Lets an operator or a caller ask for something by an update, in the states that allow it. */
  offer<Args extends unknown[], Answer>(
    name: string,
    offer: Offer<Args>,
    handler: (...args: Args) => Answer | Promise<Answer>,
  ): void {
    this.offers.add(name, offer, handler);
  }

  private show(state: string, newKeys: readonly (string | undefined)[] = []): void {
    const reasons = [this.standing.reason, this.trouble?.reason].filter((reason) => reason !== undefined);
    const reason = reasons.length === 0 ? undefined : reasons.join(' ');
    const needsOperator = this.standing.needsOperator || this.trouble !== undefined;
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
    setCurrentDetails(this.details());
  }

  /** Who is told from now on: a contract learns from its order whom to tell. */
  answersTo(callers: Pick<ProcessIdentity, 'onResult' | 'reference'>): void {
    this.identity = { ...this.identity, ...callers };
  }

  /** For what is kept for a person on behalf of this process: the same caller is told. */
  get callers(): Pick<UnclaimedNotificationInput, 'options'> {
    const { onResult, reference } = this.identity;
    if (onResult === undefined) return {};
    return { options: { onResult, ...(reference === undefined ? {} : { reference }) } };
  }

  /** Tells the caller something before the result, at least once. */
  async tell(name: string, event: UnclaimedOpening): Promise<void> {
    const { onResult, flow, reference } = this.identity;
    if (onResult !== undefined) await tellCaller(onResult, flow, event, reference, name);
  }

  /** Records the outcome, tells the caller, and lets every update that still waits for an answer have it. */
  async finish(state: string, result: Result, attention: Attention = UNATTENDED): Promise<Result> {
    this.result = result;
    this.change(state, attention);
    if (this.identity.onResult !== undefined) await this.tellResult(this.identity.onResult, result, attention);
    do {
      for (const settle of this.leftovers) await settle(result);
      if (!allHandlersFinished()) await condition(allHandlersFinished);
    } while (this.inboxes.some((inbox) => !inbox.isEmpty));
    return result;
  }

  /** A caller who refuses to be told loses the telling, not the result: what was done at WeChat Pay was done. */
  private async tellResult(onResult: OnResult, result: Result, { needsOperator, reason }: Attention): Promise<void> {
    const { flow, reference } = this.identity;
    try {
      await tellCaller(onResult, flow, result, reference);
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      const refused = `The caller's activity ${onResult.activity} refused this result for good: tell the caller.`;
      const before = needsOperator && reason !== undefined ? `${reason} ` : '';
      this.change(this.current.state, { needsOperator: true, reason: before + refused });
    }
  }

  /**
   * For a process that fails or is cancelled: a failure is a person's to look at, a cancellation was a person's decision.
   * What was acknowledged and not read is kept. True: something was.
   */
  async failing(failure: unknown): Promise<boolean> {
    this.trouble = undefined;
    this.standing = isCancellation(failure)
      ? { needsOperator: false, reason: 'It was cancelled. Nothing is withdrawn at WeChat Pay.' }
      : { needsOperator: true, ...(failure instanceof Error ? { reason: failure.message } : {}) };
    this.show(this.current.state);
    return this.keepLeftovers();
  }

  /** What was acknowledged and not read is kept for a person. True: some was. */
  private async keepLeftovers(): Promise<boolean> {
    const some = this.inboxes.some((inbox) => !inbox.isEmpty);
    for (const settle of this.leftovers) await settle(this.result);
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
    this.leftovers.push((result) =>
      inbox.takeAll((notification) => {
        if (result !== undefined && agrees(result, notification.data)) return undefined;
        const reason = 'it came when the process was ending, and its result does not say the same';
        return keepUnclaimed({ mchid: this.identity.mchid, notification, reason, ...this.callers });
      }),
    );
  }

  /** What the Temporal UI shows above everything else, also of a process that was typed in by hand. */
  private details(): string {
    const { flow, state, since, needsOperator, reason } = this.current;
    const { mchid } = this.identity;
    return [
      ...(needsOperator ? ['**A person should look at this.**'] : []),
      ...(reason === undefined ? [] : [reason]),
      `**${state}** since ${since}`,
      `${flow} of merchant ${mchid}: ${keysOf(this.identity).join(', ')}`,
    ].join('\n\n');
  }
}
