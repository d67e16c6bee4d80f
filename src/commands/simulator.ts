import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { pino } from 'pino';
import { loadConfig } from '../config';
import { refuseExisting, writeMerchantsFile } from './test-merchant';
import { untilSignal } from './until-signal';

/** Where a simulator that is told nothing keeps its credentials, under the working directory. */
const FOLDER = '.temporal-wechatpay';

interface SimulatorFlags {
  readonly init?: string;
  readonly credentials?: string;
  readonly host: string;
  readonly processingAfter?: number;
  readonly decidedAfter?: number;
  readonly underReviewAfter?: number;
  readonly reviewedAfter?: number;
  readonly notifyScale?: number;
  readonly terminationUrl?: string;
  readonly allowRemoteNotify?: boolean;
}

export function simulatorCommand(): Command {
  return new Command('simulator')
    .description('stands in for WeChat Pay on this machine: verifies, answers, notifies, keeps a ledger')
    .option(
      '--init <dir>',
      'writes new test credentials into DIR, prints the environment variables of worker and webhook, and ends',
    )
    .option(
      '--credentials <file>',
      `the simulator.json that --init wrote; without it, the one in ${FOLDER}, which is made at the first time`,
    )
    .option('--host <host>', 'address to listen on', '127.0.0.1')
    .option('--processing-after <seconds>', 'a declaration leaves UNDECLARED', seconds)
    .option('--decided-after <seconds>', 'customs decides', seconds)
    .option('--under-review-after <seconds>', 'an H5 application leaves PENDING', seconds)
    .option('--reviewed-after <seconds>', 'the reviewer decides', seconds)
    .option(
      '--notify-scale <factor>',
      'stretches the waits between repeated notifications; 0.01 makes 15 s 150 ms',
      seconds,
    )
    .option('--termination-url <url>', 'where terminations of contracts are notified')
    .option('--allow-remote-notify', 'sends notifications to other machines too')
    .action(async (flags: SimulatorFlags) => {
      // Only here, so that a worker or a webhook does without what the simulator needs.
      const { readTestCredentials, startSimulator, writeTestCredentials } = await import('../testing/index.js');
      const { simulatorPort, logLevel } = loadConfig(process.env, { needs: [] });
      if (flags.init !== undefined) {
        await refuseExisting(flags.init);
        const written = await writeTestCredentials(flags.init, { port: simulatorPort });
        await writeMerchantsFile(flags.init, written);
        for (const [name, value] of Object.entries(written.env)) process.stdout.write(`${name}=${value}\n`);
        return;
      }
      const log = pino({ level: logLevel });
      const file = flags.credentials ?? join(FOLDER, 'simulator.json');
      if (flags.credentials === undefined && !existsSync(file)) {
        await writeMerchantsFile(FOLDER, await writeTestCredentials(FOLDER, { port: simulatorPort }));
      }
      const credentials = await readTestCredentials(file);
      const simulator = await startSimulator({
        credentials,
        host: flags.host,
        port: simulatorPort,
        processingAfter: flags.processingAfter,
        decidedAfter: flags.decidedAfter,
        underReviewAfter: flags.underReviewAfter,
        reviewedAfter: flags.reviewedAfter,
        notifyLadderScale: flags.notifyScale,
        terminationUrl: flags.terminationUrl,
        allowRemoteNotify: flags.allowRemoteNotify,
        log: (line) => log.debug(line, 'simulator'),
      });
      log.info({ url: simulator.url, control: `${simulator.url}/_simulator/`, credentials: file }, 'simulator listens');
      await untilSignal();
      await simulator.close();
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new InvalidArgumentError('expected a number, 0 or more.');
  return value;
}
