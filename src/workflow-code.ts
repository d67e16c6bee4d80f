import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { DataConverter } from '@temporalio/common';
import { bundleWorkflowCode } from '@temporalio/worker';
import type { WorkerOptions, WorkflowBundleWithSourceMap } from '@temporalio/worker';

/** Workflows as code, or where that code is. */
export type WorkflowCode = NonNullable<WorkerOptions['workflowBundle']>;

/** What becomes part of a bundle, or writes and loads it: code of one version does not run in a worker of another. */
const SDK = ['@temporalio/common', '@temporalio/worker', '@temporalio/workflow'] as const;
const CODE = 'workflow-bundle.js';
const VERSIONS = 'workflow-bundle.json';

/** Bundles the workflows, which takes seconds. Converters that are named by a path become part of the bundle. */
export function bundleWorkflows(dataConverter: DataConverter = {}): Promise<WorkflowBundleWithSourceMap> {
  const { payloadConverterPath, failureConverterPath } = dataConverter;
  const workflowsPath = join(__dirname, 'workflows');
  return bundleWorkflowCode({
    workflowsPath,
    // All modules at once, in place of once per open workflow. They keep no state: test/workflows/stateless.test.ts.
    preloadModules: [workflowsPath],
    ...(payloadConverterPath === undefined ? {} : { payloadConverterPath }),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
}

/**
 * The bundle that was built with this package, for the `workflowBundle` of a Temporal worker; undefined when there is none,
 * or when it was built with other versions of the SDK than the installed ones.
 */
export function prebuiltWorkflows(folder: string = __dirname): { readonly codePath: string } | undefined {
  try {
    const builtWith = JSON.parse(readFileSync(join(folder, VERSIONS), 'utf8')) as Record<string, unknown>;
    const installed = sdkVersions();
    const codePath = join(folder, CODE);
    return SDK.every((name) => builtWith[name] === installed[name]) && existsSync(codePath) ? { codePath } : undefined;
  } catch {
    return undefined;
  }
}

/** What a worker runs: the bundle that was built with this package if it fits, else one that is built now. */
export async function workflowCode(
  dataConverter: DataConverter = {},
  folder: string = __dirname,
): Promise<WorkflowCode> {
  const plain = dataConverter.payloadConverterPath === undefined && dataConverter.failureConverterPath === undefined;
  return (plain ? prebuiltWorkflows(folder) : undefined) ?? (await bundleWorkflows(dataConverter));
}

/** A step of the build of this package: bundles the workflows into `folder`, where {@link prebuiltWorkflows} looks. */
export async function writePrebuiltWorkflows(folder: string = __dirname): Promise<void> {
  const { code } = await bundleWorkflows();
  write(join(folder, CODE), withPortableSourceMap(code, folder));
  // Last: a bundle without its versions does not count.
  write(join(folder, VERSIONS), `${JSON.stringify(sdkVersions())}\n`);
}

function sdkVersions(): Record<string, string> {
  const versionOf = (name: string): string =>
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- of whatever is installed beside this package
    (require(`${name}/package.json`) as { version: string }).version;
  return Object.fromEntries(SDK.map((name) => [name, versionOf(name)]));
}

/** A process that starts meanwhile finds all of a file or none. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

/**
 * Source maps name the folders of the machine that made them, and hold all sources once more. Stack traces need the names,
 * relative to the bundle, and nothing else.
 */
function withPortableSourceMap(code: string, folder: string): string {
  const [, before, base64] = /^([^]*\n\/\/# sourceMappingURL=data:[^,]*;base64,)([\w+/=]+)\s*$/.exec(code) ?? [];
  if (before === undefined || base64 === undefined) throw new Error('the bundle of the workflows has no source map');
  const map = JSON.parse(Buffer.from(base64, 'base64').toString('utf8')) as { sources: string[] };
  const sources = map.sources.map((source) =>
    source.startsWith('/') || /^[A-Za-z]:[\\/]/.test(source) ? relative(folder, source).split(sep).join('/') : source,
  );
  const portable = JSON.stringify({ ...map, sources, sourcesContent: undefined });
  return `${before}${Buffer.from(portable).toString('base64')}\n`;
}
