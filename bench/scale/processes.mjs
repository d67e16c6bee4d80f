// What processes have used so far, read from the kernel. Linux only, as the whole benchmark is.
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in which the kernel reports processor time: 100 on every Linux that Node runs on. */
const TICKS = 100;
const PAGE = 4096;

/** Seconds of processor time of a process, and of those of its children that have ended. */
export function cpuSeconds(pid) {
  const { own, ended } = statOf(pid);
  return (own + ended) / TICKS;
}

/** The same with all processes it has started and that still run: a database serves each connection by one. */
export function cpuSecondsOfTree(pid) {
  return treeOf(pid).reduce((sum, member) => sum + cpuSeconds(member), 0);
}

/** Seconds of processor time that all cores of the machine have spent on anything. */
export function machineSeconds(text = readFileSync('/proc/stat', 'utf8')) {
  const [user, nice, system, , , irq, softirq, steal] = /^cpu +(.*)$/m.exec(text)[1].split(' ').map(Number);
  return (user + nice + system + irq + softirq + steal) / TICKS;
}

/** Resident memory in bytes. */
export function rss(pid) {
  return statOf(pid).pages * PAGE;
}

function statOf(pid) {
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return { ...stat, own: stat.utime + stat.stime, ended: stat.cutime + stat.cstime };
}

/** Fields of /proc/PID/stat. The second is the program's name in parentheses, which may itself have spaces and parentheses. */
export function parseStat(text) {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (position) => Number(fields[position - 3]);
  return {
    ppid: number(4),
    utime: number(14),
    stime: number(15),
    cutime: number(16),
    cstime: number(17),
    pages: number(24),
  };
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
