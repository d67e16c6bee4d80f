// `npm run plots`: draws docs/images/*.svg from the committed raw results.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commandLine } from '../../scripts/command-line.mjs';
import { root, runOrLeave } from '../../scripts/install.mjs';
import { CHARTS, chartsToDraw } from './charts.mjs';

const USAGE = `Usage: npm run plots -- [--check]

  --check   writes nothing; ends with 1 when an image is not what the raw results in bench/results/ give

Draws docs/images/*.svg. A chart without raw results is left out, with a message.`;

const IMAGES = join(root, 'docs', 'images');

await commandLine(USAGE, readOptions(process.argv.slice(2)), (options) => {
  installDrawing();
  return plot(options);
});

async function plot({ check }) {
  const { draw } = await import('./draw.mjs');
  const { drawn, left } = chartsToDraw();
  for (const { name, reason } of left) console.error(`left out  ${name}: ${reason}`);
  const wrong = [];
  for (const { name, file, spec } of drawn) {
    const path = join(IMAGES, `${name}.svg`);
    const svg = await draw(spec);
    if (check) {
      if (!existsSync(path) || readFileSync(path, 'utf8') !== svg) wrong.push(`${name}.svg is not what ${file} gives`);
    } else {
      mkdirSync(IMAGES, { recursive: true });
      writeFileSync(path, svg);
      console.log(`docs/images/${name}.svg from ${file}`);
    }
  }
  // Drawn once, and nobody says any more from what.
  const stale = staleImages(drawn.map(({ name }) => name));
  for (const name of stale) {
    if (check) wrong.push(`${name}.svg is made from no raw result`);
    else rmSync(join(IMAGES, `${name}.svg`));
  }
  for (const problem of wrong) console.error(`wrong     ${problem}: npm run plots`);
  if (check && wrong.length === 0) console.log(`${drawn.length} images are what the raw results give`);
  return wrong.length === 0 ? 0 : 1;
}

function staleImages(current) {
  if (!existsSync(IMAGES)) return [];
  const ours = CHARTS.map(({ name }) => name);
  return readdirSync(IMAGES)
    .filter((name) => name.endsWith('.svg'))
    .map((name) => name.slice(0, -'.svg'.length))
    .filter((name) => ours.includes(name) && !current.includes(name));
}

/** What draws is in no lock file but the one of bench/. */
function installDrawing() {
  const bench = dirname(dirname(fileURLToPath(import.meta.url)));
  const wanted = JSON.parse(readFileSync(join(bench, 'package.json'), 'utf8')).devDependencies;
  const installed = (name) => {
    const file = join(bench, 'node_modules', name, 'package.json');
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined;
  };
  if (Object.entries(wanted).every(([name, version]) => installed(name) === version)) return;
  console.error('Installing what draws ...');
  runOrLeave('npm', ['ci', '--prefix', bench, '--ignore-scripts', '--no-audit', '--no-fund']);
}

function readOptions(args) {
  try {
    return parseArgs({
      args,
      options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    }).values;
  } catch (error) {
    return error.message;
  }
}
