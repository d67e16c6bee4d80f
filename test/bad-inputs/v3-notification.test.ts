import { constants, generateKeyPairSync, sign } from 'node:crypto';
import type { SignKeyObjectInput } from 'node:crypto';
import { expect } from 'vitest';
import { JsonRefusedError, parseJson } from '../../src/wechatpay/json';
import { createKeyRing } from '../../src/wechatpay/v3/key-ring';
import { createNotificationHandler } from '../../src/webhook/handler';
import type { WebhookRequest } from '../../src/webhook/handler';
import {
  API_V3_KEY,
  H5_RESOURCE,
  MCHID,
  merchants,
  NOW,
  OTHER_V3_KEY,
  platform,
  recordingLog,
  recordingSink,
  SERIAL,
  stranger,
  v3Body,
  v3Notification,
  v3Signed,
  withHeaders,
} from '../webhook/genuine';
import { proveGroup, provenIn } from './table';

/*
 * Over the webhook without its server. A refusal is one answer that tells the sender nothing, one log line with the exact
 * reason and nothing of the message, and no delivery.
 */

const SECOND_SERIAL = '7C0FFEE9EFDC096DE15EBE81A47057A720000000';
const merchantKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const always = { effectiveAt: 0, expiresAt: NOW * 2 };

/** Two keys of WeChat Pay are valid at once; `stranger` is the second one. */
const twoKeys = createKeyRing({
  now: () => NOW,
  download: () =>
    Promise.resolve([
      { serial: SERIAL, publicKey: platform.publicKey, ...always },
      { serial: SECOND_SERIAL, publicKey: stranger.publicKey, ...always },
    ]),
});

async function send(request: WebhookRequest, apiV3Keys: readonly Buffer[] = [API_V3_KEY]) {
  const { sink, deliveries } = recordingSink();
  const { log, lines } = recordingLog();
  const handler = createNotificationHandler({
    merchants: (mchid) => (mchid === MCHID ? { keyRing: twoKeys, apiV3Keys, v2Keys: [] } : merchants(mchid)),
    deliver: sink,
    now: () => NOW,
    log,
  });
  const response = await handler(request);
  return { response, deliveries, lines };
}

async function refuses(reason: string, request: WebhookRequest, { status = 401, level = 'warn' } = {}): Promise<void> {
  const { response, deliveries, lines } = await send(request);
  const message = status === 401 ? 'not verified' : 'too large';
  expect(response.status).toBe(status);
  expect(response.body).toBe(`{"code":"FAIL","message":"${message}"}`);
  expect(deliveries).toEqual([]);
  const fields = { route: 'h5', mchid: MCHID, reason, status, requestId: '08F78BB6AF0610D302189F9D' };
  expect(lines).toEqual([{ level, fields: { ...fields, errorName: undefined }, message: expect.any(String) }]);
}

/** What is delivered; the class is no reason to refuse a genuine message. */
async function delivers(request: WebhookRequest, apiV3Keys?: readonly Buffer[]) {
  const { response, deliveries } = await send(request, apiV3Keys);
  expect(response.status).toBe(200);
  expect(deliveries).toHaveLength(1);
  const { to, args } = deliveries[0]!;
  return { to, message: args[args.length - 1] };
}

const header = (name: string, change: (value: string) => string | string[] | undefined, request = v3Notification()) =>
  withHeaders(request, { [`wechatpay-${name}`]: change(String(request.headers[`wechatpay-${name}`])) });

