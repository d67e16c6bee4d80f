import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const CLI = join(__dirname, '..', 'cli.js');
const STARTED_WITHIN = 60_000;
const STOPPED_WITHIN = 15_000;

/** Those that run, so that none outlives a process that ends in a hurry. */
const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A command of this package as a process of its own, as in production. */
export class CommandProcess {
  private readonly lastLines: string[] = [];
  private exited = false;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        this.lastLines.push(line);
        if (this.lastLines.length > 20) this.lastLines.shift();
      });
    }
    running.add(child);
    child.once('exit', () => {
      this.exited = true;
      running.delete(child);
    });
  }

  /** Starts it and waits for the log line that says it is ready. */
  static async start(args: readonly string[], env: NodeJS.ProcessEnv, ready: string): Promise<CommandProcess> {
    const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const started = new CommandProcess(args[0] ?? '', child);
    const limit = Date.now() + STARTED_WITHIN;
    while (!started.lastLines.some((line) => line.includes(ready))) {
      if (started.exited || Date.now() > limit) {
        await started.stop();
        throw new Error(`${started.name} did not start:\n${started.lastLines.join('\n')}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return started;
  }

  async stop(): Promise<void> {
    if (this.exited) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const kill = setTimeout(() => this.child.kill('SIGKILL'), STOPPED_WITHIN);
    await exit;
    clearTimeout(kill);
  }
}
