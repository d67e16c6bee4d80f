// Every chart: its name, the raw results it is made from, and how.
import { newestResult } from '../results.mjs';
import { FAULTS } from './faults.mjs';
import { PROTOCOL } from './protocol.mjs';
import { SCALE } from './scale.mjs';
import { WEBHOOK } from './webhook.mjs';
import { WORKFLOW } from './workflow.mjs';

export const CHARTS = [...FAULTS, ...WEBHOOK, ...WORKFLOW, ...SCALE, ...PROTOCOL];

/**
 * The charts for which there are raw results, each with its specification, and why others are left out.
 *
 * @param result the newest raw result by name; another one in tests
 */
export function chartsToDraw(result = newestResult, charts = CHARTS) {
  const drawn = [];
  const left = [];
  for (const { name, from, chart } of charts) {
    const newest = result(from);
    const spec = newest && chart(newest.raw);
    if (newest === undefined) left.push({ name, reason: `there is no bench/results/${from}-*.json` });
    else if (spec === undefined) left.push({ name, reason: `${newest.file} does not have its part` });
    else drawn.push({ name, file: newest.file, spec });
  }
  return { drawn, left };
}
