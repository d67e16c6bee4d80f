import { describe, expect, it } from 'vitest';
import { Aes, Formatter, Rsa } from 'wechatpay-axios-plugin';
import { openAead } from '../../../src/wechatpay/v3/aead';
import { authorization, requestToSign } from '../../../src/wechatpay/v3/signing';
import { seal } from '../../../src/wechatpay/v3/sealing';
import { verifySignature } from '../../../src/wechatpay/v3/verification';
import { API_V3_KEY, credentials, merchantKey, NOW, platformA, publicKeyA } from './platform';

/* An independent client of WeChat Pay has to agree with ours in both directions. */

const BODY = '{"description":"张三的店","amount":1}';
const PATH = '/v3/global/customs/orders?order_no=a%7Cb';

describe('wechatpay-axios-plugin', () => {
  it('builds the same string to sign, and believes our signature', () => {
    const request = { method: 'POST', path: PATH, timestamp: NOW / 1000, nonce: 'N', body: BODY };
    const theirs = Formatter.request('POST', PATH, String(NOW / 1000), 'N', BODY);
    expect(requestToSign(request)).toBe(theirs);
    const signature = /signature="([^"]+)"/.exec(authorization(credentials, request))?.[1] ?? '';
    expect(Rsa.verify(theirs, signature, merchantKey.publicKey)).toBe(true);
    expect(Rsa.verify(`${theirs} `, signature, merchantKey.publicKey)).toBe(false);
  });

  it('writes the same Authorization header', () => {
    const request = { method: 'GET', path: PATH, timestamp: NOW / 1000, nonce: 'N', body: '' };
    const signature = Rsa.sign(requestToSign(request), merchantKey.privateKey);
    const theirs = Formatter.authorization(
      credentials.mchid,
      'N',
      signature,
      String(NOW / 1000),
      credentials.merchantSerial,
    );
    const parts = (header: string): string[] =>
      header
        .replace(/^(\S+) /, '$1,')
        .split(',')
        .sort();
    expect(parts(authorization(credentials, request))).toEqual(parts(theirs));
  });

  it('signs an answer that we believe', async () => {
    const timestamp = String(NOW / 1000);
    const headers = {
      'wechatpay-timestamp': timestamp,
      'wechatpay-nonce': 'N',
      'wechatpay-serial': platformA.serial,
      'wechatpay-signature': Rsa.sign(Formatter.response(timestamp, 'N', BODY), platformA.privateKey),
    };
    const findKey = (): Promise<typeof platformA.publicKey> => Promise.resolve(platformA.publicKey);
    const verified = await verifySignature({ headers, body: Buffer.from(BODY), findKey, now: NOW });
    expect(verified.value.toString()).toBe(BODY);
  });

  it('encrypts a resource that we open', () => {
    const ciphertext = Aes.AesGcm.encrypt(BODY, API_V3_KEY.toString(), '0123456789ab', 'aad');
    const resource = { algorithm: 'AEAD_AES_256_GCM', nonce: '0123456789ab', associated_data: 'aad', ciphertext };
    expect(openAead(resource, [API_V3_KEY]).toString()).toBe(BODY);
  });

  it('opens what we seal with OAEP', () => {
    expect(Rsa.decrypt(seal('张三', publicKeyA, 'OAEP'), platformA.privateKey)).toBe('张三');
  });
});
