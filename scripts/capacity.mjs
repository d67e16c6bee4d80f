// `npm run capacity`: what so many declarations a day need, from the measured unit costs. See docs/explanation/capacity.md.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { capacityOf, DEFAULTS, hoursOfPolls, unitsOf } from '../bench/scale/capacity.mjs';
import { capacityRows } from '../bench/scale/capacity-report.mjs';
import { TEMPORAL_CLOUD } from '../bench/scale/prices.mjs';
import { aligned } from '../bench/scale/report.mjs';
import { newestResult } from '../bench/results.mjs';
import { commandLine } from './command-line.mjs';
import { installIfNeeded, root } from './install.mjs';

const USAGE = `Usage: npm run capacity -- --declarations-per-day N [options]

  --declarations-per-day N   1 to 10000000000
  --polls N                  polls of one declaration, 1 to 10000 (default ${DEFAULTS.polls})
  --open-hours H             how long one is open (default: until that poll, by the schedule)
  --merchants N              that share the calls, 1 to 1000000 (default ${DEFAULTS.merchants})
  --retention-days N         1 to 365 (default ${DEFAULTS.retentionDays})
  --peak-factor F            busiest second against the mean, 1 to 100 (default ${DEFAULTS.peakFactor})
  --gateway-ms N             how long WeChat Pay takes to answer, assumed (default ${DEFAULTS.gatewayMilliseconds})
  --database-cores N         of the largest database server (default ${DEFAULTS.databaseCores})
  --price-per-million P      US dollars per million Temporal Cloud actions (default: the published tiers)
  --json                     prints every figure
  --help

Ends with 1 when there are no measured unit costs (npm run bench:scale -- --save), with 2 for wrong options.`;

/** Option, name in the plan, least and most. */
const NUMBERS = {
  'declarations-per-day': { name: 'declarationsPerDay', least: 1, most: 1e10 },
  polls: { name: 'polls', least: 1, most: 10_000 },
  'open-hours': { name: 'openHours', least: 0, most: 8_760 },
  merchants: { name: 'merchants', least: 1, most: 1e6 },
  'retention-days': { name: 'retentionDays', least: 1, most: 365 },
  'peak-factor': { name: 'peakFactor', least: 1, most: 100 },
  'gateway-ms': { name: 'gatewayMilliseconds', least: 1, most: 60_000 },
  'database-cores': { name: 'databaseCores', least: 1, most: 1_024 },
  'price-per-million': { name: 'pricePerMillion', least: 0, most: 1_000 },
};

await commandLine(USAGE, readOptions(process.argv.slice(2)), compute);

function compute({ json, pricePerMillion, ...given }) {
  const measured = newestResult('scale');
  if (measured === undefined) {
    console.error('No unit costs in bench/results/scale-*.json. Measure them: npm run bench:scale -- --save');
    return 1;
  }
  installIfNeeded();
  const require = createRequire(import.meta.url);
  require(join(root, 'scripts', 'typescript-as-it-is.cjs'));
  const { SCHEDULES } = require(join(root, 'src', 'activities', 'schedule.ts'));
  const plan = { ...DEFAULTS, ...given };
  plan.openHours ??= hoursOfPolls(plan.polls, SCHEDULES.customs.steps);
  const units = unitsOf(measured.raw);
  const capacity = capacityOf(plan, units, pricePerMillion);
  if (json) {
    console.log(
      JSON.stringify({ measured: measured.file, plan, units, capacity, prices: TEMPORAL_CLOUD }, undefined, 2),
    );
    return 0;
  }
  const { date, machine } = measured.raw;
  console.log(`${plan.declarationsPerDay.toLocaleString('en-US')} declarations a day`);
  console.log(`Unit costs: bench/results/${measured.file}, ${date}, ${machine}\n`);
  console.log(aligned([['', 'needed', 'from'], ...capacityRows({ plan, capacity, units })], 3).join('\n'));
  console.log(
    `\nPrices: ${pricePerMillion === undefined ? TEMPORAL_CLOUD.source : `${pricePerMillion} US dollars per million, as given`}`,
  );
  console.log('What is measured, extrapolated and not known: docs/explanation/capacity.md');
  return 0;
}

/** What was asked for, or what is wrong with it. */
function readOptions(args) {
  let values;
  const flags = { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } };
  const numbers = Object.fromEntries(Object.keys(NUMBERS).map((option) => [option, { type: 'string' }]));
  try {
    ({ values } = parseArgs({ args, options: { ...numbers, ...flags } }));
  } catch (error) {
    return error.message;
  }
  const { json, help } = values;
  if (help) return { help };
  const plan = {};
  for (const [option, { name, least, most }] of Object.entries(NUMBERS)) {
    const given = values[option];
    if (given === undefined) continue;
    const value = /^\d{1,11}(\.\d{1,6})?$/.test(given) ? Number(given) : Number.NaN;
    if (!(value >= least && value <= most)) return `--${option} ${given}: expected ${least} to ${most}`;
    plan[name] = value;
  }
  if (plan.declarationsPerDay === undefined) return '--declarations-per-day is missing';
  return { ...plan, json };
}
