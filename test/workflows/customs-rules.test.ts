import { describe, expect, it } from 'vitest';
import { nextStep, pushed, PUSHES_AT_MOST, pushingOf, repushRefusal } from '../../src/workflows/customs-rules';

const MINUTE = 60_000;

describe('what follows from a state', () => {
  it.each([
    ['SUCCESS', { do: 'end', outcome: 'SUCCESS' }],
    ['FAIL', { do: 'end', outcome: 'FAIL' }],
    ['UNDECLARED', { do: 'wait', undocumented: false }],
    ['PROCESSING', { do: 'wait', undocumented: false }],
    ['SUBMITTED', { do: 'wait', undocumented: false }],
    ['STATE_OF_TOMORROW', { do: 'wait', undocumented: true }],
    ['EXCEPT', { do: 'push', after: 10 * MINUTE, sends: 2 }],
  ])('%s: %j', (state, step) => {
    expect(nextStep(state, pushingOf())).toEqual(step);
  });

  it('EXCEPT ends it where nothing may be sent', () => {
    expect(nextStep('EXCEPT', pushingOf({ adopt: true }))).toEqual({ do: 'end', outcome: 'EXCEPT' });
    expect(nextStep('EXCEPT', pushingOf({ adopt: true, repushes: 3 }))).toEqual({ do: 'end', outcome: 'EXCEPT' });
    expect(nextStep('EXCEPT', pushingOf({ repushes: 0 }))).toEqual({ do: 'end', outcome: 'EXCEPT' });
  });
});

/** Every push from EXCEPT until it ends: its wait in minutes, and how often it may be sent. */
function pushes(repushes: number, sent = 0, repushAfter?: string): [number, number][] {
  const made: [number, number][] = [];
  let pushing = pushingOf({ repushes, ...(repushAfter === undefined ? {} : { repushAfter }) }, sent);
  for (;;) {
    const step = nextStep('EXCEPT', pushing);
    if (step.do !== 'push') return made;
    made.push([step.after / MINUTE, step.sends]);
    pushing = pushed(pushing, step.sends);
  }
}

describe('automatic re-pushes', () => {
  it.each([
    [0, []],
    [1, [[10, 2]]],
    [
      2,
      [
        [10, 2],
        [20, 1],
      ],
    ],
    [
      3,
      [
        [10, 1],
        [20, 1],
        [40, 1],
      ],
    ],
  ])('%i wanted: %j (minutes to wait, requests at most)', (wanted, expected) => {
    expect(pushes(wanted)).toEqual(expected);
  });

  it('begin after the wait that is wanted', () => {
    expect(pushes(3, 0, '1 minute').map(([minutes]) => minutes)).toEqual([1, 2, 4]);
  });

  it.each([0, 1, 2, 3])('with %i wanted and those that were asked for send three requests at most', (wanted) => {
    for (const sent of [0, 1, 2, 3]) {
      const requests = pushes(wanted, sent).reduce((sum, [, sends]) => sum + sends, sent);
      expect(requests).toBeLessThanOrEqual(PUSHES_AT_MOST);
    }
  });

  it('leave a request to each that was asked for before', () => {
    expect(pushes(1, 1)).toEqual([[10, 2]]);
    expect(pushes(3, 1)).toHaveLength(2);
    expect(pushes(3, 3)).toEqual([]);
  });
});

describe('a re-push that is asked for', () => {
  it.each(['SUCCESS', 'EXCEPT'])('is possible from %s', (state) => {
    expect(repushRefusal(state)).toBeUndefined();
  });

  it.each([
    ['UNDECLARED', 'Wait until customs has decided.'],
    ['PROCESSING', 'Wait until customs has decided.'],
    ['SUBMITTED', 'Wait until customs has decided.'],
    ['STATE_OF_TOMORROW', 'Wait until customs has decided.'],
    ['FAIL', 'Correct it with a modification.'],
  ])('is refused from %s, naming what is possible', (state, instead) => {
    expect(repushRefusal(state)).toBe(
      `the declaration is ${state}; a re-push is possible from SUCCESS or EXCEPT only. Nothing was sent. ${instead}`,
    );
  });
});
