import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestCredentials, writeTestCredentials } from '../../src/testing/credentials';
import { startSimulator } from '../../src/testing/simulator';
import type { Simulator } from '../../src/testing/simulator';
import { buildOnce, command } from '../system/child';
import { pngOf } from '../wechatpay/media/pictures';

const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
const picture = join(folder, 'shop.png');
const text = join(folder, 'text.png');

describe('temporal-wechatpay upload', () => {
  let simulator: Simulator;
  let env: Record<string, string>;
  beforeAll(async () => {
    writeFileSync(picture, pngOf(['IDAT']));
    writeFileSync(text, 'not a picture');
    const credentials = await createTestCredentials();
    simulator = await startSimulator({ credentials });
    const written = await writeTestCredentials(mkdtempSync(join(folder, 'keys-')), {
      credentials,
      port: simulator.port,
    });
    env = { ...written.env, WECHATPAY_V3_BASE_URL: simulator.url };
    await buildOnce();
  });
  afterAll(async () => {
    await simulator.close();
    await rm(folder, { recursive: true });
  });

  const run = async (...args: string[]) => {
    const child = command(['upload', ...args], env);
    return { code: await child.ended, stdout: child.stdout, stderr: child.stderr };
  };

  it('prints the media id and nothing else', async () => {
    const { code, stdout, stderr } = await run(picture);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\S+\n$/);
  });

  it('prints JSON for programs', async () => {
    const { code, stdout } = await run(picture, '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ media_id: expect.any(String) as string, filename: 'shop.png' });
  });

  it.each([
    ['that is no picture', text, 'Convert it'],
    ['that is not there', join(folder, 'missing.png'), 'expected'],
  ])('ends with 1 and says what to do about a file %s', async (_name, file, says) => {
    const before = simulator.calls({ call: 'media/upload' })[0]?.count;
    const { code, stdout, stderr } = await run(file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(says);
    expect(simulator.calls({ call: 'media/upload' })[0]?.count).toBe(before);
  });

  it('ends with 1 for a merchant whose keys are not here', async () => {
    const { code, stderr } = await run(picture, '--mchid', '1900000999');
    expect(code).toBe(1);
    expect(stderr).toContain('1900000999 has no APIv3 keys');
  });

  it.each([[[]], [[picture, 'another.png']], [[picture, '--frobnicate']]])(
    'ends with 2 on the usage %j',
    async (args) => {
      const { code, stdout, stderr } = await run(...args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Usage: temporal-wechatpay upload');
    },
  );
});
