import type { Client } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';
import { SEARCH_ATTRIBUTE_TYPES } from '../interface';

/** gRPC's code for a method that a server does not have, as the time-skipping test server. */
const UNIMPLEMENTED = 12;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  1: 'Text',
  2: 'Keyword',
  3: 'Int',
  4: 'Double',
  5: 'Bool',
  6: 'Datetime',
  7: 'KeywordList',
};

/**
 * Refuses a namespace without this package's search attributes: a workflow that sets an unknown one would be stuck.
 *
 * @throws Error that names every missing or wrong attribute and `temporal-wechatpay setup`.
 */
export async function checkSearchAttributes(client: Client): Promise<void> {
  const problems = await searchAttributeProblems(client);
  if (problems.length === 0) return;
  throw new Error(
    `the Temporal namespace ${client.options.namespace} is not set up: ${problems.join('; ')}. ` +
      'Run `temporal-wechatpay setup` once.',
  );
}

export async function searchAttributeProblems(client: Client): Promise<string[]> {
  const existing = await listSearchAttributes(client);
  if (existing === undefined) return [];
  return Object.entries(SEARCH_ATTRIBUTE_TYPES).flatMap(([name, type]) => {
    const found = existing.get(name);
    if (found === type) return [];
    return [found === undefined ? `${name} (${type}) is missing` : `${name} is ${found}, expected ${type}`];
  });
}

/** Custom search attributes by name, as the Temporal CLI spells their types; undefined where a server cannot say. */
export async function listSearchAttributes(client: Client): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const { customAttributes } = await client.connection.operatorService.listSearchAttributes({
      namespace: client.options.namespace,
    });
    return new Map(Object.entries(customAttributes ?? {}).map(([name, type]) => [name, TYPE_NAMES[type] ?? String(type)]));
  } catch (error) {
    if (isGrpcServiceError(error) && Number(error.code) === UNIMPLEMENTED) return undefined;
    throw error;
  }
}
