import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import { quietRuntime } from '../workflows/dev-server';
import { bundleChanged } from './changed-workflows';
import type { Change } from './changed-workflows';
import { goldenHistories } from './golden-files';
import { historyOf } from './history-json';
import type { JsonHistory } from './history-json';

const golden = goldenHistories();

/** Replays one golden history by changed workflows; what the replay failed with. */
async function replayOf(name: string, ...changes: readonly Change[]): Promise<unknown> {
  const found = golden.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no golden history ${name}`);
  const recorded = JSON.parse(found.text) as JsonHistory;
  const options = { workflowBundle: await bundleChanged(...changes) };
  return Worker.runReplayHistory(options, historyOf(recorded), recorded.workflowId).then(
    () => undefined,
    (error: unknown) => error,
  );
}

const ADDED_TIMER: Change = {
  file: 'workflows/process.ts',
  from: '    this.result = result;\n',
  to: "    this.result = result;\n    await condition(() => false, '1s');\n",
};

describe('a replay of golden histories notices', () => {
  quietRuntime();

  it('nothing, when nothing is changed', async () => {
    expect(await replayOf('customsDeclaration/success')).toBeUndefined();
  });

  it.each<[what: string, name: string, change: Change]>([
    ['an added timer', 'customsDeclaration/success', ADDED_TIMER],
    [
      'a renamed activity',
      'customsDeclaration/success',
      { file: 'workflows/customs-declaration.ts', from: '.submitDeclaration(', to: "['declare']!(" },
    ],
    [
      'a changed activity id',
      'contractOrder/paid-and-signed',
      { file: 'interface/flows.ts', from: "submit: 'submit',", to: "submit: 'send'," },
    ],
    [
      'a changed id of the waiting activity',
      'h5Application/approved',
      { file: 'interface/flows.ts', from: "awaitResult: 'await-result',", to: "awaitResult: 'wait'," },
    ],
    [
      'a state that is no longer recorded',
      'customsDeclaration/success',
      {
        file: 'workflows/process.ts',
        from: '    const sameState = state === this.current.state;\n',
        to: "    if (state === 'PROCESSING') return;\n    const sameState = state === this.current.state;\n",
      },
    ],
    [
      'a state that is recorded twice',
      'customsDeclaration/fail',
      {
        file: 'workflows/process.ts',
        from: '    const now = new Date();\n',
        to: '    const now = new Date();\n    upsertSearchAttributes([{ key: SEARCH_ATTRIBUTES.WxState, value: state }]);\n',
      },
    ],
    [
      'a caller who is no longer told',
      'customsDeclaration/caller-told',
      {
        file: 'workflows/process.ts',
        from: 'await this.tellResult(this.identity.onResult, result, attention);',
        to: '{}',
      },
    ],
  ])('%s', async (_what, name, change) => {
    expect(await replayOf(name, change)).toBeInstanceOf(DeterminismViolationError);
  });
});
