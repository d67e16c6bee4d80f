// `npm run performance-page`: draws the plots, and writes every figure of the pages anew from the raw results in
// bench/results/.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PAGES, withFigures } from '../bench/page/blocks.mjs';
import { REFERENCE_PAGES } from '../bench/page/reference-pages.mjs';
import { newestResult } from '../bench/results.mjs';
import { commandLine } from './command-line.mjs';
import { installIfNeeded, root, runOrLeave } from './install.mjs';

const USAGE = `Usage: npm run performance-page -- [--without-plots]

Draws docs/images/*.svg and writes every figure of these pages anew from the newest raw results in bench/results/:
${[...PAGES, ...REFERENCE_PAGES.map(({ path }) => path)].map((path) => `  ${path}`).join('\n')}`;

await commandLine(USAGE, readOptions(process.argv.slice(2)), ({ 'without-plots': withoutPlots }) => {
  installIfNeeded();
  if (!withoutPlots) runOrLeave(process.execPath, [join(root, 'bench', 'plots', 'run.mjs')]);
  const require = createRequire(import.meta.url);
  require(join(root, 'scripts', 'typescript-as-it-is.cjs'));
  const { steps } = require(join(root, 'src', 'activities', 'schedule.ts')).SCHEDULES.customs;
  for (const path of PAGES) rewrite(path, (page) => withFigures(page, { steps }));
  for (const { path, name, withFigures: withTable } of REFERENCE_PAGES) {
    const newest = newestResult(name);
    if (newest !== undefined) rewrite(path, (page) => withTable(page, newest.raw));
  }
  return 0;
});

function rewrite(path, change) {
  const before = readFileSync(join(root, path), 'utf8');
  const after = change(before);
  if (after !== before) writeFileSync(join(root, path), after);
  console.log(`${path} ${after === before ? 'is as the raw results have it' : 'written'}`);
}

function readOptions(args) {
  try {
    return parseArgs({
      args,
      options: { 'without-plots': { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    }).values;
  } catch (error) {
    return error.message;
  }
}
