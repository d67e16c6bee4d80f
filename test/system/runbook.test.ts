import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench } from './runbook/bench';
import { CUSTOMS } from './runbook/customs';
import { GENERAL } from './runbook/general';
import { ORDERS } from './runbook/orders';
import { BLOCKS, COMMANDS } from './runbook/page';

const TRIALS = { ...GENERAL, ...CUSTOMS, ...ORDERS };

describe('docs/runbook.md', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.open();
  });
  afterAll(() => bench?.close());

  it('holds no command that is not tried here, and nothing is tried that it does not hold', () => {
    expect([...COMMANDS.keys()].sort()).toEqual(Object.keys(TRIALS).sort());
    expect(COMMANDS.size).toBe(BLOCKS);
  });

  it.each(Object.entries(TRIALS))('%s does what the page says', async (_name, trial) => {
    await trial(bench);
  });

  it('has met no activity and no timer that does not say in the UI what it is for', async () => {
    const { all, without } = await bench.summaries();
    expect(without).toEqual([]);
    expect(all).toBeGreaterThan(50);
  });
});
