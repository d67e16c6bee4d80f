import { Client, Connection } from '@temporalio/client';
import { Command } from 'commander';
import { loadConfig } from '../config';
import { createWebhookLog, startWebhook } from '../webhook';
import { keepTestingKeys, keysFromFiles } from './keys';
import { processLog } from './log';
import { temporalSettings } from './temporal';
import { untilSignal } from './until-signal';

export function webhookCommand(): Command {
  return new Command('webhook')
    .description('takes WeChat Pay’s notifications, verifies them and hands them to the workflows')
    .action(async () => {
      const config = loadConfig(process.env, { needs: ['merchants', 'temporal'] });
      const log = processLog(config.logLevel);
      const { connectionOptions, namespace } = temporalSettings();
      // Lazy: it starts whether or not Temporal can be reached, and says so on /readyz.
      const connection = Connection.lazy(connectionOptions);
      const client = new Client({ connection, namespace });
      const keys = keysFromFiles();
      const webhook = await startWebhook({ config, keys, client, log: createWebhookLog(log) });
      keepTestingKeys(config, keys, log);
      const signal = await untilSignal();
      log.info({ signal }, 'webhook stops');
      await webhook.close();
      await connection.close();
    });
}
