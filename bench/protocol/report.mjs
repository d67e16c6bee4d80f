// From times to a verdict, and from a verdict to a table.
import { ratios, rounded, summary } from '../statistics.mjs';
import { PEERS, versionOf } from './peers.mjs';
import { OURS } from './rows.mjs';

/** @param {Map<string, number[]>} times nanoseconds per run, by variant and round */
export function judge({ name, what, goal, why }, times) {
  const ours = times.get(OURS);
  const others = [...times]
    .filter(([variant]) => variant !== OURS)
    .map(([variant, theirs]) => ({
      variant,
      nanoseconds: rounded(summary(theirs).median, 0),
      ratio: thousandths(ratios(ours, theirs)),
    }))
    .sort((a, b) => a.nanoseconds - b.nanoseconds);
  const against = goal && (others.find(({ variant }) => variant === goal.of) ?? others[0]);
  const met = against && against.ratio.median >= goal.atLeast;
  return {
    row: name,
    what,
    nanoseconds: rounded(summary(ours).median, 0),
    others,
    ...(goal && { goal: { ...goal, against: against.variant, ratio: against.ratio, met } }),
    ...(goal && !met && why && { why }),
  };
}

export const versionsOfPeers = () => Object.fromEntries(PEERS.map((name) => [name, versionOf(name)]));

/** For people. */
export function table(run, rows) {
  const versions = Object.entries(run.versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `${run.date}, Node ${run.node}, OpenSSL ${run.openssl}, ${run.machine}`,
    versions.join(', '),
    `Ratio: how much faster ours is, median (range) of ${run.rounds} interleaved rounds. 1 is equal.`,
    '',
    ...aligned([
      ['', 'against', 'µs ours', 'µs theirs', 'ratio', 'range', 'goal'],
      ...rows.flatMap(({ row, nanoseconds, others, goal }) =>
        others.map(({ variant, nanoseconds: theirs, ratio }, index) => [
          index === 0 ? row : '',
          variant,
          index === 0 ? micros(nanoseconds) : '',
          micros(theirs),
          ratio.median.toFixed(2),
          `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}`,
          goal?.against === variant ? `>= ${goal.atLeast.toFixed(2)} ${goal.met ? 'met' : 'MISSED'}` : '',
        ]),
      ),
    ]),
  ];
  for (const { row, goal, why } of rows) {
    if (goal && !goal.met) lines.push('', `${row} misses its goal. ${why ?? 'No reason is known: worth a look.'}`);
  }
  return lines.join('\n');
}

function aligned(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const isText = (column) => column < 2 || column === widths.length - 1;
  return rows.map((row) =>
    row
      .map((cell, column) => (isText(column) ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd(),
  );
}

const micros = (nanoseconds) => (nanoseconds / 1000).toFixed(nanoseconds < 100_000 ? 2 : 0);
const thousandths = ({ median, min, max }) => ({
  ...{ median: rounded(median, 3), min: rounded(min, 3), max: rounded(max, 3) },
});
