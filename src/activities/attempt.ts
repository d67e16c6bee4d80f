import { Context } from '@temporalio/activity';

/**
 * What one attempt leaves behind for the next, as heartbeat details. They survive a crash only up to the last one
 * delivered, so they are believed where they prove something, and never where they are silent.
 */
interface Notes {
  /** The last attempt that ended in good order; -1 for none. */
  readonly concluded: number;
  /** Requests of this activity that WeChat Pay may have acted on, up to that attempt. */
  readonly sent: number;
  /** Since when the configuration has been wrong, milliseconds since the epoch. */
  readonly misconfiguredSince?: number;
}

const HEARTBEAT_EVERY = 5_000;

/** One attempt of one activity: its place in time by the server's clock, and what earlier attempts may have done. */
export class Attempt {
  private readonly context = Context.current();
  private readonly startedAt = performance.now();
  private readonly inherited = notesOf(this.context.info.heartbeatDetails);
  private sent: number;
  private readonly beating: NodeJS.Timeout | undefined;

  /** `continued`: an earlier activity of the same request was ended to call a person or by a reset of the workflow, and its notes with it. */
  constructor(continued = false) {
    const { attempt, scheduledTimestampMs, currentAttemptScheduledTimestampMs } = this.context.info;
    // A retry or a reset gives an attempt a time of its own. So this is the first that any worker got, however long it
    // waited for one, and nothing can have been sent before it.
    const neverReset = currentAttemptScheduledTimestampMs === scheduledTimestampMs;
    const isFirst = attempt === 1 && neverReset && !continued && this.inherited === undefined;
    this.sent = isFirst ? 0 : this.mayHaveBeenSent(continued ? 1 : 0);
    if (this.context.info.heartbeatTimeoutMs !== undefined && this.context.info.heartbeatTimeoutMs > 0) {
      this.beating = setInterval(() => this.beat(), HEARTBEAT_EVERY);
    }
  }

  get number(): number {
    return this.context.info.attempt;
  }

  /** Aborts what the attempt is doing when nobody waits for it any more. */
  get signal(): AbortSignal {
    return this.context.cancellationSignal;
  }

  /** The server's clock, milliseconds since the epoch: it is the workflow's clock too. */
  now(): number {
    return this.context.info.currentAttemptScheduledTimestampMs + (performance.now() - this.startedAt);
  }

  /** Milliseconds since the activity was first scheduled, whatever was reset since. */
  elapsed(): number {
    return this.now() - this.context.info.scheduledTimestampMs;
  }

  /** Milliseconds until the wait's limit; undefined when there is none. */
  remaining(): number | undefined {
    const limit = this.context.info.scheduleToCloseTimeoutMs;
    return limit > 0 ? limit - this.elapsed() : undefined;
  }

  /** Requests that WeChat Pay may have acted on before now. */
  get sentBefore(): number {
    return this.sent;
  }

  /** Call it right before a request that changes something. */
  sending(): void {
    this.sent += 1;
  }

  /** Call it when the answer proves that the request just sent was not acted on. */
  notSent(): void {
    this.sent -= 1;
  }

  /** Milliseconds since the configuration has been failing, counting from now if it did not before. */
  misconfiguredFor(): number {
    return this.now() - (this.inherited?.misconfiguredSince ?? this.now());
  }

  sleep(milliseconds: number): Promise<void> {
    return this.context.sleep(milliseconds);
  }

  /** Ends the attempt in good order: what it knows is now proven. */
  conclude({ misconfigured = false } = {}): void {
    clearInterval(this.beating);
    const misconfiguredSince = misconfigured ? (this.inherited?.misconfiguredSince ?? this.now()) : undefined;
    // A query has no heartbeat timeout and sends nothing, and a heartbeat costs as much as the poll itself.
    if (this.beating === undefined && misconfiguredSince === this.inherited?.misconfiguredSince) return;
    const notes: Notes = { concluded: this.number, sent: this.sent, misconfiguredSince };
    this.context.heartbeat(notes);
  }

  /** A sign of life. It repeats what was proven before, and proves nothing of its own. */
  private beat(): void {
    this.context.heartbeat(this.inherited ?? { concluded: -1, sent: 0 });
  }

  /**
   * What was proven, and one more for each attempt nobody heard of. An operator's reset counts attempts from 1 again and
   * may or may not keep the details, so those of a later number than this attempt's still prove what was sent.
   */
  private mayHaveBeenSent(earlier: number): number {
    const { attempt } = this.context.info;
    const concluded = this.inherited?.concluded ?? -1;
    const sent = concluded >= 1 ? (this.inherited?.sent ?? 0) : earlier;
    const unheard = attempt - 1 - (concluded >= 1 && concluded < attempt ? concluded : 0);
    // An attempt 1 that is not the first was reset: however many came before it.
    return attempt > 1 ? sent + unheard : Math.max(sent, 1);
  }
}

function notesOf(details: unknown): Notes | undefined {
  if (typeof details !== 'object' || details === null) return undefined;
  const { concluded, sent } = details as Partial<Notes>;
  return Number.isInteger(concluded) && Number.isInteger(sent) ? (details as Notes) : undefined;
}
