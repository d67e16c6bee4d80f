import { constants, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignatureRefusedError, verifySignature } from '../../../src/wechatpay/v3/verification';
import type { FindKey, ReceivedHeaders } from '../../../src/wechatpay/v3/verification';
import { merchantKey, NOW, platformA, platformB, publicKeyA, signedHeaders } from './platform';

const BODY = '{"a":1}';

const findKey: FindKey = (id) =>
  Promise.resolve(
    {
      [platformA.serial]: platformA.publicKey,
      [platformB.serial]: platformB.publicKey,
      [publicKeyA.id]: publicKeyA.publicKey,
    }[id],
  );

async function reasonOf(headers: ReceivedHeaders, body: string | Buffer = BODY, now = NOW): Promise<string> {
  return verifySignature({ headers, body: Buffer.from(body), findKey, now }).then(
    () => 'verified',
    (error: unknown) => {
      if (error instanceof SignatureRefusedError) return error.reason;
      throw error;
    },
  );
}

describe('a message of WeChat Pay', () => {
  it.each([
    ['with a body', BODY],
    ['without a body', ''],
    ['of bytes that are not UTF-8', Buffer.from([0xff, 0x00])],
  ])('is believed %s', async (_, body) => {
    const verified = await verifySignature({
      headers: signedHeaders(body),
      body: Buffer.from(body),
      findKey,
      now: NOW,
    });
    expect(verified.value).toEqual(Buffer.from(body));
    expect(verified.signedWith).toBe(platformA.serial);
  });

  it('is believed with the public key, and with the second certificate', async () => {
    expect(await reasonOf(signedHeaders(BODY, { serial: publicKeyA.id }))).toBe('verified');
    const second = signedHeaders(BODY, { key: platformB.privateKey, serial: platformB.serial });
    expect(await reasonOf(second)).toBe('verified');
  });

  it('is believed whatever the case of its header names, and without a signature type', async () => {
    const { 'Wechatpay-Signature-Type': _, ...headers } = signedHeaders(BODY);
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(await reasonOf(shouted)).toBe('verified');
  });

  it.each(['Wechatpay-Timestamp', 'Wechatpay-Nonce', 'Wechatpay-Signature', 'Wechatpay-Serial'])(
    'is refused without %s, with an empty one, and with two',
    async (name) => {
      const headers: Record<string, string | string[] | undefined> = signedHeaders(BODY);
      const value = String(headers[name]);
      expect(await reasonOf({ ...headers, [name]: undefined })).toBe('missing-header');
      expect(await reasonOf({ ...headers, [name]: '' })).toBe('missing-header');
      expect(await reasonOf({ ...headers, [name]: [value, value] })).toBe('duplicate-header');
      expect(await reasonOf({ ...headers, [name]: `${value}, ${value}` })).toBe('duplicate-header');
      expect(await reasonOf({ ...headers, [name.toLowerCase()]: value })).toBe('duplicate-header');
    },
  );
});

describe('the time window', () => {
  it.each([
    [-299, 'verified'],
    [-300, 'stale'],
    [299, 'verified'],
    [300, 'stale'],
    [-86_400, 'stale'],
  ])('at %d s from the local clock: %s', async (offset, expected) => {
    expect(await reasonOf(signedHeaders(BODY, { timestamp: NOW / 1000 + offset }))).toBe(expected);
  });

  it('counts milliseconds of the local clock', async () => {
    const headers = signedHeaders(BODY);
    expect(await reasonOf(headers, BODY, NOW + 299_999)).toBe('verified');
    expect(await reasonOf(headers, BODY, NOW + 300_000)).toBe('stale');
    expect(await reasonOf(headers, BODY, NOW - 300_000)).toBe('stale');
  });

  it('names the clock skew, so that an operator finds it', async () => {
    const headers = signedHeaders(BODY, { timestamp: NOW / 1000 + 600 });
    await expect(verifySignature({ headers, body: Buffer.from(BODY), findKey, now: NOW })).rejects.toThrow(
      /600 s ahead of the local clock.*clock skew/,
    );
  });

  it.each(['abc', '1700000000x', ' 1700000000', '1700000000000', '-1700000000', '1.7e9', '1700000000.0', '0x6553f100'])(
    'refuses the timestamp %j, even when it was signed',
    async (timestamp) => {
      expect(['malformed-header', 'stale']).toContain(await reasonOf(signedHeaders(BODY, { timestamp })));
    },
  );
});

