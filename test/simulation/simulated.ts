import type { Activity, Execution, Outcome, Started } from './execution';

/** One process as it is simulated: what it may be started with, and what may happen to it. */
export interface Simulated {
  readonly flow: string;
  /** Ways to start it; each run begins with a new world. */
  readonly setups: Readonly<Record<string, () => World>>;
  /** Events of its own, beside those every process has. */
  readonly events: readonly string[];
  /** The events of which every order is tried. */
  readonly permuted: readonly string[];
}

export type Happening = (execution: Execution) => void;

/**
 * What is outside of one process: WeChat Pay, the payer, the customs, a person. A few lines, written from WeChat Pay's
 * documents and not from the workflows; it keeps the ledger of what was really done.
 */
export interface World {
  readonly started: Omit<Started, 'answer' | 'resultKnown'>;
  /** An attempt that reaches WeChat Pay. */
  answer(activity: Activity, now: number): Outcome;
  /** WeChat Pay refuses this request for a business reason; undefined when it cannot. */
  refuse?(activity: Activity): Outcome | undefined;
  /** The business key turns out to be taken by other data; undefined when it cannot. */
  conflict?(activity: Activity): Outcome | undefined;
  readonly happenings: Readonly<Record<string, Happening>>;
  /** The world comes to its end, if nothing holds it up. */
  settle(execution: Execution): void;
  /** The process knows its result: what happens from now on cannot be in it. */
  resultKnown?(): void;
  /** What ends a process that waits without a limit. */
  close?(execution: Execution): void;
  /** Milliseconds after which it has ended at the latest; undefined: it waits without a limit. */
  readonly limit?: number;
  /** Whether a result says what an acknowledged signal said, or may leave it out. */
  reflects?(
    result: Readonly<Record<string, unknown>>,
    signal: { readonly name: string; readonly argument: unknown },
    shown: Last,
  ): boolean;
  /** Everything wrong with how it ended. */
  problems(execution: Execution, undisturbed: boolean): readonly string[];
}

/** What else is known of a process that has ended. */
export interface Last {
  /** The state it showed last. */
  readonly state: unknown;
  /** How many questions beside the wait stayed unanswered. */
  readonly unanswered: number;
  /** Ids of the workflows that it started or sent a signal to. */
  readonly told: ReadonlySet<string>;
}

/** Answers that many calls have in common. */
export const refused = (message = 'WeChat Pay says no'): Outcome => ({
  failure: { type: 'WechatPay.Refused', message, details: [{ code: 'REFUSED', message }] },
});

export const conflicting = (message = 'exists with other data: total_fee.'): Outcome => ({
  failure: { type: 'WechatPay.Conflict', message, details: [['total_fee']] },
});

/** What every waiting question does besides its answer: tells that a trouble is over. */
export function observed(record: unknown, { input }: Activity): Outcome {
  if (record !== undefined) return { value: { record } };
  const { operatorTold } = (input['waiting'] ?? {}) as { operatorTold?: unknown };
  return operatorTold === 'configuration' ? { value: { recovered: true } } : 'pending';
}
