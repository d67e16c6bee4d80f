import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(__dirname, '..', '..');
const BENCH = join(ROOT, 'bench');
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- plain JavaScript
const load = (path: string): Promise<any> => import(pathToFileURL(join(BENCH, path)).href);

describe('npm run bench:workflow', () => {
  it.each([
    ['--what'],
    ['extra'],
    ['--only', 'everything'],
    ['--rounds', '4'],
    ['--rounds', 'many'],
    ['--declarations', '9'],
    ['--open', '1e5'],
    ['--queued', '0'],
    ['--quick', '--save'],
    ['--quick', '--rounds', '7'],
  ])('says how it is used, and measures nothing: %s %s %s', (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(BENCH, 'workflow', 'run.mjs'), ...args], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(args.find((arg) => !arg.startsWith('--')) ?? args[0]);
    expect(stderr).toContain('Usage: npm run bench:workflow');
  });

  it('measures everything unless told otherwise, and one part when told so', async () => {
    const { readOptions, PARTS } = await load('workflow/options.mjs');
    expect(readOptions([])).toMatchObject({
      parts: PARTS,
      rounds: 7,
      open: 10_000,
      queued: 5_000,
      polls: [0, 10, 100, 1_000],
    });
    expect(readOptions(['--only', 'memory', '--open', '500'])).toMatchObject({ parts: ['memory'], open: 500 });
    expect(readOptions(['--quick'])).toMatchObject({ quick: true, rounds: 1, open: 100 });
    expect(readOptions(['--help'])).toEqual({ help: true });
  });
});

describe('the measurement', () => {
  const round = (cpuMs: number, perSecond: number) => ({ cpuMs, perSecond });

  it('forms ratios within a round: above 1 is more processor time, and more declarations a second', async () => {
    const { row } = await load('workflow/statistics.mjs');
    const comparison = { part: 'cpu', kind: 'whole', name: 'ours', to: 'bare', cpuAtMost: 1.15 };
    const ours = [round(12, 20), round(120, 2), round(24, 30)];
    const bare = [round(10, 40), round(100, 4), round(12, 30)];
    expect(row(comparison, ours, bare)).toMatchObject({
      rounds: 3,
      cpuMs: { median: 24, min: 12, max: 120 },
      cpuRatio: { median: 1.2, min: 1.2, max: 2 },
      throughputRatio: { median: 0.5, min: 0.5, max: 1 },
      cpuAtMost: 1.15,
    });
  });

  it('gives up what comes to no end, and says where it stopped', async () => {
    const { untilReached } = await load('workflow/until.mjs');
    let count = 0;
    await untilReached(3, 'steps', () => Promise.resolve((count += 1)), { every: 1, stalled: 0 });
    expect(count).toBe(3);
    const stuck = untilReached(9, 'steps', () => Promise.resolve(5), { every: 5, stalled: 20 });
    await expect(stuck).rejects.toThrow('steps: expected 9, it stays at 5');
  });

  it('takes percentiles that were measured, not ones in between', async () => {
    const { percentiles } = await load('workflow/statistics.mjs');
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentiles(hundred)).toEqual({ p50: 50, p99: 99, most: 100 });
    expect(percentiles([3, 1, 2])).toEqual({ p50: 2, p99: 3, most: 3 });
    expect(percentiles([7])).toEqual({ p50: 7, p99: 7, most: 7 });
  });

  it('encrypts every payload, and reads what it encrypted and what was never encrypted', async () => {
    const { encryptingConverter } = await load('workflow/codec.mjs');
    const [codec] = encryptingConverter(Buffer.alloc(32, 7)).payloadCodecs;
    const plain = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"1900000109"') };
    const [sealed, again] = await codec.encode([plain, plain]);
    expect(Buffer.from(sealed.data).toString('latin1')).not.toContain('1900000109');
    expect(sealed.data.equals(again.data)).toBe(false);
    const [opened, untouched] = await codec.decode([sealed, plain]);
    expect(Buffer.from(opened.data).toString()).toBe('"1900000109"');
    expect(untouched).toBe(plain);
    const [other] = encryptingConverter(Buffer.alloc(32, 8)).payloadCodecs;
    await expect(async () => other.decode([sealed])).rejects.toThrow();
  });
});

