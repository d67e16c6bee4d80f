import type { H5AmendmentOf, H5AmendmentSubmission, Submitted } from '../interface';
import { WechatPayError } from '../wechatpay/errors';
import { amendmentDifferences, amendmentStep } from '../wechatpay/h5/compare';
import { parseApplymentId, parseH5Amendment } from '../wechatpay/h5/amendment';
import type { H5Calls } from '../wechatpay/h5/calls';
import type { H5ApplicationRecord } from '../wechatpay/h5/schema';
import { decimalText, mchid as mchidSchema, parseInput } from '../wechatpay/validation';
import { attemptedWithOperator, send, settled } from './attempted';
import type { Timing } from './attempted';
import type { Attempt } from './attempt';
import { differs } from './failures';

/** Each sends a form to a reviewer. More answers than these are not lost by accident. */
const AMENDMENTS_AT_MOST = 5;

type CallsOf = (mchid: string) => Promise<H5Calls>;
type Moved = Exclude<H5AmendmentSubmission, { readonly kind: 'UNSETTLED' }>;

/** The record that is to be amended, before anything is sent. Everything wrong with the input is told here. */
export function snapshot(
  callsOf: CallsOf,
  allowLoopback: boolean,
  { mchid, sub_mchid, applyment_id, amendment, ...earlier }: H5AmendmentOf,
): Promise<Submitted<H5ApplicationRecord | null>> {
  return attemptedWithOperator(earlier, async () => {
    parseInput('H5 amendment', '$.mchid', mchidSchema(), mchid);
    parseInput('H5 amendment', '$.sub_mchid', decimalText(1, 32), sub_mchid);
    const id = parseApplymentId(applyment_id);
    parseH5Amendment(amendment, '$.amendment', { allowLoopback });
    const record = await (await callsOf(mchid)).query(id);
    if (record === undefined) return { answer: null };
    if (record.sub_mchid !== sub_mchid) {
      const difference = { field: 'sub_mchid', ours: sub_mchid, theirs: record.sub_mchid };
      throw differs(`application ${id}`, [difference]);
    }
    return { answer: record };
  });
}

/**
 * Sends an amendment while the record is still the rejected one of the snapshot, and never again once it has moved.
 * WeChat Pay refuses one of an application that is not rejected, so that one too many does nothing.
 */
export function amend(
  callsOf: CallsOf,
  timing: Timing,
  { mchid, applyment_id, amendment, snapshot, ...earlier }: H5AmendmentOf & { readonly snapshot: H5ApplicationRecord },
): Promise<Submitted<H5AmendmentSubmission>> {
  return attemptedWithOperator(earlier, async (attempt) => {
    const calls = await callsOf(mchid);
    const moved = async (): Promise<Moved | undefined> => {
      const record = await calls.query(applyment_id);
      if (record === undefined) {
        throw new WechatPayError('OUTCOME_UNKNOWN', `there is no application ${applyment_id} now; it was rejected.`);
      }
      const step = amendmentStep(amendment, snapshot, record);
      if (step === 'send') return undefined;
      if (step === 'taken') throw differs(`application ${applyment_id}`, amendmentDifferences(amendment, record));
      return { kind: step === 'done' ? 'AMENDED' : 'REJECTED_AGAIN', record };
    };
    return { answer: await amendOnce(attempt, timing, moved, () => calls.amend(applyment_id, amendment)) };
  });
}

async function amendOnce(
  attempt: Attempt,
  timing: Timing,
  moved: () => Promise<Moved | undefined>,
  request: () => Promise<H5ApplicationRecord>,
): Promise<H5AmendmentSubmission> {
  const before = await settled(attempt, timing, moved);
  if (before !== undefined) return before;
  if (attempt.sentBefore >= AMENDMENTS_AT_MOST) {
    return { kind: 'UNSETTLED', reason: `It may have been sent ${AMENDMENTS_AT_MOST} times, and none has arrived.` };
  }
  try {
    return { kind: 'AMENDED', record: await send(attempt, request) };
  } catch (error) {
    if (!(error instanceof WechatPayError) || error.errorClass !== 'REFUSED') throw error;
    // Refused, perhaps because an amendment of before has just arrived: only the record can tell.
    const meanwhile = await moved();
    if (meanwhile === undefined) throw error;
    return meanwhile;
  }
}
