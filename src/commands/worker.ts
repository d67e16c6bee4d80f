import { Command } from 'commander';
import { loadConfig } from '../config';
import { keepTestingKeys, keyFailureLog, keysFromFiles } from './keys';
import { processLog } from './log';
import { connectTemporal, temporalSettings } from './temporal';
import { untilSignal } from './until-signal';

export function workerCommand(): Command {
  return new Command('worker')
    .description('runs the workflows and the activities that call WeChat Pay, as two Temporal workers')
    .action(async () => {
      const config = loadConfig(process.env, { needs: ['merchants', 'temporal'] });
      const log = processLog(config.logLevel);
      // Asked first: without Temporal there is no need to bundle workflows for seconds.
      await (await connectTemporal(temporalSettings())).close();
      // Loading the worker takes a third of a second and 90 MB, which the other commands do without.
      const [{ startWorker }, { installTemporalLogger }, { serveWorkerHealth }] = await Promise.all([
        import('../worker.js'),
        import('./temporal-logger.js'),
        import('./worker-health.js'),
      ]);
      installTemporalLogger(log, config.logLevel);
      const health = await serveWorkerHealth(config);
      try {
        const keys = keysFromFiles();
        const keyProblems = keepTestingKeys(config, keys, log);
        const worker = await startWorker({ config, keys, onKeyFailure: keyFailureLog(log) });
        health.watch(worker, keyProblems);
        const { taskQueue, apiTaskQueue } = config;
        log.info({ taskQueue, apiTaskQueue, ...(health.url === undefined ? {} : { url: health.url }) }, 'worker polls');
        void untilSignal().then((signal) => {
          log.info({ signal, graceMs: config.shutdownGraceMs }, 'worker drains');
          return worker.shutdown();
        });
        await worker.stopped;
        log.info('worker stopped');
      } finally {
        await health.close();
      }
    });
}
