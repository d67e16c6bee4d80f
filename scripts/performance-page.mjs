// `npm run performance-page`: draws the plots, and writes every figure of docs/performance.md and
// docs/explanation/capacity.md anew from the raw results in bench/results/.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PAGES, withFigures } from '../bench/page/blocks.mjs';
import { commandLine } from './command-line.mjs';
import { installIfNeeded, root, runOrLeave } from './install.mjs';

const USAGE = `Usage: npm run performance-page -- [--without-plots]

Draws docs/images/*.svg and writes every figure of ${PAGES.join(' and ')}
anew from the newest raw results in bench/results/.`;

await commandLine(USAGE, readOptions(process.argv.slice(2)), ({ 'without-plots': withoutPlots }) => {
  installIfNeeded();
  if (!withoutPlots) runOrLeave(process.execPath, [join(root, 'bench', 'plots', 'run.mjs')]);
  const require = createRequire(import.meta.url);
  require(join(root, 'scripts', 'typescript-as-it-is.cjs'));
  const { steps } = require(join(root, 'src', 'activities', 'schedule.ts')).SCHEDULES.customs;
  for (const path of PAGES) {
    const before = readFileSync(join(root, path), 'utf8');
    const after = withFigures(before, { steps });
    if (after !== before) writeFileSync(join(root, path), after);
    console.log(`${path} ${after === before ? 'is as the raw results have it' : 'written'}`);
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
