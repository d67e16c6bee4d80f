// A test runner for Stryker that loads all tests once, and runs those that cover a change again and again in the same
// process. Stryker's own one starts Vitest anew for each change, which takes seconds where the tests take milliseconds.
//
// What one change leaves behind must not be blamed on the next: a test that failed has to pass without the change. If it
// does not, everything is loaded anew, and the change is tried again.
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareClassPlugin, commonTokens, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, DryRunStatus, MutantRunStatus, TestStatus } from '@stryker-mutator/api/test-runner';
import { collectTests, getFn, getHooks } from '@vitest/runner';
import { getNames } from '@vitest/runner/utils';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { glob } from 'tinyglobby';
import { createServer } from 'vite';
import { finishTest } from './vitest.mjs';

const VITEST = new URL('vitest.mjs', import.meta.url).href;

class InProcessRunner {
  static inject = tokens(commonTokens.options);

  constructor(options) {
    this.configFile = join(process.cwd(), options.inProcess.configFile);
    // What the instrumented code and its runner share.
    this.shared = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
    // Milliseconds each file took without a change: the quick ones come first.
    this.took = new Map();
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    // A change may leave a promise that nobody waits for.
    process.on('unhandledRejection', () => undefined);
    const { test } = (await import(pathToFileURL(this.configFile).href)).default;
    this.config = test;
    const files = await glob(test.include, { ignore: test.exclude, absolute: true });
    this.paths = [...test.setupFiles.map((file) => join(process.cwd(), file)), ...files.sort()];
    await this.load();
  }

  async dispose() {
    await this.server?.close();
  }

  async load() {
    await this.server?.close();
    this.server = await createServer({
      configFile: false,
      root: process.cwd(),
      logLevel: 'error',
      appType: 'custom',
      server: { middlewareMode: true, hmr: false, ws: false, watch: null },
      optimizeDeps: { noDiscovery: true },
      ssr: { noExternal: ['vitest'] },
      plugins: [
        {
          name: 'vitest',
          enforce: 'pre',
          resolveId: (id) => (id === 'vitest' ? { id: VITEST, external: true } : null),
        },
        { name: 'commonjs', transform: (code, id) => `const __dirname = ${JSON.stringify(dirname(id))};${code}` },
      ],
    });
    const { testTimeout, hookTimeout } = this.config;
    this.files = await collectTests(this.paths, {
      config: { root: process.cwd(), setupFiles: [], sequence: { hooks: 'stack' }, testTimeout, hookTimeout, tags: [] },
      importFile: (path) => this.server.ssrLoadModule(path),
    });
    const broken = this.files.find(({ result }) => result?.state === 'fail');
    if (broken !== undefined) throw new Error(`${broken.name}: ${broken.result.errors[0].message}`);
  }

  async dryRun() {
    const tests = [];
    for (const file of this.files) {
      const start = performance.now();
      await runSuite(file, {
        isWanted: () => true,
        before: (id) => (this.shared.currentTestId = id),
        after: (id, test, error, timeSpentMs) => {
          this.shared.currentTestId = undefined;
          const result = { id, name: id, fileName: test.file.filepath, timeSpentMs };
          tests.push(
            error === undefined
              ? { ...result, status: TestStatus.Success }
              : { ...result, status: TestStatus.Failed, failureMessage: String(error.stack ?? error) },
          );
          return true;
        },
      });
      this.took.set(file.filepath, performance.now() - start);
    }
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.shared.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, reloadEnvironment, mutantActivation }) {
    // What is evaluated when a module is loaded has to be loaded changed.
    const isStatic = mutantActivation === 'static';
    this.shared.activeMutant = isStatic ? activeMutant.id : undefined;
    if (reloadEnvironment) {
      try {
        await this.load();
      } catch (error) {
        return { status: MutantRunStatus.Error, errorMessage: error.message };
      }
    }
    for (let again = false; ; again = true) {
      this.shared.hitLimit = hitLimit;
      this.shared.hitCount = hitLimit === undefined ? undefined : 0;
      this.shared.activeMutant = activeMutant.id;
      const wanted = testFilter === undefined ? undefined : new Set(testFilter);
      const { failed, nrOfTests } = await this.untilFailure((id) => wanted?.has(id) ?? true);
      this.shared.activeMutant = undefined;
      this.shared.hitLimit = undefined;
      const endless = determineHitLimitReached(this.shared.hitCount, hitLimit);
      if (endless !== undefined) return endless;
      if (failed === undefined) return { status: MutantRunStatus.Survived, nrOfTests };
      const alone = isStatic ? {} : await this.untilFailure((id) => id === failed.id);
      if (alone.failed === undefined) {
        return { status: MutantRunStatus.Killed, killedBy: [failed.id], failureMessage: failed.message, nrOfTests };
      }
      if (again) throw new Error(`${failed.id} fails without any change: ${alone.failed.message}`);
      await this.load();
    }
  }

  async untilFailure(isWanted) {
    let failed;
    let nrOfTests = 0;
    const files = this.files.toSorted((a, b) => (this.took.get(a.filepath) ?? 0) - (this.took.get(b.filepath) ?? 0));
    for (const file of files) {
      await runSuite(file, {
        isWanted,
        before: () => undefined,
        after: (id, _test, error) => {
          nrOfTests += 1;
          if (error !== undefined) failed = { id, message: String(error.message ?? error) };
          return error === undefined;
        },
      });
      if (failed !== undefined) break;
    }
    return { failed, nrOfTests };
  }
}

/** Runs what is wanted of a suite, in its order, with its hooks. False: `after` said that it is enough. */
async function runSuite(suite, run, around = []) {
  if (!tasksOf(suite).some((test) => run.isWanted(idOf(test)))) return true;
  const { beforeAll, afterAll } = getHooks(suite);
  const cleaning = [];
  let failure;
  try {
    for (const hook of beforeAll) {
      const clean = await hook(suite);
      if (typeof clean === 'function') cleaning.push(clean);
    }
  } catch (error) {
    failure = error;
  }
  let goOn = true;
  for (const task of suite.tasks) {
    if (task.mode === 'skip' || task.mode === 'todo') continue;
    goOn =
      task.type === 'suite'
        ? await runSuite(task, run, [...around, suite])
        : await runTest(task, run, [...around, suite], failure);
    if (!goOn) break;
  }
  for (const hook of [...cleaning.reverse(), ...afterAll.toReversed()]) await hook(suite);
  return goOn;
}

async function runTest(test, run, around, failureBefore) {
  const id = idOf(test);
  if (!run.isWanted(id)) return true;
  let failure = failureBefore;
  const start = performance.now();
  run.before(id);
  try {
    if (failure === undefined) {
      for (const suite of around) for (const hook of getHooks(suite).beforeEach) await hook(test.context, suite);
      await getFn(test)();
    }
  } catch (error) {
    failure = error ?? new Error('it failed without an error');
  }
  try {
    for (const suite of around.toReversed())
      for (const hook of getHooks(suite).afterEach) await hook(test.context, suite);
    await finishTest();
  } catch (error) {
    failure ??= error;
  }
  return run.after(id, test, failure, performance.now() - start);
}

function tasksOf(suite) {
  return suite.tasks.flatMap((task) => (task.type === 'suite' ? tasksOf(task) : [task]));
}

const ids = new WeakMap();

function idOf(test) {
  if (!ids.has(test)) ids.set(test, `${test.id} ${getNames(test).join(' > ')}`);
  return ids.get(test);
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)];
export const strykerValidationSchema = {
  properties: { inProcess: { type: 'object', properties: { configFile: { type: 'string' } } } },
};
