import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describeVariables } from '../config';
import { certificatesCommand } from './certificates';
import { demoCommand } from './demo';
import { setupCommand } from './setup';
import { simulatorCommand } from './simulator';
import { uploadCommand } from './upload';
import { webhookCommand } from './webhook';
import { workerCommand } from './worker';

/** A command line that cannot be understood; 1 is for what went wrong after that. */
const USAGE_ERROR = 2;

/** The whole command line. */
export function createProgram(): Command {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  const program = new Command('temporal-wechatpay')
    .description('Durable Temporal workflows for WeChat Pay Global.')
    .version(version)
    .showHelpAfterError()
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : USAGE_ERROR))
    .addHelpText('after', '\nEnvironment variables: `temporal-wechatpay variables`.');
  const commands = [
    workerCommand(),
    webhookCommand(),
    setupCommand(),
    certificatesCommand(),
    uploadCommand(),
    simulatorCommand(),
    demoCommand(),
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  program
    .command('variables')
    .description('prints the environment variables as a table')
    .action(() => void process.stdout.write(describeVariables()));
  return program;
}