describe('a forgery', () => {
  it('with one flipped bit of the body, anywhere', async () => {
    const headers = signedHeaders(BODY);
    for (let at = 0; at < BODY.length; at += 1) {
      const body = Buffer.from(BODY);
      body[at] = (body[at] ?? 0) ^ 1;
      expect(await reasonOf(headers, body)).toBe('bad-signature');
    }
    expect(await reasonOf(headers, '{"a": 1}')).toBe('bad-signature');
    expect(await reasonOf(headers, `\uFEFF${BODY}`)).toBe('bad-signature');
  });

  it('with another timestamp or nonce', async () => {
    const headers = signedHeaders(BODY);
    expect(await reasonOf({ ...headers, 'Wechatpay-Timestamp': String(NOW / 1000 + 1) })).toBe('bad-signature');
    expect(await reasonOf({ ...headers, 'Wechatpay-Nonce': 'other' })).toBe('bad-signature');
  });

  it('with a line feed that moves the border between nonce and body', async () => {
    const moved = { ...signedHeaders('{"evil":1}\n{"a":1}', { nonce: 'n' }), 'Wechatpay-Nonce': 'n\n{"evil":1}' };
    expect(await reasonOf(moved)).toBe('malformed-header');
  });

  it.each([
    ['with the merchant key', { key: merchantKey.privateKey }],
    ['with another key of WeChat Pay than it names', { key: platformB.privateKey }],
    ['naming another key than it was made with', { serial: platformB.serial }],
  ])('signed %s', async (_, signing) => {
    expect(await reasonOf(signedHeaders(BODY, signing))).toBe('bad-signature');
  });

  it.each([
    ['with an unknown serial', 'FFFF'],
    ['with a public key id that is not configured', 'PUB_KEY_ID_999'],
    ['with the serial in lower case', platformA.serial.toLowerCase()],
    ['with a serial that is no name of a key', '__proto__ "'],
  ])('%s', async (_, serial) => {
    expect(await reasonOf(signedHeaders(BODY, { serial }))).toBe('unknown-key');
  });

  const text = Buffer.from(`${NOW / 1000}\nn\n${BODY}\n`);
  const key = platformA.privateKey;
  it.each([
    ['of another length', Buffer.alloc(128).toString('base64')],
    ['by SHA-1', sign('sha1', text, key).toString('base64')],
    ['with PSS padding', sign('sha256', text, { key, padding: constants.RSA_PKCS1_PSS_PADDING }).toString('base64')],
  ])('with a signature %s', async (_, signature) => {
    const headers = { ...signedHeaders(BODY, { nonce: 'n' }), 'Wechatpay-Signature': signature };
    expect(await reasonOf(headers)).toBe('bad-signature');
  });

  it.each<[string, (signature: string) => string]>([
    ['that is not Base64', () => '!!!'],
    ['with a character too many', (signature) => `${signature}!`],
    ['with a space', (signature) => ` ${signature}`],
    ['without its padding', (signature) => signature.replace(/=+$/, '')],
    ['in the alphabet for URLs', (signature) => signature.replace(/[+/]/, '-')],
  ])('with a genuine signature %s, before a key is looked for', async (_, change) => {
    const signature = sign('sha256', text, key).toString('base64');
    const headers = { ...signedHeaders(BODY, { nonce: 'n' }), 'Wechatpay-Signature': signature };
    expect(await reasonOf(headers)).toBe('verified');
    expect(change(signature)).not.toBe(signature);
    const serial = { 'Wechatpay-Signature': change(signature), 'Wechatpay-Serial': 'FFFF' };
    expect(await reasonOf({ ...headers, ...serial })).toBe('malformed-header');
  });

  it('that is a probe of WeChat Pay, even before a valid signature', async () => {
    const headers = signedHeaders(BODY);
    const probe = `WECHATPAY/SIGNTEST/${headers['Wechatpay-Signature']}`;
    expect(await reasonOf({ ...headers, 'Wechatpay-Signature': probe })).toBe('probe');
  });

  it.each(['WECHATPAY2-SM2-WITH-SM3', 'none', 'wechatpay2-sha256-rsa2048'])(
    'with the signature type %s',
    async (type) => {
      const headers = { ...signedHeaders(BODY), 'Wechatpay-Signature-Type': type };
      expect(await reasonOf(headers)).toBe('unknown-signature-type');
    },
  );

  it('shows nothing of its body', async () => {
    const body = '{"name":"Zhang San"}';
    const headers = { ...signedHeaders(body), 'Wechatpay-Nonce': 'other' };
    await expect(verifySignature({ headers, body: Buffer.from(body), findKey, now: NOW })).rejects.toThrow(
      /^(?!.*Zhang).*$/s,
    );
  });
});
