import type { H5Activities, H5DomainReview, H5DomainSubmission, H5NumberUnknown, Submitted } from '../interface';
import { WechatPayError } from '../wechatpay/errors';
import { refusalMeaning } from '../wechatpay/h5/states';
import type { H5DomainCalls } from '../wechatpay/h5-domain/calls';
import { domainDifferences } from '../wechatpay/h5-domain/compare';
import { parseH5DomainModification } from '../wechatpay/h5-domain/schema';
import type { H5DomainModification } from '../wechatpay/h5-domain/types';
import { mchid as mchidSchema, parseInput } from '../wechatpay/validation';
import type { Attempt } from './attempt';
import { attempted, attemptedWithOperator, send } from './attempted';
import type { Timing } from './attempted';
import { differs } from './failures';
import { awaitReview } from './h5-reviews';
import type { Merchants } from './merchants';
import { v3Of } from './merchants';

type DomainActivities = Pick<
  H5Activities,
  'submitH5DomainModification' | 'awaitH5DomainResult' | 'queryH5DomainModification'
>;

export function h5DomainActivities(merchants: Merchants, timing: Timing, allowLoopback: boolean): DomainActivities {
  const callsOf = async (mchid: string): Promise<H5DomainCalls> => (await v3Of(merchants, mchid)).h5Domain;
  const find = async (mchid: string, applyment_id: string): Promise<H5DomainReview | undefined> => {
    const record = await (await callsOf(mchid)).query(applyment_id);
    return record === undefined ? undefined : { record };
  };

  return {
    submitH5DomainModification: ({ mchid, modification: input, adopt, ...earlier }) =>
      attemptedWithOperator(earlier, async (attempt): Promise<Submitted<H5DomainSubmission>> => {
        parseInput('H5 domain modification', '$.mchid', mchidSchema(), mchid);
        const modification = parseH5DomainModification(input, '$.modification', { allowLoopback });
        const calls = await callsOf(mchid);
        if (adopt === true) return { answer: idUnknown('This process only watches: nothing was sent.') };
        return { answer: await submit(attempt, calls, modification, timing) };
      }),

    awaitH5DomainResult: ({ mchid, applyment_id, seen, waiting }) =>
      awaitReview({
        what: `domain modification ${applyment_id}`,
        seen,
        waiting,
        find: () => find(mchid, applyment_id),
      }),

    queryH5DomainModification: ({ mchid, applyment_id }) =>
      attempted(async () => (await find(mchid, applyment_id)) ?? null),
  };
}

/**
 * There is no query by `out_applyment_id`, so nobody can ask first: the number itself has to keep a repeat from being a
 * second modification. What a repeat answers is not documented; whichever way it says "known", it is believed only if the
 * data are the same.
 */
async function submit(
  attempt: Attempt,
  calls: H5DomainCalls,
  modification: H5DomainModification,
  timing: Timing,
): Promise<H5DomainSubmission> {
  const repeated = attempt.sentBefore > 0;
  if (repeated) await attempt.sleep(timing.beforeRepeatedApplication);
  try {
    const record = await send(attempt, () => calls.create(modification));
    const differences = domainDifferences(modification, record);
    if (differences.length > 0) throw differs(`domain modification ${modification.out_applyment_id}`, differences);
    return { kind: 'APPLIED', record };
  } catch (error) {
    if (!repeated || !(error instanceof WechatPayError) || !mayMeanOurs(error)) throw error;
    return idUnknown('The answer was lost, and WeChat Pay says by now that it knows this modification.');
  }
}

/** Refusals of a repeated request that may be about the request of before. */
function mayMeanOurs({ errorClass, code, message }: WechatPayError): boolean {
  if (errorClass === 'CONFLICT') return code !== undefined;
  return errorClass === 'REFUSED' && refusalMeaning(message) === 'in-process';
}

function idUnknown(reason: string): H5NumberUnknown {
  return {
    kind: 'ID_UNKNOWN',
    reason: `${reason} Its number is learnt from the notification; otherwise give it with the update attachApplication.`,
  };
}