describe('the report', () => {
  const spread = (median: number) => ({ median, min: median, max: median });
  const cost = {
    ...{ part: 'cpu', kind: 'whole', name: 'ours', to: 'bare', rounds: 7 },
    ...{ cpuMs: spread(12), cpuMsOther: spread(10), perSecond: spread(20), perSecondOther: spread(25) },
    ...{ cpuRatio: spread(1.2), throughputRatio: spread(0.8), cpuAtMost: 1.15, throughputAtLeast: 0.9 },
    events: { ours: 21, other: 20 },
  };
  const memory = (open: number, megabytes: number) => ({
    ...{ part: 'memory', open, megabytes, most: megabytes, atStart: 200, opened: open, seconds: 10, cpuMs: 20 },
  });
  const run = {
    date: '2026-11-23',
    node: '20.20.2',
    machine: 'one',
    versions: { 'temporal-wechatpay': '0' },
    parts: { cpu: { command: 'it' } },
  };

  it('says MISSED with the measured value, and met for what is just at its limit', async () => {
    const { goalsOf, table } = await load('workflow/report.mjs');
    const rows = [cost, { ...cost, kind: 'machinery', cpuRatio: spread(1.15), throughputRatio: spread(0.9) }];
    const goals = goalsOf(rows);
    expect(goals.map(({ limit, measured, met }: Record<string, unknown>) => [limit, measured, met])).toEqual([
      [1.15, 1.2, false],
      ['>= 0.9', 0.8, false],
      [1.15, 1.15, true],
      ['>= 0.9', 0.9, true],
    ]);
    expect(table({ ...run, rows })).toMatch(/CPU per declaration: ours \/ bare, three .* <= 1[.]15 +1[.]2 +MISSED\n/);
    expect(table({ ...run, rows })).toMatch(/ours \/ bare +signed +7 +21 +20 /);
  });

  it('compares the memory of many open declarations with that of a tenth', async () => {
    const { goalsOf } = await load('workflow/report.mjs');
    const goals = goalsOf([memory(1_000, 300), memory(10_000, 360)]) as { measured: number; met: boolean }[];
    expect(goals.map(({ measured, met }) => [measured, met])).toEqual([
      [360, true],
      [20, false],
    ]);
  });

  it('knows the reason for a memory somewhat above its limit, and not for any', async () => {
    const { goalsOf } = await load('workflow/report.mjs');
    const reasons = [399, 440, 441].map((most) => goalsOf([memory(1_000, 390), memory(10_000, most)])[0].why);
    expect(reasons).toEqual([undefined, expect.stringContaining('garbage'), undefined]);
  });

  it('misses a worker that is ready soon, but not with a prebuilt bundle', async () => {
    const { goalsOf } = await load('workflow/report.mjs');
    const verdicts = [true, false].map((prebuilt) => goalsOf([{ part: 'ready', prebuilt, seconds: spread(1.4) }]));
    expect(verdicts.flat().map(({ met }: { met: boolean }) => met)).toEqual([true, false]);
  });

  it('replaces the figures of the page, and nothing else', async () => {
    const { withFigures } = await load('workflow/report.mjs');
    const page = '# A\n\ntext\n\n## Figures\n\nNot measured yet.\n';
    const once = '# A\n\ntext\n\n## Figures\n\n```\n1 of $1\n```\n';
    expect(withFigures(page, '1 of $1')).toBe(once);
    expect(withFigures(once, '2')).toBe(once.replace('1 of $1', '2'));
    expect(withFigures('## Figures\n\nold\n\n## More\n\nkept\n', 'new')).toBe(
      '## Figures\n\n```\nnew\n```\n\n## More\n\nkept\n',
    );
    expect(() => withFigures('# A\n', '1')).toThrow(/Figures/);
  });
});

it('docs/reference/workflow-cost.md shows the newest committed results', async () => {
  const { table } = await load('workflow/report.mjs');
  const { newestResult } = await load('results.mjs');
  const page = readFileSync(join(ROOT, 'docs', 'reference', 'workflow-cost.md'), 'utf8');
  const newest = newestResult('workflow') as { raw: Record<string, unknown> } | undefined;
  if (newest === undefined) {
    expect(page).toContain('Not measured yet.');
    return;
  }
  expect(page).toContain(table(newest.raw));
});
