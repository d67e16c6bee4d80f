import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheFolder, installOnce } from '../../../src/testing/servers/cache';

describe('cacheFolder', () => {
  it('is the folder TEMPORAL_WECHATPAY_CACHE names', () => {
    expect(cacheFolder({ TEMPORAL_WECHATPAY_CACHE: '/srv/cache', XDG_CACHE_HOME: '/xdg' })).toBe('/srv/cache');
  });

  it('refuses a relative TEMPORAL_WECHATPAY_CACHE, which would put it inside a checkout', () => {
    expect(() => cacheFolder({ TEMPORAL_WECHATPAY_CACHE: 'cache' })).toThrow(/must be an absolute path, got cache/);
  });

  it('is below the XDG cache folder, and below ~/.cache without one', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/xdg' })).toBe('/xdg/temporal-wechatpay');
    expect(cacheFolder({})).toBe(join(homedir(), '.cache', 'temporal-wechatpay'));
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative', TEMPORAL_WECHATPAY_CACHE: '' })).toBe(cacheFolder({}));
  });
});

describe('installOnce', () => {
  const progress = (): void => undefined;
  let cache: string;

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
  });
  afterEach(() => rm(cache, { recursive: true, force: true }));

  const program = (name: string, text: string, builds: string[] = []) => ({
    name,
    progress,
    cache,
    build: async (folder: string) => {
      builds.push(folder);
      await writeFile(join(folder, 'program'), text);
    },
  });

  it('builds into another folder and shows it under its name only when it is whole', async () => {
    let seenWhileBuilding: string[] = [];
    const folder = await installOnce({
      name: 'tool-1',
      progress,
      cache,
      build: async (empty) => {
        expect(await readdir(empty)).toEqual([]);
        seenWhileBuilding = await readdir(cache);
        await writeFile(join(empty, 'program'), 'x');
      },
    });
    expect(seenWhileBuilding).not.toContain('tool-1');
    expect(folder).toBe(join(cache, 'tool-1'));
    expect(await readdir(cache)).toEqual(['tool-1']);
    expect(await readFile(join(folder, 'program'), 'utf8')).toBe('x');
  });

  it('does not build what is there', async () => {
    const builds: string[] = [];
    await installOnce(program('tool-1', 'first', builds));
    await installOnce(program('tool-1', 'second', builds));
    expect(builds).toHaveLength(1);
  });

  it('builds once for five that want it at the same time', async () => {
    const builds: string[] = [];
    const folders = await Promise.all(Array.from({ length: 5 }, () => installOnce(program('tool-1', 'x', builds))));
    expect(builds).toHaveLength(1);
    expect(new Set(folders)).toEqual(new Set([join(cache, 'tool-1')]));
  });

  it('leaves nothing behind when a build fails, and the next one starts anew', async () => {
    const failing = {
      ...program('tool-1', 'x'),
      build: async (folder: string) => {
        await writeFile(join(folder, 'half'), '');
        throw new Error('no compiler');
      },
    };
    await expect(installOnce(failing)).rejects.toThrow('no compiler');
    expect(await readdir(cache)).toEqual([]);
    const folder = await installOnce(program('tool-1', 'x'));
    expect(await readdir(folder)).toEqual(['program']);
  });

  it('waits while another process builds, and says so', async () => {
    const lines: string[] = [];
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' });
    try {
      const lock = join(cache, 'tool-1.lock');
      await writeFile(lock, JSON.stringify({ pid: other.pid, host: hostname() }));
      const builds: string[] = [];
      const waiting = installOnce({ ...program('tool-1', 'x', builds), progress: (line) => lines.push(line) });
      await expect.poll(() => lines).toEqual([expect.stringContaining('waiting for another process')]);
      // The other one finishes.
      await mkdir(join(cache, 'tool-1'));
      await rm(lock);
      expect(await waiting).toBe(join(cache, 'tool-1'));
      expect(builds).toEqual([]);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('takes over from a builder that was killed, and clears away what it left', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    await writeFile(join(cache, 'tool-1.lock'), JSON.stringify({ pid, host: hostname() }));
    await mkdir(join(cache, 'tool-1.building-0'));
    await installOnce(program('tool-1', 'x'));
    expect(await readdir(cache)).toEqual(['tool-1']);
  });

  it('takes over a lock without a sign of life for a minute, even from another machine', async () => {
    const lock = join(cache, 'tool-1.lock');
    await writeFile(lock, JSON.stringify({ pid: 1, host: 'elsewhere' }));
    const old = new Date(Date.now() - 61_000);
    await utimes(lock, old, old);
    await installOnce(program('tool-1', 'x'));
    expect((await stat(join(cache, 'tool-1'))).isDirectory()).toBe(true);
  });
});
