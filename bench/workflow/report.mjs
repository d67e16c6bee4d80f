// From rows to goals, and from goals to a table.
import { reasonOf } from '../reasons.mjs';
import { rounded } from '../statistics.mjs';

/** Why a goal is missed, where the reason is known, and up to which value it explains that. */
const WHY = {
  'worker memory with 10,000 open, MB': {
    upTo: 440,
    text: 'nobody forces a garbage collection, so that what V8 has left counts too, and that varies: the same measurement had 384 MB at commit a3931ff. How much of it is garbage was not measured',
  },
};

const COST = {
  machinery: 'activities that answer at once',
  whole: 'three signed requests each',
};

/** @returns every goal of the parts that were measured */
export function goalsOf(rows) {
  return rows.flatMap(goalsOfRow).concat(goalsOfMemory(rows.filter(({ part }) => part === 'memory')));
}

function goalsOfRow(row) {
  const { part, kind, name, to } = row;
  if (part === 'cpu' || part === 'encryption') {
    const what = `${name} / ${to}, ${COST[kind]}`;
    return [
      ...(row.cpuAtMost === undefined
        ? []
        : [atMost(part, `CPU per declaration: ${what}`, row.cpuAtMost, row.cpuRatio.median)]),
      ...(row.throughputAtLeast === undefined
        ? []
        : [atLeast(part, `throughput: ${what}`, row.throughputAtLeast, row.throughputRatio.median)]),
    ];
  }
  if (part === 'ready') {
    const { median } = row.seconds;
    return [judged(part, 'worker ready with a prebuilt bundle, seconds', 2, median, row.prebuilt && median <= 2)];
  }
  return [];
}

function goalsOfMemory(rows) {
  if (rows.length === 0) return [];
  const [few, many] = rows;
  return [
    atMost('memory', `worker memory with ${count(many.open)} open, MB`, 400, many.megabytes),
    atMost(
      'memory',
      `growth of it from ${count(few.open)} to ${count(many.open)} open, %`,
      15,
      (many.megabytes / few.megabytes - 1) * 100,
    ),
  ];
}

/** A limit that is a number is the most that is allowed. */
const atMost = (part, goal, limit, value) => judged(part, goal, limit, value, value <= limit);
const atLeast = (part, goal, limit, value) => judged(part, goal, `>= ${limit}`, value, value >= limit);

function judged(part, goal, limit, value, met) {
  const why = met ? undefined : reasonOf(WHY, goal, value);
  return { part, goal, limit, measured: rounded(value, 3), met, ...(why !== undefined && { why }) };
}

/** For people. */
export function table({ date, node, machine, versions, parts, rows }) {
  const goals = goalsOf(rows);
  const of = (...parts) => rows.filter(({ part }) => parts.includes(part));
  const lines = [
    `${date}, Node ${node}, ${machine}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
    [...new Set(Object.values(parts).map(({ command }) => command))].join(', then '),
    ...section(
      'Cost of a declaration: median (range) of the interleaved rounds; ratios within a round',
      of('cpu', 'encryption'),
      [
        ['', (row) => `${row.name} / ${row.to}`],
        ['activities', ({ kind }) => (kind === 'whole' ? 'signed' : 'stubs')],
        ['rounds', ({ rounds }) => String(rounds)],
        ['events', ({ events }) => String(events.ours)],
        ['beside', ({ events }) => String(events.other)],
        ['CPU ms', ({ cpuMs }) => cpuMs.median.toFixed(1)],
        ['beside', ({ cpuMsOther }) => cpuMsOther.median.toFixed(1)],
        ['CPU ratio', ({ cpuRatio }) => spread(cpuRatio)],
        ['a second', ({ perSecond }) => perSecond.median.toFixed(1)],
        ['beside', ({ perSecondOther }) => perSecondOther.median.toFixed(1)],
        ['throughput ratio', ({ throughputRatio }) => spread(throughputRatio)],
      ],
    ),
    ...section('History of a declaration by its polls', of('history'), [
      ['polls', ({ polls }) => count(polls)],
      ['events', ({ ours }) => count(ours.events)],
      ['bytes', ({ ours }) => count(ours.bytes)],
      ['timer loop: events', ({ timerLoop }) => count(timerLoop.events)],
      ['bytes', ({ timerLoop }) => count(timerLoop.bytes)],
    ]),
    ...section('Memory of a worker (200 workflows cached), by open declarations', of('memory'), [
      ['open', ({ open }) => count(open)],
      ['MB', ({ megabytes }) => megabytes.toFixed(0)],
      ['at most', ({ most }) => most.toFixed(0)],
      ['before any', ({ atStart }) => atStart.toFixed(0)],
      ['opened', ({ opened }) => count(opened)],
      ['a second', ({ opened, seconds }) => (opened / seconds).toFixed(1)],
      ['CPU ms each', ({ cpuMs }) => cpuMs.toFixed(1)],
    ]),
    ...section('From a notification to the closed workflow, milliseconds', of('latency'), [
      ['', ({ load }) => load],
      ['notifications', ({ notifications }) => count(notifications)],
      ['a second', ({ perSecond }) => String(perSecond)],
      ['p50', ({ p50 }) => String(p50)],
      ['p99', ({ p99 }) => String(p99)],
      ['most', ({ most }) => String(most)],
    ]),
    ...section('A backlog, once the worker is ready', of('backlog'), [
      ['queued', ({ queued }) => count(queued)],
      ['empty after s', ({ seconds }) => seconds.toFixed(0)],
      ['a second', ({ perSecond }) => perSecond.toFixed(1)],
      ['CPU ms each', ({ cpuMs }) => cpuMs.toFixed(1)],
    ]),
    ...section('From the start of a worker process to /readyz 200, seconds', of('ready'), [
      ['bundle', ({ prebuilt }) => (prebuilt ? 'prebuilt' : 'made at start')],
      ['starts', ({ starts }) => String(starts)],
      ['median (range)', ({ seconds }) => spread(seconds)],
    ]),
    ...section('Goals', goals, [
      ['', ({ goal }) => goal],
      ['limit', ({ limit }) => (typeof limit === 'number' ? `<= ${limit}` : limit)],
      ['measured', ({ measured }) => String(measured)],
      ['', ({ met }) => (met ? 'met' : 'MISSED')],
    ]),
  ];
  for (const { goal, met, why } of goals) {
    if (!met) lines.push('', `${goal}: missed. ${why ?? 'No reason is known: worth a look.'}`);
  }
  return lines.join('\n');
}

function section(title, rows, columns) {
  if (rows.length === 0) return [];
  const cells = [columns.map(([name]) => name), ...rows.map((row) => columns.map(([, show]) => show(row)))];
  const widths = columns.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ');
  return ['', title, '', ...cells.map((row) => line(row).trimEnd())];
}

const spread = ({ median, min, max }) => `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`;
const count = (number) => number.toLocaleString('en-US');

const PAGE_FIGURES = /(## Figures\n\n)[^]*?(\n## |$)/;

/** The page of the documentation, with these figures in it. */
export function withFigures(page, shown) {
  if (!PAGE_FIGURES.test(page)) throw new Error('the page has no section "Figures"');
  return page.replace(PAGE_FIGURES, (_all, before, after) => `${before}\`\`\`\n${shown}\n\`\`\`\n${after}`);
}
