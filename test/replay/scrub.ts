import type { JsonHistory } from './history-json';

/** What tells of the machine a history was made on, and says nothing about the workflow. */
const MACHINE: Readonly<Record<string, string>> = {
  identity: 'worker',
  stackTrace: '',
  binaryChecksum: 'golden',
  buildId: 'golden',
};

/** The history without traces of the machine it was made on, one event on a line. */
export function scrubbed({ workflowId, events: raw }: JsonHistory): string {
  const events = raw.map((event) => JSON.stringify(withoutMachine(event)));
  return `{"workflowId":${JSON.stringify(workflowId)},"events":[\n${events.join(',\n')}\n]}\n`;
}

function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([name, item]) => {
    if (typeof item === 'string' && name in MACHINE) return [name, MACHINE[name]];
    // A sticky queue is named after the worker's process and host.
    if (name === 'taskQueue' && isSticky(item)) return [name, { ...item, name: 'sticky' }];
    return [name, withoutMachine(item)];
  });
  return Object.fromEntries(fields) as unknown;
}

function isSticky(value: unknown): value is object {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'TASK_QUEUE_KIND_STICKY';
}

/** The text with every payload decoded: what a reader of the file can learn from it. */
export function readable(text: string): string {
  return JSON.stringify(decoded(JSON.parse(text)));
}

function decoded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decoded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'data' && typeof item === 'string' ? Buffer.from(item, 'base64').toString('utf8') : decoded(item),
    ]),
  );
}
