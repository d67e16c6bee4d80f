import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCHEDULES } from '../../src/activities/schedule';
import { read, ROOT } from './embedded';

const REMEDY = 'run `npm run performance-page`';
const { steps } = SCHEDULES.customs;

interface Newest {
  readonly file: string;
  readonly raw: unknown;
}
type Result = (name: string) => Newest | undefined;
interface Blocks {
  readonly PAGES: readonly string[];
  withFigures(page: string, from: { steps: readonly object[]; result?: Result }): string;
  partsOn(page: string): string[];
}
interface Sections {
  readonly SECTIONS: readonly {
    readonly name: string;
    readonly command: string;
    readonly charts?: readonly string[];
    readonly also?: { readonly name: string };
  }[];
  readonly ALT: Readonly<Record<string, string>>;
}

const load = async <Module>(path: string): Promise<Module> =>
  (await import(pathToFileURL(join(ROOT, 'bench', path)).href)) as Module;

let blocks: Blocks;
let sections: Sections;
let newestResult: Result;
beforeAll(async () => {
  blocks = await load('page/blocks.mjs');
  sections = await load('page/sections.mjs');
  ({ newestResult } = await load<{ newestResult: Result }>('results.mjs'));
  if (process.env['UPDATE_DOCS'] !== '1') return;
  for (const path of blocks.PAGES) writeFileSync(join(ROOT, path), blocks.withFigures(read(path), { steps }));
});

describe.each(['docs/performance.md', 'docs/explanation/capacity.md'])('%s', (path) => {
  it('has the figures of the newest raw results', () => {
    expect(blocks.PAGES).toContain(path);
    expect(blocks.partsOn(read(path)).length).toBeGreaterThan(3);
    expect(read(path), REMEDY).toBe(blocks.withFigures(read(path), { steps }));
  });

  it('has no figure that is not one', () => {
    expect(read(path)).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });
});

it('docs/performance.md has no figure that somebody has typed', () => {
  const prose = read('docs/performance.md').replace(/<!-- figures: [^]*?<!-- \/figures -->/g, '');
  expect(prose).not.toMatch(/\d\s?(ms|s|seconds|MB|GB|kB|%|a second|events|bytes)\b/);
});

describe('the page of figures', () => {
  const page = () => read('docs/performance.md');

  it('has a part for each kind of raw result, and a command that exists', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const { name, command } of sections.SECTIONS) {
      expect(blocks.partsOn(page())).toContain(name);
      if (newestResult(name) !== undefined)
        expect(scripts).toHaveProperty([/^npm run (\S+)/.exec(command)?.[1] ?? command]);
    }
    const kinds = readdirSync(join(ROOT, 'bench', 'results'))
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.replace(/-\d{4}-.*$/, ''));
    const shown = sections.SECTIONS.flatMap(({ name, also }) => [name, ...(also === undefined ? [] : [also.name])]);
    expect(shown).toEqual(expect.arrayContaining(kinds));
  });

  it('shows each image there is, and no other', () => {
    const there = existsSync(join(ROOT, 'docs/images')) ? readdirSync(join(ROOT, 'docs/images')) : [];
    const shown = [...page().matchAll(/!\[[^\]]+\]\(images\/([^)]+)\)/g)].map(([, name]) => name);
    expect(shown.sort(), REMEDY).toEqual(there.filter((name) => name.endsWith('.svg')).sort());
  });

  it('has every goal of every raw result, with its measured value', async () => {
    const { goalsOf } = await load<{ goalsOf(name: string, raw: unknown): { goal: string; measured: string }[] }>(
      'page/goals.mjs',
    );
    for (const { name } of sections.SECTIONS) {
      const newest = newestResult(name);
      for (const { goal, measured } of newest === undefined ? [] : goalsOf(name, newest.raw)) {
        expect(page()).toContain(`| ${goal.replaceAll('|', '\\|')} |`);
        expect(page()).toContain(`| ${measured} |`);
      }
    }
  });
});

