// Times several ways to do the same thing so that their ratio means something on a machine that does other things too.

/**
 * @typedef {object} Variant One way to do it.
 * @property {string} name
 * @property {() => unknown} run one time; may return a promise
 */

/**
 * Every round times every variant once, in random order, for about `slice` milliseconds. Ratios are formed within a
 * round, where all variants met the same machine; over the rounds there is a median and a range.
 *
 * @param {readonly Variant[]} variants
 * @param {{ rounds: number, slice: number }} options
 * @returns {Promise<Map<string, number[]>>} nanoseconds per run, by variant and round
 */
export async function interleave(variants, { rounds, slice }) {
  const counts = new Map();
  for (const variant of variants) counts.set(variant, await countFor(variant, slice));
  const times = new Map(variants.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const variant of shuffled(variants)) {
      const count = counts.get(variant);
      times.get(variant.name).push((await timeOf(variant, count)) / count);
    }
  }
  return times;
}

/** How often fills a slice; finding out warms up. */
async function countFor(variant, slice) {
  let count = 1;
  for (;;) {
    const elapsed = (await timeOf(variant, count)) / 1e6;
    if (elapsed >= slice) return count;
    count = Math.ceil(count * Math.min(10, Math.max(1.1, (slice * 1.1) / Math.max(elapsed, 0.01))));
  }
}

/** Nanoseconds of processor time: what other programs take meanwhile does not count. */
async function timeOf({ run, isAsync }, count) {
  const before = process.cpuUsage();
  if (isAsync) for (let i = 0; i < count; i += 1) await run();
  else for (let i = 0; i < count; i += 1) run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1000;
}

function shuffled(list) {
  const order = [...list];
  for (let i = order.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
