// Counters of the Temporal server, from its Prometheus text.

/** @returns {Promise<Map<string, number>>} each sample with its labels, as the text has it */
export async function readMetrics(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: expected 200, got ${answer.status}`);
  return parseMetrics(await answer.text());
}

export function parseMetrics(text) {
  const samples = new Map();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)/.exec(line);
    if (match !== null) samples.set(match[1], Number(match[2]));
  }
  return samples;
}

/** Sum of all samples of this name whose labels include these. */
export function total(samples, name, labels = {}) {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  let sum = 0;
  for (const [sample, value] of samples) {
    if (sample !== name && !sample.startsWith(`${name}{`)) continue;
    if (wanted.every((label) => sample.includes(label))) sum += value;
  }
  return sum;
}

/** Values of one label that occur with this name, with their sums. */
export function byLabel(samples, name, label) {
  const sums = {};
  for (const [sample, value] of samples) {
    if (!sample.startsWith(`${name}{`)) continue;
    const found = new RegExp(`[{,]${label}="([^"]*)"`).exec(sample)?.[1];
    if (found !== undefined) sums[found] = (sums[found] ?? 0) + value;
  }
  return sums;
}
