import {
  allHandlersFinished,
  CancellationScope,
  condition,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { fieldDifferences, fieldsOf, namesOf, UPDATES } from '../interface';
import type { Earlier, Refusal, Submitted, WorkflowResult } from '../interface';
import { asRefusal, conflict, isTimeUp, lastWords, rootFailure } from './failures';
import type { Attention, Process } from './process';
import { remaining } from './waiting';

/** At least this long for the first try, milliseconds. */
const FIRST_TRY = 60_000;

const submittedUpdate = defineUpdate<unknown, [unknown?]>(UPDATES.submitted);

/**
 * The first answer of WeChat Pay, for everybody who asks by the update `submitted`. A second start of the same key ends
 * here too: other data is refused before it counts as accepted.
 */
export class Submission<Answer> {
  private settled: Settled<Answer> | undefined;
  private readonly waiting: ((settled: Settled<Answer>) => void)[] = [];

  private cleanUp: (failure: unknown) => Promise<boolean> = () => Promise.resolve(false);

  /** `mine`: what this run was started with; `mayBeAbsent`: fields that were filled in for it. */
  constructor(mine: unknown, mayBeAbsent: readonly string[] = []) {
    setHandler(submittedUpdate, () => this.firstAnswer(), {
      description: 'The first answer of WeChat Pay; other data for the same key is refused.',
      validator: (theirs?: unknown) => {
        if (theirs === undefined || theirs === null) return; // from the command line: no comparison
        const differences = fieldDifferences(mine, theirs, mayBeAbsent);
        if (differences.length === 0) return;
        throw conflict(
          `this business key was started with other data: ${namesOf(differences)} differ. ` +
            'Nothing was sent. Correct the input, or change the existing record.',
          fieldsOf(differences),
        );
      },
    });
  }

  /** What has to happen before a failed or cancelled process ends; true when something was done. */
  beforeFailing(cleanUp: (failure: unknown) => Promise<boolean>): void {
    this.cleanUp = cleanUp;
  }

  answer(answer: Answer): void {
    this.settle({ answer });
  }

  /** Runs the process; a failure reaches those who wait for the first answer as well, and ends the workflow unwrapped. */
  async during<Result>(body: () => Promise<Result>): Promise<Result> {
    try {
      return await body();
    } catch (error) {
      const failure = rootFailure(error);
      this.settle({ failure });
      await CancellationScope.nonCancellable(async () => {
        // What comes while the last updates are answered is kept as well.
        do await condition(allHandlersFinished);
        while (await this.cleanUp(failure));
      });
      throw failure;
    }
  }

  private settle(settled: Settled<Answer>): void {
    if (this.settled !== undefined) return;
    this.settled = settled;
    for (const tell of this.waiting.splice(0)) tell(settled);
  }

  /** A promise of no scope: what was sent has an answer, also while the process is being cancelled. */
  private firstAnswer(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const tell = (settled: Settled<Answer>): void => {
        if ('answer' in settled) resolve(settled.answer);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the process failed with, as it is
        else reject(settled.failure);
      };
      if (this.settled === undefined) this.waiting.push(tell);
      else tell(this.settled);
    });
  }
}

type Settled<Answer> = { readonly answer: Answer } | { readonly failure: unknown };

/**
 * Sends, and does not let go before the outcome of what was sent is known, or until `until`: a cancellation waits as long.
 * A person may have to repair something in between; the process says so and goes on trying.
 */
export function submit<Answer>(
  process: Observing,
  until: number,
  send: Asking<Answer>,
): Promise<SubmissionEnd<Answer>> {
  return untilAnswered(
    process,
    until,
    'It may or may not have been sent. Look on the merchant platform, then resume.',
    (...now) => CancellationScope.nonCancellable(() => send(...now)),
  );
}

/** As {@link submit}, for a question: it changes nothing, so a cancellation ends it at once. */
export function look<Answer>(process: Observing, until: number, ask: Asking<Answer>): Promise<SubmissionEnd<Answer>> {
  return untilAnswered(process, until, 'Nothing was sent. Start it again.', ask);
}

type Observing = Pick<Process<WorkflowResult>, 'observed'>;
type Asking<Answer> = (earlier: Earlier, milliseconds: number) => Promise<Submitted<Answer>>;

/** `remedy`: what to do when there was no answer in time. */
async function untilAnswered<Answer>(
  process: Observing,
  until: number,
  remedy: string,
  ask: Asking<Answer>,
): Promise<SubmissionEnd<Answer>> {
  try {
    for (let operatorTold = false; ; operatorTold = true) {
      // The first try is never too late: it finds out what is wrong with an input whose time is over.
      const milliseconds = remaining(until) ?? (operatorTold ? undefined : FIRST_TRY);
      if (milliseconds === undefined) return unsettled('WeChat Pay gave no usable answer in time.', remedy);
      const submitted = await ask({ operatorTold, ...earlierRun() }, milliseconds);
      if ('answer' in submitted) {
        const { answer, afterReset = false } = submitted;
        return { kind: 'answered', answer, afterReset };
      }
      process.observed(submitted);
    }
  } catch (error) {
    const refusal = asRefusal(error);
    if (refusal !== undefined) return { kind: 'refused', refusal };
    if (isTimeUp(error)) return unsettled(lastWords(error), remedy);
    throw error;
  }
}

/**
 * What a sending activity has to know of the run before this one. A reset gives the run an id of its own, and leaves the one
 * it was first started with in its history.
 *
 * For the input of activities only. The replay of a downloaded history takes the first id for both, so a workflow that
 * decides by it takes it from what the activity has answered.
 */
export function earlierRun(): Pick<Earlier, 'afterReset'> {
  const { runId, originalExecutionRunId } = workflowInfo();
  return runId === originalExecutionRunId ? {} : { afterReset: true };
}

/** How a submission ended: with an answer, with a refusal, or with nobody knowing what became of it. */
export type SubmissionEnd<Answer> =
  { readonly kind: 'answered'; readonly answer: Answer; readonly afterReset: boolean } | Unanswered;

type Unanswered =
  { readonly kind: 'refused'; readonly refusal: Refusal } | { readonly kind: 'unsettled'; readonly refusal: Refusal };

function unsettled(message: string | undefined, remedy: string): Unanswered {
  return { kind: 'unsettled', refusal: { ...(message === undefined ? {} : { message }), remedy } };
}

type Unanswering = { readonly state: 'REFUSED' | 'UNDECIDED' } & Refusal;

/** What those who wait for the first answer get instead of one. */
export function insteadOfAnswer({ kind, refusal }: Unanswered): Unanswering {
  return { state: kind === 'refused' ? 'REFUSED' : 'UNDECIDED', ...refusal };
}

/** Ends a process without an answer, and tells those who wait for its first one. `known`: what else its result says. */
export function unanswered<Result, Known extends object = object>(
  process: {
    finish(
      state: string,
      result: { readonly outcome: 'REFUSED' | 'UNDECIDED' } & Known & Refusal,
      attention: Attention,
    ): Promise<Result>;
  },
  submission: { answer(instead: Unanswering): void },
  end: Unanswered,
  known = {} as Known,
): Promise<Result> {
  const { state: outcome, ...refusal } = insteadOfAnswer(end);
  submission.answer({ state: outcome, ...refusal });
  return process.finish(outcome, { outcome, ...known, ...refusal }, attention(end));
}

/** Whether a person should look at a submission that brought no answer. */
export function attention({ kind, refusal }: Unanswered): Attention {
  return { needsOperator: kind === 'unsettled', reason: refusal.remedy };
}
