import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/commands/program';
import { writeMerchantsFile } from '../../src/commands/test-merchant';
import { VARIABLES, loadConfig } from '../../src/config';
import { writeTestCredentials } from '../../src/testing/credentials';

/** Variables as one block of the file sets them: `NAME: value` lines, with or without quotation marks. */
function variables(block: string): Record<string, string> {
  const lines = [...block.matchAll(/^ +([A-Z][A-Z0-9_]+): *'?([^'\n]*)'?$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name, value]));
}

/** The elements of the list under `key`, written in one line or one below the other. */
function list(block: string, key: string): string[] {
  const [, inline = ''] = new RegExp(`^    ${key}: \\[(.*)\\]$`, 'm').exec(block) ?? [];
  const [, below = ''] = new RegExp(`^    ${key}:\\n((?:      .*\\n)+)`, 'm').exec(block) ?? [];
  const elements = [...inline.matchAll(/'([^']*)'/g), ...below.matchAll(/^      - (.+)$/gm)];
  return elements.map(([, element]) => element ?? '');
}

describe('docker-compose.yml', () => {
  /** The services that run this package, by name. */
  const ours = new Map<string, { command: readonly string[]; env: Record<string, string>; text: string }>();
  let compose: string;
  let folder: string;

  beforeAll(async () => {
    compose = await readFile(join(__dirname, '..', '..', 'docker-compose.yml'), 'utf8');
    const [head = '', rest = ''] = compose.split(/^services:$/m);
    const [services = ''] = rest.split(/^secrets:$/m);
    const gateway = variables(/^x-gateway:[^]*?(?=^x-)/m.exec(head)?.[0] ?? '');
    for (const text of services.split(/^(?=  [a-z-]+:$)/m)) {
      const [, name] = /^  ([a-z-]+):$/m.exec(text) ?? [];
      if (name === undefined || !text.includes('<<: *ours')) continue;
      const [, inShell] = /node lib\/cli\.js (.*)$/m.exec(text) ?? [];
      const command = inShell?.split(' ') ?? list(text, 'command');
      const env = { ...(text.includes('<<: *gateway') ? gateway : {}), ...variables(text) };
      ours.set(name, { command, env, text });
    }
    folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
    await writeMerchantsFile(folder, await writeTestCredentials(folder));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('runs simulator, worker, webhook and init', () => {
    expect([...ours.keys()]).toEqual(['simulator', 'worker', 'webhook', 'init']);
  });

  it('gives them commands and flags that exist', () => {
    const program = createProgram();
    for (const { command: words } of ours.values()) {
      const [name, ...flags] = words;
      const command = program.commands.find((one) => one.name() === name);
      expect(command, `command ${name}`).toBeDefined();
      const long = command?.options.map((option) => option.long);
      for (const flag of flags.filter((word) => word.startsWith('--'))) expect(long).toContain(flag);
    }
  });

  it('sets variables that exist', () => {
    const names = [...ours.values()].flatMap(({ env }) => Object.keys(env));
    expect(new Set(names).size).toBeGreaterThan(8);
    expect(names.filter((name) => !Object.hasOwn(VARIABLES, name))).toEqual([]);
  });

  it.each(['worker', 'webhook'])('configures the %s completely, with what init wrote mounted', (name) => {
    const env = ours.get(name)?.env ?? {};
    expect(env['WECHATPAY_MERCHANTS_FILE']).toBe('/run/secrets/merchants.json');
    const mounted = { ...env, WECHATPAY_MERCHANTS_FILE: join(folder, 'merchants.json') };
    const { merchants } = loadConfig(mounted, { needs: ['merchants', 'temporal'] });
    expect(merchants.size).toBe(1);
  });

  it('mounts under its own name every file that init writes, because merchants.json names them so', async () => {
    const mounts = [...compose.matchAll(/\{ source: (\w+), target: ([\w.]+) \}/g)];
    const files = new Map(
      [...compose.matchAll(/^  (\w+): \{ file: \.\/deploy\/secrets\/([\w.]+) \}$/gm)].map(([, source, file]) => [
        source,
        file,
      ]),
    );
    for (const [, source, target] of mounts) expect(files.get(source)).toBe(target);
    const written = await readdir(folder);
    expect([...files.values()].sort()).toEqual([...written, 'postgres_password.txt'].sort());
    for (const file of ['merchants.json', 'postgres_password.txt'])
      expect(ours.get('init')?.text).toContain(`/secrets/${file}`);
  });

  it('asks each for its health where it listens', () => {
    const asked = (name: string): string[] =>
      [...(ours.get(name)?.text ?? '').matchAll(/fetch\('http:\/\/127\.0\.0\.1:(\d+)\//g)].map(
        ([, port]) => port ?? '',
      );
    expect(asked('worker')).toEqual([ours.get('worker')?.env['METRICS_PORT']]);
    expect(asked('webhook')).toEqual([ours.get('webhook')?.env['WEBHOOK_PORT']]);
    expect(asked('simulator')).toEqual([ours.get('simulator')?.env['SIMULATOR_PORT']]);
  });

  it('waits longer for an end than the worker takes for it', () => {
    const [, wait] = /stop_grace_period: (\d+)s/.exec(compose) ?? [];
    const { shutdownGraceMs } = loadConfig(
      { SHUTDOWN_GRACE: ours.get('worker')?.env['SHUTDOWN_GRACE'] },
      { needs: [] },
    );
    // The SDK gives up five seconds after the grace.
    expect(Number(wait) * 1_000).toBeGreaterThan(shutdownGraceMs + 5_000);
  });
});
