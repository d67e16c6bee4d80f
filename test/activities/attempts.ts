import { inspect } from 'node:util';
import type { Info } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect } from 'vitest';

/** What one attempt came to, as the Temporal server would know it. */
export interface Outcome<Result> {
  readonly result?: Result;
  readonly failure?: ApplicationFailure;
  /** The last heartbeat details, through JSON as they go over the wire. */
  readonly details: unknown;
  /** What the worker wrote into its log about the attempt. */
  readonly log: string;
}

type Activity<Input, Result> = (input: Input) => Promise<Result>;

/** What an attempt is told about itself unless a test says otherwise: scheduled just now, without a limit. */
export function freshInfo(): Partial<Info> {
  const now = Date.now();
  return {
    attempt: 1,
    scheduledTimestampMs: now,
    currentAttemptScheduledTimestampMs: now,
    scheduleToCloseTimeoutMs: 0,
    heartbeatTimeoutMs: 20_000,
    heartbeatDetails: undefined,
  };
}

/** Runs one attempt. Everything it throws must be an `ApplicationFailure`: anything else is a defect, and thrown on. */
export async function attempt<Input, Result>(
  activity: Activity<Input, Result>,
  input: Input,
  info: Partial<Info> = {},
): Promise<Outcome<Result>> {
  let log = '';
  const logger = new DefaultLogger('TRACE', (entry) => (log += inspect(entry, { depth: Infinity })));
  const environment = new MockActivityEnvironment({ ...freshInfo(), ...info }, { logger });
  let details: unknown = info.heartbeatDetails;
  environment.on('heartbeat', (beat: unknown) => (details = JSON.parse(JSON.stringify(beat ?? null))));
  try {
    return { result: await environment.run(activity, input), details, log };
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return { failure: error, details, log };
  }
}

/**
 * How the first attempt ends for the server, whatever it came to:
 *
 * - `reported` – as it ended, with its heartbeat details.
 * - `forgotten` – its failure arrived, its details did not.
 * - `died` – the worker died before it could say anything, even that it was done.
 * - `reset` – as `died`, and an operator reset the activity an hour later.
 * - `reset-kept` – as it ended, and an operator reset the activity, whose details the server kept.
 */
export const ENDINGS = ['reported', 'forgotten', 'died', 'reset', 'reset-kept'] as const;
export type Ending = (typeof ENDINGS)[number];

export interface DriveOptions {
  readonly ending?: Ending;
  /** What no failure and no heartbeat may show. */
  readonly secrets?: readonly string[];
  /** Most attempts. Default 8. */
  readonly attempts?: number;
}

export interface Driven<Result> {
  readonly first: Outcome<Result>;
  readonly last: Outcome<Result>;
  readonly all: readonly Outcome<Result>[];
}

const HOUR = 3_600_000;

/** Repeats attempts as Temporal does, until one succeeds or fails for good; without its waits. */
export async function drive<Input, Result>(
  activity: Activity<Input, Result>,
  input: Input,
  { ending = 'reported', secrets = [], attempts = 8 }: DriveOptions = {},
): Promise<Driven<Result>> {
  const now = Date.now();
  const first = await attempt(activity, input, { scheduledTimestampMs: now, currentAttemptScheduledTimestampMs: now });
  const all = [first];
  const reset = ending === 'reset' || ending === 'reset-kept';
  const unheard = ending === 'died' || ending === 'reset';
  const scheduledTimestampMs = reset ? now - HOUR : now;
  let heartbeatDetails = ending === 'reported' || ending === 'reset-kept' ? first.details : undefined;
  let number = reset ? 1 : 2;
  let last = first;
  for (let again = unheard || isRetryable(first); again && all.length < attempts; again = isRetryable(last)) {
    last = await attempt(activity, input, { attempt: number, scheduledTimestampMs, heartbeatDetails });
    all.push(last);
    heartbeatDetails = last.details;
    number += 1;
  }
  for (const outcome of all) expectNoSecret(outcome, secrets);
  return { first, last, all };
}

function isRetryable({ failure }: Outcome<unknown>): boolean {
  return failure !== undefined && failure.nonRetryable !== true;
}

/** A failure as every log, UI and history could show it. */
export function shown(value: unknown): string {
  const failure = value instanceof Error ? { stack: value.stack, message: value.message, cause: value.cause } : {};
  return [
    inspect(value, { depth: Infinity, showHidden: true, maxStringLength: null }),
    JSON.stringify(value),
    JSON.stringify(failure),
  ].join('\n');
}

/** Neither the failure, nor the heartbeat details, nor the worker's log show any of `secrets`. */
export function expectNoSecret({ failure, details, log }: Outcome<unknown>, secrets: readonly string[]): void {
  const text = shown(failure) + shown(details) + log;
  // Not `toContain` for each: a text this long in a report would bury the secret that was found.
  expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
}
