import { customsStateKind, REPUSHABLE_STATES } from '../wechatpay/customs/states';
import type { CustomsOptions } from '../interface';
import { parseDuration } from '../interface';

/*
 * What follows from a state of a declaration. Pure, so that each rule is read and tested by itself; the workflows only
 * carry it out.
 */

/** Requests for a re-push that one process may make, lost answers included. Source: docs/explanation/retry-safety.md. */
export const PUSHES_AT_MOST = 3;
/** A push whose answer is lost is sent again at most once. */
const SENDS_PER_PUSH = 2;

/** How often a process has pushed, and how often it still may. */
export interface Pushing {
  /** Automatic re-pushes wanted in all. */
  readonly wanted: number;
  /** Wait before the first, milliseconds; doubles for each further one. */
  readonly after: number;
  /** Automatic re-pushes made. */
  readonly made: number;
  /** Requests that may have been sent, those of a re-push that somebody asked for included. */
  readonly sent: number;
}

/** What the options say about pushing; `sent`: requests made before, because somebody asked for them. */
export function pushingOf({ adopt, repushes, repushAfter }: CustomsOptions = {}, sent = 0): Pushing {
  return {
    wanted: adopt === true ? 0 : (repushes ?? 1),
    after: parseDuration(repushAfter) ?? parseDuration('10 minutes')!,
    made: 0,
    sent,
  };
}

/** What to do about a record in some state. */
export type CustomsStep =
  | { readonly do: 'end'; readonly outcome: 'SUCCESS' | 'FAIL' | 'EXCEPT' }
  /** `undocumented`: a person should look, because nobody has written down what it means. */
  | { readonly do: 'wait'; readonly undocumented: boolean }
  /** `after`: milliseconds in which it may heal by itself. `sends`: how often the push may be sent. */
  | { readonly do: 'push'; readonly after: number; readonly sends: number };

export function nextStep(state: string, pushing: Pushing): CustomsStep {
  const { kind, known } = customsStateKind(state);
  if (kind === 'success') return { do: 'end', outcome: 'SUCCESS' };
  if (kind === 'failed') return { do: 'end', outcome: 'FAIL' };
  if (kind === 'pending') return { do: 'wait', undocumented: !known };
  const sends = sendsOfNextPush(pushing);
  if (sends === 0) return { do: 'end', outcome: 'EXCEPT' };
  return { do: 'push', after: pushing.after * 2 ** pushing.made, sends };
}

/** A push may be sent twice as long as those after it keep one each. */
function sendsOfNextPush({ wanted, made, sent }: Pushing): number {
  const left = wanted - made;
  const budget = PUSHES_AT_MOST - sent;
  if (left <= 0 || budget <= 0) return 0;
  return Math.max(1, Math.min(SENDS_PER_PUSH, budget - (left - 1)));
}

/** After a push of `sends` requests at most. */
export function pushed(pushing: Pushing, sends: number): Pushing {
  return { ...pushing, made: pushing.made + 1, sent: pushing.sent + sends };
}

/** Why a record in this state cannot be pushed again; undefined: it can. */
export function repushRefusal(state: string): string | undefined {
  if (REPUSHABLE_STATES.includes(state)) return undefined;
  const { kind } = customsStateKind(state);
  const instead = kind === 'failed' ? 'Correct it with a modification.' : 'Wait until customs has decided.';
  return (
    `the declaration is ${state}; a re-push is possible from ${REPUSHABLE_STATES.join(' or ')} only. ` +
    `Nothing was sent. ${instead}`
  );
}
