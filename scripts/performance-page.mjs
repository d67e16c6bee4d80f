// `npm run performance-page`: draws the plots, and writes every figure of the pages anew from the raw results in
// bench/results/.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PAGES, withFigures } from '../bench/page/blocks.mjs';
import { REFERENCE_PAGES, rewriteReferencePage } from '../bench/page/reference-pages.mjs';
import { rewrite } from '../bench/page/rewrite.mjs';
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
  const told = (path, written) => console.log(`${path} ${written ? 'written' : 'is as the raw results have it'}`);
  for (const path of PAGES)
    told(
      path,
      rewrite(path, (page) => withFigures(page, { steps })),
    );
  for (const { path, name } of REFERENCE_PAGES) {
    const newest = newestResult(name);
    if (newest !== undefined) told(path, rewriteReferencePage(name, newest.raw));
  }
  return 0;
});

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
