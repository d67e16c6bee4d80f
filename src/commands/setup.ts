import { Client } from '@temporalio/client';
import { Command } from 'commander';
import { createSearchAttributes, searchAttributeProblems } from '../client/namespace';
import { connectTemporal, temporalSettings } from './temporal';

export function setupCommand(): Command {
  return new Command('setup')
    .description('creates the search attributes in the Temporal namespace; doing it twice changes nothing')
    .action(async () => {
      const settings = temporalSettings();
      const { namespace } = settings;
      const connection = await connectTemporal(settings);
      try {
        const client = new Client({ connection, namespace });
        const added = await createSearchAttributes(client);
        const problems = await searchAttributeProblems(client);
        if (problems.length > 0) throw new Error(`setup of ${namespace} is incomplete: ${problems.join('; ')}.`);
        process.stdout.write(
          `namespace ${namespace}: ${added.length === 0 ? 'already set up' : `added ${added.join(', ')}`}\n`,
        );
      } finally {
        await connection.close();
      }
    });
}
