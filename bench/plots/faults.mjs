// Chart of a fault run.
import { COLOURS } from './colours.mjs';
import { colours, titled } from './paper.mjs';

export const FAULTS = [{ name: 'faults-progress', from: 'faults', chart: progress }];

const SERIES = { closed: 'keys closed', faults: 'faults injected' };

/** Progress over time; outages are grey. */
function progress(raw) {
  if (!(raw.progress?.length > 1)) return undefined;
  const values = raw.progress.flatMap((at) =>
    Object.entries(SERIES).map(([field, series]) => ({ seconds: at.seconds, series, count: at[field] ?? 0 })),
  );
  const outages = (raw.outages ?? []).map(({ kind, from, to }) => ({ kind, from, to: Math.max(to, from + 1) }));
  const x = { field: 'seconds', type: 'quantitative', title: 'seconds' };
  return {
    title: titled('A fault run: progress, and what was down meanwhile', raw, [
      ...(raw.line === undefined ? [] : [raw.line]),
      'Grey: something was killed, stopped or cut off.',
    ]),
    width: 560,
    height: 280,
    layer: [
      {
        data: { values: outages },
        mark: { type: 'rect', color: COLOURS.goal, opacity: 0.25 },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
      },
      {
        data: { values },
        mark: { type: 'line' },
        encoding: {
          x,
          y: { field: 'count', type: 'quantitative', title: 'count', axis: { format: '~s' } },
          color: { field: 'series', type: 'nominal', ...colours(Object.values(SERIES), null) },
        },
      },
    ],
  };
}
