// `npm run model`: checks the two protocols of the promise exhaustively with the model checker spin, and that it finds what
// goes wrong when a rule is left out. See docs/reference/model.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './install.mjs';

/** Of one order of events, in steps; far more than any has. */
const DEPTH = 1_000_000;
const MODELS = ['submission', 'acknowledgement'];

if (process.argv.length > 2) {
  console.error('Usage: npm run model');
  process.exit(2);
}
for (const [program, version] of [
  ['spin', '-V'],
  ['gcc', '--version'],
]) {
  if (spawnSync(program, [version]).error !== undefined) {
    console.error(`${program} is missing. Install it (Debian: apt-get install spin gcc).`);
    process.exit(1);
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'model-'));
try {
  let wrong = 0;
  for (const model of MODELS) wrong += check(model);
  process.exitCode = wrong === 0 ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** How many answers are not as they have to be: nothing found as built, something without each rule. */
function check(model) {
  const source = join(root, 'test', 'model', `${model}.pml`);
  const text = readFileSync(source, 'utf8');
  const claims = [...text.matchAll(/^ltl (\w+)/gm)].map(([, name]) => name);
  // The rules are listed in the comment at the top, two words each: the switch and what it leaves out.
  const rules = [...text.matchAll(/^ \* {3}([A-Z_]+) {2,}(.+)$/gm)].map(([, name, what]) => ({ name, what }));
  let wrong = 0;
  for (const rule of [undefined, ...rules]) {
    build(source, rule?.name);
    const answers = claims.map((claim) => verify(claim));
    const violated = answers.filter(({ errors }) => errors > 0).map(({ claim }) => claim);
    const states = Math.max(...answers.map((one) => one.states));
    const isRight = (rule === undefined) === (violated.length === 0);
    if (!isRight) wrong += 1;
    const what = rule === undefined ? 'as built' : `${rule.name}: ${rule.what}`;
    const found = violated.length === 0 ? `${claims.join(', ')} hold` : `violates ${violated.join(', ')}`;
    console.log(`${isRight ? 'right' : 'WRONG'}  ${model}, ${what}: ${found} (${states} states)`);
  }
  return wrong;
}

function build(source, rule) {
  run('spin', ['-a', ...(rule === undefined ? [] : [`-D${rule}`]), source]);
  // Fairness and the partial-order reduction do not go together.
  run('gcc', ['-O2', '-DNOREDUCE', '-o', 'pan', 'pan.c']);
}

function verify(claim) {
  const output = run(join(scratch, 'pan'), ['-a', '-f', '-N', claim, `-m${DEPTH}`]);
  const errors = /errors: (\d+)/.exec(output)?.[1];
  const states = /(\d+) states, stored/.exec(output)?.[1];
  if (errors === undefined || states === undefined) throw new Error(`spin gave no answer about ${claim}: ${output}`);
  const depth = Number(/depth reached (\d+)/.exec(output)?.[1] ?? DEPTH);
  // A model in which everything stops makes spin go deeper and deeper, too.
  if (depth >= DEPTH - 1 || /max search depth too small|out of memory/.test(output))
    throw new Error(`${claim} was not searched whole`);
  return { claim, errors: Number(errors), states: Number(states) };
}

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: scratch, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
  return stdout;
}
