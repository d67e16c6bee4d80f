// Charts of bench:workflow.
import { COLOURS } from './colours.mjs';
import { colours, decades, goalLine, titled } from './paper.mjs';

export const WORKFLOW = [
  { name: 'workflow-cpu', from: 'workflow', chart: cpu },
  { name: 'workflow-history', from: 'workflow', chart: history },
  { name: 'workflow-memory', from: 'workflow', chart: memory },
];

const partOf = (raw, ...parts) => raw.rows.filter(({ part }) => parts.includes(part));

function cpu(raw) {
  const values = partOf(raw, 'cpu', 'encryption').map(({ kind, name, to, cpuRatio, cpuAtMost }) => ({
    ...{ comparison: `${kind}: ${name} : ${to}`, ...cpuRatio },
    ...(cpuAtMost === undefined ? {} : { goal: cpuAtMost }),
  }));
  if (values.length === 0) return undefined;
  const y = { field: 'comparison', type: 'nominal', title: null, sort: null, axis: { labelLimit: 300 } };
  return {
    title: titled('Processor time of a declaration, beside a bare workflow', raw, [
      'Ratio within each round, median and range; 1 is equal. The grey tick is the goal: at most so much.',
    ]),
    width: 420,
    height: { step: 28 },
    data: { values },
    layer: [
      {
        mark: { type: 'rule', size: 2, color: COLOURS.ours },
        encoding: {
          y,
          x: { field: 'min', type: 'quantitative', title: 'worker CPU, ours : the other', scale: { zero: false } },
          x2: { field: 'max' },
        },
      },
      {
        mark: { type: 'point', size: 70, color: COLOURS.ours },
        encoding: { y, x: { field: 'median', type: 'quantitative' } },
      },
      {
        transform: [{ filter: 'isValid(datum.goal)' }],
        mark: { type: 'tick', color: COLOURS.goal, thickness: 3, size: 22 },
        encoding: { y, x: { field: 'goal', type: 'quantitative' } },
      },
    ],
  };
}

function history(raw) {
  const values = partOf(raw, 'history').flatMap(({ polls, ours, timerLoop }) => [
    { polls: String(polls), design: 'ours', ...ours },
    { polls: String(polls), design: 'timer loop', ...timerLoop },
  ]);
  if (values.length === 0) return undefined;
  const panel = (field, title) => ({
    width: 260,
    height: 240,
    mark: { type: 'line', point: true },
    encoding: {
      x: { field: 'polls', type: 'ordinal', sort: null, title: 'polls', axis: { labelAngle: 0 } },
      y: {
        field,
        type: 'quantitative',
        title,
        scale: { type: 'log' },
        axis: { format: '~s', values: decades(values.map((value) => value[field])) },
      },
      color: { field: 'design', type: 'nominal', ...colours(['ours', 'timer loop'], null) },
    },
  });
  return {
    title: titled('What a wait leaves in the history, by number of polls', raw),
    data: { values },
    hconcat: [panel('events', 'history events (log)'), panel('bytes', 'history bytes (log)')],
  };
}

function memory(raw) {
  const values = partOf(raw, 'memory').filter(({ megabytes }) => megabytes !== undefined);
  if (values.length === 0) return undefined;
  return {
    title: titled('Memory of one worker, by open declarations', raw, [
      'Resident, after the last one was opened; cache of 200 workflows.',
    ]),
    width: 420,
    height: 240,
    data: { values },
    layer: [
      {
        mark: { type: 'line', point: true, color: COLOURS.ours },
        encoding: {
          x: { field: 'open', type: 'quantitative', title: 'open declarations', axis: { format: ',d' } },
          y: { field: 'megabytes', type: 'quantitative', title: 'MB' },
        },
      },
      ...goalLine(400, 'goal: at most 400 MB'),
    ],
  };
}
