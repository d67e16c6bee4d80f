import { writeSync } from 'node:fs';

const STDOUT = 1;
/** A reader that is slow is waited for, half a second at most for each line. */
const PATIENCE = { tries: 50, waitMs: 10 };

/**
 * Standard output for log lines. Those that cannot be written, because the disk is full or nobody reads any longer, are
 * lost: pino's own destination would repeat the write for ever, and the process would hang instead of working.
 */
export const standardOutput = {
  write(line: string): void {
    let rest = Buffer.from(line);
    for (let tries = 0; rest.length > 0 && tries < PATIENCE.tries; tries += 1) {
      try {
        rest = rest.subarray(writeSync(STDOUT, rest));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PATIENCE.waitMs);
      }
    }
  },
};
