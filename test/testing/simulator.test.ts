import { createDecipheriv, createHash, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestCredentials, readTestCredentials, startSimulator, writeTestCredentials } from '../../src/testing';
import { bench, V3Client } from './simulator-client';
import type { Bench } from './simulator-client';

let b: Bench;

beforeAll(async () => {
  b = await bench();
});
afterAll(() => b.simulator.close());
beforeEach(() => b.simulator.reset());

const QUERY = '/v3/global/merchant/h5/permission/2491935631';

describe('request signatures', () => {
  /** A timestamp with a sign is relative to now. */
  const auth = ({ timestamp, ...over }: Record<string, string>) => {
    const at: Record<string, string> =
      timestamp === undefined ? {} : { timestamp: String(Math.floor(Date.now() / 1000) + Number(timestamp)) };
    return { Authorization: b.v3.authorization('GET', QUERY, '', { ...over, ...at }) };
  };

  it('accepts a signed request and signs the answer', async () => {
    const answer = await b.v3.call('GET', QUERY);
    expect(answer).toMatchObject({ status: 200, verified: true });
    expect(answer.json).toEqual({ sub_mchid: '2491935631', authorization_state: 'UNAUTHORIZED' });
    expect(answer.headers.get('request-id')).toBeTruthy();
  });

  it.each([
    ['another merchant', { mchid: '1230000110' }],
    ['another serial', { serial_no: '0'.repeat(40) }],
    ['a timestamp five minutes ago', { timestamp: '-301' }],
    ['a timestamp five minutes ahead', { timestamp: '+302' }],
    ['another signature', { signature: Buffer.alloc(256).toString('base64') }],
    ['an empty nonce', { nonce_str: '' }],
  ])('refuses %s with an unsigned 401', async (_name, over) => {
    const answer = await b.v3.call('GET', QUERY, undefined, auth(over));
    expect(answer).toMatchObject({ status: 401, verified: false });
    expect(answer.json.code).toBe('SIGN_ERROR');
    expect(answer.headers.get('wechatpay-signature')).toBeNull();
    expect(answer.headers.get('request-id')).toBeTruthy();
  });

  it('refuses a signature over another path, query, method or body', async () => {
    const other = { Authorization: b.v3.authorization('GET', `${QUERY}1`, '') };
    expect((await b.v3.call('GET', QUERY, undefined, other)).status).toBe(401);
    const query = '/v3/global/customs/orders?appid=a%7Cb';
    const decoded = { Authorization: b.v3.authorization('GET', '/v3/global/customs/orders?appid=a|b', '') };
    expect((await b.v3.call('GET', query, undefined, decoded)).status).toBe(401);
    expect((await b.v3.call('GET', query)).status).toBe(400);
    const target = '/v3/global/customs/orders';
    const signedOther = { Authorization: b.v3.authorization('POST', target, '{"a":1}') };
    expect((await b.v3.call('POST', target, { a: 2 }, signedOther)).status).toBe(401);
    const get = { Authorization: b.v3.authorization('GET', target, '{}') };
    expect((await b.v3.call('POST', target, {}, get)).status).toBe(401);
  });

  it('refuses a nonce the second time', async () => {
    const headers = auth({ nonce_str: 'ABCDEFGH12345678ABCDEFGH12345678' });
    expect((await b.v3.call('GET', QUERY, undefined, headers)).status).toBe(200);
    expect((await b.v3.call('GET', QUERY, undefined, headers)).status).toBe(401);
  });

  it('refuses a request without Accept, User-Agent or the right scheme', async () => {
    expect((await b.v3.call('GET', QUERY, undefined, { Accept: 'text/html' })).status).toBe(400);
    expect((await b.v3.call('GET', QUERY, undefined, { 'User-Agent': '' })).status).toBe(400);
    expect((await b.v3.call('GET', QUERY, undefined, { Authorization: 'Bearer x' })).status).toBe(401);
  });

  it('answers 404 for an unknown URL and 405 for an unknown method', async () => {
    expect((await b.v3.call('GET', '/v3/global/unknown')).status).toBe(404);
    expect((await b.v3.call('PATCH', QUERY, {})).status).toBe(405);
  });

  it('speaks Chinese unless English is asked for', async () => {
    const english = await b.v3.call('POST', '/v3/global/customs/orders', {});
    const chinese = await b.v3.call('POST', '/v3/global/customs/orders', {}, { 'Accept-Language': 'fr' });
    expect(english.json.message).toBe('AppId is not set');
    expect(chinese.json.message).toBe('AppId未设置');
    expect(english.verified).toBe(true);
  });
});

