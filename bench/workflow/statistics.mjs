// From what was measured to rows.
import { quantile, ratios, summary } from '../statistics.mjs';

/**
 * The median and the range of the rounds; a ratio is formed within a round, where both met the same machine. `events`: what
 * one declaration leaves in the history, of ours and of the other.
 */
export function row({ part, kind, name, to, cpuAtMost, throughputAtLeast }, ours, other, events) {
  const of = (rounds, field) => rounds.map((round) => round[field]);
  return {
    part,
    kind,
    name,
    to,
    rounds: ours.length,
    ...(events === undefined ? {} : { events }),
    cpuMs: summary(of(ours, 'cpuMs')),
    cpuMsOther: summary(of(other, 'cpuMs')),
    cpuRatio: ratios(of(other, 'cpuMs'), of(ours, 'cpuMs')),
    perSecond: summary(of(ours, 'perSecond')),
    perSecondOther: summary(of(other, 'perSecond')),
    throughputRatio: ratios(of(other, 'perSecond'), of(ours, 'perSecond')),
    ...(cpuAtMost === undefined ? {} : { cpuAtMost }),
    ...(throughputAtLeast === undefined ? {} : { throughputAtLeast }),
  };
}

export function percentiles(values) {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), most: quantile(values, 1) };
}
