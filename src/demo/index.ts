import type { StartedProcess } from '../client';
import type { WorkflowResult } from '../interface';
import { demoFlows } from './flows';
import type { DemoFlow } from './flows';
import { SimulatorControl } from './simulator-control';
import { openStage } from './stage';
import type { Stage } from './stage';
import { inWords, table } from './table';

export interface DemoOptions {
  readonly keep?: boolean;
  readonly json?: boolean;
  readonly allowRemote?: boolean;
}

/** One row of the table of results, and one element of `flows` in the JSON. */
export interface DemoRow {
  readonly flow: string;
  readonly workflowId: string;
  readonly result: WorkflowResult;
  readonly historyEvents: number;
  /** Queries that WeChat Pay answered about it. */
  readonly polls: number;
}

/** A row with what only the table needs. */
interface PlayedRow extends DemoRow {
  readonly title: string;
  readonly asExpected: boolean;
}

const FINISHED_WITHIN = 50_000;
const TITLE_WIDTH = 32;

/** Runs every process once against the simulator and shows what came of it. */
export async function runDemo(options: DemoOptions): Promise<{ ok: boolean }> {
  const started = Date.now();
  const progress = (line: string): void => {
    process.stderr.write(`${((Date.now() - started) / 1_000).toFixed(1).padStart(5)} s  ${line}\n`);
  };
  const stage = await openStage({ allowRemote: options.allowRemote, progress });
  try {
    const flows = await demoFlows(stage);
    progress(`${flows.length} processes start; what takes hours or days at WeChat Pay takes seconds here\n`);
    const rows = await Promise.all(flows.map((flow) => play(stage, flow, progress)));
    const ok = rows.every((row) => row.asExpected);
    process.stderr.write(`\n${table(rows)}\n\n${WHAT_IT_COUNTS}\n\n${whereToLook(stage, rows, options)}\n`);
    for (const row of rows) if (!row.asExpected) process.stderr.write(`NOT AS EXPECTED: ${row.title}\n`);
    if (options.json === true) process.stdout.write(`${JSON.stringify(asJson(ok, stage, rows))}\n`);
    if (options.keep === true) await stage.keep();
    return { ok };
  } finally {
    await stage.close();
  }
}

const WHAT_IT_COUNTS =
  'history events: what Temporal stores of a process; a change of state adds to it, a poll does not.\n' +
  'polls: how often WeChat Pay was asked about it.';

function asJson(ok: boolean, { uiUrl }: Stage, rows: readonly PlayedRow[]) {
  const flows: DemoRow[] = rows.map(({ flow, workflowId, result, historyEvents, polls }) => {
    return { flow, workflowId, result, historyEvents, polls };
  });
  return { ok, uiUrl: uiUrl ?? null, flows };
}

async function play(stage: Stage, flow: DemoFlow, progress: (line: string) => void): Promise<PlayedRow> {
  const say = (line: string): void => progress(`${flow.title.padEnd(TITLE_WIDTH)}  ${line}`);
  const started = await flow.start();
  say(`started as ${started.workflowId}`);
  await flow.afterStart?.(say);
  const result = await withLiveProgress(started, say);
  say(`ends: ${inWords(result)}`);
  const handle = stage.client.workflow.getHandle(started.workflowId, started.runId);
  const { historyLength, type } = await handle.describe();
  // WeChat Pay is asked about an application by the number it gave it.
  const applyment = 'applyment_id' in result && result.applyment_id !== undefined ? [result.applyment_id] : [];
  const polls = await new SimulatorControl(stage.simulatorUrl).queries(...flow.keys, ...applyment);
  return {
    title: flow.title,
    flow: type,
    workflowId: started.workflowId,
    result,
    historyEvents: historyLength,
    polls,
    asExpected: matches(result, flow.expected),
  };
}

/** Shows each change of state until there is a result. */
async function withLiveProgress(
  started: StartedProcess<WorkflowResult>,
  say: (line: string) => void,
): Promise<WorkflowResult> {
  let shown: string | undefined;
  let finished = false;
  const watch = async (): Promise<void> => {
    while (!finished) {
      const status = await started.status().catch(() => undefined);
      if (!finished && status?.result === undefined && status !== undefined && status.state !== shown) {
        shown = status.state;
        say(status.state);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const watching = watch();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${started.workflowId} has no result after ${FINISHED_WITHIN / 1_000} s`)),
      FINISHED_WITHIN,
    );
  });
  try {
    return await Promise.race([started.result(), tooLate]);
  } finally {
    clearTimeout(timer);
    finished = true;
    await watching;
  }
}

function matches(result: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return result === expected;
  if (typeof result !== 'object' || result === null) return false;
  return Object.entries(expected).every(([name, value]) => matches((result as Record<string, unknown>)[name], value));
}

function whereToLook({ uiUrl, namespace }: Stage, rows: readonly DemoRow[], { keep }: DemoOptions): string {
  if (uiUrl === undefined) return 'They stay on your Temporal server; its UI shows each under its workflow id.';
  const links = rows.map(
    ({ workflowId }) => `  ${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`,
  );
  const when =
    keep === true
      ? 'Everything keeps running until Ctrl-C. In the Temporal UI:'
      : 'In the Temporal UI, with --keep, which leaves everything running:';
  return `${when}\n${links.join('\n')}`;
}
