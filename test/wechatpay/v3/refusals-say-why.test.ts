import { describe, expect, it } from 'vitest';
import { AEAD_ALGORITHM, DecryptionError, openAead, readEncryptedResource } from '../../../src/wechatpay/v3/aead';
import { NotificationRefusedError, openNotification } from '../../../src/wechatpay/v3/notification';
import { SignatureRefusedError, verifySignature } from '../../../src/wechatpay/v3/verification';
import { API_V3_KEY, encrypted, NOW, platformA, signedHeaders } from './platform';

/* A refusal is read by a person at night: it names the field and what was expected, and nothing of the content. */

async function refusalOf<E extends Error>(kind: abstract new (...args: never[]) => E, step: () => unknown): Promise<E> {
  try {
    await step();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error('was not refused');
}

const SECRET = 'not for a log';
const sealed = {
  algorithm: AEAD_ALGORITHM,
  nonce: '0123456789ab',
  associated_data: '',
  ciphertext: '',
  ...encrypted(SECRET),
};

describe('a resource that cannot be opened', () => {
  it.each([
    [{ algorithm: 'AES-CBC' }, 'malformed', 'algorithm: expected AEAD_AES_256_GCM'],
    [{ nonce: 'short' }, 'malformed', 'nonce: expected 12 bytes, got 5'],
    [{ nonce: '一二三四五' }, 'malformed', 'nonce: expected 12 bytes, got 15'],
    [{ ciphertext: '*' }, 'malformed', 'ciphertext: expected Base64'],
    [{ ciphertext: 'AAAA' }, 'malformed', 'ciphertext: expected at least 16 bytes'],
    [{ associated_data: 'x' }, 'cannot-decrypt', 'none of 1 APIv3 keys opens it'],
  ])('%j', async (change, reason, words) => {
    const error = await refusalOf(DecryptionError, () => openAead({ ...sealed, ...change }, [API_V3_KEY]));
    expect(error).toMatchObject({ name: 'DecryptionError', reason });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain(SECRET);
  });

  it('needs a tag of 16 bytes and may be empty', () => {
    expect(openAead({ ...sealed, ...encrypted('') }, [API_V3_KEY])).toHaveLength(0);
  });

  it('counts nonce and associated data by their UTF-8 bytes', () => {
    expect(openAead({ ...sealed, ...encrypted(SECRET, '关联数据') }, [API_V3_KEY]).toString()).toBe(SECRET);
  });
});

describe('four fields that are none', () => {
  it.each([
    [null, 'expected an object'],
    ['text', 'expected an object'],
    [[], 'expected an object'],
    [{ ...sealed, algorithm: 1 }, 'algorithm: expected text'],
    [{ ...sealed, nonce: undefined }, 'nonce: expected text'],
    [{ ...sealed, ciphertext: {} }, 'ciphertext: expected text'],
    [{ ...sealed, associated_data: 1 }, 'associated_data: expected text'],
  ])('%j', async (value, words) => {
    const error = await refusalOf(DecryptionError, () => readEncryptedResource(value));
    expect(error.reason).toBe('malformed');
    expect(error.message).toBe(words);
  });

  it.each([null, undefined])('associated_data %s is none', (associated_data) => {
    const { algorithm, nonce, ciphertext } = sealed;
    expect(readEncryptedResource({ ...sealed, associated_data })).toStrictEqual({ algorithm, nonce, ciphertext });
  });
});

const find = (id: string) => Promise.resolve(id === platformA.serial ? platformA.publicKey : undefined);
const envelope = { id: 'N1', create_time: '2018-06-08T10:34:56+08:00', event_type: 'X', resource: encrypted('{}') };

function open(value: unknown, change: Record<string, string> = {}, apiV3Keys: readonly Buffer[] = [API_V3_KEY]) {
  const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const headers = { ...signedHeaders(body), ...change };
  return openNotification({ rawBody: body, headers, keyRing: { find }, apiV3Keys, now: NOW });
}

describe('a genuine notification with something wrong in it', () => {
  it.each([
    ['{', 'not-json', 'the body is not usable as JSON'],
    ['[]', 'bad-envelope', 'the body: expected an object'],
    ['"text"', 'bad-envelope', 'the body: expected an object'],
    ['null', 'bad-envelope', 'the body: expected an object'],
    [{ ...envelope, id: 1 }, 'bad-envelope', 'id: expected text of 1 to 128 characters'],
    [{ ...envelope, id: '' }, 'bad-envelope', 'id: expected text of 1 to 128 characters'],
    [{ ...envelope, id: 'x'.repeat(129) }, 'bad-envelope', 'id: expected text of 1 to 128 characters'],
    [{ ...envelope, resource: 1 }, 'bad-resource', 'resource: expected an object'],
    [{ ...envelope, resource: encrypted('{') }, 'not-json', 'the decrypted resource is not usable as JSON'],
  ])('%j', async (value, reason, words) => {
    const error = await refusalOf(NotificationRefusedError, () => open(value));
    expect(error).toMatchObject({ name: 'NotificationRefusedError', reason });
    expect(error.message).toContain(`notification refused (${reason}): ${words}`);
  });

  it('is opened with an id of 128 characters', async () => {
    expect((await open({ ...envelope, id: 'x'.repeat(128) })).id).toHaveLength(128);
  });

  it.each([undefined, null, 1, {}])('has no time and no type where they are %j', async (value) => {
    expect(await open({ ...envelope, create_time: value, event_type: value })).toMatchObject({
      createTime: '',
      eventType: '',
    });
  });
});

describe('a defect of ours is not taken for a forgery', () => {
  it('when looking for the key fails', async () => {
    const body = Buffer.from(JSON.stringify(envelope));
    const keyRing = { find: () => Promise.reject(new RangeError('ours')) };
    const opening = openNotification({ rawBody: body, headers: signedHeaders(body), keyRing, apiV3Keys: [], now: NOW });
    await expect(opening).rejects.toThrow(RangeError);
  });

  it('when there are no APIv3 keys at all', async () => {
    await expect(open(envelope, {}, undefined as never)).resolves.toBeDefined();
    await expect(open(envelope, {}, null as never)).rejects.toThrow(TypeError);
  });
});

async function refused(change: Record<string, string>, now = NOW): Promise<SignatureRefusedError> {
  const asked: string[] = [];
  const body = Buffer.from('{}');
  const headers = { ...signedHeaders(body), ...change };
  const error = await refusalOf(SignatureRefusedError, () =>
    verifySignature({ headers, body, now, findKey: (id) => find((asked.push(id), id)) }),
  );
  expect(asked.filter((id) => !/^[\w-]{1,128}$/.test(id))).toEqual([]);
  return error;
}

describe('a signature that is refused', () => {
  it('names itself', async () =>
    expect((await refused({ 'Wechatpay-Serial': 'F00D' })).name).toBe('SignatureRefusedError'));

  it('for being a probe says so', async () => {
    const error = await refused({ 'Wechatpay-Signature': 'WECHATPAY/SIGNTEST/abc' });
    expect(error.reason).toBe('probe');
    expect(error.message).toMatch(/probe of WeChat Pay/);
  });

  it('for its age says how old it is, which clock is meant and what the limit is', async () => {
    const timestamp = String(NOW / 1000);
    const old = await refused({ 'Wechatpay-Timestamp': timestamp }, NOW + 301_000);
    expect(old.reason).toBe('stale');
    expect(old.message).toMatch(/301 s behind the local clock, the limit is 300 s/);
    const ahead = await refused({ 'Wechatpay-Timestamp': timestamp }, NOW - 400_000);
    expect(ahead.message).toMatch(/400 s ahead of the local clock/);
  });

  it.each(['中', 'A中', '中A', 'a b', 'x'.repeat(129), '../../etc'])(
    'for a serial that cannot be one (%s) asks nobody for it',
    async (serial) => {
      const error = await refused({ 'Wechatpay-Serial': serial });
      expect(['unknown-key', 'malformed-header']).toContain(error.reason);
    },
  );

  it('for an unknown serial shows at most 64 characters of it', async () => {
    const error = await refused({ 'Wechatpay-Serial': 'F'.repeat(100) });
    expect(error.message).toContain(`"${'F'.repeat(64)}"`);
  });

  it('for a header that came twice names the header as it is documented in lower case', async () => {
    const error = await refused({ 'WECHATPAY-NONCE': 'other' });
    expect(error.reason).toBe('duplicate-header');
    expect(error.message).toMatch(/^wechatpay-nonce came more than once/);
  });
});
