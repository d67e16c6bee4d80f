import type { Cached, Command, Job, Sandbox } from './sandbox';

/** Milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** When every simulated process starts: 2026-01-05 00:00:00 UTC. */
export const START = Date.UTC(2026, 0, 5);

/** How a simulated attempt of an activity ended; `pending`: it is tried again, as after any retryable failure. */
export type Outcome =
  | { readonly value: unknown }
  | { readonly failure: { readonly type: string; readonly message: string; readonly details?: readonly unknown[] } }
  | 'pending';

/** An activity as the Temporal service keeps it. */
export interface Activity {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Of the caller's own queue: `onResult`. */
  readonly taskQueue: string;
  readonly closesAt: number;
  readonly cancellation: number;
  /** An attempt is under way: a cancellation has to wait for its end. */
  running: boolean;
  cancelRequested: boolean;
  /** TRY_CANCEL: the workflow knows it as cancelled, the service still has it. */
  abandoned: boolean;
}

interface Timer {
  readonly seq: number;
  readonly firesAt: number;
}

interface Update {
  readonly id: string;
  readonly name: string;
  readonly argument: unknown;
  /** State that the workflow showed when the update came. */
  readonly stateBefore: string | undefined;
  accepted: boolean;
  answer?: { readonly value: unknown } | { readonly rejected: Failure };
}

interface Failure {
  readonly message: string;
  readonly type?: string;
}

/** How a run ended. */
export type Ending =
  | { readonly kind: 'completed'; readonly result: Readonly<Record<string, unknown>> }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'cancelled' };

interface Task {
  readonly jobs: readonly Job[];
  readonly now: number;
  readonly commands: readonly Command[];
}

/** Thrown by a step that shows a defect. */
export class Violation extends Error {}

const RETRY_STATE = { NON_RETRYABLE_FAILURE: 2, TIMEOUT: 3, CANCEL_REQUESTED: 7 } as const;
const TRY_CANCEL = 0;
const ALREADY_EXISTS = 1;
/** Calls that change something at WeChat Pay. */
const WRITES = /^(submit|repush|amend|terminate|close)/;
/** Jobs that a worker hands over before all others of a task. */
const FIRST = new Set(['signalWorkflow', 'doUpdate']);

export interface Started {
  readonly flow: string;
  readonly workflowId: string;
  readonly input: unknown;
  /** Ids of workflows that are open already, for signals and child workflows. */
  readonly others?: readonly string[];
  /** Ids of workflows that are closed and may not be started again. */
  readonly closedOthers?: readonly string[];
  readonly answer: (activity: Activity, now: number) => Outcome;
  /** Called once, when the query first says a result: what happens afterwards cannot be in it. */
  readonly resultKnown?: () => void;
}

/**
 * The Temporal service and a worker, as one workflow sees them: a history, activities and timers with a clock of their
 * own, and a cache that can be lost at any moment. Nothing in here knows WeChat Pay.
 */
