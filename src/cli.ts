#!/usr/bin/env node
import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoCommand } from './commands/demo';
import { report } from './commands/report';
import { setupCommand } from './commands/setup';
import { simulatorCommand } from './commands/simulator';
import { webhookCommand } from './commands/webhook';
import { workerCommand } from './commands/worker';
import { describeVariables } from './config';

const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };

const program = new Command('temporal-wechatpay')
  .description('Durable Temporal workflows for WeChat Pay Global.')
  .version(version)
  .showHelpAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .addHelpText('after', '\nEnvironment variables: `temporal-wechatpay variables`.');

program.addCommand(workerCommand());
program.addCommand(webhookCommand());
program.addCommand(simulatorCommand());
program.addCommand(setupCommand());
program.addCommand(demoCommand());
program
  .command('variables')
  .description('prints the environment variables as a table')
  .action(() => void process.stdout.write(`${describeVariables()}\n`));

program.parseAsync().catch(report);
