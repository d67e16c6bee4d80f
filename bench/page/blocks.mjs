// The parts of the pages that are made from raw results. A page marks them: <!-- figures: NAME --> ... <!-- /figures -->.
import { chartsToDraw } from '../plots/charts.mjs';
import { newestResult } from '../results.mjs';
import { capacityOf, DEFAULTS, hoursOfPolls, unitsOf } from '../scale/capacity.mjs';
import { capacityRows, markdownTable } from '../scale/capacity-report.mjs';
import { TEMPORAL_CLOUD } from '../scale/prices.mjs';
import { saturation, table, unitRows } from '../scale/report.mjs';
import { goalsOf } from './goals.mjs';
import { withoutGoal } from './without-goal.mjs';
import { ALT, SECTIONS } from './sections.mjs';

/** Pages with such parts, from the root of the repository. */
export const PAGES = ['docs/performance.md', 'docs/explanation/capacity.md'];

const BLOCK = /<!-- figures: ([^>]+) -->\n[^]*?<!-- \/figures -->/g;
/** What capacity is computed for, declarations a day. */
const PLANS = [1_000_000, 100_000_000];

/**
 * The page with every marked part as the raw results have it.
 *
 * @param {string} page
 * @param {{ steps: readonly object[], result?: typeof newestResult }} from `steps` of the schedule of customs
 * @throws when a page marks a part that nobody makes
 */
export function withFigures(page, from) {
  const parts = partsOf(from);
  return page.replace(BLOCK, (_, name) => {
    const make = parts[name];
    if (make === undefined)
      throw new Error(`a page asks for the figures "${name}": there are ${Object.keys(parts).join(', ')}`);
    // Tables are as wide as their figures: prettier would set them anew each time.
    return [
      `<!-- figures: ${name} -->`,
      '<!-- prettier-ignore-start -->',
      '',
      make().trim(),
      '',
      '<!-- prettier-ignore-end -->',
      '<!-- /figures -->',
    ].join('\n');
  });
}

/** Names of the parts that a page marks. */
export function partsOn(page) {
  return [...page.matchAll(BLOCK)].map(([, name]) => name);
}

function partsOf({ steps, result = newestResult }) {
  const drawn = new Map(chartsToDraw(result).drawn.map((chart) => [chart.name, chart]));
  const scale = (make) => () => {
    const newest = result('scale');
    return newest === undefined ? missing(SECTIONS.find(({ name }) => name === 'scale')) : make(newest);
  };
  return {
    summary: () => summary(result),
    ...Object.fromEntries(SECTIONS.map((section) => [section.name, () => figures(section, result, drawn)])),
    'scale table': scale(({ raw }) => ['```text', table(raw), '```'].join('\n')),
    saturation: scale(({ raw }) =>
      saturation(raw.rows, raw.cores)
        .map((line) => `- ${line}`)
        .join('\n'),
    ),
    'unit costs': scale((newest) => unitCosts(newest)),
    ...Object.fromEntries(
      PLANS.map((declarationsPerDay) => [
        `capacity ${declarationsPerDay}`,
        scale(({ raw }) => capacityTable({ ...DEFAULTS, declarationsPerDay }, raw, steps)),
      ]),
    ),
    assumptions: () => assumptions(steps),
  };
}

/** One line per set of figures: how many goals it meets. */
function summary(result) {
  const rows = SECTIONS.flatMap((section) => {
    const { name, also } = section;
    const other = also !== undefined && result(also.name) !== undefined ? [summaryRow(also, name, result)] : [];
    return [summaryRow(section, name, result), ...other];
  });
  return markdownTable(['Figures', 'Measured on', 'Goals met', 'Missed', 'Again'], rows);
}

/** `part`: the one of the page that has them. */
function summaryRow({ name, command }, part, result) {
  const link = `[${name}](#${part})`;
  const newest = result(name);
  if (newest === undefined) return [link, 'not measured yet', '', '', `\`${command}\``];
  const goals = goalsOf(name, newest.raw);
  const missed = goals.filter(({ met }) => !met);
  return [
    link,
    newest.raw.date,
    `${goals.length - missed.length} of ${goals.length}`,
    missed.length === 0 ? 'none' : missed.map(({ goal, measured }) => `${goal}: ${measured}`).join('; '),
    `\`${command}\``,
  ];
}

