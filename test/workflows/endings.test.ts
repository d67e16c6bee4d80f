import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keepHistory } from '../replay/golden-files';
import type { Recording } from '../replay/golden-files';
import { jsonOf } from '../replay/history-json';
import { scrubbed } from '../replay/scrub';
import type { RunId } from './histories';
import { SCENARIOS } from './scenarios';
import type { Scenario } from './scenarios';
import { startRealTimeRig, startSkippingRig } from './time-skipping';
import type { SkippingRig } from './time-skipping';

/** Set by `npm run record-histories`: what to do with a history that exists. */
const recording = process.env['RECORD_HISTORIES'] as Recording | undefined;

const FROM_CACHE = { cache: 'from the cache', maxCachedWorkflows: 200 };
/** The whole history is replayed at each step. */
const WITHOUT_CACHE = { cache: 'without a cache', maxCachedWorkflows: 0 };

const modes = (recording === undefined ? [FROM_CACHE, WITHOUT_CACHE] : [FROM_CACHE]).flatMap(
  ({ cache, maxCachedWorkflows }) => [
    [`with time skipped, ${cache}`, { isPlayed: inHours, start: startSkippingRig, maxCachedWorkflows }] as const,
    // On a server of its own: whatever else is open there would ask WeChat Pay through all these months.
    [`with months skipped, ${cache}`, { isPlayed: inMonths, start: startSkippingRig, maxCachedWorkflows }] as const,
    [`in real time, ${cache}`, { isPlayed: inRealTime, start: startRealTimeRig, maxCachedWorkflows }] as const,
  ],
);

function inHours({ server, flow }: Scenario): boolean {
  return server === 'skipping' && flow !== 'contract';
}

function inMonths({ server, flow }: Scenario): boolean {
  return server === 'skipping' && flow === 'contract';
}

function inRealTime({ server }: Scenario): boolean {
  return server === 'real';
}

describe.each(modes)('every ending %s', (_mode, { isPlayed, start, maxCachedWorkflows }) => {
  let rig: SkippingRig;
  const played: RunId[] = [];

  beforeAll(async () => {
    rig = await start({ maxCachedWorkflows });
  });
  afterAll(async () => {
    try {
      if (rig !== undefined) expect(await rig.replay(...played)).toBeGreaterThanOrEqual(played.length);
    } finally {
      await rig?.close();
    }
  });

  const scenarios = SCENARIOS.filter(isPlayed);
  it.each(scenarios.map((one) => [`${one.flow}: ${one.ending}`, one] as const))('%s', async (_name, scenario) => {
    const run = await scenario.play(rig);
    played.push(run);
    if (recording !== undefined) await record(rig, scenario, run, recording);
  });
});

async function record(rig: SkippingRig, scenario: Scenario, run: RunId, how: Recording): Promise<void> {
  const history = await rig.environment.client.workflow.getHandle(run.workflowId, run.runId).fetchHistory();
  const text = scrubbed(jsonOf(history, run.workflowId));
  process.stdout.write(`${keepHistory(scenario, text, how)}\n`);
}
