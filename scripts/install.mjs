// What has to be there before anything else runs. Node built-ins only: in a fresh clone nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a program with its output on stderr, so that stdout belongs to what the user asked for; leaves with its exit code. */
export function runOrLeave(program, args) {
  // npm is a .cmd file on Windows, which only a shell can start.
  const shell = process.platform === 'win32' && program === 'npm';
  const { status, error, signal } = spawnSync(program, args, { cwd: root, stdio: ['ignore', 2, 2], shell });
  if (error) {
    console.error(`${program} could not be started: ${error.message}`);
    process.exit(1);
  }
  if (status !== 0) {
    console.error(`${program} ${args.join(' ')} ended with ${signal ?? `code ${status}`}`);
    process.exit(status ?? 1);
  }
}

/** `npm ci`, if what is installed is not what the lock file names. */
export function installIfNeeded() {
  const difference = differenceToLockFile();
  if (difference === undefined) return;
  console.error(`Installing dependencies (${difference}) ...`);
  // The npm that runs this script, if one does: a second one on PATH may be too old for the lock file.
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund'];
  if (npm?.endsWith('.js')) runOrLeave(process.execPath, [npm, ...args]);
  else runOrLeave('npm', args);
}

/** Compares contents, not times: a clone, a copy or a restored cache sets times as it likes. */
function differenceToLockFile() {
  const wanted = readPackages('package-lock.json');
  if (wanted === undefined) return 'no package-lock.json';
  const installed = readPackages(join('node_modules', '.package-lock.json'));
  if (installed === undefined) return 'no node_modules';
  for (const [path, { version, optional, devOptional, link }] of Object.entries(wanted)) {
    if (path === '' || link) continue;
    const there = installed[path]?.version;
    // What is made for another platform is not installed.
    if (there === undefined && (optional || devOptional)) continue;
    if (there !== version) return `${path.replace(/^node_modules\//, '')}: ${there ?? 'missing'}, expected ${version}`;
  }
  return undefined;
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}