function figures(section, result, drawn) {
  const newest = result(section.name);
  if (newest === undefined) return missing(section);
  const { raw, file } = newest;
  const goals = goalsOf(section.name, raw);
  const again = (part) => `\`${section.command}${part === undefined ? '' : ` -- --only ${part}`}\``;
  const rows = goals.map(({ part, goal, limit, measured, met }) => [
    cell(goal),
    cell(limit),
    cell(measured),
    met ? 'met' : '**MISSED**',
    again(part),
  ]);
  const reasons = goals
    .filter(({ met }) => !met)
    .map(({ goal, measured, why }) => `- **${goal}** (${measured}): ${why ?? 'no reason is known yet.'}`);
  const others = withoutGoal(section.name, raw);
  return [
    measuredWith(raw, file, section),
    ...(raw.line === undefined ? [] : ['```text', raw.line, '```']),
    markdownTable(['Goal', 'Limit', 'Measured', '', 'Again'], rows),
    ...(reasons.length === 0 ? [] : ['Missed:', reasons.join('\n')]),
    ...(others.length === 0 ? [] : ['Asked for without a limit:', others.map((line) => `- ${line}`).join('\n')]),
    ...(section.charts ?? []).filter((name) => drawn.has(name)).map((name) => `![${ALT[name]}](images/${name}.svg)`),
    ...(section.also !== undefined && result(section.also.name) !== undefined
      ? [figures(section.also, result, drawn)]
      : []),
  ].join('\n\n');
}

function missing({ command }) {
  return `Not measured yet: \`${command} -- --save\`.`;
}

function measuredWith({ date, machine, node, versions, parts, ...whole }, file, section) {
  const of = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const how = (parts === undefined ? [whole] : runsOf(parts, date)).map((run) => runText(run, section));
  return [
    `Measured ${parts === undefined ? `on ${date} ` : ''}by ${how.join(', then ')}: ${machine}, Node ${node}, ${of.join(', ')}.`,
    `Raw: [bench/results/${file}](../bench/results/${file}).`,
  ].join(' ');
}

/** Parts that one command has measured are one run. */
function runsOf(parts, newest) {
  const runs = new Map();
  for (const { date = newest, command, commit, seed } of Object.values(parts)) {
    const key = `${date} ${command} ${commit}`;
    runs.set(key, { date, command, commit, seed: seed ?? runs.get(key)?.seed });
  }
  return [...runs.values()];
}

function runText({ date, command, commit, seed }, section) {
  const of = { '': date, 'seed ': seed, 'commit ': commit };
  const known = Object.entries(of).flatMap(([name, value]) => (value === undefined ? [] : [`${name}${value}`]));
  return `\`${command ?? section.command}\`${known.length === 0 ? '' : ` (${known.join(', ')})`}`;
}

function unitCosts({ raw, file }) {
  const [header, ...rows] = unitRows(raw.units);
  const { perDeclaration, perPoll, perNotification } = raw.units;
  const { rowsKept, databaseBytesKept } = perDeclaration;
  const listed = (counts) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const actions = { declaration: perDeclaration, poll: perPoll, notification: perNotification };
  return [
    `Measured on ${raw.date}, ${raw.machine}; raw: [bench/results/${file}](../../bench/results/${file}).`,
    markdownTable(header, rows),
    `A closed declaration keeps ${databaseBytesKept.toLocaleString('en-US')} bytes in the database, indexes included, until its retention ends. Its rows by table: ${listed(rowsKept)}.`,
    'Temporal actions by type, as the server counts them (a start that brings an update along is two):',
    Object.entries(actions)
      .map(([name, { actionsByType }]) => `- ${name}: ${listed(actionsByType)}`)
      .join('\n'),
  ].join('\n\n');
}

function capacityTable(plan, raw, steps) {
  const whole = { ...plan, openHours: hoursOfPolls(plan.polls, steps) };
  const units = unitsOf(raw);
  return markdownTable(
    ['', 'Needed', 'From'],
    capacityRows({ plan: whole, capacity: capacityOf(whole, units), units }),
  );
}

function assumptions(steps) {
  const { polls, merchants, retentionDays, peakFactor, utilisation, gatewayMilliseconds, databaseCores } = DEFAULTS;
  const hours = hoursOfPolls(polls, steps).toFixed(1);
  return [
    `- ${polls} polls each, which by the schedule of customs is a declaration that is open for ${hours} hours (\`--polls\`, \`--open-hours\`)`,
    `- the busiest second has ${peakFactor} times the mean (\`--peak-factor\`), and at that time a core is used to ${utilisation * 100} %`,
    `- ${merchants} merchants (\`--merchants\`), ${retentionDays} days of retention (\`--retention-days\`)`,
    `- WeChat Pay answers within ${gatewayMilliseconds} ms (\`--gateway-ms\`): nobody has measured that`,
    `- a database server has at most ${databaseCores} cores (\`--database-cores\`)`,
    `- prices of Temporal Cloud: ${TEMPORAL_CLOUD.source} (\`--price-per-million\`)`,
  ].join('\n');
}

/** Text that cannot end a table's cell. */
const cell = (text) => text.replaceAll('|', '\\|');
