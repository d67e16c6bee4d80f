import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry } from '@temporalio/worker';
import type { Logger } from 'pino';

/** Facts of a Temporal log entry that may be shown: business numbers and names, never arguments or errors' own fields. */
const SHOWN = [
  'workflowId',
  'runId',
  'workflowType',
  'activityId',
  'activityType',
  'attempt',
  'taskQueue',
  'sdkComponent',
];

/** Temporal's own messages as JSON lines through pino, with allowed fields only. */
export function installTemporalLogger(log: Logger, level: string): void {
  const write = ({ level, message, meta }: LogEntry): void => {
    const fields = Object.fromEntries(
      SHOWN.flatMap((name) => (meta?.[name] === undefined ? [] : [[name, meta[name]]])),
    );
    const error: unknown = meta?.['error'];
    const words = error instanceof Error ? { error: `${error.name}: ${error.message}`.slice(0, 500) } : {};
    const at = level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : level === 'INFO' ? 'info' : 'debug';
    log[at]({ ...fields, ...words }, message);
  };
  Runtime.install({
    logger: new DefaultLogger(level === 'debug' || level === 'trace' ? 'DEBUG' : 'INFO', write),
    telemetryOptions: { logging: { filter: 'WARN', forward: {} } },
  });
}
