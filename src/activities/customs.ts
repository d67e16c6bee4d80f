import type { CustomsActivities, IdentityResult } from '../interface';
import { declarationDifferences } from '../wechatpay/customs/compare';
import type { CustomsCalls } from '../wechatpay/customs/calls';
import { parseDeclaration, parseRepush, parseVerification } from '../wechatpay/customs/schema';
import type { CustomsDeclaration, CustomsOrderKey, CustomsRecord } from '../wechatpay/customs/schema';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import type { Attempt } from './attempt';
import { askUntilChanged, attempted, send, settled, submitOnce } from './attempted';
import type { Timing } from './attempted';
import { stillPending } from './failures';
import type { Merchants } from './merchants';
import { v3Of } from './merchants';
import { SCHEDULES, transportDelay } from './schedule';

/** How long the record of before a push may still be shown after it, milliseconds. */
const PUSH_SETTLES_WITHIN = 10 * 60_000;

/** Each attempt of the identity question sends personal data again. */
const IDENTITY_ATTEMPTS = 3;

export function customsActivities(merchants: Merchants, timing: Timing): CustomsActivities {
  const callsOf: CallsOf = async ({ mchid }) => (await v3Of(merchants, mchid)).customs;

  return {
    submitDeclaration: ({ declaration: input, adopt, operatorTold }) =>
      submitOnce<CustomsRecord>({
        what: `declaration for ${String(input.transaction_id)}`,
        adopt,
        operatorTold,
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

    repushDeclaration: ({ repush: input, snapshot }) =>
      attempted(async (attempt) => {
        const repush = parseRepush(input);
        const calls = await callsOf(repush);
        const moved = async (): Promise<CustomsRecord | undefined> => {
          const record = await find(() => Promise.resolve(calls), repush);
          return record !== undefined && hasMoved(record, snapshot) ? record : undefined;
        };
        // A push cannot be told from another: it counts as done when the record has moved since the snapshot.
        const pushed = await settled(attempt, timing, moved);
        if (pushed !== undefined) return pushed;
        if (attempt.sentBefore >= 2) return snapshot;
        return complete(await send(attempt, () => calls.repush(repush)), repush);
      }),

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

/** The declare call states no time; a snapshot of its answer says nothing about later changes of the time. */
function hasMoved(record: CustomsRecord, snapshot: CustomsRecord): boolean {
  if (record.state !== snapshot.state) return true;
  return snapshot.modify_time !== undefined && record.modify_time !== snapshot.modify_time;
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
