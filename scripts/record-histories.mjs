// `npm run record-histories`: plays every ending of every workflow on the time-skipping server and keeps its history in
// test/fixtures/histories. A history that exists is a promise to running workflows, so it is kept unless told otherwise.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { leaveWithUsage } from './command-line.mjs';
import { installIfNeeded, root } from './install.mjs';

const USAGE = `Usage: npm run record-histories -- [--overwrite | --beside] [part of a name]
  --overwrite  replaces histories that exist: only for what was never released
  --beside     keeps them, and writes what the workflows do now beside them, as NAME.2.json
  part         only those whose name contains it, for example "customsDeclaration: success"`;

const options = readOptions();
if (typeof options === 'string') leaveWithUsage(USAGE, options);
installIfNeeded();

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const only = options.part === undefined ? [] : ['-t', options.part];
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--project', 'temporal', 'test/workflows/endings.test.ts', ...only],
  { cwd: root, env: { ...process.env, RECORD_HISTORIES: options.recording }, stdio: 'inherit' },
);
process.exit(status ?? 1);

function readOptions() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { overwrite: { type: 'boolean' }, beside: { type: 'boolean' } },
    });
    if (values.overwrite && values.beside) return 'either --overwrite or --beside';
    if (positionals.length > 1) return 'one part of a name at most';
    const recording = values.overwrite ? 'overwrite' : values.beside ? 'beside' : 'missing';
    return { recording, part: positionals[0] };
  } catch (error) {
    return error.message;
  }
}
