import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Of Debian's package `faketime`, for programs with threads. */
const LIBRARY = join('faketime', 'libfaketimeMT.so.1');
/** Libraries are in folders named by architecture. */
const LIBRARIES = '/usr/lib';

/** @throws with what to install */
function libfaketime(): string {
  const folders = existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [];
  const found = folders.map((folder) => join(LIBRARIES, folder, LIBRARY)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(`${LIBRARIES}/*/${LIBRARY} is missing: install libfaketime (Debian: apt-get install faketime)`);
}

/** The wall clock of processes that are started with `env`, moved by seconds that may change while they run. */
export interface MovedClock {
  readonly env: Readonly<Record<string, string>>;
  /** Moves it to so many seconds ahead of (or, negative, behind) the real time. */
  set(seconds: number): void;
  /** What those processes take for now: milliseconds since the epoch. */
  now(): number;
  remove(): void;
}

/** Timers go on: the monotonic clock stays right. */
const WALL_CLOCK_ONLY = { FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' };

/**
 * The environment of a process whose clock is wrong by so many seconds from its start to its end. Nothing is read while it
 * runs, in whatever thread it asks for the time.
 */
export function wrongClock(seconds: number): Readonly<Record<string, string>> {
  return { LD_PRELOAD: libfaketime(), FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}`, ...WALL_CLOCK_ONLY };
}

/**
 * A clock that is wrong, as on a machine without time synchronisation, and changes while processes run.
 *
 * @param seconds ahead of the real time at first
 */
export function movedClock(seconds: number): MovedClock {
  const library = libfaketime();
  const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-clock-'));
  const file = join(folder, 'offset');
  let offset = 0;
  const set = (next: number): void => {
    offset = next;
    // Whole at any time: it is read whenever the process asks for the time.
    writeFileSync(`${file}.new`, `${next < 0 ? '' : '+'}${next}\n`);
    renameSync(`${file}.new`, file);
  };
  set(seconds);
  return {
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      ...WALL_CLOCK_ONLY,
    },
    set,
    now: () => Date.now() + offset * 1_000,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