describe('a goal', () => {
  const raw = {
    ...{ date: '2026-01-02', machine: 'a machine', node: '20.0.0', versions: { ours: '1' } },
    rows: [],
    goals: [
      { part: 'slow', goal: 'one that is met', limit: 1.25, measured: 1.1, met: true },
      { part: 'kills', goal: 'one with a reason', limit: 0, measured: 3, met: false, why: 'a reason' },
      { goal: 'one without', limit: '>= 0.9', measured: 0.81234, met: false },
      { goal: 'one with a direction, at least', limit: 20, measured: 23, met: true },
      { goal: 'something seen, |t| above the limit', limit: 4.5, measured: 1279, met: true },
      { goal: 'the worst of none', limit: 10, measured: null, met: false, of: 1000 },
    ],
  };
  const page = () =>
    blocks.withFigures(
      '<!-- figures: summary -->\n<!-- /figures -->\n<!-- figures: constant-time -->\n<!-- /figures -->',
      {
        steps,
        result: (name) => (name === 'constant-time' ? { file: 'constant-time-x.json', raw } : undefined),
      },
    );

  it('is shown with its limit, its measured value, its verdict and the command', () => {
    expect(page()).toContain(
      '| one that is met | at most 1.25 | 1.1 | met | `npm run bench:constant-time -- --only slow` |',
    );
    expect(page()).toContain('| one with a reason | at most 0 | 3 | **MISSED** |');
    expect(page()).toContain('| one with a direction | at least 20 | 23 | met |');
    expect(page()).toContain('| something seen, \\|t\\| | above 4.5 | 1,279 | met |');
    expect(page()).toContain('| the worst of none | at most 10 | not measured of 1,000 | **MISSED** |');
    expect(page()).toContain('| one without | at least 0.9 | 0.812 | **MISSED** | `npm run bench:constant-time` |');
  });

  it('that is missed is named at the top, with its reason or that there is none', () => {
    expect(page()).toContain(
      '| 2026-01-02 | 3 of 6 | one with a reason: 3; one without: 0.812; the worst of none: not measured of 1,000 |',
    );
    expect(page()).toContain('- **one with a reason** (3): a reason');
    expect(page()).toContain('- **one without** (0.812): no reason is known yet.');
  });

  it('that nobody has measured is said to be so', () => {
    expect(page()).toContain('| [scale](#scale) | not measured yet |');
  });

  it('that has no limit is shown all the same', () => {
    const rows = [
      { part: 'latency', load: 'idle', notifications: 200, p50: 120, p99: 310 },
      { part: 'backlog', queued: 5000, seconds: 201.26, perSecond: 24.84 },
      { part: 'history', polls: 1000, ours: { events: 21, bytes: 9 }, timerLoop: { events: 11000, bytes: 99 } },
    ];
    const shown = blocks.withFigures('<!-- figures: workflow -->\n<!-- /figures -->', {
      steps,
      result: (name) => (name === 'workflow' ? { file: 'workflow-x.json', raw: { ...raw, rows } } : undefined),
    });
    expect(shown).toContain(
      '- from a notification to the closed workflow, idle: p50 120 ms, p99 310 ms, over 200 notifications\n',
    );
    expect(shown).toContain('5,000 declarations: empty 201.3 s after the worker was ready, 24.8 a second\n');
    expect(shown).toContain('after 1,000 polls: 21 events and 9 bytes, of a timer loop 11,000 and 99\n');
    expect(shown.match(/^- /gm)).toHaveLength(3);
  });

  it('is measured by the commands, commits and seeds of its parts', () => {
    const parts = {
      flood: { date: '2026-01-01', command: 'npm run bench:webhook', commit: 'abc' },
      forged: { date: '2026-01-01', command: 'npm run bench:webhook', commit: 'abc', seed: 7 },
      slow: { date: '2026-01-02', command: 'npm run bench:webhook -- --only slow', commit: 'def' },
    };
    const shown = blocks.withFigures('<!-- figures: webhook -->\n<!-- /figures -->', {
      steps,
      result: (name) => (name === 'webhook' ? { file: 'w.json', raw: { ...raw, parts, goals: [] } } : undefined),
    });
    expect(shown).toContain(
      'by `npm run bench:webhook` (2026-01-01, seed 7, commit abc), then `npm run bench:webhook -- --only slow` (2026-01-02, commit def): a machine',
    );
  });

  it('makes a page that asks for unknown figures an error', () => {
    expect(() => blocks.withFigures('<!-- figures: nothing -->\n<!-- /figures -->', { steps })).toThrow('"nothing"');
  });
});

it('every chart has words for those who do not see it', async () => {
  const { CHARTS } = await load<{ CHARTS: readonly { name: string }[] }>('plots/charts.mjs');
  const names = CHARTS.map(({ name }) => name).sort();
  expect(Object.keys(sections.ALT).sort()).toEqual(names);
  expect(sections.SECTIONS.flatMap(({ charts = [] }) => charts).sort()).toEqual(names);
});

it('the images have a ground of their own, so that they can be read on a dark page', () => {
  for (const name of readdirSync(join(ROOT, 'docs/images'))) {
    const svg = readFileSync(join(ROOT, 'docs/images', name), 'utf8');
    expect(svg.slice(0, 400), name).toContain('fill="white"');
  }
});
