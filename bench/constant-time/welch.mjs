// Whether two kinds of calls take different times: Welch's t over samples without their slowest part.

/** Beyond this, a difference is taken for real: one in 100,000 that there is none. */
export const LIMIT = 4.5;

/** The slowest of both kinds say what else the machine did. */
const KEPT = 0.9;

/** Both kinds without what was slower than nine tenths of all of them together. */
export function withoutSlowest(a, b, kept = KEPT) {
  const all = Float64Array.from([...a, ...b]).sort();
  const limit = all[Math.floor(all.length * kept)] ?? Infinity;
  const below = (times) => times.filter((time) => time <= limit);
  return [below(a), below(b)];
}

/** Welch's t of two lists of numbers: the difference of their means in standard errors, and how large one such error is. */
export function welch(a, b) {
  const [one, other] = [moments(a), moments(b)];
  const error = Math.sqrt(one.variance / one.count + other.variance / other.count);
  const difference = one.mean - other.mean;
  return {
    t: error === 0 ? (difference === 0 ? 0 : Math.sign(difference) * Infinity) : difference / error,
    difference,
    error,
  };
}

function moments(list) {
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (const value of list) {
    count += 1;
    const off = value - mean;
    mean += off / count;
    squares += off * (value - mean);
  }
  return { count, mean, variance: count > 1 ? squares / (count - 1) : 0 };
}

/**
 * Times single calls of one function with values of two kinds, in random order. Each value is made right before its call, so
 * that where it lies in memory is no difference between the kinds.
 *
 * @template Value
 * @param {(value: Value) => unknown} call
 * @param {(kind: 0 | 1, turn: number) => Value} make
 * @returns {[number[], number[]]} nanoseconds
 */
export function sample(call, make, samples, random = Math.random) {
  const times = [[], []];
  for (let warm = 0; warm < 20_000; warm += 1) call(make(warm % 2, warm));
  for (let taken = 0; taken < samples; taken += 1) {
    const kind = random() < 0.5 ? 0 : 1;
    const value = make(kind, taken);
    const before = process.hrtime.bigint();
    call(value);
    times[kind].push(Number(process.hrtime.bigint() - before));
  }
  return times;
}