/** Signed over the right text, in a way of its own. */
function signedBy(algorithm: string, key: SignKeyObjectInput): WebhookRequest {
  const request = v3Notification();
  const { 'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce } = request.headers;
  const text = `${String(timestamp)}\n${String(nonce)}\n${request.rawBody.toString('utf8')}\n`;
  return header('signature', () => sign(algorithm, Buffer.from(text), key).toString('base64'), request);
}

const sealed = (change: Readonly<Record<string, unknown>>) => v3Notification({ sealed: change });
const base64 = (bytes: number) => Buffer.alloc(bytes).toString('base64');
const changed = (request: WebhookRequest, change: (text: string) => string): WebhookRequest => {
  const text = request.rawBody.toString('utf8');
  const other = change(text);
  expect(other).not.toBe(text);
  return { ...request, rawBody: Buffer.from(other) };
};
/** A key a second time, with the same value; `JSON.stringify` cannot write that. */
const twice = (text: string, member: string): string => {
  expect(text).toContain(member);
  return text.replace(member, `${member},${member}`);
};

proveGroup('v3-notification', {
  B254: () =>
    refuses(
      'missing-header',
      header('signature', () => undefined),
    ),
  B255: () =>
    refuses(
      'missing-header',
      header('signature', () => ''),
    ),
  B256: async () => {
    // Each of them has the bytes of a genuine signature for a decoder that skips what it does not know.
    const spellings: ((value: string) => string)[] = [
      (value) => `${value}!`,
      (value) => ` ${value}`,
      (value) => value.replace(/=+$/, ''),
      (value) => `${value.slice(0, 9)}-${value.slice(9)}`,
      () => '!!!',
    ];
    for (const change of spellings) await refuses('malformed-header', header('signature', change));
  },
  B257: async () => {
    for (const bytes of [1, 128, 255, 257, 512]) {
      await refuses(
        'bad-signature',
        header('signature', () => base64(bytes)),
      );
    }
  },
  B258: () => refuses('bad-signature', signedBy('sha1', { key: platform.privateKey })),
  B259: async () => {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    await refuses('bad-signature', signedBy('sha256', { key: platform.privateKey, padding }));
    expect((await send(signedBy('sha256', { key: platform.privateKey }))).response.status).toBe(200);
  },
  B260: () => refuses('bad-signature', v3Notification({ signWith: merchantKey })),
  B261: async () => {
    const unknown = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    await refuses('bad-signature', v3Notification({ signWith: unknown }));
    await refuses('unknown-key', v3Notification({ signWith: unknown, serial: 'F'.repeat(40) }));
  },
  B262: async () => {
    await refuses(
      'missing-header',
      header('serial', () => undefined),
    );
    await refuses(
      'missing-header',
      header('serial', () => ''),
    );
  },
  B263: async () => {
    for (const serial of [SERIAL.replace(/.$/, '2'), '__proto__', '../x', 'F'.repeat(129)]) {
      await refuses('unknown-key', v3Notification({ serial }));
    }
  },
  B264: async () => {
    await refuses('bad-signature', v3Notification({ serial: SECOND_SERIAL }));
    const second = { signWith: stranger.privateKey, serial: SECOND_SERIAL };
    await expect(delivers(v3Notification(second))).resolves.toMatchObject({ to: 'h5' });
  },
  B265: () => refuses('unknown-key', v3Notification({ serial: SERIAL.toLowerCase() })),
  B266: () => refuses('unknown-key', v3Notification({ serial: 'PUB_KEY_ID_0116000000000000000000000001' })),
  B267: () =>
    refuses(
      'probe',
      header('signature', () => 'WECHATPAY/SIGNTEST/b6E='),
      { level: 'info' },
    ),
  B268: () =>
    refuses(
      'probe',
      header('signature', (value) => `WECHATPAY/SIGNTEST/${value}`),
      { level: 'info' },
    ),
  B269: async () => {
    await refuses(
      'missing-header',
      header('timestamp', () => undefined),
    );
    await refuses(
      'missing-header',
      header('timestamp', () => ''),
    );
  },
  B270: async () => {
    for (const timestamp of ['now', 'NaN', '0x695738f2', '1.7673e9', '１７６７３２３１０６', '1767323106.0']) {
      await refuses('malformed-header', v3Notification({ timestamp }));
    }
  },
  B271: async () => {
    for (const tail of ['x', ' ', '\n', 'e0', ' 1']) {
      await refuses('malformed-header', v3Notification({ timestamp: `${NOW / 1000}${tail}` }));
    }
  },
  B272: () => refuses('malformed-header', v3Notification({ timestamp: String(NOW) })),
  B273: async () => {
    await refuses('malformed-header', v3Notification({ timestamp: `-${NOW / 1000}` }));
    await refuses('stale', v3Notification({ timestamp: '0' }));
  },
  B274: async () => {
    await refuses('stale', v3Notification({ at: NOW - 301_000 }));
    await expect(delivers(v3Notification({ at: NOW - 299_000 }))).resolves.toMatchObject({ to: 'h5' });
  },
  B275: async () => {
    await refuses('stale', v3Notification({ at: NOW + 301_000 }));
    await expect(delivers(v3Notification({ at: NOW + 299_000 }))).resolves.toMatchObject({ to: 'h5' });
  },
  B276: async () => {
    await refuses(
      'missing-header',
      header('nonce', () => undefined),
    );
    await refuses(
      'missing-header',
      header('nonce', () => ''),
    );
  },
  B277: async () => {
    // The signed text is genuine; the border between nonce and body has moved.
    const { headers, rawBody } = v3Signed(`{"evil":1}\n${v3Body()}`, { nonce: 'n' });
    const moved = { 'wechatpay-nonce': 'n\n{"evil":1}' };
    const tail = rawBody.subarray(rawBody.indexOf('\n') + 1);
    await refuses('malformed-header', withHeaders({ ...v3Notification(), headers, rawBody: tail }, moved));
    for (const nonce of ['a\r', 'a\u0000', 'a\u007f']) await refuses('malformed-header', v3Notification({ nonce }));
  },
  B278: async () => {
    const request = v3Notification();
    for (let at = 0; at < request.rawBody.length; at += 97) {
      const rawBody = Buffer.from(request.rawBody);
      rawBody[at] = rawBody[at]! ^ 1;
      await refuses('bad-signature', { ...request, rawBody });
    }
    await refuses('bad-signature', { ...request, rawBody: request.rawBody.subarray(0, -1) });
    await refuses('bad-signature', { ...request, rawBody: Buffer.concat([request.rawBody, Buffer.from('\n')]) });
  },
  B279: async () => {
    const pretty = (text: string) => JSON.stringify(JSON.parse(text), null, 1);
    const escaped = (text: string) => text.replace('支', '\\u652f');
    for (const again of [pretty, escaped]) await refuses('bad-signature', changed(v3Notification(), again));
  },
  B280: async () => {
    await refuses(
      'bad-signature',
      changed(v3Notification(), (text) => `\uFEFF${text}`),
    );
    await refuses('not-json', v3Signed(`\uFEFF${v3Body()}`));
    await refuses('not-json', v3Notification({ plainText: `\uFEFF${JSON.stringify(H5_RESOURCE)}` }));
  },
  B281: async () => {
    await refuses('not-json', v3Signed(Buffer.from(v3Body(), 'utf16le')));
    await refuses('not-json', v3Signed(Buffer.from(`\uFEFF${v3Body()}`, 'utf16le')));
    await refuses('not-json', v3Signed(Buffer.concat([Buffer.from(v3Body()), Buffer.from([0xff])])));
    // Inside a text, where a decoder that is not strict would put a replacement character.
    const damaged = Buffer.from(v3Body());
    damaged[damaged.indexOf('支')] = 0xff;
    await refuses('not-json', v3Signed(damaged));
  },
  B282: async () => {
    for (const length of [0, 1, 100, v3Body().length - 1])
      await refuses('not-json', v3Signed(v3Body().slice(0, length)));
    await refuses('not-json', v3Notification({ plainText: JSON.stringify(H5_RESOURCE).slice(0, -1) }));
  },
  B283: async () => {
    await refuses('not-json', v3Signed(twice(v3Body(), '"event_type":"APPLYMENT_STATE.APPROVED"')));
    await refuses('not-json', v3Signed(twice(v3Body(), '"nonce":"0123456789ab"')));
    const plainText = twice(JSON.stringify(H5_RESOURCE), '"applyment_state":"APPROVED"');
    await refuses('not-json', v3Notification({ plainText }));
    await refuses(
      'not-json',
      v3Notification({ plainText: plainText.replace('"applyment_state"', '"applyment\\u005fstate"') }),
    );
    await refuses('not-json', v3Notification({ plainText: '{"sub_mchid":"1","__proto__":1,"__proto__":2}' }));
  },
  B284: async () => {
    const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    await refuses('too-large', v3Signed(deep(1_000_000)), { status: 413 });
    expect(() => parseJson(Buffer.from(deep(1_000_000)))).toThrow(new JsonRefusedError('depth'));
    // As deep as a body, or what is encrypted in it, can be.
    await refuses('not-json', v3Signed(deep(10_000)));
    await refuses('not-json', v3Notification({ plainText: deep(7_000) }));
    await refuses('not-json', v3Notification({ plainText: deep(33) }));
  },
  B285: async () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
    await refuses('too-large', v3Notification({ envelope: many(200_000) }), { status: 413 });
    // As many as fit are genuine, and nobody keeps them.
    const { message } = await delivers(
      v3Notification({ envelope: many(5_000), resource: { ...H5_RESOURCE, ...many(100) } }),
    );
    expect(JSON.stringify(message)).not.toContain('k99');
  },
  B286: async () => {
    for (const body of [`[${v3Body()}]`, '[]', 'null', '1', '"text"', 'true']) {
      await refuses('bad-envelope', v3Signed(body));
    }
  },
  B287: async () => {
    for (const resource of [undefined, null, [], 'text', 1, {}]) {
      await refuses('bad-resource', v3Notification({ envelope: { resource } }));
    }
  },
  B288: async () => {
    for (const algorithm of [undefined, null, '', 'AEAD_SM4_GCM', 'aead_aes_256_gcm', 'AEAD_AES_256_GCM ', 1]) {
      await refuses('bad-resource', sealed({ algorithm }));
    }
  },
  B289: async () => {
    for (const ciphertext of [undefined, null, '', 1, ['AAAA']]) await refuses('bad-resource', sealed({ ciphertext }));
  },
  B290: async () => {
    const { resource } = JSON.parse(v3Body()) as { resource: { ciphertext: string } };
    const { ciphertext } = resource;
    const spellings = [
      `${ciphertext}!`,
      `${ciphertext}\n`,
      ` ${ciphertext}`,
      ciphertext.replace(/=+$/, '') + '-',
      '!!!!',
    ];
    for (const spelling of spellings) await refuses('bad-resource', sealed({ ciphertext: spelling }));
  },
  B291: async () => {
    await refuses('bad-resource', sealed({ ciphertext: base64(15) }));
    await refuses('cannot-decrypt', sealed({ ciphertext: base64(16) }), { level: 'error' });
  },
  B292: async () => {
    for (const nonce of ['0123456789a', '0123456789abc', '0123456789aé', '', undefined, null, 12]) {
      await refuses('bad-resource', sealed({ nonce }));
    }
    await refuses('cannot-decrypt', sealed({ nonce: '0123456789aB' }), { level: 'error' });
  },
  B293: async () => {
    await expect(delivers(sealed({ associated_data: 'applyment' }))).resolves.toMatchObject({ to: 'h5' });
    for (const associated_data of [undefined, null, '', 'applymenT', 'applyment ', 'x'.repeat(1_000)]) {
      await refuses('cannot-decrypt', sealed({ associated_data }), { level: 'error' });
    }
    await refuses('bad-resource', sealed({ associated_data: 1 }));
    // Absent, null and empty are the same to whoever encrypts without any.
    await provenIn(
      'test/wechatpay/v3/aead.test.ts',
      'takes null for absent associated data',
      'with empty associated data',
    )();
  },
  B294: async () => {
    const { resource } = JSON.parse(v3Body()) as { resource: { ciphertext: string } };
    for (let back = 1; back <= 16; back += 1) {
      const bytes = Buffer.from(resource.ciphertext, 'base64');
      bytes[bytes.length - back] = bytes[bytes.length - back]! ^ 1;
      await refuses('cannot-decrypt', sealed({ ciphertext: bytes.toString('base64') }), { level: 'error' });
    }
  },
  B295: async () => {
    const old = v3Notification({ key: OTHER_V3_KEY });
    await refuses('cannot-decrypt', old, { level: 'error' });
    await expect(delivers(old, [API_V3_KEY, OTHER_V3_KEY])).resolves.toMatchObject({ to: 'h5' });
  },
  B296: async () => {
    for (const plainText of ['', 'hello', '<xml></xml>', '{"a":', '{a:1}']) {
      await refuses('not-json', v3Notification({ plainText }));
    }
  },
  B297: async () => {
    const other = '1900000201';
    const kept = await delivers(v3Notification({ resource: { ...H5_RESOURCE, sub_mchid: other } }));
    expect(kept).toMatchObject({
      to: 'unclaimed',
      message: { mchid: MCHID, reason: expect.stringContaining(`its sub_mchid ${other} differs`) },
    });
    // Signed by WeChat Pay all the same: what tells merchants apart is the key it is encrypted with.
    await refuses('cannot-decrypt', v3Notification({ key: OTHER_V3_KEY }), { level: 'error' });
  },
  B298: async () => {
    for (const event_type of ['APPLYMENT_STATE.REJECTED', 'SOMETHING.NEW', '', undefined, null, 1]) {
      const { to, message } = await delivers(v3Notification({ envelope: { event_type } }));
      expect([to, message]).toEqual(['h5', expect.objectContaining({ kind: 'h5' })]);
      expect(message).toMatchObject({ data: { applyment_state: 'APPROVED' } });
    }
  },
  B299: async () => {
    const { to, message } = await delivers(
      v3Notification({ resource: { ...H5_RESOURCE, applyment_state: 'ON_HOLD' } }),
    );
    expect(to).toBe('h5');
    expect(message).toMatchObject({ data: { applyment_state: 'ON_HOLD' } });
    // It only wakes the process: what counts is what the query says.
    await provenIn(
      'test/workflows/notifications.test.ts',
      'an old REJECTED that the query denies does not end the application',
    )();
  },
  B300: async () => {
    const states = ['REJECTED', 'APPROVED'];
    const ids: unknown[] = [];
    for (const applyment_state of states) {
      const { message } = await delivers(v3Notification({ resource: { ...H5_RESOURCE, applyment_state } }));
      ids.push((message as { id: string }).id);
    }
    expect(ids[0]).toBe(ids[1]);
    await provenIn('test/workflows/notifications.test.ts', 'another message under a known id wakes nobody')();
  },
  B301: async () => {
    const message = async (id: string) => (await delivers(v3Notification({ id }))).message as { data: unknown };
    expect((await message('one')).data).toEqual((await message('other')).data);
    await provenIn(
      'test/webhook/deliver.test.ts',
      '%s about an approved application is %s',
      "['APPROVED', 'duplicate']",
    )();
  },
  B302: provenIn(
    'test/workflows/notifications.test.ts',
    'an old REJECTED that the query denies does not end the application',
  ),
});
