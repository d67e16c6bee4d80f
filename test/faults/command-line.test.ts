import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

describe('npm run faults', () => {
  it.each([
    [['--keys', '9'], '--keys: expected 10 to 99999, got 9'],
    [['--keys', 'many'], '--keys: expected 10 to 99999, got many'],
    [['--seed', '1.5'], '--seed: expected an integer, got 1.5'],
    [['--server', 'mysql'], '--server: expected dev or postgres, got mysql'],
    [['--minutes-limit', '0'], '--minutes-limit: expected 1 to 600, got 0'],
    [['--save', '--keys', '300'], '--save: the pages are about 10000 keys or more, got 300'],
    [['--save', '--keys', '99', '--server', 'postgres'], '--save: the pages are about 100 keys or more, got 99'],
    [['--defect', 'none'], '--defect: expected one of acknowledge-anyway, '],
    [['--defect', 'believe-anybody', '--save', '--keys', '10000'], '--save: not with --defect'],
    [['--faults', '3'], "Unknown option '--faults'"],
    [['42'], "Unexpected argument '42'"],
  ])('%j is answered with what is wrong, the usage and 2', (args, problem) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join('scripts', 'faults.mjs'), ...args], {
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(problem);
    expect(stderr).toContain('Usage: npm run faults');
  });
});

describe('a planted defect', () => {
  interface Planted {
    readonly DEFECTS: Readonly<Record<string, { file: string; from: string; to: string }>>;
    plant(defect: { file: string; from: string; to: string }, lib: string): string;
  }
  const load = async () =>
    (await import(pathToFileURL(join('scripts', 'planted-defects.mjs')).href)) as unknown as Planted;
  const defect = { file: 'one.js', from: 'right', to: 'wrong' };
  const lib = (text: string): string => {
    const folder = join(mkdtempSync(join(tmpdir(), 'planted-')), 'lib');
    mkdirSync(folder);
    writeFileSync(join(folder, 'one.js'), text);
    writeFileSync(join(folder, 'other.js'), 'right');
    return folder;
  };

  it('is in a copy beside the package, and in nothing else', async () => {
    const { plant } = await load();
    const folder = lib('all right here');
    const copy = plant(defect, folder);
    expect(dirname(copy)).toBe(dirname(folder));
    expect(readFileSync(join(copy, 'one.js'), 'utf8')).toBe('all wrong here');
    expect(readFileSync(join(copy, 'other.js'), 'utf8')).toBe('right');
    expect(readFileSync(join(folder, 'one.js'), 'utf8')).toBe('all right here');
  });

  it.each(['nothing of it', 'right and right'])('is refused where its place is not there once: %s', async (text) => {
    const { plant } = await load();
    expect(() => plant(defect, lib(text))).toThrow('one.js: expected exactly once: right');
  });

  it('has a place in the source: each of them', async () => {
    const { DEFECTS } = await load();
    for (const { file, from } of Object.values(DEFECTS)) {
      const source = readFileSync(join('src', file.replace(/[.]js$/, '.ts')), 'utf8');
      // The compiler writes names of other modules in its own way.
      const bare = from.replace(/\(0, \w+\.(\w+)\)/g, '$1').replace(/\b\w+_1\./g, '');
      expect(source.split(bare), `${file}: ${bare}`).toHaveLength(2);
    }
  });
});

describe('the goals of a fault run', () => {
  interface Goal {
    readonly goal: string;
    readonly met: boolean;
    readonly measured: number;
    readonly why?: string;
  }
  const run = (change: object = {}) => ({
    ...{ keys: 10_000, closed: 10_000, least: { faults: 30_000, kinds: 2 }, seconds: 1_500 },
    faults: { one: 29_000, two: 1_000 },
    verdict: { lost: [], doubled: [], wrongState: [], wrongConflict: [], ackedButLost: [] },
    progress: [
      { seconds: 900, started: 5_000, closed: 4_000 },
      { seconds: 1_700, started: 10_000, closed: 9_000 },
      { seconds: 2_100, started: 10_000, closed: 10_000 },
    ],
    ...change,
  });
  const missed = async (change: object): Promise<readonly Goal[]> => {
    const path = pathToFileURL(join('bench', 'faults-goals.mjs')).href;
    const { faultGoals } = (await import(path)) as { faultGoals(raw: object): readonly Goal[] };
    return faultGoals(run(change)).filter(({ met }) => !met);
  };

  it('are met by a run that reached what it had to, in time', async () => {
    await expect(missed({})).resolves.toEqual([]);
  });

  it.each([
    [{ closed: 9_999 }, 'keys that came to their end, at least', 9_999],
    [{ faults: { one: 28_999, two: 1_000 } }, 'faults, at least', 29_999],
    [{ faults: { one: 30_000 } }, 'kinds of faults, at least', 1],
    [{ verdict: { ...run().verdict, doubled: [{}] } }, 'doubled', 1],
    [{ verdict: { ...run().verdict, ackedButLost: [{}, {}] } }, 'acked-but-lost', 2],
  ])('are missed with %j', async (change, goal, measured) => {
    await expect(missed(change)).resolves.toMatchObject([{ goal, measured }]);
  });

  it('name how far a run had come when the time was over', async () => {
    const [late, ...others] = await missed({ seconds: 2_100 });
    expect(others).toEqual([]);
    expect(late).toMatchObject({ goal: 'minutes, at most', measured: 35 });
    expect(late?.why).toContain('at most 1,000 are open at a time, 5.9 a second, so that the last began after 1700 s');
    expect(late?.why).toContain('after 1800 s 1,000 were still open');
  });

  it('have no time in a shorter run', async () => {
    await expect(missed({ keys: 9_999, seconds: 9_999 })).resolves.toEqual([]);
  });
});
