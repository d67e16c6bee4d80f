import type { Defect, Verdict } from './checker';
import type { OutageDone } from './outages';
import type { KeyPlan } from './plan';

/** How far a run had come, once in a while. */
export interface Progress {
  /** Since the run began. */
  readonly seconds: number;
  readonly started: number;
  readonly closed: number;
  readonly faults: number;
}

export interface FaultRun {
  readonly temporalVersion: string;
  readonly server: 'dev' | 'postgres';
  readonly seed: number;
  readonly keys: number;
  readonly closed: number;
  /** By kind, how often. */
  readonly faults: Readonly<Record<string, number>>;
  /** Those among them that hit a request which submits. */
  readonly submissionFaults: number;
  readonly verdict: Verdict;
  readonly plans: readonly KeyPlan[];
  readonly outages: readonly OutageDone[];
  readonly progress: readonly Progress[];
  /** Kinds that could not be made here, and why. */
  readonly skipped: Readonly<Record<string, string>>;
  /** Resets that were planned and could not be made, by kind and last reason. */
  readonly resetsNotMade: Readonly<Record<string, number>>;
  /** What a person did to let processes go on. */
  readonly operatorActs: number;
  /** Workers and webhooks that ended although nobody ended them, and how. */
  readonly endedByThemselves: readonly string[];
  /** Those among the faults that are forged notifications. */
  readonly forged: number;
  /** Facts kept as an unclaimed notification, because no process waited for them when they came. */
  readonly unclaimed: number;
  readonly seconds: number;
}

export const COUNTED = ['lost', 'doubled', 'wrongState', 'wrongConflict', 'ackedButLost'] as const;
/** What a run has to reach before its silence means anything; `kinds` and resets from so many keys on. */
export const LEAST = { faultsPerKey: 3, kinds: 20, shareOfResets: 0.5 };
const ALL_KINDS_FROM_KEYS = 300;
/** A run of this size has room for every outage it plans. */
const ROOM_FROM_KEYS = 1_000;
/** Why an outage was not made in a run that had no room for it. */
export const NO_ROOM = 'the run was over before its turn, or before the last of its turns';
/** A failing run names so many defects of each sort. */
const SHOWN = 20;

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

const grouped = (count: number): string => count.toLocaleString('en-US');

/** The one line of a run. */
export function summaryLine({ seed, keys, faults, verdict, seconds }: FaultRun): string {
  const { lost, doubled, wrongState, wrongConflict, ackedButLost, acknowledged } = verdict;
  return (
    `seed ${seed}: ${grouped(keys)} keys, ${grouped(sumOf(faults))} faults of ${Object.keys(faults).length} kinds, ` +
    `lost ${lost.length}, doubled ${doubled.length}, wrong state ${wrongState.length}, ` +
    `wrong conflict ${wrongConflict.length}, acked-but-lost ${ackedButLost.length} of ${grouped(acknowledged)}, ` +
    `${Math.round(seconds)} s`
  );
}

/** Why a run does not count as passed; empty when it does. */
export function failures(run: FaultRun): string[] {
  const { keys, closed, faults, verdict, skipped } = run;
  const defects = COUNTED.reduce((sum, name) => sum + verdict[name].length, 0);
  const kinds = Object.keys(faults).length;
  const least = keys * LEAST.faultsPerKey;
  const resets = resetsOf(run);
  return [
    ...(defects === 0 ? [] : [`${defects} defects`]),
    ...(closed >= keys ? [] : [`only ${closed} of ${keys} keys came to their end`]),
    ...(sumOf(faults) >= least ? [] : [`only ${sumOf(faults)} faults, expected at least ${least}`]),
    ...(keys < ALL_KINDS_FROM_KEYS || kinds >= LEAST.kinds
      ? []
      : [`only ${kinds} kinds, expected at least ${LEAST.kinds}`]),
    ...(keys < ALL_KINDS_FROM_KEYS || resets.made >= resets.planned * LEAST.shareOfResets
      ? []
      : [`only ${resets.made} of ${resets.planned} resets could be made`]),
    ...(keys < ALL_KINDS_FROM_KEYS ? [] : Object.entries(skipped))
      .filter(([, why]) => keys >= ROOM_FROM_KEYS || why !== NO_ROOM)
      .map(([kind]) => `${kind} was planned and not made`),
  ];
}

/** Resets of activities and workflows: those that were planned, and those that found something to reset. */
export function resetsOf({ faults, resetsNotMade }: FaultRun): { readonly planned: number; readonly made: number } {
  const made = (faults['activity reset'] ?? 0) + (faults['workflow reset'] ?? 0);
  return { planned: made + sumOf(resetsNotMade), made };
}

/** Everything a person wants to see of a run; its last line is the one line. */
export function reportOf(run: FaultRun): string {
  const { faults, outages, skipped, resetsNotMade, verdict } = run;
  const { submissionFaults, operatorActs, endedByThemselves, forged, unclaimed } = run;
  const width = Math.max(0, ...Object.keys(faults).map((kind) => kind.length));
  const failed = failures(run);
  return [
    ...Object.entries(faults)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([kind, count]) => `${kind.padEnd(width)}  ${grouped(count).padStart(7)}`),
    '',
    `${grouped(submissionFaults)} of them at requests that submit, ${grouped(forged)} forged notifications`,
    `a person acted ${operatorActs} times; ${grouped(unclaimed)} notified facts were kept as unclaimed`,
    ...endedByThemselves.map((what) => `ended by itself: ${what}`),
    ...outages
      .filter(({ note }) => note !== undefined)
      .map(({ kind, from, note }) => `${kind} at ${from.toFixed(0)} s: ${note}`),
    ...Object.entries(skipped).map(([kind, why]) => `NOT MADE: ${kind}: ${why}`),
    ...Object.entries(resetsNotMade).map(([what, times]) => `NOT MADE: ${grouped(times)} times ${what}`),
    ...COUNTED.flatMap((name) => defectLines(name, verdict[name], run)),
    ...failed.map((why) => `FAILED: ${why}`),
    summaryLine(run),
  ].join('\n');
}

function defectLines(name: string, defects: readonly Defect[], { plans, seed, keys, server }: FaultRun): string[] {
  const shown = defects.slice(0, SHOWN).map(({ key, workflowId, what }) => {
    const plan = plans[key];
    return `${name}: key ${key} ${workflowId}: ${what}${plan === undefined ? '' : `\n    plan: ${JSON.stringify(plan)}`}`;
  });
  if (shown.length === 0) return [];
  const more = defects.length > SHOWN ? [`${name}: ${defects.length - SHOWN} more`] : [];
  const where = server === 'dev' ? '' : ` --server ${server}`;
  return [...shown, ...more, `repeat it: npm run faults -- --seed ${seed} --keys ${keys}${where}`];
}
