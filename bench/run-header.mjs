// The head of a raw result: what was measured, on which machine, and by which command.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/install.mjs';

/**
 * @param {string} script its name in package.json
 * @param {{ versions?: Record<string, string>, args?: readonly string[] }} [also] `versions` of what else took part
 */
export function runHeader(script, { versions = {}, args = process.argv.slice(2) } = {}) {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(root),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()} ${arch()}`,
    node: process.versions.node,
    versions: { 'temporal-wechatpay': versionIn('package.json'), ...versions },
    command: [`npm run ${script}`, ...(args.length === 0 ? [] : ['--', ...args])].join(' '),
  };
}

/** The version of an installed package. */
export const installedVersion = (name) => versionIn('node_modules', name, 'package.json');

const versionIn = (...path) => JSON.parse(readFileSync(join(root, ...path), 'utf8')).version;

/**
 * The commit that was measured, with "and changes" when `src` or the installed packages were not as it has them. Undefined
 * outside a repository.
 */
export function commitOf(folder) {
  const git = (...args) => spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
  const { status, stdout } = git('rev-parse', '--short=10', 'HEAD');
  if (status !== 0) return undefined;
  const { stdout: changes } = git('status', '--porcelain', '--', 'src', 'package-lock.json');
  return `${stdout.trim()}${changes === '' ? '' : ' and changes'}`;
}
