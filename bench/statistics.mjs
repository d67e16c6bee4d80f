// From measured values to the few that are shown. One definition of each, so that figures of different parts compare.

/** The value that a share of all values does not exceed (nearest rank): 0.99 of them for p99. Undefined of none. */
export function quantile(values, share) {
  return Float64Array.from(values).sort()[Math.max(0, Math.ceil(values.length * share) - 1)];
}

/** @returns {{ median: number, min: number, max: number }} the mean of the middle two where there is no middle one */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted.at(-1) };
}

/** How much faster `ours` was than `other`, round by round: 1 is equal, 2 is twice as fast. */
export function ratios(ours, other) {
  return summary(ours.map((time, round) => other[round] / time));
}

/** What half and what 99 of 100 do not exceed, in milliseconds; NaN of none. */
export function timesOf(milliseconds) {
  const at = (share) => rounded(quantile(milliseconds, share) ?? Number.NaN);
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Of numbers by name. */
export const sumOf = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

export const rounded = (value, digits = 2) => Number(value.toFixed(digits));
/** Bytes as MB of a million. */
export const megabytes = (bytes) => rounded(bytes / 1e6, 1);
