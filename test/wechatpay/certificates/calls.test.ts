import { describe, expect, it, onTestFinished } from 'vitest';
import { certificateDownload } from '../../../src/wechatpay/certificates/calls';
import type { CertificateDownloadOptions } from '../../../src/wechatpay/certificates/calls';
import { WechatPayError } from '../../../src/wechatpay/errors';
import { createTransport } from '../../../src/wechatpay/http';
import type { PlatformCertificate } from '../../../src/wechatpay/v3/key-ring';
import { recordingServer } from '../servers';
import type { SeenRequest } from '../servers';
import {
  answerSigned,
  API_V3_KEY,
  credentials,
  ellipticCertificatePem,
  encrypted,
  NOW,
  OLD_API_V3_KEY,
  platformA,
  platformB,
  publicKeyA,
} from '../v3/platform';
import type { Signing } from '../v3/platform';

const item = (key: typeof platformA, change: Record<string, unknown> = {}): Record<string, unknown> => ({
  serial_no: key.serial,
  effective_time: '2020-06-08T10:34:56+08:00',
  expire_time: '2030-06-08T10:34:56+08:00',
  encrypt_certificate: encrypted(key.certificatePem, 'certificate'),
  ...change,
});

async function downloadOf(
  answer: { status?: number; body: unknown; signing?: Signing },
  options: Partial<CertificateDownloadOptions> = {},
): Promise<{ certificates: readonly PlatformCertificate[]; seen: SeenRequest[] }> {
  const server = await recordingServer((_, response) =>
    answerSigned(response, answer.status ?? 200, JSON.stringify(answer.body), answer.signing),
  );
  const transport = createTransport({ baseUrl: server.url });
  onTestFinished(() => transport.close());
  const download = certificateDownload({
    ...credentials,
    transport,
    apiV3Keys: [API_V3_KEY],
    now: () => NOW,
    ...options,
  });
  const certificates = await download((id) => (id === publicKeyA.id ? publicKeyA.publicKey : undefined));
  return { certificates, seen: server.seen };
}

async function refusalOf(...args: Parameters<typeof downloadOf>): Promise<string> {
  return downloadOf(...args).then(
    () => 'accepted',
    (error: unknown) => {
      expect(error).toBeInstanceOf(WechatPayError);
      expect((error as WechatPayError).errorClass).toBe('CONFIGURATION');
      return (error as WechatPayError).message;
    },
  );
}

describe('downloading certificates', () => {
  it('asks with a signed GET and opens every certificate', async () => {
    const { certificates, seen } = await downloadOf({ body: { data: [item(platformA), item(platformB)] } });
    expect(seen[0]).toMatchObject({ method: 'GET', path: '/v3/global/certificates' });
    expect(seen[0]?.headers.authorization).toContain('mchid="1230000109"');
    expect(certificates.map(({ serial }) => serial)).toEqual([platformA.serial, platformB.serial]);
    expect(certificates[0]?.publicKey.equals(platformA.publicKey)).toBe(true);
    expect(certificates[0]?.expiresAt).toBe(Date.parse('2030-06-08T10:34:56+08:00'));
  });

  it('uses the configured path', async () => {
    const { seen } = await downloadOf({ body: { data: [item(platformA)] } }, { path: '/v3/certificates' });
    expect(seen[0]?.path).toBe('/v3/certificates');
  });

  it('believes an answer signed with a public key that is configured', async () => {
    const { certificates } = await downloadOf({
      body: { data: [item(platformB)] },
      signing: { serial: publicKeyA.id },
    });
    expect(certificates).toHaveLength(1);
  });

  it('opens with the old APIv3 key during a roll-over', async () => {
    const body = {
      data: [
        item(platformA, { encrypt_certificate: encrypted(platformA.certificatePem, 'certificate', OLD_API_V3_KEY) }),
      ],
    };
    expect((await downloadOf({ body }, { apiV3Keys: [API_V3_KEY, OLD_API_V3_KEY] })).certificates).toHaveLength(1);
    expect(await refusalOf({ body })).toContain('none of 1 APIv3 keys opens it');
  });

  it.each<[string, unknown]>([
    ['cannot be opened', { data: [item(platformA, { encrypt_certificate: encrypted('x', '', OLD_API_V3_KEY) })] }],
    ['cannot be read', []],
    ['cannot be verified', { data: [item(platformB)] }],
  ])('names the request where the answer %s', async (_, body) => {
    await expect(downloadOf({ body })).rejects.toMatchObject({ call: 'certificates', requestId: 'REQ-1' });
  });

  it('drops a certificate that has ended', async () => {
    const expired = item(platformB, { expire_time: '2021-01-01T00:00:00+08:00' });
    const { certificates } = await downloadOf({ body: { data: [expired, item(platformA)] } });
    expect(certificates.map(({ serial }) => serial)).toEqual([platformA.serial]);
  });

  it.each([
    ['NOT_FOUND', 404],
    ['RESOURCE_NOT_EXISTS', 404],
  ])('takes %s for an empty list: the merchant was moved to public key mode', async (code, status) => {
    expect((await downloadOf({ status, body: { code, message: 'not found' } })).certificates).toEqual([]);
  });

  it('does not take a broken gateway for that', async () => {
    const body = { code: 'NOT_FOUND', message: 'not found' };
    await expect(downloadOf({ status: 502, body })).rejects.toMatchObject({ errorClass: 'OUTCOME_UNKNOWN' });
  });

  it('does not take any other 404 for that', async () => {
    expect(await refusalOf({ status: 404, body: 'no such page' })).toContain('404');
  });
});

describe('a download is refused', () => {
  it.each<[string, unknown, string]>([
    ['whose serial_no is another one', { data: [item(platformA, { serial_no: platformB.serial })] }, 'serial_no'],
    ['without serial_no', { data: [item(platformA, { serial_no: undefined })] }, 'serial_no'],
    ['without times', { data: [item(platformA, { expire_time: 'soon' })] }, 'RFC 3339'],
    [
      'that ends before it begins',
      { data: [item(platformA, { expire_time: '2020-01-02T00:00:00Z' })] },
      'effective_time',
    ],
    [
      'with something other than a certificate',
      { data: [item(platformA, { encrypt_certificate: encrypted('x') })] },
      'PEM',
    ],
    [
      'with an elliptic key',
      { data: [item(platformA, { encrypt_certificate: encrypted(ellipticCertificatePem) })] },
      'RSA key',
    ],
    ['without encrypt_certificate', { data: [item(platformA, { encrypt_certificate: null })] }, 'encrypt_certificate'],
    ['one of which is wrong', { data: [item(platformA), item(platformB, { serial_no: 'F00D' })] }, 'data[1]'],
    ['without a list', { data: {} }, 'expected a list'],
    ['that is an array', [], 'expected a list'],
  ])('%s', async (_, body, expected) => {
    expect(await refusalOf({ body })).toContain(expected);
  });

  it.each<[string, Signing]>([
    ['signed with a key that is not in it', { key: platformB.privateKey, serial: platformB.serial }],
    ['signed wrong', { key: platformB.privateKey }],
    ['signed too long ago', { timestamp: NOW / 1000 - 300 }],
  ])('%s', async (_, signing) => {
    expect(await refusalOf({ body: { data: [item(platformA)] }, signing })).toContain('cannot be verified');
  });
});

it('an answer signed with a certificate that has ended is not believed', async () => {
  const ended = item(platformA, { expire_time: '2021-01-01T00:00:00+08:00' });
  expect(await refusalOf({ body: { data: [ended, item(platformB)] } })).toContain('cannot be verified');
});
