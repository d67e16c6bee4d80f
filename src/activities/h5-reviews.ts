import type { Observation, ReviewOf, Waiting } from '../interface';
import { isEarlierRejection } from '../wechatpay/h5/compare';
import type { Rejection } from '../wechatpay/h5/compare';
import { h5StateKind } from '../wechatpay/h5/states';
import { askUntilChanged } from './attempted';
import { SCHEDULES } from './schedule';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** The form is created within about a minute. */
const PENDING_TOO_LONG = 15 * MINUTE;
/** A review takes about three working days; five of them are seven days of the calendar. */
const REVIEW_TOO_LONG = 7 * DAY;

/** What every application that a reviewer looks at has, whatever it applies for. */
interface Reviewed {
  readonly applyment_state: string;
  readonly audit_reject_detail?: string;
}

interface AwaitedReview<Record_ extends Reviewed> {
  /** The application, as people name it. */
  readonly what: string;
  readonly seen: string;
  readonly amendedFrom?: Rejection;
  readonly waiting: Waiting;
  readonly find: () => Promise<ReviewOf<Record_> | undefined>;
}

/** Waits until the state of an application differs from the last one seen, or takes longer than it ever should. */
export function awaitReview<Record_ extends Reviewed>({
  what,
  seen,
  amendedFrom,
  waiting,
  find,
}: AwaitedReview<Record_>): Promise<Observation<ReviewOf<Record_>>> {
  return askUntilChanged<ReviewOf<Record_>>({
    schedule: SCHEDULES.h5,
    waiting,
    ask: async (attempt) => {
      const review = await find();
      if (review === undefined) return { pending: `no ${what}, it was ${seen}` };
      const { record } = review;
      const state = record.applyment_state;
      const { since } = waiting;
      if (isEarlierRejection(record, amendedFrom, since, attempt.now())) {
        return { pending: 'still the rejection of before the amendment' };
      }
      if (state !== seen) return { record: review };
      if (waiting.operatorTold === 'slow') return { pending: `still ${state}` };
      const waited = attempt.now() - since;
      const late = tooLong(state, waited);
      if (late !== undefined) return { needsOperator: late, trouble: 'slow' };
      const limit = h5StateKind(state).kind === 'pending' ? PENDING_TOO_LONG : REVIEW_TOO_LONG;
      return { pending: `still ${state}`, within: limit - waited };
    },
  });
}

function tooLong(state: string, waited: number): string | undefined {
  const { kind } = h5StateKind(state);
  if (kind === 'pending' && waited >= PENDING_TOO_LONG) {
    return `${state} for more than 15 minutes: check the sub-merchant's onboarding, or its signing with the parent merchant.`;
  }
  if (kind === 'review' && waited >= REVIEW_TOO_LONG) {
    return `${state} for more than five working days: ask WeChat Pay.`;
  }
  return undefined;
}