export class Execution {
  now = START;
  ending: Ending | undefined;
  /** Nobody takes workflow tasks: what happens is delivered together when the worker is back. */
  away = false;
  readonly activities: Activity[] = [];
  readonly updates: Update[] = [];
  /** Child workflows that were started, by id. */
  readonly children = new Map<string, Readonly<Record<string, unknown>>>();
  readonly externalSignals: { readonly workflowId: string; readonly name: string; readonly argument: unknown }[] = [];
  /** Names and arguments of the signals that the service accepted, in their order. */
  readonly signals: { readonly name: string; readonly argument: unknown }[] = [];
  continued = 0;
  /** How often a limit has passed, except that of the waiting question: a last look follows that. */
  timeUps = 0;
  private readonly delivered = new Set<string>();
  private history: Task[] = [];
  private readonly ready: Job[] = [];
  private timers: Timer[] = [];
  private cached: Cached;
  private runStartedAt = START;
  private hasResult = false;
  /** When the first workflow task began: limits count from there. */
  beganAt = START;
  private cancelRequested = false;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly started: Started,
  ) {
    this.cached = this.create();
    this.ready.push(initialize(started.input));
  }

  get isOpen(): boolean {
    return this.ending === undefined;
  }

  get events(): number {
    return this.history.length;
  }

  status(): Readonly<Record<string, unknown>> | undefined {
    return this.cached.shown()?.status;
  }

  signal(name: string, argument: unknown): boolean {
    if (!this.isOpen) return false; // NOT_FOUND: the sender knows that nobody took it
    this.signals.push({ name, argument });
    this.push({ variant: 'signalWorkflow', signalWorkflow: { signalName: name, input: [{ data: argument }] } });
    return true;
  }

  update(name: string, argument?: unknown): void {
    if (!this.isOpen) return;
    const id = `update-${this.updates.length + 1}`;
    this.updates.push({
      id,
      name,
      argument,
      stateBefore: this.status()?.['state'] as string | undefined,
      accepted: false,
    });
    const input = argument === undefined ? [] : [{ data: argument }];
    this.push({ variant: 'doUpdate', doUpdate: { id, protocolInstanceId: id, name, input, runValidator: true } });
  }

  cancel(): void {
    if (!this.isOpen || this.cancelRequested) return;
    this.cancelRequested = true;
    this.push({ variant: 'cancelWorkflow', cancelWorkflow: { reason: '' } });
  }

  /** The worker loses its cache: the workflow is made anew from its history, and has to do the same again. */
  crash(): void {
    if (this.history.length === 0) return;
    const replayed = this.create();
    for (const [index, { jobs, now, commands }] of this.history.entries()) {
      const again = replayed.activate(jobs, now);
      const [was, is] = [JSON.stringify(commands), JSON.stringify(again)];
      if (was !== is) throw new Violation(`replay of task ${index + 1} differs: it was ${was}, it is ${is}`);
    }
    this.cached = replayed;
  }

  comeBack(): void {
    if (!this.away) return;
    this.away = false;
    this.crash();
    this.deliver();
  }

  /** Lets an attempt of this activity end. */
  attempt(activity: Activity, outcome: Outcome): void {
    activity.running = false;
    if (activity.abandoned) return this.remove(activity);
    if (outcome === 'pending') {
      if (!activity.cancelRequested) return;
      return this.resolve(
        activity,
        failed(activity, RETRY_STATE.CANCEL_REQUESTED, application('WechatPay.StillPending', 'still pending', false)),
      );
    }
    if ('value' in outcome) return this.resolve(activity, { completed: { result: { data: outcome.value } } });
    const { type, message, details } = outcome.failure;
    this.resolve(
      activity,
      failed(activity, RETRY_STATE.NON_RETRYABLE_FAILURE, application(type, message, true, details)),
    );
  }

  /** The limit of this activity passes; `early`: the service gives up before it, because the next try would be too late. */
  timeUp(activity: Activity, early: boolean): void {
    if (activity.id !== 'await-result') this.timeUps += 1;
    if (activity.abandoned) return this.remove(activity);
    const cause = early
      ? application('WechatPay.StillPending', 'still pending', false)
      : { message: 'activity ScheduleToClose timeout', timeoutFailureInfo: { timeoutType: 2 } };
    this.resolve(activity, failed(activity, RETRY_STATE.TIMEOUT, cause));
  }

  /** Moves the clock to this time; limits and timers that pass on the way come in their order. */
  pass(until: number): void {
    for (;;) {
      const next = this.nextDeadline();
      if (next === undefined || next > until || !this.isOpen) break;
      this.now = Math.max(this.now, next);
      const timer = this.timers.find(({ firesAt }) => firesAt <= this.now);
      if (timer !== undefined) {
        this.timers = this.timers.filter((other) => other !== timer);
        this.push({ variant: 'fireTimer', fireTimer: { seq: timer.seq } });
        continue;
      }
      const activity = this.activities.find(({ closesAt }) => closesAt <= this.now);
      if (activity !== undefined) this.timeUp(activity, false);
    }
    this.now = Math.max(this.now, until);
  }

  nextDeadline(): number | undefined {
    let next: number | undefined;
    for (const { firesAt } of this.timers) if (next === undefined || firesAt < next) next = firesAt;
    for (const { closesAt } of this.activities) if (closesAt < (next ?? Infinity)) next = closesAt;
    return next;
  }

  /** Hands over everything that is ready, and what follows from it, until the workflow waits. */
  deliver(): void {
    while (!this.away && this.ready.length > 0 && this.isOpen) {
      if (this.history.length === 0 && this.continued === 0) this.beganAt = this.now;
      const all = this.ready.splice(0);
      const initial = all.filter(({ variant }) => variant === 'initializeWorkflow');
      const first = all.filter(({ variant }) => FIRST.has(variant));
      const rest = all.filter(({ variant }) => variant !== 'initializeWorkflow' && !FIRST.has(variant));
      // A worker starts a workflow with what came first; a cancellation may be with it, an answer may not.
      const jobs = [...initial, ...first, ...rest];
      let commands: readonly Command[];
      try {
        commands = this.cached.activate(jobs, this.now);
      } catch (error) {
        throw new Violation(`the workflow task fails: ${String(error)}`);
      }
      this.checkDuplicates(jobs, commands);
      this.history.push({ jobs, now: this.now, commands });
      for (const command of commands) this.carryOut(command);
      this.checkShown();
    }
  }

  /** WeChat Pay repeats its notifications: one that is known must not cost anything. */
  private checkDuplicates(jobs: readonly Job[], commands: readonly Command[]): void {
    let duplicates = 0;
    for (const job of jobs) {
      const [payload] = (job['signalWorkflow'] as { input?: { data: { id?: string } }[] } | undefined)?.input ?? [];
      const id = payload?.data.id;
      if (id === undefined) continue;
      if (this.delivered.has(id)) duplicates += 1;
      this.delivered.add(id);
    }
    if (duplicates === jobs.length && commands.length > 0) {
      throw new Violation(
        `a repeated notification makes it ${commands.map((command) => Object.keys(command)[0]).join(', ')}`,
      );
    }
  }

  private push(job: Job): void {
    this.ready.push(job);
    this.deliver();
  }

  private create(): Cached {
    const { flow, workflowId } = this.started;
    const before = this.continued === 0 ? undefined : `run-${this.continued - 1}`;
    return this.sandbox.create(flow, workflowId, `run-${this.continued}`, this.runStartedAt, before);
  }

  private remove(activity: Activity): void {
    this.activities.splice(this.activities.indexOf(activity), 1);
  }

  private resolve(activity: Activity, result: Readonly<Record<string, unknown>>): void {
    this.remove(activity);
    this.push({ variant: 'resolveActivity', resolveActivity: { seq: activity.seq, result } });
  }

  private carryOut(command: Command): void {
    const [name = ''] = Object.keys(command).filter((key) => key in this.commands);
    const carryOut = this.commands[name];
    if (carryOut === undefined)
      throw new Violation(`a command this simulation does not know: ${Object.keys(command).join(', ')}`);
    carryOut(command[name] as never);
  }

  private readonly commands: Readonly<Record<string, (command: never) => void>> = {
    upsertWorkflowSearchAttributes: () => undefined,
    scheduleActivity: (command: ScheduleActivity) => {
      const { seq, activityId: id } = command;
      if (this.activities.some((open) => open.id === id))
        throw new Violation(`activity id ${id} is scheduled while it is open`);
      const limit = milliseconds(command.scheduleToCloseTimeout);
      if (limit !== undefined && limit < 1) throw new Violation(`activity ${id} has no time at all`);
      this.activities.push({
        seq,
        id,
        type: command.activityType,
        input: (command.arguments[0]?.data ?? {}) as Activity['input'],
        taskQueue: command.taskQueue,
        closesAt: limit === undefined ? Infinity : this.now + limit,
        cancellation: command.cancellationType ?? TRY_CANCEL,
        running: false,
        cancelRequested: false,
        abandoned: false,
      });
    },
    scheduleLocalActivity: (command: ScheduleActivity) => {
      const outcome = this.started.answer(
        { type: command.activityType, input: command.arguments[0]?.data ?? {} } as Activity,
        this.now,
      );
      if (outcome === 'pending' || !('value' in outcome)) throw new Violation('a local activity has to answer');
      const result = { completed: { result: { data: outcome.value } } };
      this.ready.push({ variant: 'resolveActivity', resolveActivity: { seq: command.seq, isLocal: true, result } });
    },
    requestCancelActivity: ({ seq }: { seq: number }) => {
      const activity = this.activities.find((open) => open.seq === seq);
      if (activity === undefined || activity.cancelRequested) return;
      if (WRITES.test(activity.type))
        throw new Violation(`${activity.type} is given up: nobody knows whether it was done`);
      activity.cancelRequested = true;
      const cancelled = { cancelled: { failure: { message: 'activity cancelled', canceledFailureInfo: {} } } };
      if (activity.cancellation === TRY_CANCEL) {
        activity.abandoned = activity.running;
        if (!activity.running) this.remove(activity);
        this.ready.push({ variant: 'resolveActivity', resolveActivity: { seq, result: cancelled } });
      } else if (!activity.running) {
        this.remove(activity);
        this.ready.push({ variant: 'resolveActivity', resolveActivity: { seq, result: cancelled } });
      }
    },
    startTimer: ({ seq, startToFireTimeout }: { seq: number; startToFireTimeout: Duration }) => {
      this.timers.push({ seq, firesAt: this.now + Math.max(1, milliseconds(startToFireTimeout) ?? 1) });
    },
    cancelTimer: ({ seq }: { seq: number }) => {
      this.timers = this.timers.filter((timer) => timer.seq !== seq);
    },
    startChildWorkflowExecution: ({ seq, workflowId, workflowType, input }: StartChild) => {
      const exists =
        this.children.has(workflowId) ||
        this.others.includes(workflowId) ||
        this.started.closedOthers?.includes(workflowId);
      if (exists !== true) this.children.set(workflowId, (input[0]?.data ?? {}) as Readonly<Record<string, unknown>>);
      const end =
        exists === true
          ? { failed: { workflowId, workflowType, cause: ALREADY_EXISTS } }
          : { succeeded: { runId: 'child' } };
      this.ready.push({
        variant: 'resolveChildWorkflowExecutionStart',
        resolveChildWorkflowExecutionStart: { seq, ...end },
      });
    },
    cancelChildWorkflowExecution: () => undefined,
    signalExternalWorkflowExecution: ({ seq, workflowExecution, signalName, args }: SignalExternal) => {
      const { workflowId } = workflowExecution;
      const isOpen = this.children.has(workflowId) || this.others.includes(workflowId);
      if (isOpen) this.externalSignals.push({ workflowId, name: signalName, argument: args[0]?.data });
      const failure = isOpen
        ? {}
        : { failure: { message: 'not found', applicationFailureInfo: { type: 'NotFound', nonRetryable: true } } };
      this.ready.push({ variant: 'resolveSignalExternalWorkflow', resolveSignalExternalWorkflow: { seq, ...failure } });
    },
    updateResponse: ({ protocolInstanceId, accepted, completed, rejected }: UpdateResponse) => {
      const update = this.updates.find(({ id }) => id === protocolInstanceId);
      if (update === undefined) throw new Violation(`an answer to no update: ${protocolInstanceId}`);
      if (accepted !== undefined) update.accepted = true;
      else update.answer = completed === undefined ? { rejected: failureOf(rejected) } : { value: completed.data };
    },
    completeWorkflowExecution: ({ result }: { result?: { data: unknown } }) => {
      this.end({ kind: 'completed', result: (result?.data ?? {}) as Readonly<Record<string, unknown>> });
    },
    failWorkflowExecution: ({ failure }: { failure: WireFailure }) =>
      this.end({ kind: 'failed', failure: failureOf(failure) }),
    cancelWorkflowExecution: () => this.end({ kind: 'cancelled' }),
    continueAsNewWorkflowExecution: ({ arguments: args }: { arguments: readonly { data: unknown }[] }) => {
      this.checkNothingLeft('continues as new');
      const attributes = this.cached.shown()?.attributes;
      this.continued += 1;
      this.runStartedAt = this.now;
      this.history = [];
      this.timers = [];
      this.activities.length = 0;
      this.cached = this.create();
      this.ready.unshift(initialize(args[0]?.data, attributes));
    },
  };

  private get others(): readonly string[] {
    return this.started.others ?? [];
  }

  private end(ending: Ending): void {
    this.ending = ending;
    this.timers = [];
    // An update that comes with the last task is answered by it, or the service tells its sender to ask again.
    this.checkNothingLeft('ends');
  }

  private checkNothingLeft(how: string): void {
    const unfinished = this.cached.shown()?.unfinished ?? [];
    if (unfinished.length > 0) throw new Violation(`it ${how} while a handler runs: ${unfinished.join(', ')}`);
    const unanswered = this.updates.filter(({ accepted, answer }) => accepted && answer === undefined);
    if (unanswered.length > 0)
      throw new Violation(`it ${how}, and ${unanswered.map(({ name }) => name).join(', ')} got no answer`);
  }

  /** Query, search attributes and current details say the same after every task. */
  private checkShown(): void {
    const { status, state, needsOperator, details } = this.cached.shown() ?? { details: '' };
    if (status === undefined) return; // refused before it began, or not begun
    if (status['result'] !== undefined && !this.hasResult) {
      this.hasResult = true;
      this.started.resultKnown?.();
    }
    const agree =
      status['state'] === state &&
      status['needsOperator'] === needsOperator &&
      details.includes(`**${String(status['state'])}**`);
    if (!agree) {
      throw new Violation(
        `status says ${String(status['state'])}/${String(status['needsOperator'])}, the search attributes ${String(state)}/${String(needsOperator)}, the details ${details.split('\n')[0] ?? ''}`,
      );
    }
  }
}

