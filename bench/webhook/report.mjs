// From the rows and goals of the parts to a file, and from a file to what people read.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import { join } from 'node:path';
import { root } from '../../scripts/install.mjs';

const WAITS_FOR_A_CORE =
  'it is the time of the day, in which the process also waits for a core that Temporal has; alone, the same code is far below (row "own part alone")';

const CORES_ARE_FULL =
  'sender, webhook, Temporal and worker fill the two cores at this rate, and the processor time of the webhook (processorMsEach) makes the queue before Temporal longer; the range of the rounds lies on both sides of 1';
const MORE_THAN_TEMPORAL_TAKES =
  '200 a second are more than Temporal takes on these cores, bare calls run into their time limit too; they are refused with 503 and sent again by WeChat Pay, and flood shows that none is lost';

/** Why a goal is missed, by part and goal, where the reason is known. */
export const WHY = {
  'latency: 50/s: p50 of the webhook : p50 of the bare signal': CORES_ARE_FULL,
  'latency: 100/s: p50 of the webhook : p50 of the bare signal': CORES_ARE_FULL,
  'latency: 100/s: p99 of the webhook : p99 of the bare signal': CORES_ARE_FULL,
  'latency: 200/s: refused': MORE_THAN_TEMPORAL_TAKES,
  'latency: own part of v3, p99, ms (bound of its bucket)': WAITS_FOR_A_CORE,
  'latency: own part of v2, p99, ms (bound of its bucket)': WAITS_FOR_A_CORE,
  'latency: genuine notifications not acknowledged': MORE_THAN_TEMPORAL_TAKES,
  'latency: memory after the last round : after the first, at 200/s':
    'V8 collects when it likes: all rounds but the last have the same (raw result), and flood ends as high after 30,000 in a minute',
  'forged: processor time of a refusal with HTTP, ms':
    'the handler has less than half of it (next goal), the rest is HTTP in Node and Fastify',
};

/** The head of a file of results. */
export async function describeRun(client, command) {
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  const { version: ours } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const worker = createRequire(import.meta.url)('@temporalio/worker/package.json');
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${platform()} ${arch()}`,
    node: process.versions.node,
    versions: {
      'temporal-wechatpay': ours,
      '@temporalio/worker': worker.version,
      'Temporal server': serverVersion,
    },
    command,
  };
}

/** Whether each goal is met, and if not, why, as far as that is known. */
export function withVerdicts(part, { rows, goals }) {
  return {
    rows: rows.map((row) => ({ part, ...row })),
    goals: goals.map(({ goal, limit, measured, of }) => {
      const met = measured <= limit;
      const why = met ? undefined : WHY[`${part}: ${goal}`];
      return { part, goal, limit, measured, ...(of !== undefined && { of }), met, ...(why !== undefined && { why }) };
    }),
  };
}

/** Results of some parts beside what the file of the same day holds of the others. */
export function merged(before, run, parts) {
  if (before === undefined) return run;
  const others = ({ part }) => !parts.includes(part);
  return {
    ...run,
    // Of the run that made the forgeries.
    seed: parts.includes('forged') ? run.seed : before.seed,
    command: [...new Set([before.command, run.command].flat())],
    rows: [...before.rows.filter(others), ...run.rows],
    goals: [...before.goals.filter(others), ...run.goals],
  };
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
    for (const { part: its, goal, limit, measured, of, met, why } of goals) {
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
