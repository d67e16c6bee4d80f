// Stands for `vitest` while changes are tried: its own collector, assertions and spies, without its process around them.
import {
  chai,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  getState,
  setState,
} from '@vitest/expect';
import { fn, restoreAllMocks, spyOn } from '@vitest/spy';
import { setTimeout as sleep } from 'node:timers/promises';

export { afterAll, afterEach, beforeAll, beforeEach, describe, it, suite, test } from '@vitest/runner';

chai.use(JestExtend);
chai.use(JestChaiExpect);
chai.use(JestAsymmetricMatchers);

export const expect = (value, message) => chai.expect(value, message);
Object.assign(expect, chai.expect, {
  getState: () => getState(expect),
  setState: (state) => setState(state, expect),
  unreachable: (message = '') => chai.assert.fail(`expected not to be reached ${message}`),
});
globalThis[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0, isExpectingAssertions: false, expectedAssertionsNumber: null }, expect);

export const vi = {
  fn,
  spyOn,
  restoreAllMocks,
  waitFor: async (assertion, { timeout = 1_000, interval = 50 } = {}) => {
    for (const limit = Date.now() + timeout; ; await sleep(interval)) {
      try {
        return await assertion();
      } catch (error) {
        if (Date.now() > limit) throw error;
      }
    }
  },
};

const finishing = [];

export function onTestFinished(clean) {
  finishing.push(clean);
}

/** Runs what the test asked for with `onTestFinished`, the last first. */
export async function finishTest() {
  while (finishing.length > 0) await finishing.pop()();
}
