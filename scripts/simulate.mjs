// `npm run simulate`: runs every workflow of this package against a simulated Temporal and a simulated WeChat Pay, through
// random and through all orders of events. See docs/reference/simulation.md.
import { fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commandLine } from './command-line.mjs';
import { installIfNeeded, root } from './install.mjs';

const USAGE = `Usage: npm run simulate -- [--sequences N] [--seed N] [--only N] [--flow NAME] [--orders N] [--processes N]
                           [--mutations [--mutation NAME]]
  --sequences N   random sequences, 0 to 100000000 (default 200000)
  --seed N        integer, to repeat a run (default: another one each time)
  --only N        only this sequence of --seed, as a report names it
  --flow NAME     only this workflow (default: all)
  --orders N      also every order of at most N events of each process, 0 to 8 (default 6; with --only: 0)
  --processes N   1 to 64 (default 2)
  --mutations     breaks one guard of the workflows after the other, and looks whether that is found
  --mutation NAME only this one
  --help`;

installIfNeeded();
const require = createRequire(import.meta.url);
const loader = join(root, 'scripts', 'typescript-as-it-is.cjs');
require(loader);
const { kindOf, report } = require(join(root, 'test/simulation/hunt.ts'));
const { PROCESSES } = require(join(root, 'test/simulation/processes/index.ts'));
const { MUTATIONS } = require(join(root, 'test/simulation/mutations.ts'));

await commandLine(USAGE, readOptions(process.argv.slice(2)), (options) =>
  options.mutations === undefined ? simulate(options) : mutate(options),
);

/** Exit code 1 when there was a problem. */
async function simulate({ seed, sequences, only, flow, orders, processes }) {
  const began = performance.now();
  console.log(`seed ${seed}`);
  const all = await Promise.all(
    Array.from({ length: only === undefined ? processes : 1 }, (_, index) =>
      assign(
        only === undefined
          ? { seed, from: index, until: sequences, step: processes, permuted: orders, flow }
          : { seed, from: only, until: only + 1, step: 1, permuted: orders, flow },
      ),
    ),
  );
  const findings = distinct(all.flatMap((one) => one.findings));
  for (const finding of findings) console.log(`\n${report(finding, seed)}`);
  const sum = (name) => all.reduce((total, one) => total + one[name], 0);
  const problems = all.reduce((total, one) => total + one.findings.length + one.more, 0);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${findings.length === 0 ? '' : '\n'}${sum('sequences')} random sequences and ${sum('orders')} orders of events, ` +
      `${problems} with a problem, ${seconds} s in ${all.length} ${all.length === 1 ? 'process' : 'processes'}`,
  );
  return problems === 0 ? 0 : 1;
}

/** Each problem once, though several processes met it. */
function distinct(findings) {
  const kinds = new Map(findings.map((one) => [`${one.sequence.flow} ${kindOf(one.problem)}`, one]));
  return [...kinds.values()];
}

/** Exit code 1 when a broken guard was not found. */
async function mutate({ seed, sequences, orders, processes, mutations }) {
  console.log(`seed ${seed}`);
  let missed = 0;
  const left = [...mutations];
  const next = async () => {
    for (let mutation = left.shift(); mutation !== undefined; mutation = left.shift()) {
      const { flow } = mutation;
      const { findings, sequences: tried } = await assign({
        ...{ seed, from: 0, until: sequences, step: 1, permuted: orders, flow, mutation },
        untilFound: true,
      }).catch((error) => {
        // Most likely its place in the source has changed.
        console.log(`not run    ${mutation.name}: ${error.message.split('\n')[0]}`);
        return { findings: [], sequences: 0 };
      });
      const [found] = findings;
      if (found === undefined) missed += 1;
      console.log(
        found === undefined
          ? `NOT FOUND  ${mutation.name}: ${mutation.breaks}`
          : `found      ${mutation.name} (sequence ${tried}): ${found.problem.slice(0, 160)} [${found.shrunk.events.join(', ')}]`,
      );
    }
  };
  await Promise.all(Array.from({ length: processes }, next));
  console.log(`${mutations.length - missed} of ${mutations.length} broken guards found`);
  return missed === 0 ? 0 : 1;
}

function assign(assignment) {
  return new Promise((resolve, reject) => {
    const child = fork(join(root, 'test/simulation/child.ts'), {
      execArgv: ['--require', loader, '--max-semi-space-size=64'],
    });
    child.once('message', ({ findings, error }) =>
      error === undefined ? resolve(findings) : reject(new Error(error)),
    );
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`a simulating process ended with ${code}`)));
    child.send(assignment);
  });
}

/** What was asked for, or what is wrong with it. */
function readOptions(args) {
  const text = { type: 'string' };
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        ...{ sequences: text, seed: text, only: text, flow: text, orders: text, processes: text, mutation: text },
        ...{ mutations: { type: 'boolean' }, help: { type: 'boolean' } },
      },
    }));
  } catch (error) {
    return error.message;
  }
  if (values.help) return { help: true };
  const { seed = String(Math.floor(Math.random() * 2 ** 31)), only, flow, mutation } = values;
  const numbers = {
    sequences: { given: values.sequences ?? '200000', least: 0, most: 100_000_000 },
    orders: {
      given: values.orders ?? (only === undefined && values.mutations !== true ? '6' : '0'),
      least: 0,
      most: 8,
    },
    processes: { given: values.processes ?? '2', least: 1, most: 64 },
    ...(only === undefined ? {} : { only: { given: only, least: 0, most: 100_000_000 } }),
  };
  for (const [name, { given, least, most }] of Object.entries(numbers)) {
    const isOne = /^[0-9]{1,9}$/.test(given) && Number(given) >= least && Number(given) <= most;
    if (!isOne) return `--${name}: expected ${least} to ${most}, got ${given}`;
  }
  if (!/^-?[0-9]{1,10}$/.test(seed)) return `--seed: expected an integer, got ${seed}`;
  if (only !== undefined && values.seed === undefined) return '--only: only together with --seed';
  if (flow !== undefined && !PROCESSES.some((one) => one.flow === flow)) return `--flow: no workflow is named ${flow}`;
  if (mutation !== undefined && !MUTATIONS.some(({ name }) => name === mutation)) {
    return `--mutation: none is named ${mutation}`;
  }
  const chosen = MUTATIONS.filter(({ name }) => mutation === undefined || name === mutation);
  return {
    ...{ seed: Number(seed), sequences: Number(numbers.sequences.given), flow },
    ...{ orders: Number(numbers.orders.given), processes: Number(numbers.processes.given) },
    ...(only === undefined ? {} : { only: Number(only) }),
    ...(values.mutations === true || mutation !== undefined ? { mutations: chosen } : {}),
  };
}
