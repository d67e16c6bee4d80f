import type { Corrected, CustomsActivities, IdentityResult } from '../interface';
import {
  declarationDifferences,
  hasMoved,
  modificationDifferences,
  modificationProgress,
  namingDifferences,
  PUSH_SETTLES_WITHIN,
  repushDifferences,
} from '../wechatpay/customs/compare';
import type { DeclarationDifference } from '../wechatpay/customs/compare';
import type { CustomsCalls } from '../wechatpay/customs/calls';
import { parseModification } from '../wechatpay/customs/modification';
import { parseDeclaration, parseRepush, parseVerification } from '../wechatpay/customs/schema';
import type {
  CustomsDeclaration,
  CustomsModification,
  CustomsOrderKey,
  CustomsRecord,
  CustomsRepush,
} from '../wechatpay/customs/types';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import type { ErrorClass } from '../wechatpay/errors';
import { Attempt } from './attempt';
import { askUntilChanged, attempted, attemptedWithOperator, send, settled, submitOnce } from './attempted';
import type { Timing } from './attempted';
import { differs, stillPending } from './failures';
import type { Merchants } from './merchants';
import { v3Of } from './merchants';
import { SCHEDULES, transportDelay } from './schedule';

/** A modification whose answers are lost is sent no oftener: each one declares anew. */
const MODIFICATIONS_AT_MOST = 5;
/** A re-push that somebody asked for is sent once: one push cannot be told from another. */
const REPUSH_SENDS = 1;
/** One that is automatic may be sent a second time: customs has not even the first. */
const AUTOMATIC_SENDS = 2;

/** Each attempt of the identity question sends personal data again. */
const IDENTITY_ATTEMPTS = 3;

export function customsActivities(merchants: Merchants, timing: Timing): CustomsActivities {
  const callsOf: CallsOf = async ({ mchid }) => (await v3Of(merchants, mchid)).customs;

  return {
    submitDeclaration: ({ declaration: input, adopt, ...earlier }) =>
      submitOnce<CustomsRecord>({
        what: `declaration for ${String(input.transaction_id)}`,
        adopt,
        earlier,
        timing,
        query: () => find(callsOf, parseDeclaration(input)),
        differences: (record) => declarationDifferences(parseDeclaration(input), record),
        create: async () => complete(await (await callsOf(input)).declare(parseDeclaration(input)), input),
      }),

    awaitDeclarationResult: ({ declaration, seen, pushedFrom, waiting }) =>
      askUntilChanged<CustomsRecord>({
        schedule: SCHEDULES.customs,
        waiting,
        ask: async (attempt) => {
          const record = await find(callsOf, declaration);
          if (record === undefined) return { pending: `no record at ${declaration.customs}, it was ${seen}` };
          const stale =
            pushedFrom !== undefined &&
            !hasMoved(record, pushedFrom) &&
            attempt.now() - waiting.since < PUSH_SETTLES_WITHIN;
          if (stale) return { pending: `still the record of before the push at ${declaration.customs}` };
          if (record.state !== seen) return { record };
          return { pending: `still ${seen} at ${declaration.customs}` };
        },
      }),

    queryDeclaration: ({ declaration }) => attempted(async () => (await find(callsOf, declaration)) ?? null),

    snapshotDeclaration: (input) =>
      attemptedWithOperator(input, async () => {
        if ('repush' in input) {
          const repush = parseRepush(input.repush);
          const record = await existing(callsOf, repush);
          requireSame(repush, repushDifferences(repush, record));
          return input.afterReset === true ? { answer: record, afterReset: true } : { answer: record };
        }
        const modification = parseModification(input.modification);
        const record = await existing(callsOf, modification);
        requireSame(modification, namingDifferences(modification, record));
        return { answer: record };
      }),

    submitModification: ({ modification: input, snapshot, ...earlier }) =>
      attemptedWithOperator(earlier, async (attempt) => {
        const modification = parseModification(input);
        return { answer: await modified(attempt, timing, await callsOf(modification), modification, snapshot) };
      }),

    submitRepush: ({ repush: input, snapshot, ...earlier }) =>
      attemptedWithOperator(earlier, async (attempt) => {
        const repush = parseRepush(input);
        return { answer: await pushed(attempt, timing, await callsOf(repush), repush, snapshot, REPUSH_SENDS) };
      }),

    repushDeclaration: ({ repush: input, snapshot, sends = AUTOMATIC_SENDS, afterReset = false }) =>
      attempted(async (attempt) => {
        const repush = parseRepush(input);
        return (await pushed(attempt, timing, await callsOf(repush), repush, snapshot, sends)).record;
      }, new Attempt(afterReset)),

    verifyIdentity: ({ verification: input }) =>
      attempted(async (attempt) => {
        const verification = parseVerification(input);
        return identityOutcome(attempt, () =>
          send(attempt, async () => (await callsOf(verification)).verifyCertificate(verification)),
        );
      }),
  };
}

