// Charts of bench:scale.
import { levelsOf, peaks } from '../scale/report.mjs';
import { colours, titled } from './paper.mjs';

export const SCALE = [
  { name: 'scale-throughput', from: 'scale', chart: throughput },
  { name: 'scale-cores', from: 'scale', chart: cores },
];

const workersText = (count) => `${count} ${count === 1 ? 'worker' : 'workers'}`;

function throughput(raw) {
  const values = levelsOf(raw.rows).map((level) => ({ ...level, of: workersText(level.workers) }));
  const domain = [...new Set(values.map(({ of }) => of))];
  const x = { field: 'inFlight', type: 'quantitative', title: 'declarations in flight', scale: { zero: true } };
  const color = { field: 'of', type: 'nominal', ...colours(domain, null) };
  return {
    title: titled('Whole declarations a second, by workers', raw, [
      'Temporal server with PostgreSQL, workers, simulator and driver on the same cores; median and range of the rounds.',
    ]),
    width: 480,
    height: 280,
    data: { values },
    layer: [
      {
        mark: { type: 'line', point: true },
        encoding: { x, color, y: { field: 'perSecond', type: 'quantitative', title: 'declarations a second' } },
      },
      {
        mark: { type: 'rule', size: 1.5 },
        encoding: { x, color, y: { field: 'least', type: 'quantitative' }, y2: { field: 'most' } },
      },
    ],
  };
}

const PROCESSES = {
  workers: 'workers',
  server: 'Temporal server',
  database: 'PostgreSQL',
  simulatorAndDriver: 'simulator and driver',
};

function cores(raw) {
  const values = peaks(raw.rows).flatMap(({ workers, inFlight, cores: used }) =>
    Object.entries(PROCESSES).map(([name, process], order) => ({
      ...{ process, order, cores: used[name] },
      of: `${workersText(workers)}, ${inFlight} in flight`,
    })),
  );
  return {
    title: titled('Where it saturates: cores in use at the largest throughput', raw),
    width: 420,
    height: { step: 34 },
    data: { values },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          y: { field: 'of', type: 'nominal', title: null, sort: null, axis: { labelLimit: 240 } },
          x: { field: 'cores', type: 'quantitative', title: `cores in use, of ${raw.cores}` },
          color: { field: 'process', type: 'nominal', ...colours(Object.values(PROCESSES), null) },
          order: { field: 'order' },
        },
      },
      { mark: { type: 'rule', strokeDash: [5, 4], color: '#6B6B6B' }, encoding: { x: { datum: raw.cores } } },
    ],
  };
}
