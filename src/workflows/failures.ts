import { ActivityFailure, ApplicationFailure, RetryState, TimeoutFailure } from '@temporalio/common';
import { describeProblems } from '../wechatpay/errors';
import type { Problem } from '../wechatpay/errors';
import { FAILURE_TYPES } from '../interface';
import type { FailureType, Refusal } from '../interface';

/** Ends the workflow as `InvalidInput`; any other exception would leave it hanging in workflow task failures. */
export function invalidInput(subject: string, problems: readonly Problem[]): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.invalidInput,
    message: describeProblems(subject, problems),
    nonRetryable: true,
    details: [problems],
  });
}

export function conflict(message: string, differences: readonly unknown[] = []): ApplicationFailure {
  return ApplicationFailure.create({
    type: FAILURE_TYPES.conflict,
    message,
    nonRetryable: true,
    details: [differences],
  });
}

/**
 * What an activity failed with, without Temporal's wrapping: thrown again at the top level, its type is not buried under
 * `ActivityFailure`. Anything else comes back as it is.
 */
export function rootFailure(error: unknown): unknown {
  return error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause : error;
}

function applicationFailure(error: unknown, type: FailureType): ApplicationFailure | undefined {
  const root = rootFailure(error);
  return root instanceof ApplicationFailure && root.type === type ? root : undefined;
}

/** The text of a conflict, if that is what it failed with. */
export function conflictMessage(error: unknown): string | undefined {
  return applicationFailure(error, FAILURE_TYPES.conflict)?.message;
}

/** For update handlers: who asked gets the failure itself, and a refusal as the conflict it is there. */
export async function answered<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    return await asking;
  } catch (error) {
    const refusal = asRefusal(error);
    throw refusal === undefined ? rootFailure(error) : conflict(refusal.message ?? 'WeChat Pay refuses it.');
  }
}

/** WeChat Pay's refusal, if that is what the activity failed with: a business outcome, not a failed workflow. */
export function asRefusal(error: unknown): Refusal | undefined {
  const refused = applicationFailure(error, FAILURE_TYPES.refused);
  return refused === undefined ? undefined : inWords(refused);
}

/**
 * As {@link asRefusal}, for a request of our own accord that fails no process: whoever objects to it for good, WeChat Pay or
 * our own check, and in which class, it is not made again.
 */
export function asObjection(error: unknown): Refusal | undefined {
  const { refused, conflict: contradicted, invalidInput: wrong } = FAILURE_TYPES;
  const objection = [refused, contradicted, wrong]
    .map((type) => applicationFailure(error, type))
    .find((failure) => failure !== undefined);
  return objection === undefined ? undefined : inWords(objection);
}

/** Words of WeChat Pay are in the details; there our own checks have lists, and say it in their message. */
function inWords({ details, message }: ApplicationFailure): Refusal {
  const [words] = (details ?? []) as readonly unknown[];
  return typeof words === 'object' && words !== null && !Array.isArray(words) ? words : { message };
}

/**
 * For a question that may stay unanswered: no answer in time is null, and so is a refusal, which decides nothing. Anything
 * else is thrown again.
 */
export function unlessUnanswered(error: unknown): null {
  if (isTimeUp(error) || asRefusal(error) !== undefined) return null;
  throw error;
}

/** What the last attempt of an activity said. */
export function lastWords(error: unknown): string | undefined {
  const root = rootFailure(error);
  return root instanceof ApplicationFailure ? root.message : undefined;
}

/**
 * Whether a wait ended because its time was over. Asking again past the limit would be pointless, so the server mostly
 * ends it early with the last `StillPending` as the cause; a limit that passes during an attempt is a plain time-out.
 */
export function isTimeUp(error: unknown): boolean {
  if (!(error instanceof ActivityFailure)) return false;
  return error.retryState === RetryState.TIMEOUT || error.cause instanceof TimeoutFailure;
}