type CallsOf = (key: { readonly mchid: string }) => Promise<CustomsCalls>;

async function find(callsOf: CallsOf, key: CustomsOrderKey): Promise<CustomsRecord | undefined> {
  const record = await (await callsOf(key)).query(key);
  return record === undefined ? undefined : complete(record, key);
}

/** Customs queries do not state the order number, and a caller should not have to remember it. */
function complete(record: CustomsRecord, { out_trade_no }: Pick<CustomsDeclaration, 'out_trade_no'>): CustomsRecord {
  return record.out_trade_no === undefined ? { ...record, out_trade_no } : record;
}

/** The record that something is to be done about. That there is none is wrong input: the key stays free for a declaration. */
async function existing(callsOf: CallsOf, key: CustomsOrderKey): Promise<CustomsRecord> {
  const record = await find(callsOf, key);
  if (record !== undefined) return record;
  throw new WechatPayError('INPUT', `WeChat Pay has no ${nameOf(key)}. Nothing was sent.`, {
    code: 'NOT_FOUND',
    remedy: 'Declare it first, or correct the numbers.',
  });
}

function requireSame(key: CustomsOrderKey, differences: readonly DeclarationDifference[]): void {
  if (differences.length > 0) throw differs(nameOf(key), differences);
}

function nameOf({ transaction_id, sub_order_no, customs }: CustomsOrderKey): string {
  const part = sub_order_no === undefined ? '' : `, part ${sub_order_no},`;
  return `declaration for ${transaction_id}${part} at ${customs}`;
}

/** One attempt of a modification. Each request declares anew, so it is sent only while the record is the one of before. */
async function modified(
  attempt: Attempt,
  timing: Timing,
  calls: CustomsCalls,
  modification: CustomsModification,
  snapshot: CustomsRecord,
): Promise<Corrected> {
  const callsOf: CallsOf = () => Promise.resolve(calls);
  let before = snapshot;
  const done = async (): Promise<CustomsRecord | undefined> => {
    const record = await find(callsOf, modification);
    const progress = record === undefined ? 'stale' : modificationProgress(modification, snapshot, record);
    if (record === undefined || progress === 'stale') {
      throw new WechatPayError('OUTCOME_UNKNOWN', `the query shows no newer ${nameOf(modification)} than before.`);
    }
    if (progress === 'other') throw differs(nameOf(modification), modificationDifferences(modification, record));
    if (progress === 'done' || (progress === 'moved' && attempt.sentBefore > 0)) return record;
    before = record;
    return undefined;
  };
  const look = () => settled(attempt, timing, done);
  const found = await look();
  if (found !== undefined) return { record: found, before: snapshot, request: sentOrNot(attempt) };
  if (attempt.sentBefore >= MODIFICATIONS_AT_MOST) return { record: before, before: snapshot, request: 'UNKNOWN' };
  const sent = await sendOrSee(attempt, () => calls.modify(modification), look);
  if ('seen' in sent) return { record: sent.seen, before: snapshot, request: 'SENT' };
  return { record: complete(sent.answer, modification), before, request: 'SENT' };
}

