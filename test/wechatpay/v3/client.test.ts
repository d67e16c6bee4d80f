import { createVerify } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { createTransport } from '../../../src/wechatpay/http';
import { createV3Client } from '../../../src/wechatpay/v3/client';
import type { V3Answer, V3Call, V3Client } from '../../../src/wechatpay/v3/client';
import { createKeyRing } from '../../../src/wechatpay/v3/key-ring';
import type { KeyRingOptions } from '../../../src/wechatpay/v3/key-ring';
import { recordingServer } from '../servers';
import type { SeenRequest } from '../servers';
import {
  answerSigned,
  credentials,
  merchantKey,
  NOW,
  platformA,
  platformB,
  publicKeyA,
  signedHeaders,
} from './platform';

const certificates: KeyRingOptions = {
  now: () => NOW,
  download: () =>
    Promise.resolve([{ serial: platformA.serial, publicKey: platformA.publicKey, effectiveAt: 0, expiresAt: NOW * 2 }]),
};
const ask: V3Call = { name: 'customs query', method: 'GET', path: '/v3/x' };
const declare: V3Call = { name: 'customs declare', method: 'POST', path: '/v3/x', body: { out_trade_no: '1' } };

async function clientTo(
  answer: (request: SeenRequest, response: ServerResponse) => void,
  ring: KeyRingOptions = certificates,
): Promise<{ client: V3Client; seen: SeenRequest[] }> {
  const server = await recordingServer(answer);
  const transport = createTransport({ baseUrl: server.url, timeoutMs: 2_000 });
  onTestFinished(() => transport.close());
  return {
    client: createV3Client({ ...credentials, transport, keyRing: createKeyRing(ring), now: () => NOW }),
    seen: server.seen,
  };
}

async function failureOf(promise: Promise<V3Answer>): Promise<WechatPayError> {
  const result = await promise.then(
    (value: unknown) => value,
    (error: unknown) => error,
  );
  expect(result).toBeInstanceOf(WechatPayError);
  return result as WechatPayError;
}

describe('a call', () => {
  it('signs exactly what it sends', async () => {
    const { client, seen } = await clientTo((_, response) => answerSigned(response, 200, '{}'));
    const query = { appid: 'wx', order_no: 'a|b*c@d-e_f', offset: 0 };
    await client.call({ ...ask, query });
    await client.call({ ...declare, body: { text: '张三 "x"', empty: undefined } });
    expect(seen[0]?.path).toBe('/v3/x?appid=wx&order_no=a%7Cb*c%40d-e_f&offset=0');
    expect(seen[0]?.body).toHaveLength(0);
    expect(seen[1]?.body.toString()).toBe('{"text":"张三 \\"x\\""}');
    for (const { method, path, headers, body } of seen) {
      const part = (name: string): string =>
        new RegExp(`${name}="([^"]+)"`).exec(headers.authorization ?? '')?.[1] ?? '';
      const text = `${method}\n${path}\n${part('timestamp')}\n${part('nonce_str')}\n${body.toString()}\n`;
      expect(createVerify('RSA-SHA256').update(text).verify(merchantKey.publicKey, part('signature'), 'base64')).toBe(
        true,
      );
      expect(part('timestamp')).toBe(String(NOW / 1000));
      expect(part('serial_no')).toBe(merchantKey.serial);
      expect(headers).toMatchObject({ accept: 'application/json', 'accept-language': 'en' });
      expect(headers['user-agent']).toMatch(/^temporal-wechatpay\//);
    }
    expect(seen[1]?.headers['content-type']).toBe('application/json');
  });

  it('names the public key on every request in public key mode, and the key that sealed its fields', async () => {
    const ring = { publicKeys: [publicKeyA], now: () => NOW };
    const { client, seen } = await clientTo(
      (_, response) => answerSigned(response, 200, '{}', { serial: publicKeyA.id }),
      ring,
    );
    await client.call(ask);
    await client.call({ ...declare, serial: 'F00D' });
    expect(seen.map(({ headers }) => headers['wechatpay-serial'])).toEqual([publicKeyA.id, 'F00D']);
  });

  it('names no key in certificate mode', async () => {
    const { client, seen } = await clientTo((_, response) => answerSigned(response, 200, '{}'));
    await client.call(ask);
    expect(seen[0]?.headers['wechatpay-serial']).toBeUndefined();
  });

  it('gives the body with long numbers as text, and the request id', async () => {
    const { client } = await clientTo((_, response) =>
      answerSigned(response, 200, '{"applyment_id":9007199254740993}'),
    );
    expect(await client.call(ask)).toEqual({
      status: 200,
      body: { applyment_id: '9007199254740993' },
      requestId: 'REQ-1',
    });
  });

  it('believes an empty 204 that is signed', async () => {
    const { client } = await clientTo((_, response) => answerSigned(response, 204, ''));
    expect(await client.call(declare)).toMatchObject({ status: 204, body: undefined });
  });
});

describe('a success that proves nothing leaves the outcome unknown', () => {
  const forgeries: Record<string, (response: ServerResponse) => void> = {
    'unsigned (missing-header)': (response) => response.end('{}'),
    'unsigned and empty (missing-header)': (response) => response.writeHead(204).end(),
    'HTML of somebody else (missing-header)': (response) => response.end('<html></html>'),
    'signed with another key (bad-signature)': (response) =>
      answerSigned(response, 200, '{}', { key: platformB.privateKey }),
    'signed with an unknown key (unknown-key)': (response) => answerSigned(response, 200, '{}', { serial: 'F00D' }),
    'a probe (probe)': (response) =>
      void response
        .writeHead(200, { ...signedHeaders('{}'), 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/abc' })
        .end('{}'),
    'five minutes old (stale)': (response) => answerSigned(response, 200, '{}', { timestamp: NOW / 1000 - 300 }),
    'changed on its way (bad-signature)': (response) =>
      void response.writeHead(200, signedHeaders('{"a":1}')).end('{"a":2}'),
    'cut JSON (not usable as JSON)': (response) => answerSigned(response, 200, '{"a":'),
    'text (not usable as JSON)': (response) => answerSigned(response, 200, 'ok'),
    '202 (neither done nor refused)': (response) => answerSigned(response, 202, '{}'),
  };

  it.each(Object.keys(forgeries))('%s', async (name) => {
    const { client } = await clientTo((_, response) => forgeries[name]!(response));
    const error = await failureOf(client.call(declare));
    expect(error.errorClass).toBe('OUTCOME_UNKNOWN');
    expect(error.call).toBe('customs declare');
    expect(error.message).toContain(/\((.+)\)/.exec(name)?.[1]);
    expect(error.remedy).toMatch(/ask for (the|its) result/i);
  });
});

describe('what a client and its errors show', () => {
  it('is neither key nor Authorization nor body, and no detail.value', async () => {
    const body = {
      code: 'PARAM_ERROR',
      message: 'wrong',
      detail: { field: '/certificate_id', value: '330821198809085211' },
    };
    const { client } = await clientTo((_, response) => void response.writeHead(400).end(JSON.stringify(body)));
    const error = await failureOf(
      client.call({ ...declare, body: { certificate_id: '330821198809085211' }, serial: 'F00D' }),
    );
    const shown = [
      inspect(error, { depth: 10, showHidden: true }),
      JSON.stringify(error),
      error.stack,
      inspect(client, { depth: 10, showHidden: true }),
      JSON.stringify(client),
    ].join();
    expect(shown).not.toMatch(/WECHATPAY2|330821198809085211|PrivateKeyObject/);
    expect(error.remedy).toContain('/certificate_id');
    expect(error.cause).toBeUndefined();
  });
});
