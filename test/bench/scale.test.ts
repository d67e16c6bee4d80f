import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(__dirname, '..', '..');
const module_ = async (path: string) => import(pathToFileURL(join(ROOT, path)).href);

describe('npm run bench:scale', () => {
  it.each([
    ['--what'],
    ['extra'],
    ['--workers', '0'],
    ['--workers', '1,,2'],
    ['--in-flight', '9999'],
    ['--seconds', '1'],
    ['--rounds', 'many'],
    ['--only', 'nothing'],
  ])('says how it is used, and starts nothing: %s %s', (...args) => {
    const { status, stdout, stderr } = run('bench/scale/run.mjs', args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(args.at(-1));
    expect(stderr).toContain('Usage: npm run bench:scale');
  });

  it('saves nothing of which half is missing', () => {
    const { status, stderr } = run('bench/scale/run.mjs', ['--only', 'units', '--save']);
    expect(status).toBe(2);
    expect(stderr).toContain('--save');
  });
});

describe('the metrics of the server', () => {
  const TEXT = [
    '# HELP action action counter',
    '# TYPE action counter',
    'action{action_type="activity_retry",namespace="default"} 3',
    'action{action_type="grpc_SignalWorkflowExecution",namespace="default"} 2',
    'action{action_type="grpc_StartWorkflowExecution",namespace="temporal_system"} 40',
    'action_other{namespace="default"} 500',
    'plain 7',
  ].join('\n');

  it('are summed by name and label, and by no part of a name', async () => {
    const { parseMetrics, total, byLabel } = await module_('bench/scale/server-metrics.mjs');
    const samples = parseMetrics(TEXT);
    expect(total(samples, 'action', { namespace: 'default' })).toBe(5);
    expect(total(samples, 'action')).toBe(45);
    expect(total(samples, 'plain')).toBe(7);
    expect(byLabel(samples, 'action', 'action_type')).toEqual({
      activity_retry: 3,
      grpc_SignalWorkflowExecution: 2,
      grpc_StartWorkflowExecution: 40,
    });
  });
});

describe('a unit cost', () => {
  let meter: { unitCost(used: object, idle: object, count: number): { cpuMilliseconds: object; work: object } };
  beforeAll(async () => {
    meter = await module_('bench/scale/meter.mjs');
  });

  it('leaves out what the same processes use in that time when nothing happens', () => {
    const idle = { seconds: 10, cpu: { server: 1 }, work: { rowsInserted: 20 } };
    const used = { seconds: 20, cpu: { server: 12 }, work: { rowsInserted: 140 } };
    expect(meter.unitCost(used, idle, 100)).toMatchObject({
      cpuMilliseconds: { server: 100 },
      work: { rowsInserted: 1 },
    });
  });

  it('takes polls and actions as they were counted', () => {
    const idle = { seconds: 10, cpu: {}, work: { polls: 1, actions: 2 } };
    const used = { seconds: 20, cpu: {}, work: { polls: 300, actions: 1000 } };
    expect(meter.unitCost(used, idle, 100).work).toEqual({ polls: 3, actions: 10 });
  });
});

describe('the report', () => {
  const row = (workers: number, inFlight: number, perSecond: number, all = 1.9) => ({
    ...{ workers, inFlight, perSecond, started: 100, succeeded: 100, workerRssBytes: [200e6, 210e6] },
    milliseconds: { p50: 1000, p99: 2000 },
    cores: { workers: 0.9, server: 0.7, all },
  });
  const units = (succeeded: number, acknowledged: number, events = 21) => ({
    perDeclaration: { count: 50, succeeded, events },
    perNotification: { count: 40, acknowledged },
  });

  it('takes the median of the rounds, and the level where most were finished', async () => {
    const { peaks, levelsOf } = await module_('bench/scale/report.mjs');
    const rows = [row(1, 20, 10), row(1, 20, 14), row(1, 60, 20), row(1, 60, 26), row(2, 20, 30)];
    expect(levelsOf(rows)[0]).toMatchObject({ perSecond: 12, least: 10, most: 14 });
    expect(peaks(rows)).toMatchObject([
      { workers: 1, inFlight: 60, perSecond: 23 },
      { workers: 2, inFlight: 20, perSecond: 30 },
    ]);
  });

  it('says what is used up, and what is not', async () => {
    const { saturation } = await module_('bench/scale/report.mjs');
    expect(saturation([row(1, 20, 10)], 2)[0]).toContain('all 2 cores are in use: workers 0.90');
    expect(saturation([row(1, 20, 10, 1.2)], 2)[0]).toContain('1.20 of 2 cores: ');
    const beside = { ...row(1, 20, 10, 1.2), coresOfOthers: 0.7 };
    expect(saturation([beside], 2)[0]).toContain('1.20 of 2 cores, everything else on the machine had 0.70: ');
  });

  it('misses a goal when one declaration, one notification or one event is too few or too many', async () => {
    const { goalsOf } = await module_('bench/scale/report.mjs');
    const verdicts = (given: object) =>
      goalsOf({ rows: [row(1, 20, 10)], units: given }).map(({ met }: { met: boolean }) => met);
    expect(verdicts(units(50, 40))).toEqual([true, true, true]);
    expect(verdicts(units(49, 40))).toEqual([false, true, true]);
    expect(verdicts(units(50, 39))).toEqual([true, false, true]);
    expect(verdicts(units(50, 40, 23))).toEqual([true, true, false]);
  });
});

describe('the raw results', () => {
  it('are found by name, the newest first, and no other file is taken for one', async () => {
    const { newestResult } = await module_('bench/results.mjs');
    const folder = mkdtempSync(join(tmpdir(), 'results-'));
    const names = [
      'scale-2026-01-02-node20.json',
      'scale-2026-11-01-node20.json',
      'scale-draft.json',
      'xscale-2027-01-01-node20.json',
    ];
    for (const name of names) writeFileSync(join(folder, name), JSON.stringify({ name }));
    expect(newestResult('scale', folder)?.raw).toEqual({ name: 'scale-2026-11-01-node20.json' });
    expect(newestResult('webhook', folder)).toBeUndefined();
    expect(newestResult('scale', join(folder, 'nowhere'))).toBeUndefined();
  });
});

function run(path: string, args: readonly string[]) {
  return spawnSync(process.execPath, [join(ROOT, path), ...args], { encoding: 'utf8' });
}

it('the package has every command that the documents name', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const name of ['bench:scale', 'capacity', 'plots', 'performance-page']) expect(scripts).toHaveProperty(name);
});
