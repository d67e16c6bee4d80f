// What a fault run has to reach, from its raw result.
import { number } from './page/number.mjs';
import { sumOf } from './statistics.mjs';

/** So many keys should take so many minutes at most. */
export const FULL_RUN = { keys: 10_000, minutes: 30 };

/** @param raw what `npm run faults` has found; `least` is what it had to reach for its number of keys */
export function faultGoals({ keys, closed, faults, least, verdict, seconds, progress }) {
  const goal = (name, limit, measured, met, why) => ({ goal: name, limit, measured, met, ...(why && { why }) });
  const none = (name, defects) => goal(name, 0, defects.length, defects.length === 0);
  const atLeast = (name, limit, measured) => goal(`${name}, at least`, limit, measured, measured >= limit);
  const minutes = Number((seconds / 60).toFixed(1));
  const inTime = seconds <= FULL_RUN.minutes * 60;
  return [
    none('lost', verdict.lost),
    none('doubled', verdict.doubled),
    none('wrong state', verdict.wrongState),
    none('wrong conflict', verdict.wrongConflict),
    none('acked-but-lost', verdict.ackedButLost),
    atLeast('keys that came to their end', keys, closed),
    atLeast('faults', least.faults, sumOf(faults)),
    atLeast('kinds of faults', least.kinds, Object.keys(faults).length),
    ...(keys < FULL_RUN.keys
      ? []
      : [goal('minutes, at most', FULL_RUN.minutes, minutes, inTime, inTime ? undefined : whyLonger(keys, progress))]),
  ];
}

/** How far it had come when the time was over. */
function whyLonger(keys, progress) {
  const limit = FULL_RUN.minutes * 60;
  const { closed } = progress.findLast((one) => one.seconds <= limit);
  const open = Math.max(...progress.map((one) => one.started - one.closed));
  const began = progress.find(({ started }) => started === keys)?.seconds;
  const pace =
    began === undefined
      ? ''
      : `, ${(keys / began).toFixed(1)} a second, so that the last began after ${began.toFixed(0)} s`;
  return `at most ${number(open)} are open at a time${pace}; after ${limit} s ${number(keys - closed)} were still open, and wait minutes for their next question after a fault`;
}
