import { CancellationScope } from '@temporalio/workflow';
import { hasMoved, PUSH_SETTLES_WITHIN } from '../wechatpay/customs/compare';
import { customsRemedy, customsStateKind } from '../wechatpay/customs/states';
import type { CustomsOrderKey, CustomsRecord } from '../wechatpay/customs/types';
import { parseDuration, UPDATES } from '../interface';
import type { CustomsOptions, CustomsResult, Refusal } from '../interface';
import { awaiting, calling } from './api';
import { nextStep, pushed, pushingOf } from './customs-rules';
import type { Pushing } from './customs-rules';
import { answered, asObjection, unlessUnanswered } from './failures';
import type { Attention, Process } from './process';
import { earlierRun } from './submission';
import { remaining, waitFor } from './waiting';

/** What names a declaration in every call that follows it. */
export type DeclaredOrder = CustomsOrderKey & { readonly merchant_customs_no: string };

/** Only what names the declaration, of anything that has more. */
export function orderOf(declared: DeclaredOrder): DeclaredOrder {
  const { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no, sub_order_no } = declared;
  const order = { appid, mchid, out_trade_no, transaction_id, customs, merchant_customs_no };
  return sub_order_no === undefined ? order : { ...order, sub_order_no };
}

/** When a process about a declaration gives up, milliseconds since the epoch. */
export function customsDeadline(options: CustomsOptions | undefined): number {
  return Date.now() + (parseDuration(options?.giveUpAfter) ?? parseDuration('7 days')!);
}

/** Where following begins. */
interface Beginning {
  readonly record: CustomsRecord;
  /** The record of before the push or modification that made this one; it may be shown for a while after it. */
  readonly before?: CustomsRecord;
  /** Re-pushes that somebody asked for count with the automatic ones. */
  readonly sent?: number;
}

/**
 * Follows a declared order from a record to customs' decision: waits through the pending states, pushes again from EXCEPT,
 * looks a last time when its time is over. The same for a declaration, a modification and a re-push.
 */
export class Following {
  private record: CustomsRecord | undefined;
  private refreshed: CustomsRecord | undefined;
  private before: CustomsRecord | undefined;
  private pushing: Pushing;
  /** When the poll schedule began: at the first record, and again at each push. */
  private since = 0;
  private concern: string | undefined;

  constructor(
    private readonly process: Process<CustomsResult>,
    private readonly order: DeclaredOrder,
    private readonly options: CustomsOptions | undefined,
    private readonly deadline: number,
  ) {
    this.pushing = pushingOf(options);
    process.offer(UPDATES.refresh, { description: 'Asks WeChat Pay for the record now.' }, async () => {
      const record = await answered(calling('ask now').queryDeclaration({ declaration: this.order }));
      if (record !== null) this.learnt(record);
      return record;
    });
  }

  async decided({ record, before, sent = 0 }: Beginning): Promise<CustomsResult> {
    this.pushing = pushingOf(this.options, sent);
    this.before = before;
    this.since = Date.now();
    for (let current = record; ;) {
      this.record = current;
      const step = nextStep(current.state, this.pushing);
      if (step.do === 'end') return outcomeOf(step.outcome, current);
      this.process.change(current.state, this.attention(step.do === 'wait' && step.undocumented));
      const changed = await this.changed(current, step.do === 'push' ? Date.now() + step.after : this.deadline);
      if (changed !== undefined) {
        current = changed;
      } else if (step.do === 'wait' || remaining(this.deadline) === undefined) {
        return this.lastLook(current);
      } else {
        const push = await this.push(current, step.sends);
        if ('refusal' in push) return { ...outcomeOf('EXCEPT', current), ...push.refusal };
        current = push.record;
      }
    }
  }

  /** Something beside the declaration that a person should look at; shown whatever state follows. */
  concerns(reason: string): void {
    this.concern = reason;
    if (this.record !== undefined) this.process.change(this.process.state, this.attention(!this.isKnown));
  }

  private get isKnown(): boolean {
    return this.record === undefined || customsStateKind(this.record.state).known;
  }

