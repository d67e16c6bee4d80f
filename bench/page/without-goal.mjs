// What was asked for as a figure, without a limit that it has to keep: one line each.
import { sumOf } from '../statistics.mjs';
import { number } from './number.mjs';

/** @returns {string[]} none where the raw results have no such part */
export function withoutGoal(name, raw) {
  if (name.startsWith('faults')) return ofFaults(raw);
  return (raw.rows ?? []).flatMap((row) => WORDED[`${name} ${row.part}`]?.(row) ?? []);
}

/** What the one line of a fault run does not tell. */
function ofFaults({ faults, forged, submissionFaults, resetsNotMade, outages }) {
  const resets = (faults['activity reset'] ?? 0) + (faults['workflow reset'] ?? 0);
  const worst = Math.max(...outages.map(({ from, to }) => to - from));
  return [
    `of the faults ${number(forged)} are forged notifications, ${number(sumOf(faults) - forged)} are others, and ${number(submissionFaults)} hit a request that submits`,
    `resets made: ${number(resets)} of ${number(resets + sumOf(resetsNotMade))}; the others found nothing to reset when they were tried`,
    `${number(outages.length)} outages of servers and processes, the longest took ${number(Math.round(worst))} s until all was back`,
  ];
}

const WORDED = {
  'workflow latency': ({ load, notifications, p50, p99 }) => [
    `from a notification to the closed workflow, ${load}: p50 ${number(p50)} ms, p99 ${number(p99)} ms, over ${number(notifications)} notifications`,
  ],
  'workflow backlog': ({ queued, seconds, perSecond }) => [
    `a backlog of ${number(queued)} declarations: empty ${rounded(seconds)} s after the worker was ready, ${rounded(perSecond)} a second`,
  ],
  'workflow history': ({ polls, ours, timerLoop }) => [
    `history after ${number(polls)} polls: ${number(ours.events)} events and ${number(ours.bytes)} bytes, of a timer loop ${number(timerLoop.events)} and ${number(timerLoop.bytes)}`,
  ],
  'webhook flood': ({ answers, row, taken, refused, startMB, mostMB, endMB }) => {
    if (startMB !== undefined)
      return [`memory in the flood: ${startMB} MB before, ${mostMB} MB at most, ${endMB} MB after`];
    if (answers === undefined) return [];
    const times = ({ p50Ms, p99Ms }) => `p50 ${number(p50Ms)} ms, p99 ${number(p99Ms)} ms`;
    return [`flood of ${row}: answered ${listed(answers)}; 200: ${times(taken)}; others: ${times(refused)}`];
  },
  'webhook kills': ({ kills, whileBusy, requestsCut }) =>
    kills === undefined
      ? []
      : [`of ${number(kills)} kills ${number(whileBusy)} hit a webhook at work, with ${number(requestsCut)} requests`],
};

const rounded = (value) => value.toLocaleString('en-US', { maximumFractionDigits: 1 });
const listed = (counts) =>
  Object.entries(counts)
    .map(([name, count]) => `${name}: ${number(count)}`)
    .join(', ');
