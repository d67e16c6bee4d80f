import { describe, expect, it } from 'vitest';
import { check, limitGone } from './checker';
import type { Collected, ObservedKey, Verdict } from './checker';

const KEY: ObservedKey = {
  index: 7,
  processes: [{ workflowId: 'customs/7', expected: { outcome: ['SUCCESS'] }, result: { outcome: 'SUCCESS' } }],
  effects: [{ effect: 'declared', key: 'ZS/7', least: 1, most: 1 }],
  provoked: [{ workflowId: 'customs/7', differing: ['duty'], refused: ['duty'] }],
  runsOfManyStarts: ['one', 'one'],
};

const told = (fact: string, ...workflowIds: string[]) => new Map([[fact, new Set(workflowIds)]]);

/** A run without a defect, with a change. */
function run(change: { key?: Partial<ObservedKey>; all?: Partial<Collected> } = {}): Collected {
  return {
    keys: [{ ...KEY, ...change.key }],
    ledger: [{ effect: 'declared', key: 'ZS/7', count: 1 }],
    acknowledged: [{ fact: 'payment 42', key: 7, workflowId: 'contract-order/7', at: 100_000 }],
    told: told('payment 42', 'contract-order/7'),
    sentAgain: [],
    closedKnowing: new Map(),
    forgedAccepted: [],
    ...change.all,
  };
}

const SORTS = ['lost', 'doubled', 'wrongState', 'wrongConflict', 'ackedButLost'] as const;

/** How many defects of each sort there are, without the sorts that have none. */
function found(verdict: Verdict): Record<string, number> {
  return Object.fromEntries(SORTS.flatMap((sort) => (verdict[sort].length > 0 ? [[sort, verdict[sort].length]] : [])));
}

