const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How often to ask, by the time that has passed since the wait began. */
export interface Schedule {
  readonly steps: readonly { readonly until: number; readonly every: number }[];
}

/** Customs decides within minutes or days; a review within working days; a payer within minutes. */
export const SCHEDULES = {
  customs: {
    steps: [
      { until: 10 * MINUTE, every: MINUTE },
      { until: 2 * HOUR, every: 5 * MINUTE },
      { until: DAY, every: 30 * MINUTE },
      { until: Infinity, every: 2 * HOUR },
    ],
  },
  h5: {
    steps: [
      { until: 10 * MINUTE, every: MINUTE },
      { until: Infinity, every: HOUR },
    ],
  },
  payment: {
    steps: [
      { until: 5 * MINUTE, every: 30 * SECOND },
      { until: Infinity, every: 5 * MINUTE },
    ],
  },
  /**
   * Within twelve hours after the signing a debit is made at once. Later the payer is told first and it is made a day
   * after: nothing happens meanwhile, and around that hour it is asked for more often again.
   */
  debit: {
    steps: [
      { until: 10 * MINUTE, every: MINUTE },
      { until: HOUR, every: 10 * MINUTE },
      { until: 23 * HOUR, every: HOUR },
      { until: 26 * HOUR, every: 10 * MINUTE },
      { until: Infinity, every: HOUR },
    ],
  },
  /** A signed contract tells its ending by itself; asking is for those who want to be sure, at an interval they name. */
  signedContract: { steps: [{ until: Infinity, every: 7 * DAY }] },
  /** At 10 s, 30 s, 1, 5 and 15 minutes, 1 h, 2 h: a signing follows its payment at once or hardly ever. */
  contract: {
    steps: [10 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR].map((until, index, times) => ({
      until,
      every: until - (times[index - 1] ?? 0),
    })),
  },
} as const satisfies Record<string, Schedule>;

/** The server adds no jitter to a delay of ours, so that thousands of declarations would ask at the same second. */
const JITTER = 0.1;

function jittered(milliseconds: number, random: number): number {
  return milliseconds * (1 - JITTER + 2 * JITTER * random);
}

/**
 * Milliseconds until the next poll. A function of elapsed time, never of the attempt number: an operator's reset puts
 * that back to 1. `random` is in [0, 1).
 */
export function pollDelay(schedule: Schedule, elapsed: number, random: number): number {
  const step = schedule.steps.find(({ until }) => elapsed < until) ?? schedule.steps.at(-1);
  return Math.round(jittered(step?.every ?? MINUTE, random));
}

/** Milliseconds until a failed transport is tried again: half of what has passed, between 1 s and 5 minutes. */
export function transportDelay(elapsed: number, random: number): number {
  return Math.round(jittered(Math.min(Math.max(elapsed / 2, SECOND), 5 * MINUTE), random));
}

/** Milliseconds until a wrong configuration is tried again: a minute at first, then five. A person is needed anyway. */
export function configurationDelay(failingFor: number, random: number): number {
  return Math.round(jittered(failingFor < 10 * MINUTE ? MINUTE : 5 * MINUTE, random));
}

/** An attempt so close to the limit that another one after it would be pointless. */
const LAST_MOMENT = 1_500;

/**
 * Clips a delay to the time that remains, so that one poll happens shortly before the limit. In the last moment it points
 * past the limit instead, which ends the wait at once.
 */
export function clipped(delay: number, remaining: number | undefined): number {
  if (remaining === undefined) return delay;
  if (remaining <= LAST_MOMENT) return Math.max(remaining, 0) + 10 * SECOND;
  return Math.min(delay, remaining - SECOND);
}
