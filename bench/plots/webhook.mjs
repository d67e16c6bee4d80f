// Charts of bench:webhook.
import { colours, goalLine, titled } from './paper.mjs';

export const WEBHOOK = [
  { name: 'webhook-latency', from: 'webhook', chart: latency },
  { name: 'webhook-ratio', from: 'webhook', chart: ratio },
  { name: 'webhook-forged', from: 'webhook', chart: forged },
];

const VARIANTS = ['webhook', 'bare signal'];
const rateOf = (row) => Number(/^(\d+)\/s$/.exec(row)?.[1]);
const partOf = (raw, part) => raw.rows.filter((row) => row.part === part);

function latency(raw) {
  const values = partOf(raw, 'latency')
    .filter(({ variant }) => VARIANTS.includes(variant))
    .flatMap(({ row, variant, p50Ms, p99Ms }) => [
      { rate: rateOf(row), variant, quantile: 'median', milliseconds: p50Ms },
      { rate: rateOf(row), variant, quantile: 'p99', milliseconds: p99Ms },
    ]);
  if (values.length === 0) return undefined;
  return {
    title: titled('Webhook: time of a notification, beside the bare signal it stands for', raw, [
      'From the time it was due to its answer, with the Temporal server on the same cores.',
    ]),
    width: 480,
    height: 280,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        ...{ field: 'rate', type: 'quantitative', title: 'notifications a second (log)' },
        ...{ scale: { type: 'log', nice: false }, axis: { values: [...new Set(values.map(({ rate }) => rate))] } },
      },
      y: {
        field: 'milliseconds',
        type: 'quantitative',
        title: 'milliseconds (log)',
        scale: { type: 'log' },
        axis: { format: '~g', tickCount: 6 },
      },
      color: { field: 'variant', type: 'nominal', ...colours(VARIANTS, null) },
      strokeDash: {
        field: 'quantile',
        type: 'nominal',
        title: null,
        scale: {
          domain: ['median', 'p99'],
          range: [
            [1, 0],
            [6, 3],
          ],
        },
      },
    },
  };
}

function ratio(raw) {
  const values = partOf(raw, 'latency')
    .filter(({ variant }) => variant === 'webhook : bare')
    .flatMap(({ row, p50, p99 }) => [
      { rate: row, quantile: 'median', ...p50 },
      { rate: row, quantile: 'p99', ...p99 },
    ]);
  if (values.length === 0) return undefined;
  const limit = raw.goals.find(({ goal }) => / : /.test(goal))?.limit;
  const x = { field: 'rate', type: 'nominal', title: 'notifications', sort: null, axis: { labelAngle: 0 } };
  const xOffset = { field: 'quantile' };
  const color = { field: 'quantile', type: 'nominal', ...colours(['median', 'p99'], null) };
  return {
    title: titled('Webhook : bare signal', raw, [
      'Ratio within each round, median and range of the rounds; 1 is equal.',
    ]),
    width: { step: 80 },
    height: 240,
    data: { values },
    layer: [
      {
        mark: { type: 'rule', size: 2 },
        encoding: {
          x,
          xOffset,
          color,
          y: { field: 'min', type: 'quantitative', title: 'ratio', scale: { zero: false, nice: true } },
          y2: { field: 'max' },
        },
      },
      {
        mark: { type: 'point', size: 70 },
        encoding: { x, xOffset, color, y: { field: 'median', type: 'quantitative' } },
      },
      ...(limit === undefined ? [] : goalLine(limit, `goal: at most ${limit}`)),
    ],
  };
}

function forged(raw) {
  const values = partOf(raw, 'forged')
    .filter(({ p50Ms }) => p50Ms !== undefined)
    .flatMap(({ row, p50Ms, p99Ms }) => [
      { row, quantile: 'median', milliseconds: p50Ms },
      { row, quantile: 'p99', milliseconds: p99Ms },
    ]);
  if (values.length === 0) return undefined;
  return {
    title: titled('Webhook: genuine notifications beside a flood of forged ones', raw),
    width: 420,
    height: { step: 26 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          y: { field: 'row', type: 'nominal', title: null, sort: null, axis: { labelLimit: 240 } },
          yOffset: { field: 'quantile' },
          x: { field: 'milliseconds', type: 'quantitative', title: 'milliseconds' },
          color: { field: 'quantile', type: 'nominal', ...colours(['median', 'p99'], null) },
        },
      },
      ...goalLine(1_000, 'goal: p99 below 1 s', { horizontal: false }),
    ],
  };
}
