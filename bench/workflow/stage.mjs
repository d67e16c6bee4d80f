// The servers and processes of a measurement, as they are in production: each on its own.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Client } from '@temporalio/client';
import { encryptingConverter } from './codec.mjs';

const require = createRequire(import.meta.url);
require('../../scripts/typescript-as-it-is.cjs');
const { startFleet } = require('../../test/fleet/fleet.ts');
const { startDevServer } = require('../../src/testing');
const { SEARCH_ATTRIBUTE_TYPES } = require('../../src/interface');

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url));

/** Customs decides at once, so that the first question after the submission finds it. */
export const DECIDED_AT_ONCE = {
  customs: {
    states: [
      { after: 0, state: 'PROCESSING' },
      { after: 0.001, state: 'SUCCESS' },
    ],
  },
};

/** Customs does not decide at all. */
export const UNDECIDED = { customs: { states: [{ after: 0, state: 'PROCESSING' }] } };

/**
 * Runs `measure` beside a Temporal server without a disk, and a simulator; ends everything afterwards.
 *
 * @param {(line: string) => void} note told what the processes write
 */
export async function onStage(note, measure) {
  const fleet = await startFleet({
    temporal: (log) => startDevServer({ uiPort: false, searchAttributes: SEARCH_ATTRIBUTE_TYPES, log }),
    env: { LOG_LEVEL: 'error' },
    log: (process, line) => {
      if (process !== 'temporal') note(`${process}: ${line}`);
    },
  });
  try {
    return await measure(fleet);
  } finally {
    await fleet.stop();
  }
}

/** One of the workers of `worker.mjs`. */
export function startVariant(fleet, name, taskQueue, key) {
  const env = {
    WECHATPAY_TASK_QUEUE: taskQueue,
    ...(key === undefined ? {} : { BENCH_CODEC_KEY: key.toString('hex') }),
  };
  return fleet.startOther(name, [WORKER, name], env);
}

/** A client whose payloads are encrypted. */
export function encryptingClient({ client }, key) {
  const { connection, options } = client;
  return new Client({ connection, namespace: options.namespace, dataConverter: encryptingConverter(key) });
}

export async function serverVersion({ client }) {
  return (await client.workflowService.getSystemInfo({})).serverVersion;
}
