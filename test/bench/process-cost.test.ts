import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

interface ProcessCost {
  memoryOf(pid: number): number;
  peakMemoryOf(pid: number): number;
  processorTimeOf(pid: number): number;
  processorTimeOfTree(pid: number): number;
  processorTimeOfMachine(text?: string): number;
  parseStat(text: string): Record<string, number>;
  secondsOf(time: string): number;
}

let cost: ProcessCost;
beforeAll(async () => {
  cost = (await import(pathToFileURL(join('bench', 'process-cost.mjs')).href)) as ProcessCost;
});

describe('what a process has used', () => {
  it('is what this process itself has used', () => {
    const before = { kernel: cost.processorTimeOf(process.pid), node: process.cpuUsage() };
    const spent = (): number => {
      const { user, system } = process.cpuUsage(before.node);
      return (user + system) / 1e6;
    };
    while (spent() < 0.3) Math.sqrt(spent());
    const after = cost.processorTimeOf(process.pid);
    const counted = after - before.kernel;
    // The kernel counts in hundredths of a second.
    expect(counted).toBeGreaterThanOrEqual(0.28);
    expect(counted).toBeLessThanOrEqual(spent() + 0.02);
    expect(cost.processorTimeOfTree(process.pid)).toBeGreaterThanOrEqual(after);
  });

  it('is its memory now, and the most it ever had', () => {
    const now = cost.memoryOf(process.pid);
    expect(Math.abs(now / process.memoryUsage.rss() - 1)).toBeLessThan(0.3);
    expect(cost.peakMemoryOf(process.pid)).toBeGreaterThanOrEqual(now);
  });

  it('is read from behind its name, which may have spaces and parentheses', () => {
    const text =
      '4242 (a (strange) name) S 17 4242 4242 0 -1 4194304 1 2 3 4 250 50 20 5 20 0 11 0 1 99 300 18446744073709551615';
    expect(cost.parseStat(text)).toEqual({ ppid: 17, utime: 250, stime: 50, cutime: 20, cstime: 5 });
  });

  it('is read as ps prints it, where the kernel has no files of it', () => {
    expect(['0:01.23', '12:34', '2:00:01', '1-00:00:02'].map(cost.secondsOf)).toEqual([1.23, 754, 7_201, 86_402]);
  });

  it('is told from what the whole machine has, without the time it waits', () => {
    const text = 'cpu  100 20 30 9999 8888 5 6 7 50 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
    expect(cost.processorTimeOfMachine(text)).toBe(1.68);
    expect(cost.processorTimeOfMachine()).toBeGreaterThan(0);
  });
});
