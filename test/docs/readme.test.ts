import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeVariables, VARIABLES } from '../../src/config';
import {
  ACTIVITY_IDS,
  FAILURE_TYPES,
  FLOWS,
  OPTION_RULES,
  QUERIES,
  SEARCH_ATTRIBUTES,
  UPDATES,
} from '../../src/interface';
import { anchorsOf, linksOf, pages, quotesOf, read, ROOT, withQuotes, withVariables } from './embedded';

const REMEDY = 'run `UPDATE_DOCS=1 npx vitest run test/docs`';

beforeAll(() => {
  if (process.env['UPDATE_DOCS'] !== '1') return;
  for (const path of pages()) writeFileSync(join(ROOT, path), withQuotes(read(path)));
  writeFileSync(join(ROOT, 'README.md'), withVariables(read('README.md'), describeVariables()));
});

it('has the table of environment variables that the configuration reads', () => {
  expect(Object.keys(VARIABLES).length).toBeGreaterThan(20);
  expect(read('README.md'), REMEDY).toBe(withVariables(read('README.md'), describeVariables()));
});

describe.each(pages())('%s', (path) => {
  it('quotes the examples as they are', () => {
    expect(read(path), REMEDY).toBe(withQuotes(read(path)));
  });

  it('links to files and headings that exist', () => {
    for (const link of linksOf(path)) {
      expect(existsSync(join(ROOT, link.path)), `${path} links to ${link.path}`).toBe(true);
      if (link.heading !== undefined) expect(anchorsOf(read(link.path))).toContain(link.heading);
    }
  });
});

it('shows every part of the example order service', () => {
  const page = read('docs/how-to/start-a-declaration-from-an-order-service.md');
  const regions = [...read('examples/order-service.ts').matchAll(/^\/\/ #region (\w+)$/gm)].map(([, name]) => name);
  expect(quotesOf(page).sort()).toEqual(regions.map((name) => `examples/order-service.ts#${name}`).sort());
});

describe('docs/reference/workflows.md', () => {
  const page = read('docs/reference/workflows.md');
  const names = {
    workflow: Object.keys(FLOWS),
    update: Object.keys(UPDATES),
    query: Object.keys(QUERIES),
    option: [...new Set(Object.values(OPTION_RULES).flatMap((rules) => Object.keys(rules)))],
    'failure type': Object.values(FAILURE_TYPES),
    'activity id': Object.values(ACTIVITY_IDS),
  };
  it.each(Object.entries(names))('names every %s', (_, all) => {
    for (const name of all) expect(page).toContain(`\`${name}\``);
  });
});

it('explains every search attribute to operators', () => {
  const page = read('docs/how-to/watch-and-steer-in-temporal.md');
  for (const name of Object.keys(SEARCH_ATTRIBUTES)) expect(page).toContain(`| \`${name}\``);
});
