import type { Progress } from './acquisition';
import { findOnPath, run } from './processes';

/** Milliseconds after which a build is given up; six minutes are usual on two cores with an empty Go cache. */
const BUILD_LIMIT = 40 * 60_000;

/** A program that `go install` can build: its import path, version, and what to call it in messages. */
export interface GoProgram {
  readonly name: string;
  readonly path: string;
  readonly version: string;
}

/** Builds `program` from source into `folder`. The Go module proxy's checksum database vouches for the sources. */
export async function goInstall(program: GoProgram, folder: string, progress: Progress): Promise<void> {
  const go = await findOnPath('go', ['/usr/local/go/bin']);
  if (go === undefined) throw new Error('go is not on PATH');
  const doing = `building ${program.name} ${program.version} from source`;
  progress(`${doing}: once, several minutes on a small machine`);
  await run({
    program: go,
    args: ['install', `${program.path}@${program.version}`],
    cwd: folder,
    env: { GOBIN: folder, GOFLAGS: '' },
    timeout: BUILD_LIMIT,
    progress,
    doing,
  });
  progress(`built ${program.name} ${program.version}`);
}
