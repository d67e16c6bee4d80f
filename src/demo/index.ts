import type { StartedProcess } from '../client';
import type { WorkflowResult } from '../interface';
import { untilSignal } from '../commands/until-signal';
import { demoFlows } from './flows';
import type { DemoFlow } from './flows';
import { SimulatorControl } from './simulator-control';
import { openStage } from './stage';
import type { Stage } from './stage';
import { table } from './table';

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

const FINISHED_WITHIN = 50_000;

/** Runs every process once against the simulator and shows what came of it. */
export async function runDemo(options: DemoOptions): Promise<{ ok: boolean }> {
  const started = Date.now();
  const progress = (line: string): void => {
    process.stderr.write(`${((Date.now() - started) / 1_000).toFixed(1).padStart(5)} s  ${line}\n`);
  };
  const stage = await openStage({ allowRemote: options.allowRemote, progress });
  let ok = false;
  let results: DemoRow[] = [];
  try {
    const flows = await demoFlows(stage, progress);
    const rows = await Promise.all(flows.map((flow) => play(stage, flow, progress)));
    ok = rows.every((row) => row.asExpected);
    for (const row of rows.filter((row) => !row.asExpected)) progress(`not as expected: ${row.title}`);
    results = rows.map(({ flow, workflowId, result, historyEvents, polls }) => ({
      flow,
      workflowId,
      result,
      historyEvents,
      polls,
    }));
    process.stderr.write(`\n${table(rows)}\n\n${links(stage, results)}\n`);
    if (options.keep === true) {
      progress('everything keeps running; Ctrl-C ends it');
      await untilSignal();
    }
  } finally {
    await stage.close();
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify({ ok, uiUrl: stage.uiUrl, flows: results })}\n`);
  }
  return { ok };
}

async function play(stage: Stage, flow: DemoFlow, progress: (line: string) => void) {
  const process = await flow.start();
  progress(`${process.workflowId} started: ${flow.title}`);
  const result = await withLiveProgress(process, progress);
  const handle = stage.client.workflow.getHandle(process.workflowId, process.runId);
  const { historyLength, type } = await handle.describe();
  const applyment = 'applyment_id' in result && result.applyment_id !== undefined ? [result.applyment_id] : [];
  const polls = await new SimulatorControl(stage.simulatorUrl).queries(...flow.keys, ...applyment);
  return {
    title: flow.title,
    flow: type,
    workflowId: process.workflowId,
    result,
    historyEvents: historyLength,
    polls,
    asExpected: matches(result, flow.expected),
  };
}

/** Shows each change of state until there is a result. */
async function withLiveProgress(
  started: StartedProcess<WorkflowResult>,
  progress: (line: string) => void,
): Promise<WorkflowResult> {
  let shown: string | undefined;
  let finished = false;
  const watch = async (): Promise<void> => {
    while (!finished) {
      const status = await started.status().catch(() => undefined);
      if (status !== undefined && status.state !== shown) {
        shown = status.state;
        progress(`${started.workflowId} is ${status.state}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  };
  const watching = watch();
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${started.workflowId} has no result after 50 s`)), FINISHED_WITHIN);
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

function links({ uiUrl, namespace }: Stage, rows: readonly DemoRow[]): string {
  if (uiUrl === undefined) return 'Open the processes in the UI of your Temporal server.';
  const list = rows.map(
    ({ workflowId }) => `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`,
  );
  return `In the Temporal UI (while it runs; --keep leaves it running):\n${list.join('\n')}`;
}
