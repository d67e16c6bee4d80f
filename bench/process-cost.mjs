// Memory and processor time of other processes, as the kernel counts them. Of a tree and of the machine on Linux alone.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever its own clock does. */
const TICKS = 100;

/** Resident memory in bytes. */
export function memoryOf(pid) {
  return process.platform === 'linux' ? fromStatus(pid, 'VmRSS') : Number(ps(pid, 'rss')) * 1024;
}

/** The most resident memory it ever had, in bytes. Linux. */
export function peakMemoryOf(pid) {
  return fromStatus(pid, 'VmHWM');
}

/** Seconds of processor time so far, of all its threads, user and system. */
export function processorTimeOf(pid) {
  if (process.platform !== 'linux') return secondsOf(ps(pid, 'time'));
  const { utime, stime } = statOf(pid);
  return (utime + stime) / TICKS;
}

/** The same with all processes it has started, running or ended: a database serves each connection by one. Linux. */
export function processorTimeOfTree(pid) {
  const ticks = treeOf(pid).map(statOf);
  return ticks.reduce((sum, { utime, stime, cutime, cstime }) => sum + utime + stime + cutime + cstime, 0) / TICKS;
}

/** Seconds of processor time that all cores of the machine have spent on anything. Linux. */
export function processorTimeOfMachine(text = readFileSync('/proc/stat', 'utf8')) {
  const [user, nice, system, , , irq, softirq, steal] = /^cpu +(.*)$/m.exec(text)[1].split(' ').map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS;
}

/** Fields of /proc/PID/stat. The second is the program's name in parentheses, which may itself have spaces and parentheses. */
export function parseStat(text) {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (position) => Number(fields[position - 3]);
  return { ppid: number(4), utime: number(14), stime: number(15), cutime: number(16), cstime: number(17) };
}

/** `1-02:03:04.50`, as ps prints it. */
export function secondsOf(time) {
  const [, days = '0', hours = '0', minutes, seconds] =
    /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)$/.exec(time) ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

function fromStatus(pid, field) {
  const [, kilobytes] =
    new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

function statOf(pid) {
  return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function treeOf(pid) {
  const members = [pid];
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [[Number(name), statOf(name).ppid]];
      } catch {
        return []; // ended meanwhile
      }
    });
  for (let index = 0; index < members.length; index += 1) {
    for (const [child, parent] of parents) if (parent === members[index]) members.push(child);
  }
  return members;
}

function ps(pid, column) {
  return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
}
