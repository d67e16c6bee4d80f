// Compiles src/ into an empty lib/, or leaves no lib/ at all.
import { chmodSync, existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runOrLeave } from './install.mjs';

const lib = join(root, 'lib');
const cli = join(lib, 'cli.js');

export function build() {
  const started = new Date();
  rmSync(lib, { recursive: true, force: true });
  // tsc writes even what does not compile; the exit hook keeps half a lib/ from passing for a whole one.
  const removeLib = () => rmSync(lib, { recursive: true, force: true });
  process.once('exit', removeLib);
  runOrLeave(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  process.removeListener('exit', removeLib);
  if (!existsSync(cli)) return;
  chmodSync(cli, 0o755);
  // The start counts: what is saved during a build is newer than its result.
  utimesSync(cli, started, started);
}

/** Builds if lib/ is missing or older than what it is made of. */
export function buildIfNeeded() {
  const built = modified(cli);
  const sources = ['src', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'].map((path) => join(root, path));
  if (built !== undefined && sources.every((path) => newest(path) <= built)) return;
  console.error('Building ...');
  build();
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

/** Newest time of a file, or of a folder and all in it (a folder's own time shows that something was removed). */
function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) build();
