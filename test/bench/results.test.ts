import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const load = async <Module>(path: string): Promise<Module> =>
  (await import(pathToFileURL(join('bench', path)).href)) as Module;

interface Statistics {
  quantile(values: readonly number[], share: number): number | undefined;
  summary(values: readonly number[]): object;
  ratios(ours: readonly number[], other: readonly number[]): object;
}

describe('statistics', () => {
  it('name the value that a share of all does not exceed', async () => {
    const { quantile } = await load<Statistics>('statistics.mjs');
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.99, 1].map((share) => quantile(values, share))).toEqual([50, 99, 100]);
    expect(quantile([7], 0.99)).toBe(7);
    expect(quantile([], 0.5)).toBeUndefined();
  });

  it('have the mean of the middle two where there is no middle one', async () => {
    const { summary } = await load<Statistics>('statistics.mjs');
    expect(summary([3, 1, 10, 2])).toEqual({ median: 2.5, min: 1, max: 10 });
  });

  it('form ratios within a round, so that a slow moment of the machine is on both sides', async () => {
    const { ratios } = await load<Statistics>('statistics.mjs');
    expect(ratios([10, 1000, 30], [20, 2000, 15])).toEqual({ median: 2, min: 0.5, max: 2 });
    expect(ratios([1, 1], [1, 3])).toEqual({ median: 2, min: 1, max: 3 });
  });
});

describe('a raw result', () => {
  interface Results {
    saveResult(name: string, run: object, folder: string): unknown;
    newestResult(name: string, folder: string): { file: string; raw: unknown } | undefined;
  }
  const newFolder = () => mkdtempSync(join(tmpdir(), 'results-'));
  const run = (command: string, part: string, value: number, date = '2026-01-02') => ({
    ...{ date, node: '20.1.0', machine: 'one', versions: { ours: '1' }, parts: { [part]: { command, date } } },
    ...{ rows: [{ part, value }], goals: [{ part, measured: value }] },
  });

  it('keeps what another day has measured of other parts, each with its day and command', async () => {
    const { newestResult, saveResult } = await load<Results>('results.mjs');
    const folder = newFolder();
    saveResult('webhook', run('one', 'slow', 1), folder);
    saveResult('webhook', run('two', 'kills', 2), folder);
    const kept = saveResult('webhook', run('three', 'slow', 3, '2026-01-03'), folder);
    expect(kept).toEqual({
      ...{ date: '2026-01-03', node: '20.1.0', machine: 'one', versions: { ours: '1' } },
      parts: { slow: { command: 'three', date: '2026-01-03' }, kills: { command: 'two', date: '2026-01-02' } },
      rows: [
        { part: 'kills', value: 2 },
        { part: 'slow', value: 3 },
      ],
      goals: [
        { part: 'kills', measured: 2 },
        { part: 'slow', measured: 3 },
      ],
    });
    expect(newestResult('webhook', folder)).toEqual({ file: 'webhook-2026-01-03-node20.json', raw: kept });
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('keeps nothing of another machine or another version', async () => {
    const { saveResult } = await load<Results>('results.mjs');
    const folder = newFolder();
    saveResult('webhook', run('one', 'slow', 1), folder);
    const elsewhere = { ...run('two', 'kills', 2, '2026-01-03'), machine: 'another' };
    expect(saveResult('webhook', elsewhere, folder)).toEqual(elsewhere);
    const later = { ...run('three', 'slow', 3, '2026-01-04'), machine: 'another', versions: { ours: '2' } };
    expect(saveResult('webhook', later, folder)).toEqual(later);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it('without parts takes the place of the one before', async () => {
    const { newestResult, saveResult } = await load<Results>('results.mjs');
    const folder = newFolder();
    const whole = (seed: number) => ({ date: '2026-01-02', node: '20.1.0', seed });
    saveResult('faults', whole(1), folder);
    saveResult('faults', whole(2), folder);
    expect(newestResult('faults', folder)?.raw).toEqual(whole(2));
  });
});

describe('the head of a raw result', () => {
  interface Header {
    runHeader(script: string, also: object): Record<string, unknown>;
    commitOf(folder: string): string | undefined;
  }

  it('has the command with its options, the machine and the versions', async () => {
    const { runHeader } = await load<Header>('run-header.mjs');
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(runHeader('faults', { versions: { other: '7' }, args: ['--seed', 7] })).toMatchObject({
      ...{ command: 'npm run faults -- --seed 7', node: process.versions.node },
      ...{ date: new Date().toISOString().slice(0, 10), versions: { 'temporal-wechatpay': version, other: '7' } },
      machine: expect.stringMatching(/^\d+ x .+, \d+ GiB, \w+ \w+$/) as string,
    });
    expect(runHeader('bench:scale', { args: [] })['command']).toBe('npm run bench:scale');
  });

  it('names the commit, and says when src was not as the commit has it', async () => {
    const { commitOf } = await load<Header>('run-header.mjs');
    const folder = newRepository();
    const commit = git(folder, 'rev-parse', '--short=10', 'HEAD');
    expect(commitOf(folder)).toBe(commit);
    writeFileSync(join(folder, 'README.md'), 'other words');
    expect(commitOf(folder)).toBe(commit);
    appendFileSync(join(folder, 'src', 'index.ts'), '// changed');
    expect(commitOf(folder)).toBe(`${commit} and changes`);
    expect(commitOf(mkdtempSync(join(tmpdir(), 'no-repository-')))).toBeUndefined();
  });

  function newRepository(): string {
    const folder = mkdtempSync(join(tmpdir(), 'repository-'));
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'src', 'index.ts'), '');
    writeFileSync(join(folder, 'README.md'), 'words');
    git(folder, 'init', '--quiet');
    git(folder, 'add', '.');
    git(folder, '-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '--quiet', '-m', 'one');
    return folder;
  }

  function git(folder: string, ...args: string[]): string {
    return execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  }
});
