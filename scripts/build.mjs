// Compiles src/ and bundles the workflows, so that no worker has to at start. All happens in a folder beside lib/, which then
// takes its place: what does not compile changes nothing, and processes that start meanwhile find the lib/ of before.
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, runOrLeave } from './install.mjs';

const lib = join(root, 'lib');
const cli = join(lib, 'cli.js');

export function build() {
  const started = new Date();
  // At the same depth, so that source maps find src/.
  const fresh = join(root, `.lib-${process.pid}`);
  const removeFresh = () => rmSync(fresh, { recursive: true, force: true });
  process.once('exit', removeFresh);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  runOrLeave(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh]);
  bundleWorkflows(join(fresh, 'workflow-code.js'));
  const freshCli = join(fresh, 'cli.js');
  if (existsSync(freshCli)) {
    chmodSync(freshCli, 0o755);
    // The start counts: what is saved during a build is newer than its result.
    utimesSync(freshCli, started, started);
  }
  // Put aside before it is removed: removing takes long enough for a process to find half of it.
  const before = `${fresh}-before`;
  if (existsSync(lib)) renameSync(lib, before);
  renameSync(fresh, lib);
  rmSync(before, { recursive: true, force: true });
  process.removeListener('exit', removeFresh);
}

/** The SDK's bundler loads native code, which takes a process of its own. */
function bundleWorkflows(bundler) {
  const step = `require(${JSON.stringify(bundler)}).writePrebuiltWorkflows()`;
  runOrLeave(process.execPath, ['-e', step]);
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
