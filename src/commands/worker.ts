import { Command } from 'commander';
import { pino } from 'pino';
import { loadConfig } from '../config';
import { untilSignal } from './until-signal';

export function workerCommand(): Command {
  return new Command('worker')
    .description('runs the workflows and the activities that call WeChat Pay, as two Temporal workers')
    .action(async () => {
      const config = loadConfig(process.env, { needs: ['merchants', 'temporal'] });
      const log = pino({ level: config.logLevel });
      // Loading the worker takes a third of a second and 90 MB, which the other commands do without.
      const [{ startWorker }, { installTemporalLogger }] = await Promise.all([
        import('../worker.js'),
        import('./temporal-logger.js'),
      ]);
      installTemporalLogger(log, config.logLevel);
      const worker = await startWorker({ config });
      log.info({ taskQueue: config.taskQueue, apiTaskQueue: config.apiTaskQueue }, 'worker polls');
      void untilSignal().then((signal) => {
        log.info({ signal, graceMs: config.shutdownGraceMs }, 'worker drains');
        return worker.shutdown();
      });
      await worker.stopped;
      log.info('worker stopped');
    });
}
