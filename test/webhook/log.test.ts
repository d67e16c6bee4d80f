import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createWebhookLog } from '../../src/webhook/log';

it('writes the allowed fields, and nothing else that it is given', () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const log = createWebhookLog(pino({}, stream));
  const careless = { route: 'payment', status: 401, body: '<xml>canary</xml>', headers: { authorization: 'canary' } };
  log.warn(careless, 'notification\nrefused');
  expect(lines).toHaveLength(1);
  const { route, status, msg } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect({ route, status, msg }).toEqual({ route: 'payment', status: 401, msg: 'notification\nrefused' });
  expect(lines[0]).not.toContain('canary');
  expect(lines[0]?.trimEnd()).not.toContain('\n');
});
