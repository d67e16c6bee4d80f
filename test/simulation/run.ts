import { DAY, Execution, HOUR, MINUTE, Violation } from './execution';
import type { Activity } from './execution';
import type { Sandbox } from './sandbox';
import type { Simulated, World } from './simulated';

/** One process with what happens to it, in order: all there is to a run, so that the same sequence is the same run. */
export interface Sequence {
  readonly flow: string;
  readonly setup: string;
  readonly events: readonly string[];
}

/** Calls beside a wait have limits of their own: an hour, a day. */
const SLACK = 2 * DAY;
const LONGEST_CLOSING = 400;

type Step = (run: Run) => void;

class Run {
  stuck = false;
  /** A limit passed before WeChat Pay was asked, it refused to say, or somebody cancelled: much may stay open then. */
  disturbed = false;

  constructor(
    readonly world: World,
    readonly execution: Execution,
  ) {}

  get oldest(): Activity | undefined {
    return this.execution.activities[0];
  }

  answer(activity: Activity | undefined): void {
    if (activity === undefined) return;
    const { execution } = this;
    execution.attempt(
      activity,
      isOnResult(activity) ? { value: undefined } : this.world.answer(activity, execution.now),
    );
  }
}

/** What may happen to every process. */
export const COMMON_EVENTS: Readonly<Record<string, Step>> = {
  answer: (run) => run.answer(run.oldest),
  'answer the newest': (run) => run.answer(run.execution.activities.at(-1)),
  'answer lost': ({ world, oldest, execution }) => {
    if (oldest === undefined || isOnResult(oldest)) return;
    world.answer(oldest, execution.now);
    execution.attempt(oldest, 'pending');
  },
  'attempt under way': ({ oldest }) => {
    if (oldest !== undefined) oldest.running = true;
  },
  refused: (run) => {
    const { world, oldest, execution } = run;
    const outcome = oldest === undefined || isOnResult(oldest) ? undefined : world.refuse?.(oldest);
    if (oldest === undefined || outcome === undefined) return;
    if (/^query/.test(oldest.type)) run.disturbed = true;
    execution.attempt(oldest, outcome);
  },
  conflict: ({ world, oldest, execution }) => {
    const outcome = oldest === undefined || isOnResult(oldest) ? undefined : world.conflict?.(oldest);
    if (oldest !== undefined && outcome !== undefined) execution.attempt(oldest, outcome);
  },
  'needs a person': ({ oldest, execution }) => {
    if (oldest === undefined || !asksForPersons(oldest)) return;
    execution.attempt(oldest, { value: { needsOperator: 'the key is wrong', trouble: 'configuration' } });
  },
  'time is up': ({ oldest, execution }) => {
    if (oldest !== undefined && oldest.closesAt < Infinity) execution.pass(oldest.closesAt);
  },
  'gives up early': ({ oldest, execution }) => {
    if (oldest === undefined || oldest.closesAt === Infinity) return;
    execution.pass(Math.max(execution.now, oldest.closesAt - HOUR));
    if (execution.activities.includes(oldest)) execution.timeUp(oldest, true);
  },
  'a minute': ({ execution }) => execution.pass(execution.now + MINUTE),
  'an hour': ({ execution }) => execution.pass(execution.now + HOUR),
  'a day': ({ execution }) => execution.pass(execution.now + DAY),
  crash: ({ execution }) => execution.crash(),
  'worker away': ({ execution }) => void (execution.away = true),
  'worker back': ({ execution }) => execution.comeBack(),
  cancel: ({ execution }) => execution.cancel(),
  submitted: ({ execution }) => execution.update('submitted'),
  'submitted with other data': ({ execution }) => execution.update('submitted', { other: 'data' }),
  refresh: ({ execution }) => execution.update('refresh'),
  stuck: (run) => void (run.stuck = true),
};

function isOnResult({ taskQueue }: Activity): boolean {
  return taskQueue === 'callers';
}

/** Create-like calls and waits come back for a person, once. */
function asksForPersons({ type, input }: Activity): boolean {
  if (/^await/.test(type))
    return (input['waiting'] as { operatorTold?: unknown } | undefined)?.operatorTold === undefined;
  return /^(submit|snapshot|amend)/.test(type) && input['operatorTold'] !== true;
}

/** Runs one sequence to the end; what is wrong with it, or undefined. */
export function problemOf(sandbox: Sandbox, simulated: Simulated, sequence: Sequence): string | undefined {
  const world = simulated.setups[sequence.setup]?.();
  if (world === undefined) throw new Error(`no setup of ${simulated.flow} is named ${sequence.setup}`);
  const execution = new Execution(sandbox, {
    ...world.started,
    answer: (activity, now) => world.answer(activity, now),
    resultKnown: () => world.resultKnown?.(),
  });
  const run = new Run(world, execution);
  try {
    play(run, sequence.events);
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return error.message;
  }
  return [...commonProblems(execution, world), ...world.problems(execution, !run.disturbed)][0];
}

