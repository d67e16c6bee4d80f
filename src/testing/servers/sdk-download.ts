import { mkdir, readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from './acquisition';
import { cacheFolder } from './cache';
import { run } from './processes';

/** What the SDK can download, by the name its files begin with: `temporal` is the Temporal CLI. */
export type SdkExecutable = 'temporal' | 'temporal-test-server';

const START = { temporal: 'createLocal', 'temporal-test-server': 'createTimeSkipping' } as const;

/** Milliseconds after which a download is given up: a firewall that drops packets must not look like a hang. */
const DOWNLOAD_LIMIT = 5 * 60_000;

/**
 * Path of an executable the SDK (or {@link sdkDownload}) has downloaded before, the newest one. The SDK keeps its
 * downloads in the temporary folder that everybody may write to, so a file counts only if it is ours alone to change.
 */
export async function sdkCached(what: SdkExecutable): Promise<string | undefined> {
  const found: { path: string; time: number }[] = [];
  for (const folder of [downloadFolder(), tmpdir()]) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (!name.startsWith(`${what}-sdk-typescript-`) || name.endsWith('.downloading')) continue;
      const path = join(folder, name);
      const file = await stat(path);
      const ours = process.getuid === undefined || (file.uid === process.getuid() && (file.mode & 0o022) === 0);
      if (file.isFile() && ours && (file.mode & 0o100) !== 0) found.push({ path, time: file.mtimeMs });
    }
  }
  return found.sort((a, b) => b.time - a.time)[0]?.path;
}

/** Lets the SDK download an executable into our cache folder. Without the internet this fails at once. */
export async function sdkDownload(what: SdkExecutable, progress: Progress): Promise<string> {
  const sdk = resolveSdk();
  const folder = downloadFolder();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  progress(`asking the Temporal SDK to download ${what}`);
  // In a process of its own: the SDK's native runtime can be installed only once per process, and is the caller's.
  const script = `
    const { TestWorkflowEnvironment } = require(${JSON.stringify(sdk)});
    TestWorkflowEnvironment.${START[what]}({
      server: { executable: { type: 'cached-download', downloadDir: ${JSON.stringify(folder)} } },
    }).then((env) => env.teardown()).then(
      () => process.exit(0),
      (error) => { console.error(error.message); process.exit(1); },
    );`;
  const failure = await run({
    program: process.execPath,
    args: ['-e', script],
    timeout: DOWNLOAD_LIMIT,
    progress,
    doing: `downloading ${what}`,
  }).then(
    () => undefined,
    (error: Error) => error,
  );
  // The SDK also starts what it has downloaded, with five seconds to come up: on a slow machine only that may have failed.
  const path = await sdkCached(what);
  if (path !== undefined) return path;
  if (failure === undefined) throw new Error(`the SDK reported success, but ${folder} holds no ${what}`);
  const [first, ...lastLines] = failure.message.split('\n').map((line) => line.trim());
  throw new Error(`download failed: ${lastLines.length === 0 ? first : lastLines.join(' ')}`);
}

function downloadFolder(): string {
  return join(cacheFolder(), 'sdk');
}

function resolveSdk(): string {
  try {
    return createRequire(__filename).resolve('@temporalio/testing');
  } catch {
    throw new Error('@temporalio/testing is not installed (it is an optional peer: npm install @temporalio/testing)');
  }
}
