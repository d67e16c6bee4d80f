import { defineConfig } from 'vitest/config';
import { protocolCore } from './scripts/protocol-core.mjs';

/**
 * The tests of the protocol that need nothing but a processor: for `npm run coverage` and `npm run mutation`. A mutant
 * must not wait for sockets, and what they prove is proven by `npm test`.
 */
export default defineConfig({
  test: {
    setupFiles: ['test/setup.ts'],
    include: ['test/{wechatpay,bad-inputs,fuzz}/**/*.test.ts'],
    exclude: [
      'node_modules/**',
      'test/**/*.server.test.ts',
      'test/wechatpay/**/{alone,calls,client,errors-show-nothing,http*,self-test,simulator}.test.ts',
      'test/bad-inputs/{answers,configuration,files,webhook}.test.ts',
    ],
    // None of these tests changes what another one sees; loading the protocol anew for each file takes twice their time.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: protocolCore,
      reporter: ['text'],
      reportsDirectory: '.tmp/coverage',
      thresholds: { perFile: true, branches: 100 },
    },
  },
});
