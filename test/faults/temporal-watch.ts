import type { Client } from '@temporalio/client';

export interface WatchOptions {
  readonly everyMs?: number;
  /** For one look. */
  readonly deadlineMs?: number;
}

/** So often in a row it has to fail: a planned outage is over by then. */
const MISSES = 4;

/**
 * For a Temporal server that runs and answers nothing any more, although nobody took it away: the dev server was seen to do so
 * once, its database untouched for five minutes. It is restarted then, as its operator would do. To be called again and
 * again, while no outage is made; returns what `restart` tells when it was necessary.
 */
export function watchTemporal(
  client: Pick<Client, 'withDeadline' | 'workflowService' | 'options'>,
  restart: () => Promise<string>,
  { everyMs = 15_000, deadlineMs = 5_000 }: WatchOptions = {},
): () => Promise<string | undefined> {
  const { namespace } = client.options;
  let next = performance.now() + everyMs;
  let missed = 0;
  return async () => {
    if (performance.now() < next) return undefined;
    const answered = await client
      // Read from the database, unlike the server's health.
      .withDeadline(Date.now() + deadlineMs, () => client.workflowService.describeNamespace({ namespace }))
      .then(
        () => true,
        () => false,
      );
    missed = answered ? 0 : missed + 1;
    next = performance.now() + everyMs;
    if (missed < MISSES) return undefined;
    missed = 0;
    return restart();
  };
}
