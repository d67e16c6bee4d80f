import type { Earlier, Observation, Submitted, Waiting } from '../interface';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import { Attempt } from './attempt';
import { differs, needsPerson, provesNothingDone, stillPending, toFailure } from './failures';
import type { Schedule } from './schedule';
import { clipped, pollDelay } from './schedule';

/** A wrong configuration is somebody's to repair; until then the process shows it to an operator. */
const MISCONFIGURED_TOO_LONG = 10 * 60_000;

export interface Timing {
  /** Waits before a request that may have been acted on is believed absent, milliseconds. */
  readonly settling: readonly number[];
  /** Wait before a lost H5 application is sent once more, milliseconds. */
  readonly beforeRepeatedApplication: number;
}

/** A record may appear late after its request. Source: docs/explanation/retry-safety.md. */
export const DEFAULT_TIMING: Timing = {
  settling: [2_000, 5_000, 15_000, 30_000],
  beforeRepeatedApplication: 60_000,
};

/** Runs one attempt; what WeChat Pay's errors mean to Temporal is decided here and nowhere else. */
export async function attempted<Result>(
  body: (attempt: Attempt) => Promise<Result>,
  attempt = new Attempt(),
): Promise<Result> {
  try {
    const result = await body(attempt);
    attempt.conclude();
    return result;
  } catch (error) {
    attempt.conclude({ misconfigured: needsPerson(error) });
    throw error instanceof WechatPayError ? toFailure(error, attempt) : error;
  }
}

/** As {@link attempted}; a configuration that stays wrong comes back as a reason for a person to look. */
export async function attemptedWithOperator<Result>(
  { operatorTold, afterReset }: Earlier,
  body: (attempt: Attempt) => Promise<Result>,
): Promise<Result | { readonly needsOperator: string; readonly trouble: 'configuration' }> {
  const continued = new Attempt(operatorTold === true || afterReset === true);
  return attempted(async (attempt) => {
    try {
      return await body(attempt);
    } catch (error) {
      if (needsPerson(error) && operatorTold !== true && attempt.misconfiguredFor() >= MISCONFIGURED_TOO_LONG) {
        const needsOperator = error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
        return { needsOperator, trouble: 'configuration' };
      }
      throw error;
    }
  }, continued);
}

/** Sends one request that changes something, and keeps account of whether it may have been acted on. */
export async function send<Answer>(attempt: Attempt, request: () => Promise<Answer>): Promise<Answer> {
  attempt.sending();
  try {
    return await request();
  } catch (error) {
    if (provesNothingDone(error)) attempt.notSent();
    throw error;
  }
}

/** Looks for the record of a request; one that may have been sent is given time to appear. */
export async function settled<Record_>(
  attempt: Attempt,
  timing: Timing,
  query: () => Promise<Record_ | undefined>,
): Promise<Record_ | undefined> {
  const found = await query();
  if (found !== undefined || attempt.sentBefore === 0) return found;
  for (const wait of timing.settling) {
    await attempt.sleep(wait);
    const late = await query();
    if (late !== undefined) return late;
  }
  return undefined;
}

interface Submitting<Record_> {
  readonly earlier: Earlier;
  /** The thing, as people name it: `a declaration for 1000320306201511078440737890`. */
  readonly what: string;
  readonly adopt?: boolean;
  readonly timing: Timing;
  readonly query: () => Promise<Record_ | undefined>;
  readonly differences: (record: Record_) => readonly { field: string; ours?: unknown; theirs?: unknown }[];
  /** Throws when it may not be sent at all. Not asked once it may have been sent: then only its record can tell. */
  readonly mayBeSent?: () => Promise<void>;
  readonly create: () => Promise<Record_>;
}

/**
 * The submission protocol: ask first; adopt what equals the frozen request, refuse what differs, send what is absent.
 * "Already" is success only when the record found equals the request.
 */
export function submitOnce<Record_>(rule: Submitting<Record_>): Promise<Submitted<Record_>> {
  return attemptedWithOperator(rule.earlier, async (attempt): Promise<Submitted<Record_>> => {
    const found = await settled(attempt, rule.timing, rule.query);
    if (found !== undefined) return adopted(found, rule);
    if (rule.adopt === true) {
      // Wrong input, not a refusal: the key stays free for a start that sends.
      throw new WechatPayError('INPUT', `WeChat Pay has no ${rule.what}, so there is nothing to adopt.`, {
        code: 'NOT_FOUND',
        remedy: 'Start it without `adopt`.',
      });
    }
    if (attempt.sentBefore === 0) await rule.mayBeSent?.();
    try {
      return { answer: await send(attempt, rule.create) };
    } catch (error) {
      // Somebody else's record, or our own of an attempt nobody remembers: only the record itself can tell.
      if (!(error instanceof WechatPayError) || error.errorClass !== 'CONFLICT') throw error;
      const existing = await rule.query();
      if (existing === undefined) throw error;
      return adopted(existing, rule);
    }
  });
}

function adopted<Record_>(record: Record_, { what, differences }: Submitting<Record_>): { readonly answer: Record_ } {
  const found = differences(record);
  if (found.length > 0) throw differs(what, found);
  return { answer: record };
}

/** Still the same; `within`: ask again in so many milliseconds at most. */
export interface Pending {
  readonly pending: string;
  readonly within?: number;
}

interface Asking<Record_> {
  readonly schedule: Schedule;
  readonly waiting: Waiting;
  /** One query; what it brings back ends the wait, undefined goes on waiting. */
  readonly ask: (attempt: Attempt) => Promise<Observation<Record_> | Pending>;
}

/** The waiting query: one attempt asks once, and the next one is scheduled by the server. */
export function askUntilChanged<Record_>({ schedule, waiting, ask }: Asking<Record_>): Promise<Observation<Record_>> {
  const misconfigured = waiting.operatorTold === 'configuration';
  return attemptedWithOperator({ operatorTold: misconfigured }, async (attempt): Promise<Observation<Record_>> => {
    const asked = await ask(attempt).catch((error: unknown) => {
      throw refusedQuestion(error) ?? error;
    });
    if (!('pending' in asked)) return asked;
    // An answer as it should be: somebody has repaired what was wrong.
    if (misconfigured) return { recovered: true };
    const planned = waiting.pollEvery ?? pollDelay(schedule, attempt.now() - waiting.since, Math.random());
    const delay = clipped(Math.min(planned, asked.within ?? planned), attempt.remaining());
    throw stillPending(`${asked.pending}, asked ${times(attempt.number)}, next in ${inWords(delay)}`, delay);
  });
}

/**
 * A question that WeChat Pay refuses decides nothing about what it was asked about. So it is no end of the wait: it is
 * asked again as slowly as with a wrong key, and a person is told.
 */
function refusedQuestion(error: unknown): WechatPayError | undefined {
  if (!(error instanceof WechatPayError) || error instanceof InvalidInputError) return undefined;
  const { errorClass, message } = error;
  const isRefusal = errorClass === 'REFUSED' || errorClass === 'NOT_FOUND' || errorClass === 'INPUT';
  return isRefusal ? new WechatPayError('CONFIGURATION', message, error) : undefined;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

function inWords(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
