// `npm run fuzz`: throws random and nearly right input at everything that reads what others wrote, for minutes or hours.
// The same targets run briefly, with a fixed seed, in `npm test`.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commandLine } from './command-line.mjs';
import { installIfNeeded, root } from './install.mjs';

const USAGE = `Usage: npm run fuzz -- [--minutes N] [--target NAME] [--seed N] [--path PATH]
  --minutes N    how long, 0.1 to 10000 (default 60); the first round is always completed
  --target NAME  only one: NAMES
  --seed N       integer, to repeat a run (default: another one each time)
  --path PATH    with --target and --seed: straight to the counterexample that a report named
  --help`;

installIfNeeded();
const require = createRequire(import.meta.url);
const ts = require('typescript');

// The targets are TypeScript beside the tests; each file is turned into JavaScript as it is loaded.
require.extensions['.ts'] = (module, file) => {
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true };
  module._compile(ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions, fileName: file }).outputText, file);
};
const { hunt, TARGET_NAMES } = require(join(root, 'test', 'fuzz', 'hours.ts'));

await commandLine(USAGE.replace('NAMES', TARGET_NAMES.join(', ')), readOptions(process.argv.slice(2)), (options) =>
  hunt({ ...options, print: (line) => console.log(line) }),
);

/** What was asked for, or what is wrong with it. */
function readOptions(args) {
  const text = { type: 'string' };
  let values;
  try {
    const options = { minutes: text, target: text, seed: text, path: text, help: { type: 'boolean' } };
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    return error.message;
  }
  if (values.help) return { help: true };
  const { minutes = '60', target, seed = String(Date.now() % 2 ** 31), path } = values;
  if (!/^[0-9]{1,5}([.][0-9]+)?$/.test(minutes) || Number(minutes) < 0.1 || Number(minutes) > 10_000) {
    return `--minutes: expected 0.1 to 10000, got ${minutes}`;
  }
  if (target !== undefined && !TARGET_NAMES.includes(target)) return `--target: no target is named ${target}`;
  if (!/^-?[0-9]{1,10}$/.test(seed)) return `--seed: expected an integer, got ${seed}`;
  if (path !== undefined && !/^[0-9]+(:[0-9]+)*$/.test(path)) return `--path: expected numbers and colons, got ${path}`;
  if (path !== undefined && (target === undefined || values.seed === undefined)) {
    return '--path: only together with --target and --seed';
  }
  return { minutes: Number(minutes), only: target, seed: Number(seed), path };
}
