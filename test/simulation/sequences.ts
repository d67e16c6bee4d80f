import type { Sequence } from './run';
import type { Simulated } from './simulated';

/** A small generator of good quality (mulberry32): the same seed gives the same numbers everywhere. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)]!;
}

/** What happens to most processes most of the time: without answers, nothing would get far. */
const USUAL = ['answer', 'answer', 'answer', 'answer', 'answer', 'crash'];
const COMMON = [
  'answer the newest',
  'answer lost',
  'attempt under way',
  'time is up',
  'gives up early',
  'a minute',
  'an hour',
  'a day',
  'worker away',
  'worker back',
  'cancel',
  'stuck',
];

/** Sequence `number` of a seed; each is a pure function of both, so that one can be run alone. */
export function randomSequence(processes: readonly Simulated[], seed: number, number: number): Sequence {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const { flow, setups, events } = pick(processes, random);
  const setup = pick(Object.keys(setups), random);
  const length = 1 + Math.floor(random() * 8);
  const chosen = Array.from({ length }, () => {
    const kind = random();
    return pick(kind < 0.4 ? USUAL : kind < 0.75 ? events : COMMON, random);
  });
  return { flow, setup, events: chosen };
}

/** Every order of every selection of at most `longest` of these events. */
export function* permutations(events: readonly string[], longest: number): Generator<readonly string[]> {
  yield [];
  if (longest === 0) return;
  for (const first of events) {
    const others = events.filter((event) => event !== first);
    for (const rest of permutations(others, longest - 1)) yield [first, ...rest];
  }
}

/** Leaves out events as long as the problem stays; what remains needs each of its events. */
export function shrunk(sequence: Sequence, fails: (candidate: Sequence) => boolean): Sequence {
  let { events } = sequence;
  for (let size = Math.ceil(events.length / 2); size >= 1;) {
    const shorter = [...events.keys()]
      .map((index) => [...events.slice(0, index), ...events.slice(index + size)])
      .find((candidate) => candidate.length < events.length && fails({ ...sequence, events: candidate }));
    if (shorter === undefined) size = size === 1 ? 0 : Math.ceil(size / 2);
    else events = shorter;
  }
  return { ...sequence, events };
}
