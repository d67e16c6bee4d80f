import { availableParallelism } from 'node:os';
import { protocolCore } from './scripts/protocol-core.mjs';

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'vitest.core.config.mjs' },
  coverageAnalysis: 'perTest',
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
