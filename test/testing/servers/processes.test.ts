import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { describe, expect, it } from 'vitest';
import { freeLowPorts, freePorts } from '../../../src/testing/servers/ports';
import { run, startProcess } from '../../../src/testing/servers/processes';

const node = (script: string) => ({ program: process.execPath, args: ['-e', script], doing: 'trying it' });
const log = (): void => undefined;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('run', () => {
  it('returns what a program wrote', async () => {
    expect(await run(node('console.log("a"); console.error("b")'))).toMatch(/^(a\nb|b\na)$/);
  });

  it('repeats the last lines of a program that failed', async () => {
    await expect(run(node('console.error("no space left"); process.exit(3)'))).rejects.toThrow(
      /^trying it: .* ended with code 3:\n {4}no space left$/,
    );
  });

  it('says that a program is not there', async () => {
    const missing = { program: '/nowhere/program', args: [], doing: 'trying it' };
    await expect(run(missing)).rejects.toThrow(/^trying it: \/nowhere\/program could not be started: .*ENOENT/);
  });

  it('kills a program that takes too long', async () => {
    const endless = { ...node('setInterval(() => {}, 1000)'), timeout: 200 };
    await expect(run(endless)).rejects.toThrow('took longer than 0.2 s');
  });
});

describe('startProcess', () => {
  it('stops a process that does not listen to SIGTERM', async () => {
    const lines: string[] = [];
    const stubborn = await startProcess(
      node('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")'),
      (line) => lines.push(line),
    );
    await expect.poll(() => lines).toEqual(['up']);
    await stubborn.stop('SIGTERM', 200);
    expect(isAlive(stubborn.pid)).toBe(false);
    expect(await stubborn.ended).toBe('ended with SIGKILL');
  });

  it('lets stop be called twice, and after the process has ended by itself', async () => {
    const short = await startProcess(node('process.exit(4)'), log);
    expect(await short.ended).toBe('ended with code 4');
    await short.stop();
    await short.stop();
  });

  it('leaves no process behind when its own one leaves without stopping it', async () => {
    // In a process of its own, which ends with the server still running.
    const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
    const source = readFileSync(join(__dirname, '../../../src/testing/servers/processes.ts'), 'utf8');
    const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
    writeFileSync(join(folder, 'processes.js'), transpileModule(source, { compilerOptions }).outputText);
    const script = `
      const { startProcess } = require(${JSON.stringify(join(folder, 'processes.js'))});
      const args = ['-e', 'setInterval(() => {}, 1000)'];
      startProcess({ program: process.execPath, args, doing: 'starting it' }, () => {}).then(({ pid }) => {
        console.log(pid);
        process.exit(1);
      });`;
    const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    const pid = Number(stdout.trim());
    expect(pid, stderr).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });

  it('says that a server is not there', async () => {
    await expect(startProcess({ program: '/nowhere/server', args: [], doing: 'starting it' }, log)).rejects.toThrow(
      /^starting it: \/nowhere\/server could not be started: .*ENOENT/,
    );
  });
});

describe('free ports', () => {
  it('are different and can be listened on', async () => {
    const ports = await freePorts(20);
    expect(new Set(ports).size).toBe(20);
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once('error', reject);
      server.listen(ports[0], '127.0.0.1', () => server.close(() => resolve()));
    });
  });

  it('fit a smallint where the server keeps them in one', async () => {
    expect((await freeLowPorts(20)).filter((port) => port > 32_767)).toEqual([]);
  });
});
