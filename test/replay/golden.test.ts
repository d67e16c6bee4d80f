import { hostname, userInfo } from 'node:os';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowBundle } from '../../src/testing';
import { quietRuntime } from '../workflows/dev-server';
import { SCENARIOS } from '../workflows/scenarios';
import { goldenHistories } from './golden-files';
import { historyOf } from './history-json';
import type { JsonHistory } from './history-json';
import { readable } from './scrub';

const golden = goldenHistories();
const byName = golden.map((one) => [one.name, one] as const);

/** 64 KiB: a longer one belongs to a scenario that could be shorter. */
const LONGEST = 65_536;

describe('golden histories: what runs today can be carried on by this code', () => {
  quietRuntime();

  const replayed = new Map<string, unknown>();
  beforeAll(async () => {
    const histories = golden.map(({ text }) => {
      const recorded = JSON.parse(text) as JsonHistory;
      return { workflowId: recorded.workflowId, history: historyOf(recorded) };
    });
    const results = Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, histories);
    // One after another, in their order.
    for (const { name } of golden) {
      const { value, done } = await results.next();
      if (done !== true) replayed.set(name, value.error ?? 'to its end');
    }
    await results.return?.();
  });

  it.each(byName)('%s is replayed to its end', (name) => {
    expect(replayed.get(name)).toBe('to its end');
  });

  it('there is one for every ending of every workflow, and none without', () => {
    const recorded = new Set(golden.map(({ flow, ending }) => `${flow}/${ending}`));
    expect([...recorded].sort()).toEqual(SCENARIOS.map(({ flow, ending }) => `${flow}/${ending}`).sort());
  });

  it.each(byName)('%s is small, and tells nothing of a machine or a person', (_name, { flow, text }) => {
    const { events } = JSON.parse(text) as JsonHistory;
    const [first] = events as { workflowExecutionStartedEventAttributes?: { workflowType?: { name?: string } } }[];
    expect(first?.workflowExecutionStartedEventAttributes?.workflowType?.name).toBe(flow);
    expect(text.length).toBeLessThan(LONGEST);
    const all = readable(text);
    expect(all).not.toContain(`@${hostname()}`);
    expect(all).not.toMatch(/"identity":"(?!worker")/);
    expect(all).not.toContain(`/${userInfo().username}/`);
    // A path, such as a stack trace has; the id number and the name of the simulator's payer.
    expect(all).not.toMatch(/file:\/\/|node_modules|[/][\w-]+[/][\w/-]+[.][jt]s\b/);
    expect(all).not.toMatch(/330821198809085212|Zhang San|Li Si/);
  });
});
