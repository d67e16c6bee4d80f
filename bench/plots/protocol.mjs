// Charts of bench:protocol.
import { COLOURS } from './colours.mjs';
import { colours, titled } from './paper.mjs';

export const PROTOCOL = [{ name: 'protocol-ratios', from: 'protocol', chart: ratios }];

/** Each row against each of the others: how much faster ours is. */
function ratios(raw) {
  const values = raw.rows.flatMap(({ row, others }) =>
    others.map(({ variant, ratio }) => ({ row, variant, ...ratio })),
  );
  const variants = [...new Set(values.map(({ variant }) => variant))].sort();
  const y = { field: 'row', type: 'nominal', sort: raw.rows.map(({ row }) => row), title: null };
  const yOffset = { field: 'variant', sort: variants };
  return {
    title: titled('Protocol layer: how much faster ours is', raw, [
      `Ratio of processor time, median and range of ${raw.rounds} interleaved rounds; 1 is equal, to the right ours is faster.`,
    ]),
    width: 520,
    height: { step: 9 },
    data: { values },
    layer: [
      {
        mark: { type: 'rule', size: 2, opacity: 0.6 },
        encoding: {
          ...{ y, yOffset },
          x: {
            field: 'min',
            type: 'quantitative',
            scale: { type: 'log' },
            title: 'their time : ours (log)',
            axis: { values: [0.5, 1, 2, 5, 10, 20, 50], format: '~g' },
          },
          x2: { field: 'max' },
          color: { field: 'variant', type: 'nominal', ...colours(variants, 'against') },
        },
      },
      {
        mark: { type: 'point' },
        encoding: {
          ...{ y, yOffset },
          x: { field: 'median', type: 'quantitative' },
          color: { field: 'variant', type: 'nominal' },
        },
      },
      { mark: { type: 'rule', color: COLOURS.goal, strokeDash: [5, 4] }, encoding: { x: { datum: 1 } } },
    ],
  };
}
