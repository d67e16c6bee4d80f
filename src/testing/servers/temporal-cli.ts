import { join } from 'node:path';
import { firstOf } from './acquisition';
import type { Progress } from './acquisition';
import { cacheFolder, exists, installOnce } from './cache';
import { goInstall } from './go-install';
import { findOnPath, run } from './processes';
import { sdkCached, sdkDownload } from './sdk-download';

/** The newest release that `go install` can build: later ones have a `replace` in their go.mod. */
const CLI = { name: 'the Temporal CLI', path: 'github.com/temporalio/cli/cmd/temporal', version: 'v1.5.1' } as const;
const FOLDER = `temporal-cli-${CLI.version.slice(1)}`;

/** Oldest server inside a CLI found on PATH that knows everything used here (`activity reset`, update-with-start). */
const OLDEST_SERVER = [1, 28] as const;

/**
 * Path of the Temporal CLI, whose `server start-dev` is the server of demo and tests: `temporal` on PATH, our cache, the
 * SDK's download, and where none of these leads anywhere, a build from source with Go (once, about six minutes).
 *
 * @throws ServerUnavailableError with everything that was tried and what to install.
 */
export function findTemporalCli(progress: Progress): Promise<string> {
  return firstOf(
    'Temporal CLI',
    [
      { name: 'temporal on PATH', find: cliOnPath },
      { name: 'cache', find: cliInCache },
      { name: 'SDK download', find: () => sdkDownload('temporal', progress) },
      { name: `go install ${CLI.path}@${CLI.version}`, find: () => buildCli(progress) },
    ],
    'install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or Go 1.25 or later ' +
      '(https://go.dev/dl), or set TEMPORAL_ADDRESS to a server that is already running on this machine.',
    progress,
  );
}

async function cliOnPath(): Promise<string | undefined> {
  const path = await findOnPath('temporal');
  if (path === undefined) return undefined;
  const version = await run({ program: path, args: ['--version'], timeout: 20_000, doing: 'asking for its version' });
  const [, major, minor] = /Server (\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`${path} is not the Temporal CLI: ${version}`);
  const newEnough = Number(major) > OLDEST_SERVER[0] || Number(minor) >= OLDEST_SERVER[1];
  if (!newEnough)
    throw new Error(`${path} brings server ${major}.${minor}, expected ${OLDEST_SERVER.join('.')} or later`);
  return path;
}

async function cliInCache(): Promise<string | undefined> {
  const built = join(cacheFolder(), FOLDER, 'temporal');
  return (await exists(built)) ? built : sdkCached('temporal');
}

async function buildCli(progress: Progress): Promise<string> {
  const folder = await installOnce({ name: FOLDER, build: (empty) => goInstall(CLI, empty, progress), progress });
  return join(folder, 'temporal');
}
