import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from './acquisition';

/** Milliseconds between two signs of life of the process that holds a lock. */
const HEARTBEAT = 5_000;
/** Milliseconds without a sign of life after which a lock belongs to nobody, wherever its owner ran. */
const ABANDONED_AFTER = 60_000;

/**
 * The folder in which downloaded and built servers are kept, outside every checkout: `TEMPORAL_WECHATPAY_CACHE`, else
 * `temporal-wechatpay` in the XDG cache folder, else `~/.cache/temporal-wechatpay`.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const own = env.TEMPORAL_WECHATPAY_CACHE;
  if (own !== undefined && own !== '') {
    if (!isAbsolute(own)) throw new Error(`TEMPORAL_WECHATPAY_CACHE must be an absolute path, got ${own}`);
    return own;
  }
  // The XDG specification tells readers to ignore a relative path.
  const xdg = env.XDG_CACHE_HOME;
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
  return join(base, 'temporal-wechatpay');
}

export interface Installation {
  /** Folder under the cache, with the version in it: `temporal-cli-1.5.1`. */
  readonly name: string;
  /** Fills an empty folder. Only when it has returned does the folder appear under its name. */
  readonly build: (folder: string) => Promise<void>;
  readonly progress: Progress;
  readonly cache?: string;
}

/**
 * Path of an installed folder, which is built first if it is not there. A reader never sees half of one (it is built
 * under another name and renamed), and two processes do not build at once (the second waits and takes the first's).
 */
export async function installOnce({ name, build, progress, cache = cacheFolder() }: Installation): Promise<string> {
  const folder = join(cache, name);
  if (await exists(folder)) return folder;
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const unlock = await lock(join(cache, `${name}.lock`), progress);
  try {
    if (await exists(folder)) return folder;
    await removeLeftovers(cache, name);
    const building = join(cache, `${name}.building-${randomUUID()}`);
    await mkdir(building);
    try {
      await build(building);
      await rename(building, folder).catch((error: unknown) => {
        // Somebody else finished first, which only an abandoned lock taken over twice allows: theirs is as good.
        if (!isCode(error, 'ENOTEMPTY') && !isCode(error, 'EEXIST')) throw error;
      });
    } finally {
      await rm(building, { recursive: true, force: true });
    }
    return folder;
  } finally {
    await unlock();
  }
}

/** What a killed builder left behind. Called with the lock held, so nobody is still working in them. */
async function removeLeftovers(cache: string, name: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    if (entry.startsWith(`${name}.building-`)) await rm(join(cache, entry), { recursive: true, force: true });
  }
}

async function lock(path: string, progress: Progress): Promise<() => Promise<void>> {
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
  let told = false;
  for (;;) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(mine);
      await file.close();
      break;
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    if (await isAbandoned(path)) {
      await rm(path, { force: true });
      continue;
    }
    if (!told) progress(`waiting for another process that is building it (${path})`);
    told = true;
    await sleep(500);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    const holder = await readFile(path, 'utf8').catch(() => undefined);
    if (holder === mine) await rm(path, { force: true });
  };
}

/** A lock whose owner is dead, or has not shown itself for a minute. */
async function isAbandoned(path: string): Promise<boolean> {
  try {
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > ABANDONED_AFTER) return true;
    const text = await readFile(path, 'utf8');
    // Between its creation and its first byte a lock is empty: somebody has just taken it.
    if (text === '') return false;
    const { pid, host } = JSON.parse(text) as { pid: number; host: string };
    return host === hostname() && !isAlive(pid);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false;
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isCode(error, 'ENOENT') || isCode(error, 'ENOTDIR')) return false;
    throw error;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
