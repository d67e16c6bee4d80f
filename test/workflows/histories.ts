import type { Client } from '@temporalio/client';

export interface RunId {
  readonly workflowId: string;
  readonly runId: string;
}

/** Names of the events of a run, without the common prefix. */
export async function eventsOf(client: Client, { workflowId, runId }: RunId): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return (events ?? []).map((event) => {
    const [name] = Object.keys(event).filter(
      (key) => key.endsWith('EventAttributes') && event[key as 'eventTime'] != null,
    );
    return name?.replace('EventAttributes', '') ?? 'unknown';
  });
}

/** Everything a history holds, as text, with payloads decoded: what anybody with access to Temporal can read. */
export async function readableHistory(client: Client, { workflowId, runId }: Partial<RunId>): Promise<string> {
  const { events } = await client.workflow.getHandle(workflowId ?? '', runId).fetchHistory();
  return JSON.stringify(readable(events));
}

/** Protobuf's own JSON would hide the payloads in Base64. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, readable(item)]));
}

/** Polls until `look` gives something; fails with `what` when it did not in time. */
export async function eventually<Found>(
  look: () => Promise<Found | undefined>,
  what: string,
  seconds = 30,
): Promise<Found> {
  const limit = Date.now() + seconds * 1_000;
  while (Date.now() < limit) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}
