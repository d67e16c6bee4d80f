// What a file of results says to people.
import { reasonOf } from '../reasons.mjs';

const WAITS_FOR_A_CORE =
  'it is the time of the day, in which the process also waits for a core that Temporal has; alone, the same code is far below (row "own part alone")';

/** What a ratio may be at most, to be explained by the scatter of the rounds. */
const SCATTER = 1.6;
const ROUNDS_SCATTER = {
  upTo: SCATTER,
  text: 'the webhook takes processor time (processorMsEach) from a Temporal that shares two cores with it, and the rounds scatter on both sides of 1 (row "webhook : bare"); which of the two counts for more was not looked into',
};
const SHORT_CALL = {
  upTo: 1.4,
  text: 'a bare call is so short at this rate that what comes before it in the webhook (an HTTP request, our own part, and the wait for a core) is a quarter of it',
};
const REFUSED =
  'Temporal falls behind on these two cores, where bare calls get slow or run into their time limit; what finds a hundred under way is refused with 503 and sent again by WeChat Pay, and flood shows that none is lost';

/** Why a goal is missed, by part and goal, where the reason is known; some reasons explain a figure up to a bound. */
export const WHY = {
  'latency: 20/s: p50 of the webhook : p50 of the bare signal': SHORT_CALL,
  'latency: 20/s: p99 of the webhook : p99 of the bare signal': SHORT_CALL,
  'latency: 50/s: p50 of the webhook : p50 of the bare signal': ROUNDS_SCATTER,
  'latency: 50/s: p99 of the webhook : p99 of the bare signal': ROUNDS_SCATTER,
  'latency: 100/s: p50 of the webhook : p50 of the bare signal': ROUNDS_SCATTER,
  'latency: 100/s: p99 of the webhook : p99 of the bare signal': ROUNDS_SCATTER,
  'latency: 100/s: refused': REFUSED,
  'latency: 200/s: refused': REFUSED,
  'latency: own part of v3, p99, ms (bound of its bucket)': WAITS_FOR_A_CORE,
  'latency: own part of v2, p99, ms (bound of its bucket)': WAITS_FOR_A_CORE,
  'latency: memory after the last round : after the first, at 200/s': {
    upTo: 1.25,
    text: 'the raw result has every round; why the last one had more was not looked into. A flood of 30,000, sent again until each was acknowledged, ends as high',
  },
  'forged: genuine p99 beside 2000 forged/s, ms': {
    upTo: 3_000,
    text: 'Temporal, the webhook and both senders share two cores; what a genuine one alone takes is in the row above it in the raw result, and varies with the machine as this does: 909 ms were measured at commit 73025de. None was refused',
  },
  'forged: processor time of a refusal with HTTP, ms':
    'the handler has less than half of it (next goal), the rest is HTTP in Node and Fastify',
};

/** Whether each goal is met, and if not, why, as far as that is known: by the reasons of today, whenever it was measured. */
export function judged(goals) {
  return goals.map(({ part, goal, limit, measured, of }) => {
    const met = measured !== null && measured <= limit;
    const why = met ? undefined : reasonOf(WHY, `${part}: ${goal}`, measured);
    return { part, goal, limit, measured, ...(of !== undefined && { of }), met, ...(why !== undefined && { why }) };
  });
}

/** For people. */
export function table({ date, machine, node, versions, rows, goals }) {
  const lines = [
    `${date}, Node ${node}, ${machine}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ];
  for (const part of new Set(rows.map((row) => row.part))) {
    lines.push('', part);
    for (const { part: of, row, variant, ...figures } of rows) {
      if (of === part) lines.push(`  ${variant === undefined ? row : `${row} ${variant}`}: ${texts(figures)}`);
    }
    for (const { part: its, goal, limit, measured, of, met, why } of judged(goals)) {
      if (its !== part) continue;
      const shown = `${measured ?? 'not measured'}${of === undefined ? '' : ` of ${of}`}`;
      lines.push(`  ${met ? 'met   ' : 'MISSED'} ${goal}: ${shown}, goal at most ${limit}`);
      if (why !== undefined) lines.push(`         ${why}`);
    }
  }
  return lines.join('\n');
}

function texts(figures) {
  return Object.entries(figures)
    .filter(([name]) => name !== 'rounds')
    .map(([name, value]) => `${name} ${text(value)}`)
    .join(', ');
}

function text(value) {
  if (typeof value !== 'object' || value === null) return String(value);
  if ('median' in value) return `${value.median} (${value.min}-${value.max})`;
  const inner = Object.entries(value).map(([name, one]) => `${name}: ${text(one)}`);
  return inner.length === 0 ? 'none' : `{ ${inner.join(', ')} }`;
}

const NOT_MEASURED = 'No results are committed yet.';

/** The page with the figures of a run in the place of those it has. */
export function withFigures(page, run) {
  const place = /(\n## Figures\n[^`]*```text\n)[^`]*(```\n)/;
  if (!place.test(page)) throw new Error('the page has no block of text below "## Figures"');
  return page.replace(
    place,
    (_all, before, after) => `${before}${run === undefined ? NOT_MEASURED : table(run)}\n${after}`,
  );
}