/** One attempt of a re-push, which counts as done when the record has moved since the snapshot. */
async function pushed(
  attempt: Attempt,
  timing: Timing,
  calls: CustomsCalls,
  repush: CustomsRepush,
  snapshot: CustomsRecord,
  sends: number,
): Promise<Corrected> {
  const callsOf: CallsOf = () => Promise.resolve(calls);
  const look = () =>
    settled(attempt, timing, async () => {
      const record = await find(callsOf, repush);
      return record !== undefined && hasMoved(record, snapshot) ? record : undefined;
    });
  const found = await look();
  if (found !== undefined) return { record: found, before: snapshot, request: sentOrNot(attempt) };
  if (attempt.sentBefore >= sends) return { record: snapshot, before: snapshot, request: 'UNKNOWN' };
  const sent = await sendOrSee(attempt, () => calls.repush(repush), look);
  const record = 'seen' in sent ? sent.seen : complete(sent.answer, repush);
  return { record, before: snapshot, request: 'SENT' };
}

/** Answers that no further attempt follows. */
const FINAL: ReadonlySet<ErrorClass> = new Set(['REFUSED', 'CONFLICT', 'INPUT']);

/**
 * Sends a request once more or for the first time. A repeat that is refused may be refused because the one of before has
 * arrived by now: then the record shows it, and that is followed.
 */
async function sendOrSee(
  attempt: Attempt,
  request: () => Promise<CustomsRecord>,
  look: () => Promise<CustomsRecord | undefined>,
): Promise<{ readonly answer: CustomsRecord } | { readonly seen: CustomsRecord }> {
  const repeats = attempt.sentBefore > 0;
  try {
    return { answer: await send(attempt, request) };
  } catch (error) {
    if (!repeats || !(error instanceof WechatPayError) || !FINAL.has(error.errorClass)) throw error;
    const seen = await look();
    if (seen === undefined) throw error;
    return { seen };
  }
}

/** What a record that is as it should be says about the request: without one of ours, somebody else was there. */
function sentOrNot(attempt: Attempt): Corrected['request'] {
  return attempt.sentBefore > 0 ? 'SENT' : 'NOT_NEEDED';
}

async function identityOutcome(
  attempt: Attempt,
  ask: () => Promise<{ readonly certificate_check_result: string }>,
): Promise<IdentityResult> {
  if (attempt.sentBefore >= IDENTITY_ATTEMPTS) {
    return { outcome: 'UNCHECKED', message: `WeChat Pay gave no answer to ${IDENTITY_ATTEMPTS} questions.` };
  }
  try {
    const { certificate_check_result: result } = await ask();
    if (result === 'SAME' || result === 'DIFFERENT') return { outcome: result };
    if (attempt.sentBefore >= IDENTITY_ATTEMPTS)
      return { outcome: 'UNCHECKED', message: `WeChat Pay answered ${result}.` };
    throw stillPending(`not checked yet (${result})`, transportDelay(60_000, Math.random()));
  } catch (error) {
    const refused = refusedIdentity(error);
    if (refused === undefined) throw error;
    return refused;
  }
}

/** What WeChat Pay refuses is an answer to the question; nothing of the sealed fields is ever in its words. */
function refusedIdentity(error: unknown): IdentityResult | undefined {
  if (!(error instanceof WechatPayError) || error instanceof InvalidInputError) return undefined;
  const { code, message, remedy } = error;
  if (/failed to decrypt|解密失败/.test(message)) {
    return { outcome: 'SEAL_AGAIN', code, message, remedy: 'Seal the identity with the current key, and ask again.' };
  }
  if (code === 'USER_ACCOUNT_ABNORMAL') return { outcome: 'DIFFERENT', code, message, remedy };
  if (error.errorClass === 'REFUSED' || error.errorClass === 'INPUT' || error.errorClass === 'NOT_FOUND') {
    return { outcome: 'REFUSED', code, message, remedy };
  }
  return undefined;
}
