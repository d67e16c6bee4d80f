import type { Flow } from '../../../src/interface';
import type { RunId } from '../histories';
import type { SkippingRig } from '../time-skipping';

/** Drives one process to its end, looks whether it is the right one, and names the run. */
export type Play = (rig: SkippingRig) => Promise<RunId>;

/**
 * `skipping`: days pass in moments. `real`: for what waits again after a wait was cut short, because the time-skipping
 * server never lets the id of an activity be used again that was cancelled between two attempts.
 */
export type ServerKind = 'skipping' | 'real';

/** One ending of one workflow. `ending` also names its golden history. */
export interface Scenario {
  readonly server: ServerKind;
  readonly flow: Flow;
  readonly ending: string;
  readonly play: Play;
}

export function endingsOf(
  flow: Flow,
  endings: Readonly<Record<string, Play>>,
  server: ServerKind = 'skipping',
): readonly Scenario[] {
  return Object.entries(endings).map(([ending, play]) => ({ flow, ending, play, server }));
}

export const MINUTE = 60;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
