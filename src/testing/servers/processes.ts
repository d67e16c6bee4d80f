import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Progress } from './acquisition';

/** How many of the last lines of a program an error message repeats. */
const LINES_KEPT = 15;
/** Milliseconds between two signs of life of a long command. */
const SIGN_OF_LIFE = 15_000;

/** Path of a program on `PATH` or in one of `folders`, `undefined` if there is none. */
export async function findOnPath(program: string, folders: readonly string[] = []): Promise<string | undefined> {
  for (const folder of [...(process.env.PATH ?? '').split(delimiter), ...folders]) {
    if (folder === '') continue;
    const path = join(folder, program);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user; only root can. */
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Milliseconds after which it is killed. */
  readonly timeout?: number;
  /** Told every 15 seconds that it is still running. */
  readonly progress?: Progress;
  /** What it does, for progress and error messages: `building the Temporal CLI`. */
  readonly doing: string;
}

/** Runs a program to its end and returns its output; an exit code other than 0 is an error with its last lines. */
export function run(command: Command): Promise<string> {
  const { program, args, doing, progress, timeout } = command;
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const child = spawnCommand(command);
    const output: string[] = [];
    let timedOut = false;
    collectLines(child, (line) => output.push(line));
    const life = setInterval(() => {
      progress?.(`still ${doing}, ${Math.round((Date.now() - started) / 1000)} s so far`);
    }, SIGN_OF_LIFE);
    const limit =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
          }, timeout);
    const settle = (): void => {
      clearInterval(life);
      clearTimeout(limit);
    };
    child.once('error', (error) => {
      settle();
      reject(new Error(`${doing}: ${program} could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      settle();
      if (code === 0) return resolve(output.join('\n'));
      const how = timedOut ? `took longer than ${(timeout ?? 0) / 1000} s` : `ended with ${signal ?? `code ${code}`}`;
      const last = output.slice(-LINES_KEPT).join('\n    ');
      reject(new Error(`${doing}: ${program} ${args[0] ?? ''} ${how}${last === '' ? '' : `:\n    ${last}`}`));
    });
  });
}

/** A server that runs beside us until it is stopped. */
export interface RunningProcess {
  readonly pid: number;
  /** Settles when the process has ended by itself or was stopped; never rejects. Text says how it ended. */
  readonly ended: Promise<string>;
  /** The last lines it wrote. */
  readonly lastLines: () => string;
  /** Ends it: `signal` first, SIGKILL after `grace` milliseconds. Returns when it is gone; may be called again. */
  readonly stop: (signal?: NodeJS.Signals, grace?: number) => Promise<void>;
}

/** Processes that are still running, so that none outlives us when we leave by an exception or `process.exit`. */
const running = new Set<ChildProcess>();
let watchingExit = false;

/** Starts a server. Its output goes line by line to `log`. */
export async function startProcess(command: Command, log: Progress): Promise<RunningProcess> {
  const child = spawnCommand(command);
  const kept: string[] = [];
  collectLines(child, (line) => {
    kept.push(line);
    if (kept.length > LINES_KEPT) kept.shift();
    log(line);
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  }).finally(() => running.delete(child));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command.doing}: ${command.program} ${await ended}`);
  running.add(child);
  if (!watchingExit) {
    watchingExit = true;
    process.once('exit', () => running.forEach((left) => left.kill('SIGKILL')));
  }
  return {
    pid,
    ended,
    lastLines: () => kept.join('\n    '),
    stop: async (signal = 'SIGTERM', grace = 10_000) => {
      child.kill(signal);
      const limit = setTimeout(() => child.kill('SIGKILL'), grace);
      await ended;
      clearTimeout(limit);
    },
  };
}

function spawnCommand({ program, args, cwd, env, user }: Command): ChildProcess {
  return spawn(program, [...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    ...user,
  });
}

function collectLines(child: ChildProcess, take: Progress): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', take);
  }
}