function play(run: Run, events: readonly string[]): void {
  const { execution, world } = run;
  execution.away = events[0] === 'worker away';
  execution.deliver();
  for (const event of events) {
    if (!execution.isOpen) break;
    const step = COMMON_EVENTS[event];
    if (step !== undefined) step(run);
    else {
      const happening = world.happenings[event];
      if (happening === undefined) throw new Error(`no event is named ${event}`);
      happening(execution);
    }
  }
  run.disturbed ||= execution.timeUps > 0 || events.includes('cancel');
  execution.comeBack();
  finish(run);
}

/** What is left takes its course: everybody answers, and time passes, until the process has ended. */
function finish(run: Run): void {
  const { execution, world } = run;
  const began = execution.now;
  if (!run.stuck && execution.isOpen) world.settle(execution);
  for (let step = 0; execution.isOpen; step += 1) {
    const { activities } = execution;
    const before = execution.events;
    for (const activity of [...activities]) if (activities.includes(activity)) run.answer(activity);
    if (execution.events > before || !execution.isOpen) continue;
    const next = world.limit === undefined ? undefined : execution.nextDeadline();
    if (step > LONGEST_CLOSING) throw new Violation(`it goes on for ever in ${String(execution.status()?.['state'])}`);
    if (next !== undefined && next < Infinity) execution.pass(next);
    else if (world.close !== undefined) world.close(execution);
    else throw new Violation(`it hangs in ${String(execution.status()?.['state'])}: nothing it waits for will come`);
  }
  // Telling the caller has no limit, and nobody told him while the events went on.
  const late = execution.now - Math.max(began, execution.beganAt + (world.limit ?? Infinity));
  if (late > SLACK) throw new Violation(`it ended ${Math.round(late / HOUR)} hours after its limit`);
}

function commonProblems(execution: Execution, world: World): string[] {
  const { ending, activities, updates } = execution;
  const problems: string[] = [];
  const left = activities.filter(({ cancelRequested }) => !cancelRequested);
  if (left.length > 0)
    problems.push(`it ended while ${left.map(({ id, type }) => `${type} (${id})`).join(', ')} was open`);
  if (ending?.kind === 'failed' && !/^WechatPay[.](Conflict|InvalidInput)$/.test(ending.failure.type ?? '')) {
    problems.push(`it failed with ${ending.failure.type ?? 'no type'}: ${ending.failure.message}`);
  }
  if (
    ending?.kind === 'completed' &&
    JSON.stringify(execution.status()?.['result']) !== JSON.stringify(ending.result)
  ) {
    problems.push('the query does not say its result');
  }
  for (const { name, argument, stateBefore, accepted, answer } of updates) {
    if (answer === undefined || 'value' in answer || accepted) continue;
    const { type, message } = answer.rejected;
    if (type !== 'WechatPay.Conflict' && type !== 'WechatPay.InvalidInput') {
      // Together with the start too: what is not offered yet, Temporal itself rejects, in words of its own.
      problems.push(`${name} was rejected with ${type ?? 'no type'} in ${stateBefore ?? 'its start'}: ${message}`);
    } else if (name === 'submitted') {
      if (argument === undefined) problems.push(`submitted was rejected: ${message}`);
    } else if (type === 'WechatPay.Conflict' && !message.includes(stateBefore ?? '')) {
      problems.push(`${name} was rejected in ${stateBefore}, and the words do not say so: ${message}`);
    }
  }
  const status = execution.status();
  // Cancelled when the result was known already: the query still says it.
  const result = ending?.kind === 'completed' ? ending.result : ((status?.['result'] ?? {}) as typeof status & object);
  const kept = new Set(
    [...execution.children.values()].map((input) => (input['notification'] as { id?: string } | undefined)?.id),
  );
  const told = new Set([
    ...execution.children.keys(),
    ...execution.externalSignals.map(({ workflowId }) => workflowId),
  ]);
  const last = { state: status?.['state'], unanswered: execution.timeUps, told };
  const known = new Set<string>();
  for (const signal of execution.signals) {
    const { id } = signal.argument as { id: string };
    if (known.has(id)) continue;
    known.add(id);
    if (kept.has(id) || world.reflects?.(result, signal, last) === true) continue;
    problems.push(
      `${signal.name} ${id} was acknowledged, and is neither in the result nor kept: ${JSON.stringify(ending)}`,
    );
  }
  return problems;
}
