// What was asked for as a figure, without a limit that it has to keep: one line each.
import { number } from './goals.mjs';

/** @returns {string[]} none where the raw results have no such part */
export function withoutGoal(name, raw) {
  return (raw.rows ?? []).flatMap((row) => WORDED[`${name} ${row.part}`]?.(row) ?? []);
}

const WORDED = {
  'workflow latency': ({ load, notifications, p50, p99 }) => [
    `from a notification to the closed workflow, ${load}: p50 ${number(p50)} ms, p99 ${number(p99)} ms of ${number(notifications)}`,
  ],
  'workflow backlog': ({ queued, seconds, perSecond }) => [
    `a backlog of ${number(queued)} declarations: empty ${rounded(seconds)} s after the worker was ready, ${rounded(perSecond)} a second`,
  ],
  'workflow history': ({ polls, ours, timerLoop }) => [
    `history after ${number(polls)} polls: ${number(ours.events)} events and ${number(ours.bytes)} bytes, of a timer loop ${number(timerLoop.events)} and ${number(timerLoop.bytes)}`,
  ],
  'webhook flood': ({ answers, row, p50Ms, p99Ms }) =>
    answers === undefined
      ? []
      : [`flood of ${row}: answered ${listed(answers)}; p50 ${number(p50Ms)} ms, p99 ${number(p99Ms)} ms`],
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
