// What the kernel says of a process, on Linux.
import { readFileSync } from 'node:fs';

/** Length of the kernel's clock tick for processes; 100 a second on every Linux that Node runs on. */
const TICK_MS = 10;

/** Milliseconds of processor time since its start, of all its threads. */
export function cpuOf(pid) {
  // The second field is the program's name in brackets and may hold anything.
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Megabytes (10^6 bytes) it holds in memory now, and the most it ever held. */
export function memoryOf(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const megabytes = (field) => (Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) * 1_024) / 1e6;
  return { now: megabytes('VmRSS'), most: megabytes('VmHWM') };
}
