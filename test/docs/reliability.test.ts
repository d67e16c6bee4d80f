import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { read, ROOT } from './embedded';

const PAGE = 'docs/reliability.md';
const RESULTS = 'bench/results';
const REMEDY = 'run `UPDATE_DOCS=1 npx vitest run test/docs`';

const RUNS = /(<!-- runs -->\n)[^]*?(<!-- \/runs -->)/;

/** The page with the lines of the committed runs, each as its file has it. */
function withRuns(page: string): string {
  const files = readdirSync(join(ROOT, RESULTS)).filter((name) => /^faults-.*\.json$/.test(name));
  const runs = files.sort().map((name) => {
    const { line, command } = JSON.parse(read(`${RESULTS}/${name}`)) as { line: string; command?: string };
    const by = command === undefined ? '' : `, by \`${command}\``;
    return `[${name}](../${RESULTS}/${name})${by}:\n\n\`\`\`text\n${line}\n\`\`\`\n`;
  });
  const text = runs.length === 0 ? 'No run is committed yet.\n' : runs.join('\n');
  if (!RUNS.test(page)) throw new Error(`${PAGE} has no place for the runs`);
  return page.replace(RUNS, (_, before: string, after: string) => `${before}\n${text}\n${after}`);
}

/** One row of the matrix, by its cells. */
function rowsOf(page: string): string[][] {
  return [...page.matchAll(/^\| (F\d\d) \|(.*)\|$/gm)].map(([, id = '', rest = '']) => [id, ...rest.split(' | ')]);
}

const namedTests = (text: string): string[][] =>
  [...text.matchAll(/`(test\/[^`]*?) › ([^`]+)`/g)].map(([, file = '', title = '']) => [file, title]);
const namedCommands = (text: string): string[] =>
  [...text.matchAll(/`npm run ([\w:-]+)[^`]*`/g)].map(([, script = '']) => script);

/** A title as it stands in the source, or the number of a class of bad input, whose test is made of a table. */
function hasTest(source: string, title: string): boolean {
  if (/^B\d{3}$/.test(title)) return new RegExp(`^  ${title}: `, 'm').test(source) || source.includes(`['${title} `);
  // The first argument of something that makes tests, and not a title in a comment or a table.
  const makesTests = /\b(?:it|describe|test)(?:\.\w+)*\(\s*$|\)\(\s*$/;
  return ["'", '"', '`'].some((quote) => {
    const parts = source.split(`${quote}${title}${quote}`);
    return parts.slice(0, -1).some((before) => makesTests.test(before.slice(-200)));
  });
}

beforeAll(() => {
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, PAGE), withRuns(read(PAGE)));
});

describe(PAGE, () => {
  const page = read(PAGE);
  const rows = rowsOf(page);

  it('has every row of the matrix once', () => {
    const expected = Array.from({ length: 46 }, (_, index) => `F${String(index + 1).padStart(2, '0')}`);
    expect(rows.map(([id]) => id).sort()).toEqual(expected);
  });

  it('says of each row what is expected, where it is shown, and with what figure', () => {
    for (const [id, fault = '', expected = '', shown = '', figure = ''] of rows) {
      for (const cell of [fault, expected, figure]) expect(cell.trim(), id).not.toBe('');
      expect(namedTests(shown).length + namedCommands(shown).length, id).toBeGreaterThan(0);
    }
  });

  it.each(namedTests(page))('names a test that exists: %s › %s', (file, title) => {
    expect(existsSync(join(ROOT, file)), `${file} does not exist`).toBe(true);
    expect(hasTest(read(file), title), `${file} has no test of that name`).toBe(true);
  });

  it('names commands that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const missing = namedCommands(page).filter((script) => !Object.hasOwn(scripts, script));
    expect([...new Set(missing)]).toEqual([]);
  });

  it('quotes each committed run as its file has it', () => {
    expect(read(PAGE), REMEDY).toBe(withRuns(read(PAGE)));
  });
});

describe('the search for a test', () => {
  it('finds titles of tests alone', () => {
    const source =
      "// 'a comment'\nit('a test', () => {});\nit.each([1])(\n  'one of %s',\n);\nconst text = 'no test';\n";
    expect(['a test', 'one of %s', 'a comment', 'no test', 'a tes'].map((title) => hasTest(source, title))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(hasTest('proveGroup(g, {\n  B240: () => 1,\n});', 'B240')).toBe(true);
    expect(hasTest('// B240: not here', 'B240')).toBe(false);
  });
});
