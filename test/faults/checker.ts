/** One thing that is wrong, and the key and process it is about. */
export interface Defect {
  readonly key: number;
  readonly workflowId: string;
  readonly what: string;
}

/** One process of a key, with what its result may say. */
export interface ObservedProcess {
  readonly workflowId: string;
  /** By field, `identity.outcome` for an inner one: the values it may have. */
  readonly expected: Readonly<Record<string, readonly unknown[]>>;
  /** Absent while the process is open. */
  readonly result?: unknown;
  /** How it failed, if it did. */
  readonly failure?: { readonly isConflict: boolean; readonly message: string };
}

/** How often one effect may have happened. */
export interface ExpectedEffect {
  readonly effect: string;
  /** The simulator's ledger key. */
  readonly key: string;
  readonly least: number;
  readonly most: number;
}

/** A start of a key that is taken by other data. */
export interface ProvokedConflict {
  readonly workflowId: string;
  /** Fields that were made different. */
  readonly differing: readonly string[];
  /** Fields the refusal named; absent when it was accepted. */
  readonly refused?: readonly string[];
}

export interface ObservedKey {
  readonly index: number;
  readonly processes: readonly ObservedProcess[];
  readonly effects: readonly ExpectedEffect[];
  readonly provoked: readonly ProvokedConflict[];
  /** Runs that many starts at once came to; one is right. */
  readonly runsOfManyStarts?: readonly string[];
}

export interface Effects {
  readonly effect: string;
  readonly key: string;
  readonly count: number;
}

/** One delivery that was acknowledged. */
export interface AcknowledgedDelivery {
  /** What it tells, such as `payment 4200…`. */
  readonly fact: string;
  readonly key: number;
  readonly workflowId: string;
  /** Further processes that it may be told to instead. */
  readonly orElse?: readonly string[];
  /** When it was sent, milliseconds since the epoch. */
  readonly at: number;
}

export interface Collected {
  readonly keys: readonly ObservedKey[];
  readonly ledger: readonly Effects[];
  readonly acknowledged: readonly AcknowledgedDelivery[];
  /** Facts that reached a process by signal, or were kept as an unclaimed notification, and the ids of those workflows. */
  readonly told: ReadonlyMap<string, ReadonlySet<string>>;
  /** Facts that the result of a closed process holds, and when it closed. */
  readonly closedKnowing: ReadonlyMap<string, number>;
  /** Transactions whose declaration was sent again after WeChat Pay had carried it out. It takes that for one. */
  readonly sentAgain: readonly string[];
  /** Forged notifications that were acknowledged, or that a process was told of. */
  readonly forgedAccepted: readonly string[];
}

export interface Verdict {
  readonly lost: readonly Defect[];
  readonly doubled: readonly Defect[];
  readonly wrongState: readonly Defect[];
  readonly wrongConflict: readonly Defect[];
  readonly ackedButLost: readonly Defect[];
  readonly acknowledged: number;
}

/** A delivery takes five seconds at most: a process that closed within them may have closed before it arrived. */
const DELIVERY_TAKES = 6_000;

/** Compares what happened at WeChat Pay with what the processes say, and with what was acknowledged. */
export function check(collected: Collected): Verdict {
  const { keys, ledger, acknowledged, sentAgain, forgedAccepted } = collected;
  const counts = new Map(ledger.map(({ effect, key, count }) => [`${effect} ${key}`, count]));
  const inNoStory = new Set(counts.keys());
  const lost: Defect[] = [];
  const doubled: Defect[] = [];
  const wrongState: Defect[] = forgedAccepted.map((what) => ({ key: -1, workflowId: '', what: `accepted: ${what}` }));
  const wrongConflict: Defect[] = [];
  for (const key of keys) {
    const of = (workflowId: string, what: string): Defect => ({ key: key.index, workflowId, what });
    for (const process of key.processes) {
      const { workflowId, failure, result } = process;
      if (failure?.isConflict === true) wrongConflict.push(of(workflowId, `refused: ${failure.message}`));
      else if (failure !== undefined) wrongState.push(of(workflowId, `failed: ${failure.message}`));
      else if (result === undefined) lost.push(of(workflowId, 'has no result'));
      else wrongState.push(...differences(process).map((what) => of(workflowId, what)));
    }
    const [first] = key.processes;
    const workflowId = first?.workflowId ?? '';
    for (const { effect, key: ledgerKey, least, most } of key.effects) {
      const count = counts.get(`${effect} ${ledgerKey}`) ?? 0;
      inNoStory.delete(`${effect} ${ledgerKey}`);
      const what = `${effect} ${ledgerKey} ${count} times, expected ${least === most ? least : `${least} to ${most}`}`;
      if (count > most) doubled.push(of(workflowId, what));
      else if (count < least) lost.push(of(workflowId, what));
    }
    for (const { workflowId: taken, differing, refused } of key.provoked) {
      const wanted = [...differing].sort().join(', ');
      const named = refused === undefined ? undefined : [...refused].sort().join(', ');
      if (named === undefined) wrongConflict.push(of(taken, `other data (${wanted}) were accepted`));
      else if (named !== wanted) wrongConflict.push(of(taken, `other data (${wanted}) were refused for: ${named}`));
    }
    const runs = new Set(key.runsOfManyStarts);
    if (runs.size > 1) doubled.push(of(workflowId, `many starts at once came to ${runs.size} runs`));
  }
  for (const number of sentAgain) {
    doubled.push({ key: -1, workflowId: '', what: `declaration for ${number} sent again although it was carried out` });
  }
  for (const what of inNoStory) doubled.push({ key: -1, workflowId: '', what: `${what}: no story has it` });
  const ackedButLost = acknowledged
    .filter((delivery) => !isKnown(delivery, collected))
    .map(({ key, workflowId, fact }) => ({ key, workflowId, what: `acknowledged, and nobody was told: ${fact}` }));
  return { lost, doubled, wrongState, wrongConflict, ackedButLost, acknowledged: acknowledged.length };
}

/** The permission said that the limit is gone before the number of that second application was known. */
export function limitGone(workflowId: string): string {
  return `limit gone ${workflowId}`;
}

function isKnown(
  { fact, workflowId, orElse = [], at }: AcknowledgedDelivery,
  { told, closedKnowing }: Collected,
): boolean {
  const workflows = [...(told.get(fact) ?? [])];
  if (workflows.some((told) => told === workflowId || orElse.includes(told) || isUnclaimed(told))) return true;
  const closed =
    closedKnowing.get(fact) ?? (fact.startsWith('h5 ') ? closedKnowing.get(limitGone(workflowId)) : undefined);
  return closed !== undefined && closed <= at + DELIVERY_TAKES;
}

/** Whether a workflow keeps a notification that no process waited for. */
export function isUnclaimed(workflowId: string): boolean {
  return workflowId.startsWith('unclaimed/');
}

/** What a result says that it may not say. */
export function differences({ expected, result }: Pick<ObservedProcess, 'expected' | 'result'>): string[] {
  return Object.entries(expected).flatMap(([path, allowed]) => {
    const value = path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown>)?.[name], result);
    return allowed.includes(value) ? [] : [`${path} is ${String(value)}, expected ${allowed.map(String).join(' or ')}`];
  });
}
