import { writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { Config } from '../config';

const STDOUT = 1;
/** A reader that is slow is waited for, half a second at most for each line. */
const PATIENCE = { tries: 50, waitMs: 10 };

/**
 * JSON lines on standard output. Where they cannot be written, because the disk is full or nobody reads any longer, they
 * are lost: pino's own destination would repeat the write for ever, and the process would hang instead of working.
 */
export function processLog(level: Config['logLevel']): Logger {
  return pino({ level }, { write: writeLine });
}

function writeLine(line: string): void {
  let rest = Buffer.from(line);
  for (let tries = 0; rest.length > 0 && tries < PATIENCE.tries; tries += 1) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE.waitMs);
    }
  }
}
