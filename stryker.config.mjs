import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { protocolCore } from './scripts/protocol-core.mjs';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'in-process',
  plugins: [fileURLToPath(new URL('scripts/mutation/runner.mjs', import.meta.url))],
  inProcess: { configFile: 'vitest.core.config.mjs' },
  coverageAnalysis: 'perTest',
  // What is evaluated once, when a module is loaded (the tables of refusals, the schemas), cannot be switched for one test:
  // each such change costs all tests, two thirds of the time for a quarter of the changes. `npm run mutation -- --static`
  // takes the hours.
  ignoreStatic: process.env.MUTATE_STATIC === undefined,
  mutate: protocolCore,
  // One process for each core.
  concurrency: availableParallelism(),
  thresholds: { high: 95, low: 90, break: 90 },
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: '.tmp/mutation/mutation.json' },
  tempDirName: '.tmp/stryker',
  ignorePatterns: ['lib', 'bench', 'docs', 'examples', 'deploy', '.tmp', 'coverage'],
  // A loop without end is noticed by how often it turns; a time-out must not be mistaken for it on a busy machine.
  timeoutMS: 10_000,
  timeoutFactor: 3,
};
