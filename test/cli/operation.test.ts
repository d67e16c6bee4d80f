import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { createTestCredentials, writeTestCredentials } from '../../src/testing/credentials';
import type { TestCredentials } from '../../src/testing/credentials';
import { startSimulator } from '../../src/testing/simulator';
import { buildOnce, command, ROOT } from '../system/child';
import { freePort } from '../system/ports';

const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
beforeAll(() => buildOnce());
afterAll(() => rm(folder, { recursive: true }));

/** Neither Temporal nor WeChat Pay is there: a webhook starts all the same. */
async function environment(port = 0): Promise<Record<string, string>> {
  const { env } = await writeTestCredentials(mkdtempSync(join(folder, 'keys-')), { port: 1 });
  return { ...env, TEMPORAL_ADDRESS: '127.0.0.1:1', WEBHOOK_PORT: String(port), SHUTDOWN_GRACE: '1s' };
}

/** A webhook that a shell starts under conditions of its own, and that answers by now. */
async function webhook(conditions: {
  readonly before?: string;
  readonly stdout?: number | 'ignore';
  readonly cwd?: string;
}) {
  const port = await freePort();
  const { before = '', stdout = 'ignore', cwd = ROOT } = conditions;
  const child = spawn('/bin/sh', ['-c', `${before} exec "${process.execPath}" "${join(ROOT, 'lib/cli.js')}" webhook`], {
    cwd,
    env: { PATH: process.env['PATH'], ...(await environment(port)) },
    stdio: ['ignore', stdout, 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const answer = async (path: string, init?: RequestInit): Promise<number> => {
    for (const limit = Date.now() + 60_000; ;) {
      try {
        return (await fetch(`http://127.0.0.1:${port}${path}`, init)).status;
      } catch (error) {
        if (Date.now() > limit || child.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  expect(await answer('/healthz')).toBe(200);
  return {
    port,
    answer,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** Refused, and so logged. */
const FORGED = ['/wechatpay/1230000109/payment', { method: 'POST', body: '<xml/>' }] as const;

it('a webhook whose log cannot be written works on, and ends when it is asked to', async () => {
  const { answer, stop } = await webhook({ stdout: openSync('/dev/full', 'w') });
  for (let line = 0; line < 50; line += 1) expect(await answer(...FORGED)).toBe(415);
  expect(await answer('/healthz')).toBe(200);
  expect(await stop()).toBe(0);
});

it('the log that a webhook has by default does not hold it up either', () => {
  const program = `
    const log = require('./lib/webhook').createWebhookLog();
    for (let line = 0; line < 50; line += 1) log.info({}, 'x');
    setTimeout(() => process.exit(7), 100);
  `;
  const stdio = ['ignore', openSync('/dev/full', 'w'), 'ignore'] as const;
  expect(spawnSync(process.execPath, ['-e', program], { cwd: ROOT, stdio: [...stdio], timeout: 20_000 }).status).toBe(
    7,
  );
});

it('a webhook needs no disk to write to', async () => {
  // No process can make a file there, not even root's.
  const { answer, stop } = await webhook({ cwd: '/proc', before: 'export HOME=/proc TMPDIR=/proc;' });
  expect(await answer(...FORGED)).toBe(415);
  expect(await stop()).toBe(0);
});

it('a key that cannot be written is named with its path', async () => {
  const child = command(['certificates', '--out', '/proc'], await environment());
  expect(await child.ended).toBe(1);
  expect(child.stderr).toMatch(/^temporal-wechatpay: .*'\/proc\/PUB_KEY_ID_\d+\.pem'\n$/);
  expect(child.stdout).toBe('');
});

/** What a connection of its own gets within a second: the first word, or nothing. */
function newConnection(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n'));
    const done = (answer: string) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('error', () => done('no answer')).on('close', () => done('no answer'));
    socket.on('data', (bytes) => done(bytes.toString().split(' ')[0] ?? '')).setTimeout(1_000, () => done('no answer'));
  });
}

it('a webhook with little memory holds out a flood of the largest messages', async () => {
  const { answer, stop } = await webhook({ before: 'export NODE_OPTIONS=--max-old-space-size=48;' });
  const headers = { 'content-type': 'text/xml' };
  // 4,000 of them have 250 MB, and each is decoded before its signature is found missing.
  const body = `<xml><attach>${'x'.repeat(64 * 1024 - 40)}</attach></xml>`;
  const statuses = new Set<number>();
  for (let sent = 0; sent < 4_000; sent += 100) {
    const flood = Array.from({ length: 100 }, () => answer(FORGED[0], { method: 'POST', headers, body }));
    for (const status of await Promise.all(flood)) statuses.add(status);
  }
  expect([...statuses]).toEqual([401]);
  expect(await stop()).toBe(0);
});

it('a webhook that runs out of file descriptors answers again once they are back', async () => {
  const { port, answer, stop } = await webhook({ before: 'ulimit -n 48;' });
  const sockets = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await newConnection(port)).toBe('no answer');
  for (const socket of sockets) socket.destroy();
  await vi.waitFor(async () => expect(await newConnection(port)).toBe('HTTP/1.1'), { timeout: 10_000 });
  expect(await answer(...FORGED)).toBe(415);
  expect(await stop()).toBe(0);
});

it('certificates --check names what is wrong with the keys, and ends with 1 for an error', async () => {
  const unreachable = command(['certificates', '--check'], await environment());
  expect(await unreachable.ended).toBe(0);
  expect(unreachable.stdout).toMatch(/^merchant 1230000109: warning unreachable: .+\. Check network/);

  const [credentials, stranger] = await Promise.all([createTestCredentials(), createTestCredentials()]);
  const simulator = await startSimulator({ credentials });
  onTestFinished(() => simulator.close());
  const check = async (changed: Partial<TestCredentials>) => {
    const options = { credentials: { ...credentials, ...changed }, port: simulator.port };
    const { env } = await writeTestCredentials(mkdtempSync(join(folder, 'keys-')), options);
    const child = command(['certificates', '--check'], env);
    return { code: await child.ended, says: child.output };
  };
  expect(await check({})).toEqual({ code: 0, says: 'keys in order, merchants: 1\n' });
  const { code, says } = await check({ merchantPrivateKey: stranger.merchantPrivateKey });
  expect(code).toBe(1);
  expect(says).toMatch(/^merchant 1230000109: error signature-refused: .+\. Compare the serial with Account Center/);
});
