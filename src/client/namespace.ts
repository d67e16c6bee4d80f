import type { Client } from '@temporalio/client';
import { hostOf, isLoopbackHost } from '../config/addresses';
import { SEARCH_ATTRIBUTE_TYPES } from '../interface';
import { WechatPayError } from '../wechatpay/errors';
import { isGrpcStatus } from './grpc';

type AddSearchAttributes = Client['connection']['operatorService']['addSearchAttributes'];
type IndexedValueType = NonNullable<Parameters<AddSearchAttributes>[0]['searchAttributes']>[string];

/** `temporal.api.enums.v1.IndexedValueType` by the names the Temporal CLI uses. */
const INDEXED_VALUE_TYPES: Readonly<Record<string, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

/** The namespace does not exist, or lacks search attributes, or has them with other types. */
export class NamespaceNotSetUpError extends Error {
  override readonly name = 'NamespaceNotSetUpError';
}

/**
 * Refuses a namespace without this package's search attributes: a workflow that sets an unknown one would be stuck.
 *
 * @throws NamespaceNotSetUpError that names every missing or wrong attribute and `temporal-wechatpay setup`.
 */
export async function checkSearchAttributes(client: Client): Promise<void> {
  const problems = await searchAttributeProblems(client).catch((error: unknown) => {
    if (!isGrpcStatus(error, 'NOT_FOUND')) throw error;
    const { namespace } = client.options;
    throw new NamespaceNotSetUpError(
      `the Temporal namespace ${namespace} does not exist. Set TEMPORAL_NAMESPACE, or create it: temporal operator ` +
        `namespace create --namespace ${namespace}, then run \`temporal-wechatpay setup\`.`,
    );
  });
  if (problems.length === 0) return;
  throw new NamespaceNotSetUpError(
    `the Temporal namespace ${client.options.namespace} is not set up: ${problems.join('; ')}. ` +
      'Run `temporal-wechatpay setup` once.',
  );
}

/**
 * Refuses a Temporal server on another machine while payloads go there in plain text.
 *
 * @throws WechatPayError of class CONFIGURATION.
 */
export function refusePlainPayloads({ connection, options }: Client): void {
  const { address } = (connection as { readonly options?: { readonly address?: string } }).options ?? {};
  if (address === undefined || isLoopbackHost(hostOf(address))) return;
  if (options.loadedDataConverter.payloadCodecs.length > 0) return;
  throw new WechatPayError(
    'CONFIGURATION',
    `the Temporal server ${address} is not on this machine, and payloads are not encrypted.`,
    {
      remedy: 'Give the Temporal client a payload codec, or accept it with `plainPayloads: true`.',
    },
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
    return new Map(Object.entries(customAttributes ?? {}).map(([name, type]) => [name, typeName(type)]));
  } catch (error) {
    // A method some servers do not have, as the time-skipping test server.
    if (isGrpcStatus(error, 'UNIMPLEMENTED')) return undefined;
    throw error;
  }
}

/** Adds what is missing and returns its names. An attribute of another type is left alone: data may depend on it. */
export async function createSearchAttributes(client: Client): Promise<string[]> {
  const existing = await listSearchAttributes(client);
  const missing = Object.entries(SEARCH_ATTRIBUTE_TYPES).filter(([name]) => existing?.has(name) !== true);
  if (missing.length === 0) return [];
  await client.connection.operatorService.addSearchAttributes({
    namespace: client.options.namespace,
    searchAttributes: Object.fromEntries(
      missing.map(([name, type]) => [name, INDEXED_VALUE_TYPES[type] as IndexedValueType]),
    ),
  });
  return missing.map(([name]) => name);
}

function typeName(value: unknown): string {
  return Object.entries(INDEXED_VALUE_TYPES).find(([, type]) => type === value)?.[0] ?? String(value);
}
