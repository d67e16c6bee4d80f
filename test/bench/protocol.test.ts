import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const BENCH = join(__dirname, '..', '..', 'bench');
const results = () =>
  readdirSync(join(BENCH, 'results'))
    .filter((name) => name.startsWith('protocol-'))
    .sort();
const json = (path: string) => JSON.parse(readFileSync(join(BENCH, path), 'utf8'));

describe('npm run bench:protocol', () => {
  it.each([
    ['--what'],
    ['extra'],
    ['--rounds', '14'],
    ['--rounds', 'many'],
    ['--rounds', '1e9'],
    ['--slice', '10'],
    ['--lib', 'nowhere'],
  ])('says how it is used, and measures nothing: %s %s', (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(BENCH, 'protocol', 'run.mjs'), ...args], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(args.at(-1));
    expect(stderr).toContain('Usage: npm run bench:protocol');
  });
});

describe('the measurement', () => {
  let measure: {
    interleave(variants: object[], options: object): Promise<Map<string, number[]>>;
  };
  beforeAll(async () => {
    measure = await import(pathToFileURL(join(BENCH, 'protocol', 'measure.mjs')).href);
  });

  it('times every variant in every round, not one after the other', async () => {
    const order: string[] = [];
    const variant = (name: string) => ({ name, run: () => void (order.at(-1) === name || order.push(name)) });
    const times = await measure.interleave([variant('a'), variant('b'), variant('c')], { rounds: 20, slice: 0.01 });
    expect([...times.values()].map((list) => list.length)).toEqual([20, 20, 20]);
    // Two variants measured one after the other would be two runs; here each begins again and again.
    expect(order.filter((name) => name === 'a').length).toBeGreaterThan(10);
  });
});

describe('the packages to compare with', () => {
  it('are locked, and come from no registry but the one of npm', () => {
    const { packages } = json('package-lock.json') as { packages: Record<string, { resolved?: string }> };
    const places = Object.values(packages).flatMap(({ resolved }) => (resolved === undefined ? [] : [resolved]));
    expect(places.filter((place) => !place.startsWith('https://registry.npmjs.org/'))).toEqual([]);
  });

  it('are the ones whose versions the committed results name', () => {
    const wanted = json('package.json').dependencies;
    for (const name of results()) {
      expect(json(join('results', name)).versions).toMatchObject(wanted);
    }
  });
});

it('docs/reference/protocol-speed.md shows the newest committed results', async () => {
  const { table } = await import(pathToFileURL(join(BENCH, 'protocol', 'report.mjs')).href);
  const newest = results().at(-1) ?? '';
  const { rows, ...run } = json(join('results', newest));
  const page = readFileSync(join(BENCH, '..', 'docs', 'reference', 'protocol-speed.md'), 'utf8');
  expect(page).toContain(table(run, rows));
});
