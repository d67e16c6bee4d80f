import type { H5Activities, H5NumberUnknown, H5Review, H5Submission, Observation, Submitted } from '../interface';
import { WechatPayError } from '../wechatpay/errors';
import type { H5Calls } from '../wechatpay/h5/calls';
import { parseH5Application } from '../wechatpay/h5/schema';
import type { H5Application, H5ApplicationRecord } from '../wechatpay/h5/schema';
import { mchid as mchidSchema, parseInput } from '../wechatpay/validation';
import { h5StateKind, permissionCovers, refusalMeaning } from '../wechatpay/h5/states';
import type { Attempt } from './attempt';
import { askUntilChanged, attempted, attemptedWithOperator, send } from './attempted';
import type { Pending, Timing } from './attempted';
import { amend, snapshot } from './h5-amendment';
import { h5DomainActivities } from './h5-domain';
import { awaitReview } from './h5-reviews';
import type { Merchants } from './merchants';
import { v3Of } from './merchants';
import { SCHEDULES } from './schedule';

export function h5Activities(merchants: Merchants, timing: Timing, allowLoopback: boolean): H5Activities {
  const callsOf = async (mchid: string): Promise<H5Calls> => (await v3Of(merchants, mchid)).h5;

  return {
    submitH5Application: ({ mchid, application: input, adopt, ...earlier }) =>
      attemptedWithOperator(earlier, async (attempt): Promise<Submitted<H5Submission>> => {
        parseInput('H5 application', '$.mchid', mchidSchema(), mchid);
        const application = parseH5Application(input, '$.application', { allowLoopback, mchid });
        return { answer: await submit(attempt, await callsOf(mchid), application, adopt === true, timing) };
      }),

    awaitH5Result: ({ mchid, applyment_id, seen, amendedFrom, waiting }) =>
      awaitReview<H5ApplicationRecord>({
        what: `application ${applyment_id}`,
        seen,
        ...(amendedFrom === undefined ? {} : { amendedFrom }),
        waiting,
        find: async () => find(await callsOf(mchid), applyment_id),
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

    snapshotH5Application: (input) => snapshot(callsOf, allowLoopback, input),
    amendH5Application: (input) => amend(callsOf, timing, input),

    ...h5DomainActivities(merchants, timing, allowLoopback),
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
    // A lower permission may be what the lost application brought, unless there was none before.
    if (authorization_state !== 'UNAUTHORIZED') return idUnknown(`The permission is ${authorization_state} by now.`);
  }
  const nothingSent = attempt.sentBefore === 0;
  try {
    return { kind: 'APPLIED', record: await send(attempt, () => calls.create(application)) };
  } catch (error) {
    if (!(error instanceof WechatPayError)) throw error;
    const meaning = refusalMeaning(error.message);
    if (meaning === 'already-authorized') {
      return (await alreadyGranted(calls, application)) ?? { kind: 'ALREADY_AUTHORIZED', message: error.message };
    }
    // "In process" proves that an application exists; whether it is ours shows its notification, or an operator.
    if (meaning === 'in-process') {
      const unknown = idUnknown('WeChat Pay says that an application is in process already.');
      return nothingSent ? { ...unknown, nothingSent } : unknown;
    }
    throw error;
  }
}

async function alreadyGranted(calls: H5Calls, application: H5Application): Promise<H5Submission | undefined> {
  const { authorization_state } = await calls.permission(application.sub_mchid);
  return permissionCovers(application.transaction_limit_type, authorization_state)
    ? { kind: 'ALREADY_AUTHORIZED', authorization_state }
    : undefined;
}

function idUnknown(reason: string): H5NumberUnknown {
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