describe('keys of WeChat Pay', () => {
  it('signs with the key that the request names: public key or certificate', async () => {
    const { platform } = b.credentials;
    const withPublicKey = await b.v3.call('GET', QUERY);
    expect(withPublicKey.headers.get('wechatpay-serial')).toBe(platform.publicKeyId);
    const certified = new V3Client(b.simulator.url, b.credentials, platform.certificate.serial);
    const withCertificate = await certified.call('GET', QUERY);
    expect(withCertificate.headers.get('wechatpay-serial')).toBe(platform.certificate.serial);
    expect(withCertificate.verified).toBe(true);
    const silent = await b.v3.send('GET', QUERY, '', {
      Authorization: b.v3.authorization('GET', QUERY, ''),
      Accept: 'application/json',
      'User-Agent': 'x',
    });
    expect(silent.headers.get('wechatpay-serial')).toBe(platform.certificate.serial);
  });

  const open = (sealed: Record<string, string>): string => {
    const bytes = Buffer.from(sealed.ciphertext ?? '', 'base64');
    const key = Buffer.from(b.credentials.apiV3Key);
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.nonce ?? '', { authTagLength: 16 });
    decipher.setAAD(Buffer.from(sealed.associated_data ?? ''));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString();
  };

  it.each(['/v3/global/certificates', '/v3/certificates'])('hands out certificates at %s', async (target) => {
    const answer = await b.v3.call('GET', target);
    const [entry] = answer.json.data as { serial_no: string; encrypt_certificate: Record<string, string> }[];
    const certificate = new X509Certificate(open(entry?.encrypt_certificate ?? {}));
    expect(certificate.serialNumber).toBe(entry?.serial_no);
    expect(certificate.serialNumber).toBe(b.credentials.platform.certificate.serial);
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('signs with the new certificate after a rotation and still hands out the old one', async () => {
    const own = await bench({}, b.credentials);
    const rotated = await own.simulator.rotateCertificate();
    const answer = await own.v3.call('GET', '/v3/global/certificates', undefined, { 'Wechatpay-Serial': 'unknown' });
    expect(answer.headers.get('wechatpay-serial')).toBe(rotated.serial);
    const serials = (answer.json.data as { serial_no: string }[]).map(({ serial_no }) => serial_no);
    expect(serials).toEqual([rotated.serial, b.credentials.platform.certificate.serial]);
    await own.simulator.close();
  });

  it('has no certificates for a merchant moved to public key mode, and no public key before', async () => {
    const moved = await bench({ keyMode: 'publicKey' }, b.credentials);
    const answer = await moved.v3.call('GET', '/v3/global/certificates');
    expect([answer.status, answer.json.code, answer.verified]).toEqual([404, 'NOT_FOUND', true]);
    await moved.simulator.close();
    const old = await bench({ keyMode: 'certificates' }, b.credentials);
    const serial = (await old.v3.call('GET', QUERY)).headers.get('wechatpay-serial');
    expect(serial).toBe(b.credentials.platform.certificate.serial);
    await old.simulator.close();
  });
});

describe('image upload', () => {
  const TARGET = '/v3/merchant/media/upload';
  const image = Buffer.from([0xff, 0xd8, 0xff, 0x0d, 0x0a, 0x2d, 0x2d, 0x00, 0xff, 0xd9]);
  const digest = createHash('sha256').update(image).digest('hex');

  function form(meta: string, file: Buffer, filename = 'a.jpg'): Buffer {
    return Buffer.concat([
      Buffer.from(`--frontier\r\nContent-Disposition: form-data; name="meta"\r\n\r\n${meta}\r\n`),
      Buffer.from(`--frontier\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\n`),
      Buffer.from('Content-Type: image/jpeg\r\n\r\n'),
      file,
      Buffer.from('\r\n--frontier--\r\n'),
    ]);
  }
  const upload = (meta: string, body: Buffer, signed = meta) =>
    b.v3.send('POST', TARGET, new Uint8Array(body), {
      Authorization: b.v3.authorization('POST', TARGET, signed),
      Accept: 'application/json',
      'Accept-Language': 'en',
      'User-Agent': 'x',
      'Content-Type': 'multipart/form-data; boundary=frontier',
      'Wechatpay-Serial': b.credentials.platform.publicKeyId,
    });
  const meta = JSON.stringify({ filename: 'a.jpg', sha256: digest });

  it('takes an image whose meta is signed and whose digest fits', async () => {
    const answer = await upload(meta, form(meta, image));
    expect(answer).toMatchObject({ status: 200, verified: true });
    expect(typeof answer.json.media_id).toBe('string');
    const again = await upload(meta, form(meta, image));
    expect(again.json.media_id).not.toBe(answer.json.media_id);
    expect(b.simulator.ledger({ effect: 'uploaded', key: digest })).toMatchObject([{ count: 2 }]);
  });

  it('refuses a signature over anything but meta', async () => {
    expect((await upload(meta, form(meta, image), '')).status).toBe(401);
  });

  it.each([
    ['another digest', JSON.stringify({ filename: 'a.jpg', sha256: '0'.repeat(64) }), image, 'a.jpg'],
    ['another file name', meta, image, 'b.jpg'],
    ['a text file', JSON.stringify({ filename: 'a.txt', sha256: digest }), image, 'a.txt'],
    ['meta that is not JSON', 'filename=a.jpg', image, 'a.jpg'],
  ])('refuses %s', async (_name, text, file, filename) => {
    const answer = await upload(text, form(text, file, filename));
    expect([answer.status, answer.json.code]).toEqual([400, 'PARAM_ERROR']);
    expect(b.simulator.ledger()).toEqual([]);
  });

  it('refuses more than 2 MB', async () => {
    const large = Buffer.alloc(2 * 1024 * 1024 + 1);
    const text = JSON.stringify({ filename: 'a.jpg', sha256: createHash('sha256').update(large).digest('hex') });
    expect((await upload(text, form(text, large))).status).toBe(400);
  });
});

describe('credentials and start', () => {
  it('writes files that only their owner can read, and variables that point at them', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'credentials-'));
    const { env, simulatorFile, credentials } = await writeTestCredentials(directory, {
      credentials: b.credentials,
      port: 9999,
    });
    expect(env).toMatchObject({ WECHATPAY_MCHID: '1230000109', WECHATPAY_V3_BASE_URL: 'http://127.0.0.1:9999' });
    for (const [name, value] of Object.entries(env).filter(([variable]) => variable.endsWith('_FILE'))) {
      expect((await stat(value)).mode & 0o777, name).toBe(0o600);
    }
    expect(await readFile(env.WECHATPAY_API_V3_KEY_FILE ?? '', 'utf8')).toMatch(/^[0-9a-f]{32}$/);
    expect(await readTestCredentials(simulatorFile)).toEqual(credentials);
    await expect(readTestCredentials(env.WECHATPAY_MERCHANT_KEY_FILE ?? '')).rejects.toThrow();
    await rm(directory, { recursive: true });
  });

  it('serves several merchants of one platform, and refuses several platforms', async () => {
    const { platform } = b.credentials;
    const second = await createTestCredentials({ mchid: '1900000109', platform });
    const own = await bench({ credentials: [b.credentials, second] });
    expect((await new V3Client(own.simulator.url, second).call('GET', QUERY)).status).toBe(200);
    expect((await new V3Client(own.simulator.url, b.credentials).call('GET', QUERY)).status).toBe(200);
    await own.simulator.close();
    const stranger = await createTestCredentials({ mchid: '1900000109' });
    await expect(startSimulator({ credentials: [b.credentials, stranger] })).rejects.toThrow('another platform');
  });

  it('fails to start on a port that is taken', async () => {
    await expect(startSimulator({ credentials: b.credentials, port: b.simulator.port })).rejects.toThrow('EADDRINUSE');
  });
});