describe('the checker of fault runs', () => {
  it('finds nothing in a run in which nothing is wrong', () => {
    const verdict = check(run());
    expect(found(verdict)).toEqual({});
    expect(verdict.acknowledged).toBe(1);
  });

  it('finds a process without a result', () => {
    const processes = [{ workflowId: 'customs/7', expected: {} }];
    expect(found(check(run({ key: { processes } })))).toEqual({ lost: 1 });
  });

  it('finds an effect that never happened although the process has its result', () => {
    expect(found(check(run({ all: { ledger: [] } })))).toEqual({ lost: 1 });
  });

  it('finds an effect that happened twice', () => {
    const ledger = [{ effect: 'declared', key: 'ZS/7', count: 2 }];
    const verdict = check(run({ all: { ledger } }));
    expect(found(verdict)).toEqual({ doubled: 1 });
    expect(verdict.doubled[0]?.what).toBe('declared ZS/7 2 times, expected 1');
  });

  it('takes no other effect and no other key for it, and finds that no story has those', () => {
    const ledger = [
      { effect: 'pushed', key: 'ZS/7', count: 1 },
      { effect: 'declared', key: 'ZS/8', count: 1 },
    ];
    const verdict = check(run({ all: { ledger } }));
    expect(found(verdict)).toEqual({ lost: 1, doubled: 2 });
    expect(verdict.doubled.map(({ what }) => what)).toEqual([
      'pushed ZS/7: no story has it',
      'declared ZS/8: no story has it',
    ]);
  });

  it('finds many starts at once that came to two runs', () => {
    expect(found(check(run({ key: { runsOfManyStarts: ['one', 'two', 'one'] } })))).toEqual({ doubled: 1 });
  });

  it('finds a result that is not what is true at WeChat Pay', () => {
    const processes = [{ workflowId: 'customs/7', expected: { outcome: ['SUCCESS'] }, result: { outcome: 'FAIL' } }];
    const verdict = check(run({ key: { processes } }));
    expect(found(verdict)).toEqual({ wrongState: 1 });
    expect(verdict.wrongState[0]?.what).toBe('outcome is FAIL, expected SUCCESS');
  });

  it('looks into what a result holds', () => {
    const expected = { 'identity.outcome': ['SAME'] };
    const processes = [{ workflowId: 'customs/7', expected, result: { identity: { outcome: 'DIFFERENT' } } }];
    expect(found(check(run({ key: { processes } })))).toEqual({ wrongState: 1 });
    const absent = [{ workflowId: 'customs/7', expected, result: {} }];
    expect(found(check(run({ key: { processes: absent } })))).toEqual({ wrongState: 1 });
  });

  it('finds a process that failed for no business reason', () => {
    const failure = { isConflict: false, message: 'the workflow is broken' };
    const processes = [{ workflowId: 'customs/7', expected: {}, failure }];
    expect(found(check(run({ key: { processes } })))).toEqual({ wrongState: 1 });
  });

  it('finds a conflict that nobody provoked', () => {
    const failure = { isConflict: true, message: 'exists with other data' };
    const processes = [{ workflowId: 'customs/7', expected: {}, failure }];
    expect(found(check(run({ key: { processes } })))).toEqual({ wrongConflict: 1 });
  });

  it('finds other data that were accepted, and a refusal that names other fields', () => {
    const provoked = [
      { workflowId: 'customs/7', differing: ['duty'] },
      { workflowId: 'customs/7', differing: ['duty'], refused: ['customs'] },
    ];
    expect(found(check(run({ key: { provoked } })))).toEqual({ wrongConflict: 2 });
  });

  it('finds a declaration that was sent again although it was carried out', () => {
    const verdict = check(run({ all: { sentAgain: ['4200'] } }));
    expect(found(verdict)).toEqual({ doubled: 1 });
    expect(verdict.doubled[0]?.what).toContain('4200');
  });

  it('finds an acknowledged notification that only somebody else was told of', () => {
    const withTold = (...workflowIds: string[]) =>
      found(check(run({ all: { told: told('payment 42', ...workflowIds) } })));
    expect(withTold('contract-order/8')).toEqual({ ackedButLost: 1 });
    expect(withTold('contract-order/8', 'contract-order/7')).toEqual({});
    expect(withTold('unclaimed/payment/1900000109/42')).toEqual({});
    const acknowledged = [
      { fact: 'contract 42', key: 7, workflowId: 'contract-order/7', orElse: ['contract/7'], at: 1 },
    ];
    expect(found(check(run({ all: { acknowledged, told: told('contract 42', 'contract/7') } })))).toEqual({});
  });

  it('finds an acknowledged notification that nobody was told of', () => {
    expect(found(check(run({ all: { told: told('payment 43', 'contract-order/7') } })))).toEqual({ ackedButLost: 1 });
  });

  it('counts every delivery of a lost notification that was acknowledged', () => {
    const delivery = { fact: 'payment 42', key: 7, workflowId: 'contract-order/7', at: 100_000 };
    const verdict = check(run({ all: { acknowledged: [delivery, delivery], told: new Map() } }));
    expect(verdict.ackedButLost).toHaveLength(2);
    expect(verdict.acknowledged).toBe(2);
  });

  it('accepts what a closed process knew already, but not what it came to know long after', () => {
    const knowing = (closed: number) =>
      check(run({ all: { told: new Map(), closedKnowing: new Map([['payment 42', closed]]) } }));
    expect(found(knowing(99_000))).toEqual({});
    expect(found(knowing(105_000))).toEqual({});
    expect(found(knowing(130_000))).toEqual({ ackedButLost: 1 });
  });

  it('accepts the number of a limit removal that a closed application learnt from its permission', () => {
    const acknowledged = ['h5 2000000100004', 'payment 42'].map((fact) => ({
      ...{ fact, key: 7, workflowId: 'h5/7', at: 100_000 },
    }));
    const closedKnowing = new Map([[limitGone('h5/7'), 99_000]]);
    const verdict = check(run({ all: { told: new Map(), acknowledged, closedKnowing } }));
    expect(verdict.ackedButLost.map(({ what }) => what)).toEqual([expect.stringContaining('payment 42')]);
  });

  it('finds a forged notification that was accepted', () => {
    expect(found(check(run({ all: { forgedAccepted: ['forged notification, v3 bad'] } })))).toEqual({ wrongState: 1 });
  });
});
