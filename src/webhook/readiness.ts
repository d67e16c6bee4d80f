import type { Client } from '@temporalio/client';
import { searchAttributeProblems } from '../client/namespace';
import type { ReadinessReport } from '../health';
import { within } from './deadline';

export type { ReadinessReport } from '../health';

export interface Readiness {
  /** Asks once, and again every few seconds until `stop`. */
  start(): Promise<void>;
  /** Resolves once no probe is under way, so that the connection can be closed. */
  stop(): Promise<void>;
  report(): ReadinessReport;
}

export interface ReadinessOptions {
  readonly client: Client;
  /** What the key rings lack: `merchant 1900000109: no WeChat Pay key`. */
  readonly missingKeys: () => readonly string[];
  readonly now?: () => number;
  readonly everyMs?: number;
}

const ANSWER_WITHIN_MS = 2_000;
/** Three missed probes. */
const FRESH_PROBES = 3;

/** Probes Temporal by asking for the namespace: that it answers is all that matters. */
export function createReadiness(options: ReadinessOptions): Readiness {
  const { client, missingKeys, now = Date.now, everyMs = 5_000 } = options;
  let lastSuccess: number | undefined;
  let attributeProblems: readonly string[] | undefined;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  async function probe(): Promise<void> {
    const { namespace } = client.options;
    await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, async () => {
      await client.workflowService.describeNamespace({ namespace });
      lastSuccess = now();
      // The server refuses a start with an attribute that the namespace does not know.
      if (attributeProblems?.length !== 0) attributeProblems = await searchAttributeProblems(client);
    });
  }

  return {
    async start() {
      // A failed probe leaves lastSuccess to grow old, which is what report() says.
      const quietly = () => {
        running ??= probe()
          .catch(() => undefined)
          .finally(() => (running = undefined));
        return running;
      };
      await within(ANSWER_WITHIN_MS, quietly()).catch(() => undefined);
      timer = setInterval(() => void quietly(), everyMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
    report() {
      const reasons: string[] = [];
      if (lastSuccess === undefined || now() - lastSuccess > FRESH_PROBES * everyMs) {
        reasons.push('Temporal, or the namespace, is not reachable');
      }
      if (attributeProblems !== undefined && attributeProblems.length > 0) {
        reasons.push(`search attributes: ${attributeProblems.join('; ')}. Run temporal-wechatpay setup`);
      }
      reasons.push(...missingKeys());
      return { ready: reasons.length === 0, reasons };
    },
  };
}
