import type { H5Activities, H5Review, H5Submission, Observation, Submitted } from '../interface';
import { WechatPayError } from '../wechatpay/errors';
import type { H5Calls } from '../wechatpay/h5/calls';
import { parseH5Application } from '../wechatpay/h5/schema';
import type { H5Application } from '../wechatpay/h5/schema';
import { mchid as mchidSchema, parseInput } from '../wechatpay/validation';
import { h5StateKind, permissionCovers, refusalMeaning } from '../wechatpay/h5/states';
import type { Attempt } from './attempt';
import { askUntilChanged, attempted, attemptedWithOperator, send } from './attempted';
import type { Pending, Timing } from './attempted';
import type { Merchants } from './merchants';
import { v3Of } from './merchants';
import { SCHEDULES } from './schedule';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** The form is created within about a minute. */
const PENDING_TOO_LONG = 15 * MINUTE;
/** A review takes about three working days; five of them are seven days of the calendar. */
const REVIEW_TOO_LONG = 7 * DAY;

export function h5Activities(merchants: Merchants, timing: Timing, allowLoopback: boolean): H5Activities {
  const callsOf = async (mchid: string): Promise<H5Calls> => (await v3Of(merchants, mchid)).h5;

  return {
    submitH5Application: ({ mchid, application: input, adopt, operatorTold }) =>
      attemptedWithOperator(operatorTold, async (attempt): Promise<Submitted<H5Submission>> => {
        parseInput('H5 application', '$.mchid', mchidSchema(), mchid);
        const application = parseH5Application(input, '$.application', { allowLoopback, mchid });
        return { answer: await submit(attempt, await callsOf(mchid), application, adopt === true, timing) };
      }),

    awaitH5Result: ({ mchid, applyment_id, seen, waiting }) =>
      askUntilChanged<H5Review>({
        schedule: SCHEDULES.h5,
        waiting,
        ask: async (attempt) => {
          const review = await find(await callsOf(mchid), applyment_id);
          if (review === undefined) return { pending: `no application ${applyment_id}, it was ${seen}` };
          const state = review.record.applyment_state;
          if (state !== seen) return { record: review };
          if (waiting.operatorTold === true) return { pending: `still ${state}` };
          const { since } = waiting;
          const waited = attempt.now() - since;
          const late = tooLong(state, waited);
          if (late !== undefined) return { needsOperator: late };
          const limit = h5StateKind(state).kind === 'pending' ? PENDING_TOO_LONG : REVIEW_TOO_LONG;
          return { pending: `still ${state}`, within: limit - waited };
        },
      }),

    awaitH5Permission: ({ mchid, application, waiting }) =>
      askUntilChanged({
        schedule: SCHEDULES.h5,
        waiting,
        ask: async (): Promise<Observation<{ readonly authorization_state: string }> | Pending> => {
          const { authorization_state } = await (await callsOf(mchid)).permission(application.sub_mchid);
          return permissionCovers(application.transaction_limit_type, authorization_state)
            ? { record: { authorization_state } }
            : { pending: `permission is ${authorization_state}, the application's number is unknown` };
        },
      }),

    queryH5Application: ({ mchid, applyment_id }) =>
      attempted(async () => (await find(await callsOf(mchid), applyment_id)) ?? null),
  };
}

/**
 * The hardest call to repeat: it has no key of the caller's, and no search by sub-merchant. So the permission is asked
 * first; a lost application is sent once more at most, and only while nothing has been granted.
 */
async function submit(
  attempt: Attempt,
  calls: H5Calls,
  application: H5Application,
  adopt: boolean,
  timing: Timing,
): Promise<H5Submission> {
  const granted = await alreadyGranted(calls, application);
  if (granted !== undefined) return granted;
  if (adopt) return idUnknown('This process only watches: nothing was sent.');
  if (attempt.sentBefore >= 1) {
    if (attempt.sentBefore >= 2) return idUnknown('The answer was lost twice.');
    await attempt.sleep(timing.beforeRepeatedApplication);
    const { authorization_state } = await calls.permission(application.sub_mchid);
    if (authorization_state !== 'UNAUTHORIZED') return idUnknown(`The permission is ${authorization_state} by now.`);
  }
  try {
    return { kind: 'APPLIED', record: await send(attempt, () => calls.create(application)) };
  } catch (error) {
    if (!(error instanceof WechatPayError)) throw error;
    const meaning = refusalMeaning(error.message);
    if (meaning === 'already-authorized') {
      return (await alreadyGranted(calls, application)) ?? { kind: 'ALREADY_AUTHORIZED', message: error.message };
    }
    // "In process" proves that an application exists; whether it is ours shows its notification, or an operator.
    if (meaning === 'in-process') return idUnknown('WeChat Pay says that an application is in process already.');
    throw error;
  }
}

async function alreadyGranted(calls: H5Calls, application: H5Application): Promise<H5Submission | undefined> {
  const { authorization_state } = await calls.permission(application.sub_mchid);
  return permissionCovers(application.transaction_limit_type, authorization_state)
    ? { kind: 'ALREADY_AUTHORIZED', authorization_state }
    : undefined;
}

function idUnknown(reason: string): H5Submission {
  return {
    kind: 'ID_UNKNOWN',
    reason: `${reason} Its number is learnt from the notification; otherwise give it with the update attachApplication.`,
  };
}

async function find(calls: H5Calls, applyment_id: string): Promise<H5Review | undefined> {
  const record = await calls.query(applyment_id);
  if (record === undefined) return undefined;
  if (h5StateKind(record.applyment_state).kind !== 'approved') return { record };
  const { authorization_state } = await calls.permission(record.sub_mchid);
  return { record, authorization_state };
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
