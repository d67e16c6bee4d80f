// What can be asked of `npm run bench:webhook`, and what is wrong with what was asked.
import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run bench:webhook -- [options]

  --only PART        latency, flood, forged, slow or kills (default: all, one after the other)
  --quick            a short form of every part, to see that it works; its figures are not saved
  --long             1,000,000 mutated forgeries in place of 100,000
  --rounds N         latency: rounds of all rates and both variants, 1 to 20 (default 6)
  --slice S          latency: seconds of one rate and variant in one round, 1 to 200 (default 10)
  --kills N          kills: how many kill -9, 1 to 100000 (default 1000)
  --acknowledged N   kills: how many acknowledged notifications, 1 to 1000000 (default 50000)
  --seed N           forgeries of another run (default: another one each time)
  --json             prints raw results in place of the table
  --save             also writes them to bench/results/; parts of one day go into one file
  --help

Ends with 0, with 1 when a goal is missed for no known reason or a server cannot be started, with 2 for wrong options.`;

/** Sizes of the parts: seconds, notifications a second, numbers of things. */
const FULL = {
  latency: { rates: [20, 50, 100, 200], slice: 10, rounds: 6 },
  flood: { rate: 500, seconds: 60 },
  forged: { rate: 2_000, genuine: 50, seconds: 30, overHttp: 30_000, mutations: 100_000 },
  slow: { connections: 1_000 },
  kills: { kills: 1_000, acknowledged: 50_000 },
};
const QUICK = {
  latency: { rates: [20, 100], slice: 3, rounds: 1 },
  flood: { rate: 500, seconds: 2 },
  forged: { rate: 1_000, genuine: 50, seconds: 3, overHttp: 1_000, mutations: 5_000 },
  slow: { connections: 100 },
  kills: { kills: 5, acknowledged: 300 },
};

export const PARTS = Object.keys(FULL);

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
const OPTIONS = {
  ...{ only: text, quick: flag, long: flag, rounds: text, slice: text, kills: text, acknowledged: text, seed: text },
  ...{ json: flag, save: flag, help: flag },
};

/** Options that are numbers: their limits, and the part they belong to. */
const NUMBERS = {
  rounds: { least: 1, most: 20, part: 'latency' },
  slice: { least: 1, most: 200, part: 'latency' },
  kills: { least: 1, most: 100_000, part: 'kills' },
  acknowledged: { least: 1, most: 1_000_000, part: 'kills' },
  seed: { least: 0, most: 2 ** 31, part: 'forged' },
};

/** @returns what was asked for, or a text that says what is wrong with it */
export function readOptions(args) {
  let values;
  try {
    ({ values } = parseArgs({ args, options: OPTIONS, allowPositionals: false }));
  } catch (error) {
    return error.message;
  }
  const { only, quick, long, json, save, help } = values;
  if (help) return { help };
  if (only !== undefined && !PARTS.includes(only)) return `--only ${only}: expected one of ${PARTS.join(', ')}`;
  const parts = only === undefined ? PARTS : [only];
  if (quick && save) return '--save: the figures of --quick are too few to be kept';
  if (quick && long) return '--long: not together with --quick';
  if (long && !parts.includes('forged')) return `--long: there is nothing longer in --only ${only}`;
  const numbers = {};
  for (const [name, { least, most, part }] of Object.entries(NUMBERS)) {
    const given = values[name];
    if (given === undefined) continue;
    const value = /^\d{1,10}$/.test(given) ? Number(given) : Number.NaN;
    if (!(value >= least && value <= most)) return `--${name} ${given}: expected a number from ${least} to ${most}`;
    if (!parts.includes(part)) return `--${name} ${given}: it is for ${part}, and --only is ${only}`;
    numbers[name] = value;
  }
  const { seed = Math.floor(Math.random() * 2 ** 31), ...sizes } = numbers;
  const base = structuredClone(quick ? QUICK : FULL);
  if (long) base.forged.mutations = 1_000_000;
  for (const [name, value] of Object.entries(sizes)) base[NUMBERS[name].part][name] = value;
  return { parts: parts.map((part) => ({ part, sizes: base[part] })), seed, json, save };
}
