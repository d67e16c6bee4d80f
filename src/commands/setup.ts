import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { Command } from 'commander';
import { listSearchAttributes, searchAttributeProblems } from '../client/namespace';
import { SEARCH_ATTRIBUTE_TYPES } from '../interface';

/** `temporal.api.enums.v1.IndexedValueType` by the names the Temporal CLI uses. */
const INDEXED_VALUE_TYPES: Readonly<Record<string, number>> = { Keyword: 2, Bool: 5, Datetime: 6, KeywordList: 7 };

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
        if (problems.length > 0) throw new Error(`setup of ${client.options.namespace} is incomplete: ${problems.join('; ')}.`);
        process.stdout.write(
          `namespace ${client.options.namespace}: ${added.length === 0 ? 'already set up' : `added ${added.join(', ')}`}\n`,
        );
      } finally {
        await connection.close();
      }
    });
}

/** Adds what is missing and returns its names. An attribute of another type is left alone: data may depend on it. */
export async function createSearchAttributes(client: Client): Promise<string[]> {
  const existing = await listSearchAttributes(client);
  const missing = Object.entries(SEARCH_ATTRIBUTE_TYPES).filter(([name]) => existing?.has(name) !== true);
  if (missing.length === 0) return [];
  await client.connection.operatorService.addSearchAttributes({
    namespace: client.options.namespace,
    searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE_TYPES[type] ?? 2])),
  });
  return missing.map(([name]) => name);
}