  private attention(undocumented: boolean): Attention {
    const unknown = undocumented ? `WeChat Pay states ${this.record?.state}, which is not documented.` : undefined;
    const reasons = [unknown, this.concern].filter((reason) => reason !== undefined);
    return reasons.length === 0 ? { needsOperator: false } : { needsOperator: true, reason: reasons.join(' ') };
  }

  /** What somebody asked for in between. While it is submitted, the submission finds it by itself. */
  private learnt(record: CustomsRecord): void {
    if (this.record === undefined || record.state === this.record.state || this.isStale(record)) return;
    this.refreshed = record;
  }

  /** Whether it may be the record of before the last push or modification. */
  private isStale(record: CustomsRecord): boolean {
    if (this.before === undefined || hasMoved(record, this.before)) return false;
    return Date.now() - this.since < PUSH_SETTLES_WITHIN;
  }

  /** Waits until the record's state is another one; undefined when `until` passed before. */
  private async changed({ state }: CustomsRecord, until: number): Promise<CustomsRecord | undefined> {
    for (;;) {
      const wait = await waitFor(
        (milliseconds) =>
          awaiting(`wait for customs, now ${state}`, milliseconds).awaitDeclarationResult({
            declaration: this.order,
            seen: state,
            ...(this.before === undefined ? {} : { pushedFrom: this.before }),
            waiting: {
              since: this.since,
              pollEvery: parseDuration(this.options?.pollEvery),
              operatorTold: this.process.operatorTold,
            },
          }),
        Math.min(until, this.deadline),
        () => this.refreshed !== undefined,
      );
      if (wait.kind === 'timeUp') return undefined;
      const record = wait.kind === 'interrupted' ? this.refreshed : this.process.observed(wait.answer);
      this.refreshed = undefined;
      if (record !== undefined) return record;
    }
  }

  /** Pushes again. What was sent is waited for, also by a cancellation. */
  private async push(
    snapshot: CustomsRecord,
    sends: number,
  ): Promise<{ readonly record: CustomsRecord } | { readonly refusal: Refusal }> {
    const { sub_order_id } = snapshot;
    this.pushing = pushed(this.pushing, sends);
    try {
      const record = await CancellationScope.nonCancellable(() =>
        calling('push again', '1 hour').repushDeclaration({
          repush: { ...this.order, ...(sub_order_id === undefined ? {} : { sub_order_id }) },
          snapshot,
          sends,
          ...earlierRun(),
        }),
      );
      this.before = snapshot;
      this.since = Date.now();
      this.refreshed = undefined; // asked for before the push was known, so perhaps the record of before it
      return { record };
    } catch (error) {
      const refusal = asObjection(error);
      if (refusal !== undefined) return { refusal };
      unlessUnanswered(error); // it stays EXCEPT then, and counts as pushed: whether it was, nobody knows
      return { record: snapshot };
    }
  }

  /** The limit has passed: asks once more, because the last poll may be two hours old. */
  private async lastLook(last: CustomsRecord): Promise<CustomsResult> {
    const found = await calling('ask a last time')
      .queryDeclaration({ declaration: this.order })
      .catch(unlessUnanswered);
    const record = found === null || this.isStale(found) ? last : found;
    const { kind } = customsStateKind(record.state);
    if (kind === 'success') return outcomeOf('SUCCESS', record);
    if (kind === 'failed') return outcomeOf('FAIL', record);
    return {
      ...outcomeOf('UNDECIDED', record),
      remedy: 'Customs has not decided in time. Look at the record on the merchant platform, then resume.',
    };
  }
}

function outcomeOf(outcome: CustomsResult['outcome'], record: CustomsRecord): CustomsResult {
  const { explanation, state } = record;
  const remedy = outcome === 'SUCCESS' ? undefined : customsRemedy(state, explanation);
  return {
    outcome,
    record,
    ...(explanation === undefined ? {} : { explanation }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** Whether a person should look at an outcome; `concern`: at something beside it. */
export function attentionOf({ outcome, message, remedy }: CustomsResult, concern?: string): Attention {
  const open = outcome === 'UNDECIDED' || outcome === 'EXCEPT';
  const reasons = [...(open ? [message, remedy] : []), concern].filter((reason) => reason !== undefined);
  return { needsOperator: open || concern !== undefined, reason: reasons.length === 0 ? undefined : reasons.join(' ') };
}
