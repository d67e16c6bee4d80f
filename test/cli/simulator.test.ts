import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config';
import { buildOnce, command } from '../system/child';

let folder: string;
beforeAll(() => buildOnce());
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporal-wechatpay-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('simulator --init', () => {
  const init = async (port = '9080') => {
    const child = command(['simulator', '--init', folder], { SIMULATOR_PORT: port });
    return { code: await child.ended, stdout: child.stdout, stderr: child.stderr };
  };

  it('prints variables with which a worker runs against that simulator', async () => {
    const { code, stdout } = await init('9191');
    expect(code).toBe(0);
    const env = Object.fromEntries(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/=(.*)/s).slice(0, 2)),
    );
    const { merchants, v3BaseUrl, v2BaseUrl, sealing } = loadConfig(env, { needs: ['merchants'] });
    expect([...merchants.keys()]).toEqual(['1230000109']);
    expect([v3BaseUrl, v2BaseUrl]).toEqual(['http://127.0.0.1:9191', 'http://127.0.0.1:9191']);
    expect(sealing?.id).toMatch(/^PUB_KEY_ID_/);
  });

  it('writes a list of merchants with names relative to itself, which holds the same merchant', async () => {
    await init();
    const list = JSON.parse(await readFile(join(folder, 'merchants.json'), 'utf8')) as Record<string, string>[];
    const names = Object.entries(list[0] ?? {}).flatMap(([field, name]) => (field.endsWith('File') ? [name] : []));
    expect(names.length).toBe(4);
    expect(names.filter((name) => name.includes('/'))).toEqual([]);
    const { merchants } = loadConfig(
      { WECHATPAY_MERCHANTS_FILE: join(folder, 'merchants.json') },
      { needs: ['merchants'] },
    );
    const merchant = merchants.get('1230000109');
    expect(merchant?.appid).toBe('wxd678efh567hg6787');
    expect(merchant?.v3?.publicKey?.id).toMatch(/^PUB_KEY_ID_/);
    expect(merchant?.v2).toBeDefined();
  });

  it('writes files that only their owner may read, and prints no key', async () => {
    const { stdout, stderr } = await init();
    const files = await readdir(folder);
    expect(files.length).toBe(6);
    for (const name of files) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    for (const name of ['api_v3_key.txt', 'api_v2_key.txt']) {
      expect(stdout + stderr).not.toContain(await readFile(join(folder, name), 'utf8'));
    }
  });

  it('does not replace keys that are there', async () => {
    await init();
    const key = await readFile(join(folder, 'apiclient_key.pem'), 'utf8');
    const { code, stdout, stderr } = await init();
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('merchants.json is there already and is not replaced');
    await expect(readFile(join(folder, 'apiclient_key.pem'), 'utf8')).resolves.toBe(key);
  });
});

describe('simulator', () => {
  it('makes credentials at the first time and keeps to them', async () => {
    const serve = async (): Promise<string> => {
      const child = await command(['simulator'], { PWD: folder, SIMULATOR_PORT: '0' }).says('simulator listens');
      await expect(child.stop('SIGTERM')).resolves.toBe(0);
      return readFile(join(folder, '.temporal-wechatpay', 'simulator.json'), 'utf8');
    };
    const first = await serve();
    await expect(serve()).resolves.toBe(first);
    await expect(readdir(join(folder, '.temporal-wechatpay'))).resolves.toContain('merchants.json');
  });
});
