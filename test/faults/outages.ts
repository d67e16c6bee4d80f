import { setTimeout as wait } from 'node:timers/promises';
import type { Fleet, FleetProcess } from '../fleet/fleet';
import { wrongClock } from './clock';
import type { Chance } from './chance';
import type { Mark } from './proxy';
import type { TemporalUnderFaults } from './temporal';

/** What is done to the processes of a run. */
export type OutageKind =
  | 'worker kill -9'
  | 'worker SIGTERM'
  | 'webhook kill -9'
  | 'Temporal restart, short'
  | 'Temporal restart, long'
  | 'Temporal kill -9'
  | 'PostgreSQL stop'
  | 'PostgreSQL kill -9'
  | 'certificate rotation'
  | 'webhook clock 10 minutes off';

/** One outage, when so much of the run has been done. */
export interface Outage {
  readonly at: number;
  readonly kind: OutageKind;
}

/** What became of an outage, for the report. */
export interface OutageDone extends Outage {
  /** Seconds since the run began. */
  readonly from: number;
  readonly to: number;
  readonly note?: string;
}

/** Which outages, and when: decided by seed and size. The first and the last tenth of a run stay quiet. */
export function planOutages(chance: Chance, keys: number, database: boolean): Outage[] {
  const times = (least: number, perKeys: number): number => Math.max(least, Math.round(keys / perKeys));
  const counts: Partial<Record<OutageKind, number>> = {
    'worker kill -9': times(2, 500),
    'worker SIGTERM': times(1, 2_000),
    'webhook kill -9': times(3, 250),
    'Temporal restart, short': times(1, 4_000),
    'Temporal restart, long': 1,
    'Temporal kill -9': times(1, 5_000),
    'certificate rotation': times(1, 2_500),
    'webhook clock 10 minutes off': times(1, 5_000),
    ...(database ? { 'PostgreSQL stop': times(1, 5_000), 'PostgreSQL kill -9': times(1, 5_000) } : {}),
  };
  return Object.entries(counts)
    .flatMap(([kind, count]) =>
      Array.from({ length: count }, (): Outage => ({ kind: kind as OutageKind, at: 0.1 + 0.8 * chance.next() })),
    )
    .sort((a, b) => a.at - b.at);
}

/** One place for a process, a worker or a webhook: whoever works there is replaced when it ends. */
export class ProcessPlace {
  /** Those that ended although nobody ended them, and how. */
  readonly endedByThemselves: string[] = [];
  private current: FleetProcess | undefined;
  private busy: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly start: () => Promise<FleetProcess>,
    private readonly pause: () => number,
  ) {}

  async open(): Promise<void> {
    this.take(await this.start());
  }

  /**
   * Ends it by its pid and starts another. Resolves as soon as the old one is gone, with the seconds that took; with
   * undefined when nobody works here just now.
   */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<number | undefined> {
    const { current } = this;
    if (current === undefined) return undefined;
    this.current = undefined;
    const began = performance.now();
    const gone = current.stop(signal, 60_000);
    this.busy = gone.then(() => this.replace());
    await gone;
    return (performance.now() - began) / 1_000;
  }

  /** Ends whoever works here, as soon as somebody does, and resolves when another one works here. */
  async exchange(signal?: 'SIGKILL' | 'SIGTERM'): Promise<number> {
    for (;;) {
      await this.idle();
      const seconds = await this.kill(signal);
      if (seconds === undefined) continue;
      await this.idle();
      return seconds;
    }
  }

  /** The run is over: nobody is replaced any more. */
  close(): void {
    this.closed = true;
  }

  /** Resolves when somebody works here again. */
  idle(): Promise<void> {
    return this.busy;
  }

  private take(process: FleetProcess): void {
    this.current = process;
    void process.ended.then((how) => {
      if (this.closed || this.current !== process) return;
      this.endedByThemselves.push(`${process.name} ${how}`);
      this.current = undefined;
      this.busy = this.replace();
    });
  }

  private async replace(): Promise<void> {
    await wait(this.pause());
    for (let tries = 0; !this.closed; tries++) {
      try {
        this.take(await this.start());
        return;
      } catch (error) {
        // The Temporal server may be away just now.
        if (tries >= 60) throw error;
        await wait(1_000);
      }
    }
  }
}

export interface OutageStage {
  readonly fleet: Fleet;
  readonly temporal: TemporalUnderFaults;
  readonly workers: readonly ProcessPlace[];
  readonly webhook: ProcessPlace;
  readonly chance: Chance;
  readonly count: (kind: string, times?: number) => void;
  /** Seconds that the server is away: the 5 and 60 in a long run. */
  readonly away: { readonly short: number; readonly long: number };
  /** Starts the webhook with this environment until told otherwise. */
  readonly webhookEnv: (env: Readonly<Record<string, string>>) => void;
}

/** Makes one outage, counts it, and returns when the process is back. */
export async function makeOutage(stage: OutageStage, kind: OutageKind): Promise<string | undefined> {
  const note = await outageOf(stage, kind);
  stage.count(kind);
  return note;
}

async function outageOf(stage: OutageStage, kind: OutageKind): Promise<string | undefined> {
  const { temporal, webhook, away } = stage;
  const worker = stage.chance.pick(stage.workers);
  switch (kind) {
    case 'worker kill -9':
      await worker.exchange();
      return undefined;
    case 'worker SIGTERM':
      return `ended in ${(await worker.exchange('SIGTERM')).toFixed(1)} s`;
    case 'webhook kill -9':
      await webhook.exchange();
      return undefined;
    case 'Temporal restart, short':
      return temporal.restart(away.short, 'SIGTERM');
    case 'Temporal restart, long':
      return temporal.restart(away.long, 'SIGTERM');
    case 'Temporal kill -9':
      return temporal.restart(away.short, 'SIGKILL');
    case 'PostgreSQL stop':
      return temporal.restartDatabase(away.short, 'SIGINT');
    case 'PostgreSQL kill -9':
      return temporal.restartDatabase(away.short, 'SIGKILL');
    case 'certificate rotation':
      await stage.fleet.simulator.rotateCertificate();
      return undefined;
    case 'webhook clock 10 minutes off': {
      try {
        stage.webhookEnv(wrongClock(stage.chance.pick([-600, 600])));
        await webhook.exchange();
        await wait(away.short * 2_000);
      } finally {
        stage.webhookEnv({});
        await webhook.exchange();
      }
      return undefined;
    }
  }
}

/** Kills the worker whose request has come to a mark. */
export async function killAtMark(worker: ProcessPlace, mark: Mark, count: (kind: string) => void): Promise<void> {
  // Another fault may have ended it meanwhile.
  if ((await worker.kill()) === undefined) return;
  count(`worker kill -9 ${{ before: 'before the act', acted: 'after the act', answered: 'after the answer' }[mark]}`);
}
