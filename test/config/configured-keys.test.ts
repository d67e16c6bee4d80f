import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configuredKeys, ConfigurationError, loadConfig } from '../../src/config';
import { makeCertificate } from '../wechatpay/keys/make-certificate';
import { CANARIES, pkcs8, publicPem, writeKeyFiles } from './keys';

const MCHID = '1900000109';
const SERIAL = '3775B6A45ACD588826D15E583A95F5DD12345678';

/** A v2 key in a file of its own, and a clock that stands. */
function stage(extra: Record<string, string> = {}) {
  const file = join(mkdtempSync(join(tmpdir(), 'wechatpay-config-')), 'v2.key');
  writeFileSync(file, CANARIES.apiV2Key);
  const clock = { now: 0 };
  const env = { WECHATPAY_MCHID: MCHID, WECHATPAY_API_V2_KEY_FILE: file, ...extra };
  return { file, clock, keys: configuredKeys(env, { now: () => clock.now }) };
}

describe('keys from files', () => {
  it('are those of the configured merchants, and of nobody else', async () => {
    const { keys } = stage();
    expect((await keys.keysOf(MCHID))?.v2?.keys.current).toBe(CANARIES.apiV2Key);
    expect(await keys.keysOf('1900000110')).toBeUndefined();
  });

  it('are read again after half a minute, and not before', async () => {
    const { keys, file, clock } = stage();
    await keys.keysOf(MCHID);
    writeFileSync(file, CANARIES.previousV2Key);
    clock.now = 29_999;
    expect((await keys.keysOf(MCHID))?.v2?.keys.current).toBe(CANARIES.apiV2Key);
    clock.now = 30_000;
    expect((await keys.keysOf(MCHID))?.v2?.keys.current).toBe(CANARIES.previousV2Key);
  });

  it('that are wrong for the moment are CONFIGURATION, named, without a secret', async () => {
    const { keys, file, clock } = stage();
    await keys.keysOf(MCHID);
    writeFileSync(file, CANARIES.apiV2Key.slice(1));
    clock.now = 30_000;
    const error = await keys.keysOf(MCHID).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      errorClass: 'CONFIGURATION',
      message: expect.stringContaining('WECHATPAY_API_V2_KEY_FILE: expected') as string,
    });
    expect((error as Error).message).not.toContain('canary');
    rmSync(file);
    clock.now = 35_000;
    await expect(keys.keysOf(MCHID)).rejects.toThrow(/no such file/);
    writeFileSync(file, CANARIES.previousV2Key);
    // Anybody can make up merchant numbers, and must not make us read files with them.
    clock.now = 39_999;
    await expect(keys.keysOf('1900000110')).rejects.toThrow(/no such file/);
    clock.now = 40_000;
    expect((await keys.keysOf(MCHID))?.v2?.keys.current).toBe(CANARIES.previousV2Key);
  });
});

describe('the merchant’s certificate', () => {
  const file = writeKeyFiles();
  const put = (content: string): string => {
    const path = join(mkdtempSync(join(tmpdir(), 'wechatpay-config-')), 'apiclient_cert.pem');
    writeFileSync(path, content);
    return path;
  };
  const load = (certificate: string) =>
    loadConfig(
      {
        WECHATPAY_MCHID: MCHID,
        WECHATPAY_MERCHANT_SERIAL: SERIAL,
        WECHATPAY_MERCHANT_KEY_FILE: file('pkcs8.pem'),
        WECHATPAY_MERCHANT_CERTIFICATE_FILE: put(certificate),
        WECHATPAY_API_V3_KEY_FILE: file('v3.key'),
      },
      { needs: ['merchants'] },
    ).merchants.get(MCHID)?.v3;
  const own = createPrivateKey(pkcs8);

  it('is kept where it fits', () => {
    expect(load(makeCertificate(own, { serial: SERIAL }).toString())?.certificate?.serialNumber).toBe(SERIAL);
  });

  it('may be followed by the rest of its chain', () => {
    const chain = [own, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey].map((key) =>
      makeCertificate(key),
    );
    expect(load(chain.join('\n'))?.certificate?.raw.equals(chain[0]?.raw ?? Buffer.alloc(0))).toBe(true);
  });

  it('that has expired, or is another merchant’s by its name, starts all the same: WeChat Pay decides', () => {
    expect(load(makeCertificate(own, { from: 0, to: 1 }).toString())).toBeDefined();
    expect(load(makeCertificate(own, { commonName: '1900000999' }).toString())).toBeDefined();
  });

  it.each([
    ['the private key', pkcs8, /got a private key\. Give apiclient_cert\.pem/],
    ['a public key', publicPem, /got a public key/],
    ['no PEM', 'certificate', /got no PEM certificate/],
    ['a cut PEM', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', /got a damaged PEM file/],
  ])('is refused when the file holds %s', (_, content, words) => {
    expect(() => load(content)).toThrow(ConfigurationError);
    expect(() => load(content)).toThrow(words);
  });
});
