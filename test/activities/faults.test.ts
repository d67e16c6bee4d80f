import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAULT_KINDS } from '../../src/testing/simulator/faults';
import { ENDINGS } from './attempts';
import { CALLS } from './call-cases';
import { FAULTS, titleOf } from './fault-cases';
import { stage } from './stage';
import type { Stage } from './stage';

/*
 * Every create-like activity under every fault, repeated as Temporal repeats it: one effect at WeChat Pay, and the right
 * answer in the end. The ledger of the simulator is written where an effect happens, never from an answer. Every failure
 * and every heartbeat on the way is searched for secrets.
 */

let s: Stage;

beforeAll(async () => {
  s = await stage();
});
afterAll(() => s.close());
beforeEach(() => s.simulator.reset());

/** Nobody heard of the first attempt, not even that it had succeeded. */
const unheard = (ending: string): boolean => ending === 'died' || ending === 'reset';

describe.each(CALLS)('$name', ({ protocol, call, question, effect, effects, doubled = effects, prepare, answer }) => {
  const faults = FAULTS.filter(({ only = protocol }) => only === protocol).map((one) => ({
    ...one,
    title: titleOf(one.fault),
  }));
  // Waiting for an answer that never comes costs time, so these end in two ways only.
  const cases = faults.flatMap((one) =>
    ENDINGS.filter((ending) => one.silent !== true || ending === 'reported' || ending === 'died').map((ending) => ({
      ...one,
      ending,
    })),
  );

  it.each(cases)(
    'has one effect under $title, first attempt $ending',
    async ({ fault, first, acted, silent, ending }) => {
      const drive = await prepare(s);
      s.simulator.faults({ call, ...fault });
      const driven = await drive(silent ? s.impatient : s.activities, { ending, secrets: s.secrets });
      expect(driven.first.failure?.type).toBe(first);
      expect(s.simulator.listFaults()[0]?.injected).toBe(1);
      expect(driven.last.failure).toBeUndefined();
      expect(effects).toContain(s.count(effect));
      const lost = acted && (first !== undefined || unheard(ending));
      expect(driven.last.result).toMatchObject(answer(!lost));
    },
  );

  it.each(ENDINGS)('has one effect without a fault, first attempt %s', async (ending) => {
    const drive = await prepare(s);
    const driven = await drive(s.activities, { ending, secrets: s.secrets });
    expect(driven.first.failure).toBeUndefined();
    expect(driven.last.failure).toBeUndefined();
    expect(effects).toContain(s.count(effect));
    expect(driven.last.result).toMatchObject(answer(!unheard(ending)));
  });

  it('has one effect when WeChat Pay acts twice', async () => {
    const drive = await prepare(s);
    s.simulator.faults({ call, kind: 'slow-double', ms: 5 });
    const { last } = await drive(s.activities, { secrets: s.secrets });
    expect(last.failure).toBeUndefined();
    expect(doubled).toContain(s.count(effect));
  });

  it('has one effect under five faults in a row', async () => {
    const drive = await prepare(s);
    for (const kind of ['500', '429', 'act-and-drop', 'bad-signature', 'drop-before-act'] as const) {
      s.simulator.faults({ call, kind });
    }
    const { last, all } = await drive(s.activities, { secrets: s.secrets });
    expect(last.failure).toBeUndefined();
    // Faults that are left over belong to an effect that was found by asking, and not sent again.
    expect(all.length).toBeGreaterThan(3);
    // The identity question changes nothing; the workflow stops it at three attempts.
    if (question !== undefined) expect(effects).toContain(s.count(effect));
  });

  if (question === undefined) return;

  it.each(faults.filter(({ first }) => first !== undefined))(
    'sends nothing while its question is spoiled by $title',
    async ({ fault, first, silent }) => {
      const drive = await prepare(s);
      const before = s.calls(call);
      s.simulator.faults({ call: question, ...fault, times: 'always' });
      const driven = await drive(silent ? s.impatient : s.activities, { attempts: 2, secrets: s.secrets });
      expect(driven.first.failure?.type).toBe(first);
      expect(driven.last.failure?.type).toBe(first);
      expect(s.calls(call)).toBe(before);
    },
  );
});

it('knows every kind of fault the simulator has', () => {
  const tested = new Set<string>(FAULTS.map(({ fault }) => fault.kind));
  expect([...tested, 'slow-double', 'unknown-state'].sort()).toEqual(Object.keys(FAULT_KINDS).sort());
});
