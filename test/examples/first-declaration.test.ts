import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startDevRig } from '../workflows/dev-server';
import type { DevRig } from '../workflows/dev-server';

const SCRIPT = pathToFileURL(join(__dirname, '..', '..', 'examples', 'first-declaration.mjs')).href;

let rig: DevRig;
beforeAll(async () => {
  rig = await startDevRig();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});
afterAll(() => rig?.close());

it('declares the order of the tutorial to SUCCESS, and once however often it is run', async () => {
  vi.stubEnv('TEMPORAL_ADDRESS', rig.server.address);
  const printed: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => void printed.push(words.at(-1)));
  for (const run of ['first', 'second']) {
    await import(`${SCRIPT}?${run}`);
  }
  const [id, answer, result, ...again] = printed;
  expect(id).toContain('customs/1230000109/SHANGHAI_ZS/1000320306201511078440737890');
  expect(answer).toMatchObject({ answer: { state: 'UNDECLARED' } });
  expect(result).toMatchObject({ outcome: 'SUCCESS' });
  expect(again).toEqual([id, answer, result]);
  expect(rig.simulator.ledger({ effect: 'declared' })).toMatchObject([{ count: 1 }]);
});
