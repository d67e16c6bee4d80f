// `npm run mutation`: changes the protocol core in thousands of small ways and looks whether a test notices. Prints the
// score of each file and area; ends with an error below 90 %.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { leaveWithUsage } from './command-line.mjs';
import { installIfNeeded, root } from './install.mjs';
import { AREAS } from './protocol-core.mjs';

const USAGE = `Usage: npm run mutation -- [--only FILE[,FILE...]] [--static] [--save]
  --only    these files alone, for example src/wechatpay/json.ts
  --static  also what is evaluated when a module is loaded: hours
  --save    writes the figures into docs/reference/protocol-tests.md`;

const options = readOptions();
if (typeof options === 'string') leaveWithUsage(USAGE, options);
installIfNeeded();

const report = join(root, '.tmp', 'mutation', 'mutation.json');
rmSync(report, { force: true });
mkdirSync(join(root, '.tmp', 'mutation'), { recursive: true });
const stryker = join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
const only = options.only === undefined ? [] : ['--mutate', options.only];
const env = { ...process.env, ...(options.static && { MUTATE_STATIC: 'yes' }) };
const { status } = spawnSync(process.execPath, [stryker, 'run', ...only], { cwd: root, env, stdio: 'inherit' });
const figures = areaFigures();
if (figures !== undefined) {
  console.log(figures);
  if (options.save && options.only === undefined) saveFigures(figures);
}
process.exit(status ?? 1);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { only: { type: 'string' }, static: { type: 'boolean' }, save: { type: 'boolean' } },
    });
    return values.save && values.only !== undefined ? '--save: only together with all files' : values;
  } catch (error) {
    return error.message;
  }
}

/** A Markdown table; nothing when the run came to no end. */
function areaFigures() {
  let files;
  try {
    files = Object.entries(JSON.parse(readFileSync(report, 'utf8')).files);
  } catch {
    return undefined;
  }
  const rows = Object.entries(AREAS).map(([area, globs]) => {
    const mutants = files
      .filter(([name]) => globs.some((glob) => isOf(glob, name)))
      .flatMap(([, file]) => file.mutants);
    return row(area, mutants);
  });
  const all = row(
    '**all**',
    files.flatMap(([, file]) => file.mutants),
  );
  return ['| Area | Changes | Noticed | Score |', '| --- | ---: | ---: | ---: |', ...rows, all].join('\n');
}

/** The only sign in our globs is a star for a part of a name. */
function isOf(glob, name) {
  return new RegExp(`^${glob.replace(/[.]/g, '[.]').replaceAll('*', '[^/]*')}$`).test(name);
}

function row(area, mutants) {
  const counted = mutants.filter(({ status }) => ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status));
  const noticed = counted.filter(({ status }) => status === 'Killed' || status === 'Timeout').length;
  const score = counted.length === 0 ? '–' : `${((100 * noticed) / counted.length).toFixed(1)} %`;
  return `| ${area} | ${counted.length} | ${noticed} | ${score} |`;
}

function saveFigures(table) {
  const page = join(root, 'docs', 'reference', 'protocol-tests.md');
  const [before, , after] = readFileSync(page, 'utf8').split(/^<!-- \/?mutation -->$/m);
  writeFileSync(page, `${before}<!-- mutation -->\n\n${table}\n\n<!-- /mutation -->${after}`);
}
