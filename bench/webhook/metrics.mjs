// What the webhook counts itself, read from its `/metrics`.

/** @returns {Promise<string>} */
export async function metricsOf(webhook) {
  return (await fetch(`${webhook.metricsUrl}/metrics`)).text();
}

/** Sum of a counter over all its labels. */
export function counted(text, name) {
  return samples(text, name).reduce((sum, { value }) => sum + value, 0);
}

/**
 * Where a share of all observed times lies in a histogram: the bound of its bucket, so at most that.
 *
 * @param before what counts from then on
 * @param route only that one; by default all
 * @returns {{ count: number, withinMs: (share: number) => number, shareWithin: (seconds: number) => number }}
 */
export function histogram(text, name, before = '', route = undefined) {
  const buckets = new Map();
  for (const [source, sign] of [
    [text, 1],
    [before, -1],
  ]) {
    for (const { labels, value } of samples(source, `${name}_bucket`)) {
      if (route !== undefined && !labels.includes(`route="${route}"`)) continue;
      const bound = Number(/le="([^"]+)"/.exec(labels)[1].replace('+Inf', 'Infinity'));
      buckets.set(bound, (buckets.get(bound) ?? 0) + sign * value);
    }
  }
  const count = buckets.get(Infinity) ?? 0;
  const bounds = [...buckets.keys()].sort((a, b) => a - b);
  return {
    count,
    withinMs: (share) => bounds.find((bound) => buckets.get(bound) >= count * share) * 1000,
    shareWithin: (seconds) => (buckets.get(seconds) ?? Number.NaN) / count,
  };
}

function samples(text, name) {
  const found = [];
  for (const line of text.split('\n')) {
    const [, labels, value] = /^\w+(?:\{(.*)\})? (\S+)$/.exec(line.startsWith(name) ? line : '') ?? [];
    if (value !== undefined && line.slice(name.length).match(/^[{ ]/)) found.push({ labels, value: Number(value) });
  }
  return found;
}
