import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** A program under test, with a clean environment: what surrounds the test run must not decide its outcome. */
export class Child {
  stdout = '';
  stderr = '';
  readonly ended: Promise<number | NodeJS.Signals>;
  private readonly process: ChildProcess;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.process = spawn(process.execPath, args, {
      cwd: env['PWD'] ?? ROOT,
      env: { HOME: process.env['HOME'], PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(this.process, 'close').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals);
  }

  /** Everything it has written. */
  get output(): string {
    return this.stdout + this.stderr;
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Resolves as soon as it has written `text`. */
  async says(text: string, seconds = 60): Promise<this> {
    const limit = Date.now() + seconds * 1_000;
    while (!this.output.includes(text)) {
      if (!this.running) throw new Error(`ended without saying ${JSON.stringify(text)}:\n${this.output}`);
      if (Date.now() > limit) throw new Error(`did not say ${JSON.stringify(text)} in ${seconds} s:\n${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    return this;
  }

  /** Sends a signal and waits for the end. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | NodeJS.Signals> {
    this.process.kill(signal);
    return this.ended;
  }
}

const built = join(ROOT, 'lib', 'cli.js');
let building: Promise<unknown> | undefined;

/** Compiles the sources if they have changed, as the commands under test are the compiled ones. */
export function buildOnce(): Promise<unknown> {
  building ??= (async () => {
    const build = new Child(['-e', `import('./scripts/build.mjs').then(({ buildIfNeeded }) => buildIfNeeded())`], {});
    if ((await build.ended) !== 0) throw new Error(`the sources do not compile:\n${build.output}`);
  })();
  return building;
}

/** `temporal-wechatpay ...` as a process. Call {@link buildOnce} before. */
export function command(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  return new Child([built, ...args], env);
}

/** Process ids whose environment holds `mark`: all that descend from a process that was started with it. */
export async function processesWith(mark: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(mark)) found.push(pid);
  }
  return found;
}
