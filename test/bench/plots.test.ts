import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = join(__dirname, '..', '..');
const PLOTS = join(ROOT, 'bench', 'plots');

interface Spec {
  readonly title: { readonly subtitle: readonly string[] };
  readonly data: { readonly values: readonly object[] };
  readonly layer: readonly { readonly data: { readonly values: readonly object[] } }[];
}
interface Drawn {
  readonly drawn: readonly { readonly name: string; readonly file: string; readonly spec: Spec }[];
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}
async function chartsToDraw(raws: Readonly<Record<string, object>>): Promise<Drawn> {
  const charts = await import(pathToFileURL(join(PLOTS, 'charts.mjs')).href);
  return charts.chartsToDraw((name: string) => {
    const raw = raws[name];
    return raw === undefined ? undefined : { file: `${name}-x.json`, raw: { ...HEAD, ...raw } };
  });
}

const HEAD = { date: '2026-01-02', machine: 'a machine of 2 cores', versions: { 'temporal-wechatpay': '0.1.0' } };
const range = (median: number) => ({ median, min: median - 0.1, max: median + 0.1 });

describe('npm run plots', () => {
  it.each([['--what'], ['extra']])('says how it is used, and draws nothing: %s', (argument) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(PLOTS, 'run.mjs'), argument], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: npm run plots');
  });
});

describe('a chart', () => {
  it('without raw results, or without its part of them, is left out and says why', async () => {
    const { drawn, left } = await chartsToDraw({ webhook: { rows: [{ part: 'kills' }], goals: [] } });
    expect(drawn).toEqual([]);
    expect(left).toContainEqual({ name: 'scale-cores', reason: 'there is no bench/results/scale-*.json' });
    expect(left).toContainEqual({ name: 'webhook-latency', reason: 'webhook-x.json does not have its part' });
  });

  it('of latency has the median and the p99 of both, by rate', async () => {
    const rows = ['webhook', 'bare signal'].flatMap((variant) =>
      [20, 200].map((rate) => ({ part: 'latency', row: `${rate}/s`, variant, p50Ms: rate, p99Ms: 2 * rate })),
    );
    const { drawn } = await chartsToDraw({ webhook: { rows, goals: [] } });
    const values = drawn.find(({ name }) => name === 'webhook-latency')?.spec.data.values;
    expect(values).toHaveLength(8);
    expect(values).toContainEqual({ rate: 200, variant: 'bare signal', quantile: 'p99', milliseconds: 400 });
  });

  it('of a ratio shows the goal that the raw result names', async () => {
    const rows = [{ part: 'latency', row: '20/s', variant: 'webhook : bare', p50: range(1.1), p99: range(1.2) }];
    const goals = [{ goal: '20/s: p50 of the webhook : p50 of the bare signal', limit: 1.75 }];
    const { drawn } = await chartsToDraw({ webhook: { rows, goals } });
    const spec = JSON.stringify(drawn.find(({ name }) => name === 'webhook-ratio')?.spec);
    expect(spec).toContain('"goal: at most 1.75"');
    expect(spec).toContain('"y":{"datum":1.75}');
  });

  it('of histories sets ours beside the timer loop', async () => {
    const rows = [
      { part: 'history', polls: 1000, ours: { events: 21, bytes: 7 }, timerLoop: { events: 9999, bytes: 8 } },
    ];
    const { drawn } = await chartsToDraw({ workflow: { rows } });
    expect(drawn.map(({ name }) => name)).toEqual(['workflow-history']);
    expect(drawn[0]?.spec.data.values).toEqual([
      { polls: '1000', design: 'ours', events: 21, bytes: 7 },
      { polls: '1000', design: 'timer loop', events: 9999, bytes: 8 },
    ]);
  });

  it('of a fault run marks each outage, however short', async () => {
    const progress = [
      { seconds: 0, closed: 0, faults: 0 },
      { seconds: 60, closed: 300, faults: 900 },
    ];
    const { drawn } = await chartsToDraw({ faults: { progress, outages: [{ kind: 'kill -9', from: 10, to: 10 }] } });
    expect(drawn[0]?.spec.layer[0]?.data.values).toEqual([{ kind: 'kill -9', from: 10, to: 11 }]);
    expect(drawn[0]?.spec.layer[1]?.data.values).toContainEqual({ seconds: 60, series: 'faults injected', count: 900 });
  });

  it('names machine, date and version', async () => {
    const progress = [{ seconds: 0 }, { seconds: 60 }];
    const { drawn } = await chartsToDraw({ faults: { progress } });
    expect(drawn[0]?.spec.title.subtitle.at(-1)).toBe('2026-01-02 · a machine of 2 cores · temporal-wechatpay 0.1.0');
  });
});
