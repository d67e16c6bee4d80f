import { ActivityFailure } from '@temporalio/common';
import { isCancellation } from '@temporalio/workflow';
import type { H5ApplicationRecord } from '../wechatpay/h5/schema';
import { bringsLimitRemoval } from '../wechatpay/h5/states';
import { parseDuration } from '../interface';
import type { AnyNotification, CommonOptions, FirstAnswer, H5Result, H5Reviewed } from '../interface';
import { h5Agrees } from './agreement';
import { awaiting, calling } from './api';
import { AFTER_REJECTION, isLimitRemoval, limitRemovalDifferences, resultOf, withLimitRemoval } from './h5-decision';
import type { Approved, Decision } from './h5-decision';
import { Review } from './h5-review';
import type { Followed } from './h5-review';
import type { Inbox } from './inbox';
import type { Process } from './process';

/** Reviewers have two weeks for the removal of a limit; the permission itself is granted by then. */
const LIMIT_REMOVAL_WITHIN = parseDuration('14 days')!;

export type H5FirstAnswer = FirstAnswer<Partial<H5ApplicationRecord>>;

/** When an H5 process gives up, milliseconds since the epoch. */
export function deadlineOf(options: CommonOptions | undefined): number {
  return Date.now() + (parseDuration(options?.giveUpAfter) ?? parseDuration('30 days')!);
}

/** Ends the process with a result, and asks a person to look at what is left open. */
export function finish(process: Process<H5Result>, result: H5Result): Promise<H5Result> {
  const undecided = result.outcome === 'UNDECIDED' || result.limitRemoval?.outcome === 'UNDECIDED';
  return process.finish(result.outcome, result, { needsOperator: undecided, reason: result.remedy });
}

type Calls = Pick<Followed<H5ApplicationRecord>, 'mchid' | 'wait' | 'query'>;

function callsOf(mchid: string): Calls {
  return {
    mchid,
    wait: (known, milliseconds) =>
      awaiting(`wait for the review, now ${known.seen}`, milliseconds).awaitH5Result({ mchid, ...known }),
    query: (applyment_id) => calling('ask for the application').queryH5Application({ mchid, applyment_id }),
  };
}

type ApplicationPlan = Pick<
  Followed<H5ApplicationRecord>,
  'mchid' | 'deadline' | 'pollEvery' | 'waitForPermission' | 'differences' | 'believed'
> & {
  /** The data that the application will have once it is approved. */
  readonly approved: (record: H5ApplicationRecord | undefined) => Approved & {
    readonly applyment_type?: string;
    readonly transaction_limit_type?: string;
  };
};

/**
 * Follows an application for the permission to its decision and, if WeChat Pay makes a second one of it by itself, that
 * one to its own. Both have notifications about one sub-merchant; they come in any order.
 */
export class ApplicationReview {
  readonly main: Review<H5ApplicationRecord>;
  /** Notifications about the limit removal that came before the approval of the application itself. */
  private readonly early: H5Reviewed[] = [];
  private record: H5ApplicationRecord | undefined;

  constructor(
    private readonly process: Process<H5Result>,
    private readonly inbox: Inbox<H5Reviewed>,
    private readonly plan: ApplicationPlan,
  ) {
    this.main = new Review<H5ApplicationRecord>(process, inbox, {
      ...callsOf(plan.mchid),
      ...plan,
      elsewhere: (notification) => this.aboutLimit(notification),
    });
  }

  async result(): Promise<H5Result> {
    const decision = await this.main.decided().finally(() => this.inbox.putBack(this.early.splice(0)));
    const result = resultOf(decision, AFTER_REJECTION.application);
    if (decision.kind === 'approved') this.record = decision.review.record as H5ApplicationRecord;
    const approved = this.plan.approved(this.record);
    if (result.outcome !== 'APPROVED' || !bringsLimitRemoval(approved)) return result;
    // The permission without limit, which showed that it was granted, is what the removal brings.
    if (decision.kind === 'granted') return withLimitRemoval(result, decision);
    return withLimitRemoval(result, await this.limitRemoval(approved, result));
  }

  /** A limit removal proves that the application itself was approved: it is kept, and that is asked for. */
  private aboutLimit(notification: AnyNotification): 'hint' | undefined {
    if (notification.kind !== 'h5') return undefined;
    const approved = this.plan.approved(undefined);
    if (!bringsLimitRemoval(approved) || !isLimitRemoval(approved, notification.data)) return undefined;
    this.early.push(notification);
    return 'hint';
  }

  /** Whatever goes wrong with it, the approval stands. */
  private async limitRemoval(approved: Approved, result: H5Result): Promise<Decision> {
    const { process, plan } = this;
    const { mchid, pollEvery } = plan;
    const { sub_mchid } = approved;
    const show = (state: string) => ({ state: 'APPROVED', reason: `The removal of its limit is ${state}.` });
    const removal = new Review<H5ApplicationRecord>(process, this.inbox, {
      ...callsOf(mchid),
      deadline: Math.min(plan.deadline, Date.now() + LIMIT_REMOVAL_WITHIN),
      ...(pollEvery === undefined ? {} : { pollEvery }),
      waitForPermission: (waiting, milliseconds) =>
        awaiting('wait for the removal of the limit', milliseconds).awaitH5Permission({
          mchid,
          application: { sub_mchid, transaction_limit_type: 'NO_LIMIT' },
          waiting,
        }),
      differences: (record) => limitRemovalDifferences(approved, record),
      believed: () => undefined,
      elsewhere: ({ kind, data }) => (kind === 'h5' && h5Agrees(result, data) ? 'known' : undefined),
      show,
    });
    removal.numberUnknown({ kind: 'ID_UNKNOWN', reason: 'WeChat Pay makes it by itself.' });
    const shown = show('applied for by WeChat Pay itself');
    process.change(shown.state, { needsOperator: false, reason: shown.reason });
    try {
      return await removal.decided();
    } catch (error) {
      if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
      return { kind: 'undecided' };
    }
  }
}
