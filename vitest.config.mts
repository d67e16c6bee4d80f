import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const source = join(import.meta.dirname, 'src');

/** Tests that need a Temporal server, or load the SDK's native worker. */
const TEMPORAL = [
  'test/{workflows,client,system,replay,plugin,worker,cli,examples}/**/*.test.ts',
  'test/{plugin,worker,cli}*.test.ts',
  'test/**/deliver*.test.ts',
  'test/**/*.server.test.ts',
];

export default defineConfig({
  // Examples import this package as its users do.
  resolve: {
    alias: [
      { find: /^temporal-wechatpay$/, replacement: join(source, 'index.ts') },
      { find: /^temporal-wechatpay\/(.+)$/, replacement: join(source, '$1') },
    ],
  },
  test: {
    pool: 'forks',
    setupFiles: ['test/setup.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['lib/**', 'node_modules/**', ...TEMPORAL],
          testTimeout: 20_000,
          hookTimeout: 20_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'temporal',
          include: TEMPORAL,
          exclude: ['lib/**', 'node_modules/**'],
          // One after another and after the others: the time-skipping server has one clock for all, and a worker that
          // has to share two cores with a test run is slow enough to look broken.
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
          // Obtains the servers before any test, so that no download has to fit into a hook's time limit.
          globalSetup: ['test/global-setup.ts'],
        },
      },
    ],
  },
});
