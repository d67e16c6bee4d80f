import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ServerUnavailableError, findTemporalCli, findTimeSkippingServer } from '../../../src/testing/servers';
import { firstOf } from '../../../src/testing/servers/acquisition';
import { sdkCached } from '../../../src/testing/servers/sdk-download';

const progress = (): void => undefined;

describe('firstOf', () => {
  it('takes the first way that leads somewhere and does not try the rest', async () => {
    const tried: string[] = [];
    const way = (name: string, result: string | undefined | Error) => ({
      name,
      find: () => {
        tried.push(name);
        return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
      },
    });
    const ways = [way('a', undefined), way('b', new Error('broken')), way('c', '/c'), way('d', '/d')];
    expect(await firstOf('It', ways, 'nothing', progress)).toBe('/c');
    expect(tried).toEqual(['a', 'b', 'c']);
  });

  it('names every way with its failure, and the remedy, when none leads anywhere', async () => {
    const ways = [
      { name: 'PATH', find: () => Promise.resolve(undefined) },
      { name: 'download', find: () => Promise.reject(new Error('no internet')) },
    ];
    const error: unknown = await firstOf('The tool', ways, 'install Go.', progress).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ServerUnavailableError);
    expect((error as Error).message).toBe(
      'The tool could not be obtained. Tried, in this order:\n  - PATH: not there\n  - download: no internet\nRemedy: install Go.',
    );
  });
});

describe('on a machine with nothing', () => {
  const before = { ...process.env };
  let empty: string;

  beforeEach(async () => {
    empty = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
    process.env.TEMPORAL_WECHATPAY_CACHE = join(empty, 'cache');
    process.env.TMPDIR = empty;
    process.env.PATH = join(empty, 'bin');
    // Stands for the missing internet.
    process.env.HTTPS_PROXY = process.env.https_proxy = 'http://127.0.0.1:1';
  });
  afterEach(async () => {
    for (const name of ['TEMPORAL_WECHATPAY_CACHE', 'TMPDIR', 'PATH', 'HTTPS_PROXY', 'https_proxy']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    await rm(empty, { recursive: true, force: true });
  });

  it('says for the time-skipping server what was tried and what to install', async () => {
    const error = await findTimeSkippingServer(progress).catch((e: unknown) => e as Error);
    const lines = (error as Error).message.split('\n').map((line) => line.trim());
    expect(lines).toEqual([
      'Time-skipping test server could not be obtained. Tried, in this order:',
      '- cache: not there',
      expect.stringMatching(/^- SDK download: download failed: .*error sending request/),
      '- Maven io.temporal:temporal-test-server:1.38.0: java is not on PATH',
      expect.stringMatching(/^Remedy: install Java 17 or later and Maven/),
    ]);
  });

  it('takes what the SDK has downloaded, if nobody else could have put or changed it there', async () => {
    const name = 'temporal-sdk-typescript-1.24.0';
    const write = async (file: string, mode: number): Promise<string> => {
      const path = join(empty, file);
      await writeFile(path, '');
      await chmod(path, mode);
      return path;
    };
    await write(`${name}.downloading`, 0o755);
    await write('temporal-test-server-sdk-typescript-1.24.0', 0o777);
    expect([await sdkCached('temporal'), await sdkCached('temporal-test-server')]).toEqual([undefined, undefined]);
    const cli = await write(name, 0o755);
    const server = await write('temporal-test-server-sdk-typescript-1.24.0', 0o755);
    expect([await findTemporalCli(progress), await findTimeSkippingServer(progress)]).toEqual([cli, server]);
  });

  it('takes a program called temporal on PATH only if it is the Temporal CLI', async () => {
    await mkdir(join(empty, 'bin'));
    const program = join(empty, 'bin', 'temporal');
    const say = async (text: string): Promise<void> => {
      await writeFile(program, `#!/bin/sh\necho '${text}'\n`);
      await chmod(program, 0o755);
    };
    await say('temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)');
    expect(await findTemporalCli(progress)).toBe(program);
    await mkdir(join(empty, 'cache', 'temporal-cli-1.5.1'), { recursive: true });
    const cached = join(empty, 'cache', 'temporal-cli-1.5.1', 'temporal');
    await writeFile(cached, '');
    const lines: string[] = [];
    await say('temporal version 1.1.0 (Server 1.25.0, UI 2.30.0)');
    expect(await findTemporalCli((line) => lines.push(line))).toBe(cached);
    expect(lines[0]).toContain('brings server 1.25, expected 1.28 or later');
    await say('Temporal, a calendar');
    expect(await findTemporalCli((line) => lines.push(line))).toBe(cached);
    expect(lines.join('\n')).toContain('is not the Temporal CLI');
  });
});
