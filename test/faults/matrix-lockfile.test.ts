import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ROOT } from '../system/child';
import { recordingServer } from '../wechatpay/servers';

/* What `npm ci` installs is what the lock file names, byte for byte, or nothing. */

describe('the lock file of this repository', () => {
  it.each(['package-lock.json', 'bench/package-lock.json'])('%s has a hash for every package', (file) => {
    const { packages } = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as {
      packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
    };
    const all = Object.entries(packages).filter(([path]) => path !== '');
    expect(all.length).toBeGreaterThan(10);
    const bare = all.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''));
    expect(bare.map(([path]) => path)).toEqual([]);
  });
});

/** One file in the oldest tar format there is. */
function tar(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write('0000644\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}

const tarball = (version: string): Buffer =>
  gzipSync(tar('package/package.json', JSON.stringify({ name: 'needed', version })));

/** A project that needs one package, locked as it was at its time, beside a registry that serves what it is given. */
async function project(served: Buffer | undefined) {
  const registry = await recordingServer((_request, response) => {
    response.end(served);
  });
  const url = served === undefined ? 'http://127.0.0.1:1' : registry.url;
  const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const write = (file: string, content: object): void => writeFileSync(join(folder, file), JSON.stringify(content));
  const wants = { name: 'wanting', version: '1.0.0', dependencies: { needed: '1.0.0' } };
  const locked = {
    version: '1.0.0',
    resolved: `${url}/needed-1.0.0.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball('1.0.0')).digest('base64')}`,
  };
  write('package.json', wants);
  write('package-lock.json', {
    ...{ name: 'wanting', version: '1.0.0', lockfileVersion: 3, requires: true },
    packages: { '': wants, 'node_modules/needed': locked },
  });
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=0', `--registry=${url}`];
  const cache = `--cache=${join(folder, 'cache')}`;
  const child = spawn('npm', ['ci', ...flags, cache], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, installed: existsSync(join(folder, 'node_modules', 'needed', 'package.json')) };
}

describe('npm ci', { timeout: 60_000 }, () => {
  it('installs the package that was locked', async () => {
    expect(await project(tarball('1.0.0'))).toMatchObject({ code: 0, installed: true });
  });

  it('installs nothing from a tarball that was changed', async () => {
    const { code, output, installed } = await project(tarball('1.0.1'));
    expect([code === 0, installed]).toEqual([false, false]);
    expect(output).toContain('EINTEGRITY');
  });

  it('installs nothing while the registry is down, and says so', async () => {
    const { code, output, installed } = await project(undefined);
    expect([code === 0, installed]).toEqual([false, false]);
    expect(output).toContain('ECONNREFUSED');
  });
});
