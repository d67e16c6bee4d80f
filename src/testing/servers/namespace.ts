import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';

/** Search attributes by name, with the type as the Temporal CLI spells it: `{ WxFlow: 'Keyword' }`. */
export type SearchAttributeTypes = Readonly<Record<string, string>>;

/** Numbers of `temporal.api.enums.v1.IndexedValueType`. */
const INDEXED_VALUE_TYPES: Readonly<Record<string, number>> = {
  Text: 1,
  Keyword: 2,
  Int: 3,
  Double: 4,
  Bool: 5,
  Datetime: 6,
  KeywordList: 7,
};

/** gRPC status ALREADY_EXISTS. */
const ALREADY_EXISTS = 6;

/** Milliseconds one call may take while a server is coming up. */
const CALL_LIMIT = 5_000;

/** Repeats `attempt` until it succeeds; after `limit` milliseconds, or when `stopped` says why, the last failure is an error. */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T>,
  { limit = 60_000, stopped = (): string | undefined => undefined } = {},
): Promise<T> {
  const until = Date.now() + limit;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const reason = stopped();
      if (reason !== undefined) throw new Error(`${what}: ${reason}`);
      if (Date.now() > until) throw new Error(`${what}: not within ${limit / 1000} s: ${(error as Error).message}`);
      await sleep(100);
    }
  }
}

/** Runs `work` with a connection to `address` (without TLS) that is closed afterwards. */
export async function withConnection<T>(address: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: CALL_LIMIT });
  try {
    return await connection.withDeadline(Date.now() + CALL_LIMIT, () => work(connection));
  } finally {
    await connection.close();
  }
}

/** Throws unless the server at `address` answers for `namespace` and knows all of `attributes` there. */
export function probeNamespace(address: string, namespace: string, attributes: SearchAttributeTypes): Promise<void> {
  return withConnection(address, async ({ workflowService, operatorService }) => {
    await workflowService.describeNamespace({ namespace });
    // Asks the visibility store too, which comes up apart from the frontend.
    await workflowService.countWorkflowExecutions({ namespace });
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = Object.keys(attributes).filter((name) => customAttributes[name] === undefined);
    if (missing.length > 0) throw new Error(`namespace ${namespace} lacks the search attributes ${missing.join(', ')}`);
  });
}

/** Creates `namespace`, or leaves it alone if it exists. `retentionHours`: how long closed workflows are kept. */
export function registerNamespace(address: string, namespace: string, retentionHours: number): Promise<void> {
  return withConnection(address, async ({ workflowService }) => {
    await unlessThere(
      workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod: msToTs(retentionHours * 3_600_000),
      }),
    );
  });
}

/** Creates the search attributes that `namespace` does not have yet. */
export function addSearchAttributes(
  address: string,
  namespace: string,
  attributes: SearchAttributeTypes,
): Promise<void> {
  return withConnection(address, async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(attributes).filter(([name]) => customAttributes[name] === undefined);
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, indexedValueType(name, type)]));
    await unlessThere(operatorService.addSearchAttributes({ namespace, searchAttributes }));
  });
}

function indexedValueType(name: string, type: string): number {
  const number = INDEXED_VALUE_TYPES[type];
  if (number !== undefined) return number;
  const types = Object.keys(INDEXED_VALUE_TYPES).join(', ');
  throw new Error(`search attribute ${name}: expected a type of ${types}, got ${type}`);
}

async function unlessThere(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    // Only the number is part of the contract: the text differs between servers.
    if (!isGrpcServiceError(error) || Number(error.code) !== ALREADY_EXISTS) throw error;
  }
}
