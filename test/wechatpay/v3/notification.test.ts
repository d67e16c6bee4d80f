import { describe, expect, it } from 'vitest';
import { createKeyRing } from '../../../src/wechatpay/v3/key-ring';
import { NotificationRefusedError, openNotification } from '../../../src/wechatpay/v3/notification';
import { API_V3_KEY, encrypted, NOW, OLD_API_V3_KEY, platformA, publicKeyA, signedHeaders } from './platform';

const keyRing = createKeyRing({
  publicKeys: [publicKeyA],
  now: () => NOW,
  download: () =>
    Promise.resolve([{ serial: platformA.serial, publicKey: platformA.publicKey, effectiveAt: 0, expiresAt: NOW * 2 }]),
});

const RESOURCE = '{"sub_mchid":"2491935631","applyment_id":9007199254740993,"applyment_state":"APPROVED"}';

const envelope = (change: Record<string, unknown> = {}): string =>
  JSON.stringify({
    id: 'f7c34059-0f2d-5b32-ba33-a42dks0597c5',
    create_time: '2018-06-08T10:34:56+08:00',
    event_type: 'APPLYMENT_STATE.APPROVED',
    resource_type: 'applyment',
    resource: { original_type: 'applyment', ...encrypted(RESOURCE, 'applyment') },
    ...change,
  });

function open(
  body: string,
  headers: Record<string, string> = signedHeaders(body),
  apiV3Keys = [API_V3_KEY],
): ReturnType<typeof openNotification> {
  return openNotification({ rawBody: Buffer.from(body), headers, keyRing, apiV3Keys, now: NOW });
}

async function reasonOf(...args: Parameters<typeof open>): Promise<string> {
  return open(...args).then(
    () => 'opened',
    (error: unknown) => {
      if (error instanceof NotificationRefusedError) return error.reason;
      throw error;
    },
  );
}

describe('a genuine notification', () => {
  it('is opened, with long numbers as text', async () => {
    expect(await open(envelope())).toEqual({
      id: 'f7c34059-0f2d-5b32-ba33-a42dks0597c5',
      createTime: '2018-06-08T10:34:56+08:00',
      eventType: 'APPLYMENT_STATE.APPROVED',
      resource: { sub_mchid: '2491935631', applyment_id: '9007199254740993', applyment_state: 'APPROVED' },
    });
  });

  it('may be signed with the public key, and encrypted with the old APIv3 key', async () => {
    const body = envelope({ resource: encrypted(RESOURCE, 'applyment', OLD_API_V3_KEY) });
    const headers = signedHeaders(body, { serial: publicKeyA.id });
    expect(await reasonOf(body, headers, [API_V3_KEY, OLD_API_V3_KEY])).toBe('opened');
    expect(await reasonOf(body, headers, [API_V3_KEY])).toBe('cannot-decrypt');
  });

  it('may have any event type and new fields', async () => {
    expect(await reasonOf(envelope({ event_type: 'SOMETHING.NEW', create_time: undefined, added: [1] }))).toBe(
      'opened',
    );
  });
});

describe('a notification is refused', () => {
  it('before its body is read at all, unless it is signed', async () => {
    const body = 'not JSON';
    expect(await reasonOf(body, {})).toBe('missing-header');
    expect(await reasonOf(body, signedHeaders(body, { serial: 'F00D' }))).toBe('unknown-key');
    expect(await reasonOf(body, signedHeaders('other'))).toBe('bad-signature');
    expect(await reasonOf(body, signedHeaders(body, { timestamp: NOW / 1000 + 300 }))).toBe('stale');
    expect(await reasonOf(body, { ...signedHeaders(body), 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/x' })).toBe(
      'probe',
    );
    expect(await reasonOf(body, signedHeaders(body))).toBe('not-json');
  });

  it.each<[string, string, string]>([
    ['cut JSON', envelope().slice(0, -1), 'not-json'],
    ['a byte order mark', `\uFEFF${envelope()}`, 'not-json'],
    ['an array', `[${envelope()}]`, 'bad-envelope'],
    ['nesting without end', '['.repeat(20_000), 'not-json'],
    ['no id', envelope({ id: undefined }), 'bad-envelope'],
    ['an empty id', envelope({ id: '' }), 'bad-envelope'],
    ['no resource', envelope({ resource: undefined }), 'bad-resource'],
    ['another algorithm', envelope({ resource: { ...encrypted(RESOURCE), algorithm: 'X' } }), 'bad-resource'],
    ['a nonce of 11 bytes', envelope({ resource: { ...encrypted(RESOURCE), nonce: '0123456789a' } }), 'bad-resource'],
    [
      'a ciphertext of 15 bytes',
      envelope({ resource: { ...encrypted(RESOURCE), ciphertext: Buffer.alloc(15).toString('base64') } }),
      'bad-resource',
    ],
    [
      'other associated data',
      envelope({ resource: { ...encrypted(RESOURCE, 'a'), associated_data: 'b' } }),
      'cannot-decrypt',
    ],
    ['text inside that is not JSON', envelope({ resource: encrypted('hello') }), 'not-json'],
  ])('although it is signed: %s', async (_, body, expected) => {
    expect(await reasonOf(body)).toBe(expected);
  });

  it('without showing what it holds', async () => {
    const body = envelope({ resource: encrypted('{"name": Zhang San}') });
    await expect(open(body)).rejects.toThrow(/^(?!.*Zhang).*$/s);
  });
});