describe('control over HTTP', () => {
  const post = async (path: string, body: unknown, type = 'application/json') => {
    const url = `${b.simulator.url}/_simulator/${path}`;
    const response = await fetch(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': type },
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const get = async (path: string): Promise<unknown> => (await fetch(`${b.simulator.url}/_simulator/${path}`)).json();

  it('scripts, injects faults and counts calls', async () => {
    await post('script', { h5: { sub_mchid: '2491935631', authorization_state: 'FORMAL_AUTHORITY' } });
    await post('faults', { kind: '503', call: 'h5/permission', key: '2491935631' });
    expect((await b.v3.call('GET', QUERY)).status).toBe(503);
    expect((await b.v3.call('GET', QUERY)).json.authorization_state).toBe('FORMAL_AUTHORITY');
    expect(await get('calls?key=2491935631')).toEqual([{ call: 'h5/permission', key: '2491935631', count: 2 }]);
    expect(await get('faults')).toMatchObject([{ injected: 1, left: 0 }]);
    await post('reset', {});
    expect(await get('calls')).toEqual([]);
    expect((await b.v3.call('GET', QUERY)).json.authorization_state).toBe('UNAUTHORIZED');
  });

  it('names what is wrong with a request', async () => {
    expect((await post('faults', { kind: 'earthquake' })).json.error).toMatch(/expected kind to be one of/);
    expect((await post('nothing', {})).json.error).toMatch(/expected one of GET ledger/);
    expect((await post('pay', { out_trade_no: 'unknown' })).status).toBe(404);
    expect((await post('script', {}, 'text/plain')).status).toBe(400);
  });
});
