import { describe, expect, it } from 'vitest';
import { planRun } from './plan';
import { failures, NO_ROOM, reportOf, summaryLine } from './report';
import type { FaultRun } from './report';

const CLEAN = {
  ...{ lost: [], doubled: [], wrongState: [], wrongConflict: [], ackedButLost: [], acknowledged: 48_113 },
};

function run(change: Partial<FaultRun> = {}): FaultRun {
  return {
    ...{ temporalVersion: '1.31.2', seed: 42, keys: 10_000, closed: 10_000, seconds: 611.4 },
    faults: Object.fromEntries(Array.from({ length: 23 }, (_, kind) => [`kind ${kind}`, kind === 0 ? 31_182 : 1])),
    ...{
      submissionFaults: 4_000,
      operatorActs: 0,
      verdict: CLEAN,
      server: 'dev',
      endedByThemselves: [],
      forged: 10_000,
      unclaimed: 3,
    },
    ...{ plans: [], outages: [], progress: [], skipped: {}, resetsNotMade: {} },
    ...change,
  };
}

describe('the report of a fault run', () => {
  it('ends with the one line', () => {
    const line =
      'seed 42: 10,000 keys, 31,204 faults of 23 kinds, lost 0, doubled 0, wrong state 0, wrong conflict 0, ' +
      'acked-but-lost 0 of 48,113, 611 s';
    expect(summaryLine(run())).toBe(line);
    expect(reportOf(run()).split('\n').at(-1)).toBe(line);
    expect(failures(run())).toEqual([]);
  });

  it('never passes for fewer keys than asked', () => {
    expect(failures(run({ closed: 9_999 }))).toEqual(['only 9999 of 10000 keys came to their end']);
  });

  it('never passes for fewer faults, or fewer kinds of them, than there have to be', () => {
    const few = { faults: { ...run().faults, 'kind 0': 29_000 } };
    expect(failures(run(few))).toEqual(['only 29022 faults, expected at least 30000']);
    expect(failures(run({ faults: { one: 40_000 } }))).toEqual(['only 1 kinds, expected at least 20']);
  });

  it.each(['lost', 'doubled', 'wrongState', 'wrongConflict', 'ackedButLost'] as const)(
    'fails for one defect of the sort %s, and names key, workflow and plan',
    (sort) => {
      const defect = { key: 3, workflowId: 'customs/3', what: 'is wrong' };
      const failed = run({ verdict: { ...CLEAN, [sort]: [defect] }, plans: planRun(42, 10) });
      expect(failures(failed)).toEqual(['1 defects']);
      const text = reportOf(failed);
      expect(text).toContain(`${sort}: key 3 customs/3: is wrong`);
      expect(text).toContain('plan: {"index":3,');
      expect(text).toContain('repeat it: npm run faults -- --seed 42 --keys 10000');
    },
  );

  it('never passes a long run without an outage that it planned', () => {
    const skipped = { 'Temporal kill -9': 'no port' };
    expect(failures(run({ skipped }))).toEqual(['Temporal kill -9 was planned and not made']);
    expect(failures(run({ skipped, keys: 300 }))).toHaveLength(1);
    expect(failures(run({ skipped: { 'Temporal kill -9': NO_ROOM }, keys: 300 }))).toEqual([]);
    expect(failures(run({ skipped: { 'Temporal kill -9': NO_ROOM } }))).toHaveLength(1);
  });

  it('never passes when most of its resets found nothing to reset', () => {
    const resets = (made: number, notMade: number) => ({
      faults: { ...run().faults, 'activity reset': made, 'workflow reset': 1 },
      resetsNotMade: { 'activity reset: no activity is open': notMade },
    });
    expect(failures(run(resets(19, 21)))).toEqual(['only 20 of 41 resets could be made']);
    expect(failures(run(resets(19, 20)))).toEqual([]);
  });

  it('says which kinds could not be made here', () => {
    const skipped = { 'webhook clock 10 minutes off': 'libfaketime is missing' };
    expect(reportOf(run({ skipped }))).toContain('NOT MADE: webhook clock 10 minutes off: libfaketime is missing');
    const resetsNotMade = { 'activity reset: no activity is open': 2 };
    expect(reportOf(run({ resetsNotMade }))).toContain('NOT MADE: 2 times activity reset: no activity is open');
  });
});
