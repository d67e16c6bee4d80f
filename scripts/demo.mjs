// `npm run demo`: works as the first command in a fresh clone. Installing and building report on stderr, so that the
// last line of `npm run demo -- --json` is the demo's own.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildIfNeeded } from './build.mjs';
import { installIfNeeded, root } from './install.mjs';

installIfNeeded();
buildIfNeeded();

const demo = spawn(process.execPath, [join(root, 'lib', 'cli.js'), 'demo', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
// Ctrl-C reaches the demo through the terminal; this process must wait until it has cleaned up. A `kill` is passed on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => demo.kill('SIGTERM'));
demo.once('close', (code, signal) => process.exit(signal === null ? code : 1));
