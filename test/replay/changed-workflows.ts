import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';

const ROOT = join(__dirname, '..', '..');

/** One change of the workflows' source. */
export interface Change {
  /** Below `src`. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly from: string;
  readonly to: string;
}

/** Bundles a copy of the workflows in which something is changed. Without a change it is what the workers run. */
export async function bundleChanged(...changes: readonly Change[]): Promise<WorkflowBundleWithSourceMap> {
  const folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-changed-'));
  try {
    for (const part of ['workflows', 'interface', 'wechatpay']) {
      await cp(join(ROOT, 'src', part), join(folder, 'src', part), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
    for (const { file, from, to } of changes) {
      const path = join(folder, 'src', file);
      const before = await readFile(path, 'utf8');
      const found = before.split(from).length - 1;
      if (found !== 1) throw new Error(`${JSON.stringify(from)} stands ${found} times in ${file}, not once`);
      await writeFile(
        path,
        before.replace(from, () => to),
      );
    }
    const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };
    return await bundleWorkflowCode({ workflowsPath: join(folder, 'src', 'workflows'), logger: quiet });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
