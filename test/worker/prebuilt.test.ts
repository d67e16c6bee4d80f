import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prebuiltWorkflows } from '../../src/worker';
import { workflowCode, writePrebuiltWorkflows } from '../../src/workflow-code';
import { goldenHistories } from '../replay/golden-files';
import { historyOf } from '../replay/history-json';
import type { JsonHistory } from '../replay/history-json';
import { buildOnce } from '../system/child';
import { quietRuntime } from '../workflows/dev-server';

const ROOT = join(__dirname, '..', '..');
const SDK = ['@temporalio/common', '@temporalio/worker', '@temporalio/workflow'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-prebuilt-'));
  await writePrebuiltWorkflows(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function withVersions<T>(text: string, look: () => T | Promise<T>): Promise<T> {
  const file = join(folder, 'workflow-bundle.json');
  const before = await readFile(file, 'utf8');
  await writeFile(file, text);
  try {
    return await look();
  } finally {
    await writeFile(file, before);
  }
}

describe('the workflows that were bundled when the package was built', () => {
  quietRuntime();

  it('are what a worker runs beside the SDK they were built with', async () => {
    const code = { codePath: join(folder, 'workflow-bundle.js') };
    expect(prebuiltWorkflows(folder)).toEqual(code);
    expect(await workflowCode({}, folder)).toEqual(code);
  });

  it('replay what was recorded with a bundle of today', async () => {
    const workflowBundle = prebuiltWorkflows(folder);
    if (workflowBundle === undefined) throw new Error('there is no bundle');
    const some = goldenHistories().filter(({ flow }) => flow === 'customsDeclaration');
    expect(some.length).toBeGreaterThan(3);
    const histories = some.map(({ text }) => {
      const recorded = JSON.parse(text) as JsonHistory;
      return { workflowId: recorded.workflowId, history: historyOf(recorded) };
    });
    for await (const { error } of Worker.runReplayHistories({ workflowBundle }, histories))
      expect(error).toBeUndefined();
  });

  it.each(SDK)('are left alone beside another version of %s', async (name) => {
    const versions = JSON.parse(await readFile(join(folder, 'workflow-bundle.json'), 'utf8')) as object;
    const other = JSON.stringify({ ...versions, [name]: '1.0.0' });
    expect(await withVersions(other, () => prebuiltWorkflows(folder))).toBeUndefined();
    const instead = await withVersions(other, () => workflowCode({}, folder));
    expect(instead).toHaveProperty('code', expect.stringContaining('customsDeclaration'));
  });

  it.each(['', '{', 'null', '{}', '[]'])('are left alone where their versions are %j', async (text) => {
    expect(await withVersions(text, () => prebuiltWorkflows(folder))).toBeUndefined();
  });

  it('are not looked for where only their versions are left', async () => {
    const elsewhere = await mkdtemp(join(folder, 'versions-only-'));
    await copyFile(join(folder, 'workflow-bundle.json'), join(elsewhere, 'workflow-bundle.json'));
    expect(prebuiltWorkflows(elsewhere)).toBeUndefined();
  });

  it('are part of every build', async () => {
    await buildOnce();
    expect(prebuiltWorkflows(join(ROOT, 'lib'))).toEqual({ codePath: join(ROOT, 'lib', 'workflow-bundle.js') });
  });

  it('are not looked for where there are none', () => {
    expect(prebuiltWorkflows(join(folder, 'nothing'))).toBeUndefined();
  });

  it('are left alone where a converter has to be part of the bundle', async () => {
    const failureConverterPath = join(__dirname, 'failure-converter.ts');
    const code = await workflowCode({ failureConverterPath }, folder);
    expect(code).toHaveProperty('code', expect.stringContaining('a failure converter of somebody'));
  });

  it('name no folder of the machine that built them, and the sources by where they are', async () => {
    const code = await readFile(join(folder, 'workflow-bundle.js'), 'utf8');
    const [, base64] = /sourceMappingURL=data:[^,]*,([\w+/=]+)\s*$/.exec(code) ?? [];
    const map = Buffer.from(base64 ?? '', 'base64').toString('utf8');
    const { sources } = JSON.parse(map) as { sources: string[] };
    expect(sources.map((source) => join(folder, source))).toContain(join(ROOT, 'src/workflows/customs-declaration.ts'));
    expect(code).not.toContain(ROOT);
    expect(sources.filter((source) => source.startsWith('/'))).toEqual([]);
    expect(map).not.toContain('sourcesContent');
  });
});
