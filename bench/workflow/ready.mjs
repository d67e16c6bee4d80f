// How soon a worker serves: from the start of the process to 200 on /readyz.
import { createRequire } from 'node:module';
import { summary } from '../statistics.mjs';
import { onStage } from './stage.mjs';

const require = createRequire(import.meta.url);
const { prebuiltWorkflows } = require('../../lib/worker.js');

/** @param {{ starts: number, note: (line: string) => void }} options */
export async function measureReady({ starts, note }) {
  return onStage(note, async (fleet) => {
    const seconds = [];
    for (let start = 0; start < starts; start += 1) {
      const began = performance.now();
      const worker = await fleet.startWorker();
      seconds.push((performance.now() - began) / 1_000);
      await worker.stop('SIGKILL');
    }
    return [{ part: 'ready', prebuilt: prebuiltWorkflows() !== undefined, starts, seconds: summary(seconds) }];
  });
}
