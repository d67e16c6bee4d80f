import { spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestCredentials, startSimulator, writeTestCredentials } from '../../src/testing';
import { freePort } from '../system/ports';

/*
 * The protocol layer installed by somebody who has no Temporal: a folder with its files, compiled, and the packages it
 * may need beside it. Nothing else can be found from there.
 */

const ROOT = join(__dirname, '..', '..');
/** What `temporal-wechatpay/wechatpay` may import. */
const NEEDED = ['axios', 'zod'];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'alone-'));
  const modules = join(folder, 'node_modules');
  const installed = join(modules, 'temporal-wechatpay');
  const source = join(ROOT, 'src', 'wechatpay');
  for (const name of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const file = join(installed, 'lib', 'wechatpay', name.replace(/\.ts$/, '.js'));
    const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022, esModuleInterop: true };
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, transpileModule(readFileSync(join(source, name), 'utf8'), { compilerOptions }).outputText);
  }
  copyFileSync(join(ROOT, 'package.json'), join(installed, 'package.json'));
  for (const name of NEEDED) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name), 'dir');
  copyFileSync(join(ROOT, 'examples', 'protocol-only.mjs'), join(folder, 'protocol-only.mjs'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program in that folder to its end. */
function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; out: string; err: string }> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...inherited, ...env } });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

const LOADED = `
  const exported = Object.keys(require('temporal-wechatpay/wechatpay'));
  const files = Object.keys(require.cache);
  console.log(JSON.stringify({ exported, files }));
`;

it('loads without Temporal and without any server, metrics or logging package', async () => {
  const { out, err } = await run(['-e', LOADED]);
  expect(err).toBe('');
  const { exported, files } = JSON.parse(out) as { exported: string[]; files: string[] };
  expect(exported).toEqual(
    expect.arrayContaining([
      'connectMerchant',
      'createTransport',
      'openNotification',
      'sealIdentity',
      'parseSplitOrder',
    ]),
  );
  const packages = new Set(files.map((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]));
  expect([...packages]).toEqual(expect.arrayContaining(['temporal-wechatpay', ...NEEDED]));
  for (const name of ['fastify', 'pino', 'prom-client', 'commander']) expect(packages).not.toContain(name);
  expect([...packages].filter((name) => name?.startsWith('@temporalio'))).toEqual([]);
  const ours = files.filter((file) => file.includes('/temporal-wechatpay/'));
  expect(ours.filter((file) => !file.includes('/lib/wechatpay/'))).toEqual([]);
});

it('would notice Temporal, because it is not there', async () => {
  const { code, err } = await run(['-e', "require('@temporalio/common')"]);
  expect([code, err.includes("Cannot find module '@temporalio/common'")]).toEqual([1, true]);
});

it('declares, polls, applies and opens a notification in the example', async () => {
  const credentials = await createTestCredentials();
  const simulator = await startSimulator({
    credentials,
    processingAfter: 0.2,
    decidedAfter: 0.5,
    underReviewAfter: 0.1,
    reviewedAfter: 0.3,
  });
  try {
    const { env } = await writeTestCredentials(join(folder, 'keys'), { credentials, port: simulator.port });
    const port = await freePort();
    const { code, out, err } = await run(['protocol-only.mjs'], {
      ...env,
      PORT: String(port),
      NOTIFY_URL: `http://127.0.0.1:${port}/h5`,
    });
    expect(err).toBe('');
    expect(out).toMatch(/^declaration: SUCCESS\napplication \d+: APPROVED\n$/);
    expect(code).toBe(0);
    expect(simulator.ledger({ effect: 'declared' })).toMatchObject([{ count: 1 }]);
    expect(simulator.ledger({ effect: 'applied' })).toMatchObject([{ count: 1 }]);
  } finally {
    await simulator.close();
  }
});
