import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Config } from '../config';
import { standardOutput } from '../webhook/standard-output';

/** JSON lines on standard output. */
export function processLog(level: Config['logLevel']): Logger {
  return pino({ level }, standardOutput);
}