interface Duration {
  readonly seconds: number | { toNumber(): number };
  readonly nanos?: number;
}

interface ScheduleActivity {
  readonly seq: number;
  readonly activityId: string;
  readonly activityType: string;
  readonly arguments: readonly { readonly data: unknown }[];
  readonly taskQueue: string;
  readonly cancellationType?: number;
  readonly scheduleToCloseTimeout?: Duration;
}

interface StartChild {
  readonly seq: number;
  readonly workflowId: string;
  readonly workflowType: string;
  readonly input: readonly { readonly data: unknown }[];
}

interface SignalExternal {
  readonly seq: number;
  readonly workflowExecution: { readonly workflowId: string };
  readonly signalName: string;
  readonly args: readonly { readonly data: unknown }[];
}

interface WireFailure {
  readonly message?: string;
  readonly applicationFailureInfo?: { readonly type?: string };
}

interface UpdateResponse {
  readonly protocolInstanceId: string;
  readonly accepted?: object;
  readonly completed?: { readonly data: unknown };
  readonly rejected?: WireFailure;
}

function initialize(input: unknown, attributes?: unknown): Job {
  const searchAttributes = attributes === undefined ? {} : { searchAttributes: { indexedFields: attributes } };
  return { variant: 'initializeWorkflow', initializeWorkflow: { arguments: [{ data: input }], ...searchAttributes } };
}

function milliseconds(duration: Duration | undefined): number | undefined {
  if (duration === undefined || duration === null) return undefined;
  const { seconds, nanos = 0 } = duration;
  return (typeof seconds === 'number' ? seconds : seconds.toNumber()) * SECOND + nanos / 1e6;
}

function failureOf(failure: WireFailure | undefined): Failure {
  return { message: failure?.message ?? '', type: failure?.applicationFailureInfo?.type };
}

function application(type: string, message: string, nonRetryable: boolean, details: readonly unknown[] = []): object {
  const payloads = details.map((data) => ({ metadata: {}, data }));
  return { message, applicationFailureInfo: { type, nonRetryable, details: { payloads } } };
}

function failed({ id, type }: Activity, retryState: number, cause: object): Readonly<Record<string, unknown>> {
  const activityFailureInfo = {
    activityId: id,
    activityType: { name: type },
    retryState,
    identity: '',
    scheduledEventId: 1,
  };
  return { failed: { failure: { message: 'Activity task failed', cause, activityFailureInfo } } };
}
