import { parseArgs } from 'node:util';

export const PARTS = ['cpu', 'encryption', 'history', 'memory', 'latency', 'backlog', 'ready'];

export const USAGE = `Usage: npm run bench:workflow -- [options]

  --only PART         one of ${PARTS.join(', ')}
  --rounds N          rounds of cpu and encryption, 5 to 100 (default 7)
  --declarations N    in one round, 10 to 10000 (default 100)
  --open N            declarations open at once for memory, 100 to 100000 (default 10000)
  --queued N          declarations queued for backlog, 10 to 100000 (default 5000)
  --quick             everything short: shows that it works, its figures mean little. Cannot be saved
  --json              prints raw results in place of the table
  --save              also writes them to bench/results/; parts of one day go into one file
  --help

Ends with 0, with 1 when a goal is missed for no known reason or something did not work, with 2 for wrong options.`;

const NUMBERS = {
  rounds: { least: 5, most: 100, normal: 7 },
  declarations: { least: 10, most: 10_000, normal: 100 },
  open: { least: 100, most: 100_000, normal: 10_000 },
  queued: { least: 10, most: 100_000, normal: 5_000 },
};

/** What is measured otherwise: the issues' own numbers. */
const FULL = { polls: [0, 10, 100, 1_000], notifications: 200, starts: 5 };
const QUICK = {
  ...{ rounds: 1, declarations: 20, open: 100, queued: 50 },
  ...{ polls: [0, 10], notifications: 10, starts: 2 },
};

/** What was asked for, or `help`; a text says what is wrong with it. */
export function readOptions(args) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: {
        ...{ only: text, rounds: text, declarations: text, open: text, queued: text },
        ...{ quick: flag, json: flag, save: flag, help: flag },
      },
    }));
  } catch (error) {
    return error.message;
  }
  const { only, quick, json, save, help } = values;
  if (help) return { help };
  if (only !== undefined && !PARTS.includes(only)) return `--only ${only}: expected one of ${PARTS.join(', ')}`;
  if (quick && save) return '--save --quick: short runs are not kept';
  const numbers = {};
  for (const [name, { least, most, normal }] of Object.entries(NUMBERS)) {
    const given = values[name];
    if (given === undefined) {
      numbers[name] = quick ? QUICK[name] : normal;
    } else if (quick) {
      return `--quick --${name}: one or the other`;
    } else if (/^\d{1,6}$/.test(given) && Number(given) >= least && Number(given) <= most) {
      numbers[name] = Number(given);
    } else {
      return `--${name} ${given}: expected ${least} to ${most}`;
    }
  }
  const parts = only === undefined ? PARTS : [only];
  return { ...(quick ? QUICK : FULL), ...numbers, parts, quick, json, save };
}
