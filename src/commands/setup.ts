import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Command } from 'commander';
import { createSearchAttributes, searchAttributeProblems } from '../client/namespace';

export function setupCommand(): Command {
  return new Command('setup')
    .description('creates the search attributes in the Temporal namespace; doing it twice changes nothing')
    .action(async () => {
      const { connectionOptions, namespace } = loadClientConnectConfig();
      const connection = await Connection.connect(connectionOptions);
      try {
        const client = new Client({ connection, ...(namespace === undefined ? {} : { namespace }) });
        const added = await createSearchAttributes(client);
        const problems = await searchAttributeProblems(client);
        if (problems.length > 0)
          throw new Error(`setup of ${client.options.namespace} is incomplete: ${problems.join('; ')}.`);
        process.stdout.write(
          `namespace ${client.options.namespace}: ${added.length === 0 ? 'already set up' : `added ${added.join(', ')}`}\n`,
        );
      } finally {
        await connection.close();
      }
    });
}
