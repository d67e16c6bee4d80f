import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createRefusalLog } from '../../src/webhook/refusal-log';
import type { RefusalFields } from '../../src/webhook/refusal-log';
import { MCHID, OTHER_MCHID, recordingLog } from './genuine';

const EVERY_MS = 50;

function refusals() {
  const { log, lines } = recordingLog();
  return { refused: createRefusalLog(log, { everyMs: EVERY_MS }), lines };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await sleep(5);
}

const forged: RefusalFields = {
  ...{ reason: 'bad-signature', route: 'h5', mchid: MCHID, status: 401, requestId: '08F7' },
};

it('tells each of a few refusals with its request id, and no more of them later', async () => {
  const { refused, lines } = refusals();
  for (let count = 0; count < 5; count += 1) refused(forged);
  await sleep(3 * EVERY_MS);
  expect(lines).toEqual(Array(5).fill({ level: 'warn', fields: forged, message: 'notification refused' }));
});

it('tells of a flood how many there were, in one line per interval for as long as it lasts', async () => {
  const { refused, lines } = refusals();
  for (let count = 0; count < 2_000; count += 1) refused(forged);
  expect(lines).toHaveLength(5);
  await until(() => lines.length === 6);
  const fields = { reason: 'bad-signature', route: 'h5', mchid: MCHID, status: 401, count: 1_995 };
  const message = 'notification refused (1995 more in the last 0.05 s)';
  expect(lines[5]).toEqual({ level: 'warn', fields, message });
  for (let count = 0; count < 300; count += 1) refused(forged);
  await until(() => lines.length > 6);
  expect(lines).toHaveLength(7);
  expect(lines[6]?.fields.count).toBe(300);
});

it('tells refusals one by one again after a quiet interval', async () => {
  const { refused, lines } = refusals();
  for (let count = 0; count < 6; count += 1) refused(forged);
  await until(() => lines.length === 6);
  await sleep(3 * EVERY_MS);
  refused(forged);
  expect(lines).toHaveLength(7);
  expect(lines[6]?.fields).toEqual(forged);
});

it('hides no alert of a merchant behind a flood about another reason, route or merchant', () => {
  const { refused, lines } = refusals();
  for (let count = 0; count < 100; count += 1) refused({ ...forged, reason: 'cannot-decrypt' });
  refused(forged);
  refused({ ...forged, reason: 'cannot-decrypt', mchid: OTHER_MCHID });
  refused({ ...forged, reason: 'cannot-decrypt', route: 'h5-domain' });
  expect(lines.slice(5).map(({ level, fields }) => [level, fields.reason, fields.mchid, fields.route])).toEqual([
    ['warn', 'bad-signature', MCHID, 'h5'],
    ['error', 'cannot-decrypt', OTHER_MCHID, 'h5'],
    ['error', 'cannot-decrypt', MCHID, 'h5-domain'],
  ]);
});
