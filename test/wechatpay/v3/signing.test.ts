import { createHash, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { answerToVerify, authorization, newNonce, requestToSign } from '../../../src/wechatpay/v3/signing';
import { credentials, merchantKey } from './platform';

const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const joined = (parts: readonly (string | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
const nonce = '593BEC0C930BF1AFEB40B4A08C8FB242';
const timestamp = 1_700_000_000;

describe('the string to sign', () => {
  it.each([
    {
      what: 'POST with a body',
      bytes: 262,
      hash: 'a41c8bfa8ba351ac46289157aad8977d7d5014b7ffc1fc9ae9a476ecc9cd5c68',
      text: requestToSign({
        method: 'POST',
        path: '/v3/global/customs/orders',
        timestamp,
        nonce,
        body: '{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"20150806125346","transaction_id":"1000320306201511078440737890","customs":"SHANGHAI_ZS","merchant_customs_no":"123456"}',
      }),
    },
    {
      what: 'GET with a query',
      bytes: 203,
      hash: 'd03df601bfdc3f8554e673ecf053ee1a6f6aa637ee8fccdcb9a19f6a3942c228',
      text: requestToSign({
        method: 'GET',
        path: '/v3/global/customs/orders?appid=wxd678efh567hg6787&mchid=1230000109&order_type=out_trade_no&order_no=20150806125346&customs=SHANGHAI_ZS&offset=0&limit=20',
        timestamp,
        nonce,
        body: '',
      }),
    },
    {
      what: 'an answer',
      bytes: 52,
      hash: '2a7d19b82ff241a3fdc1e028af8d51eb5d989a61377e0b18e48b6b654b89c5fe',
      text: joined(answerToVerify('1700000000', nonce, Buffer.from('{"a":1}'))),
    },
    {
      what: 'an answer without body',
      bytes: 45,
      hash: 'ecb064ea4546d97f9af92e9ef928b8fdd296c4cc2d7c05c1b635fbb16ff352c3',
      text: joined(answerToVerify('1700000000', nonce, Buffer.alloc(0))),
    },
  ])('is the documented one: $what', ({ text, bytes, hash }) => {
    expect(Buffer.from(text).length).toBe(bytes);
    expect(sha256(text)).toBe(hash);
  });

  it('keeps the bytes of an answer that is not UTF-8', () => {
    const body = Buffer.from([0xff, 0xfe, 0x00]);
    expect(joined(answerToVerify('1', 'n', body))).toEqual(
      Buffer.concat([Buffer.from('1\nn\n'), body, Buffer.from('\n')]),
    );
  });
});

describe('the Authorization header', () => {
  it('names the merchant and its certificate, and its signature is theirs', () => {
    const request = { method: 'GET', path: '/v3/x', timestamp, nonce, body: '' };
    const header = authorization(credentials, request);
    const parts =
      /^WECHATPAY2-SHA256-RSA2048 mchid="(.+)",nonce_str="(.+)",timestamp="(.+)",serial_no="(.+)",signature="(.+)"$/.exec(
        header,
      );
    expect(parts?.slice(1, 5)).toEqual(['1230000109', nonce, '1700000000', credentials.merchantSerial]);
    const signature = Buffer.from(parts?.[5] ?? '', 'base64');
    expect(
      verify('sha256', Buffer.from(`GET\n/v3/x\n${timestamp}\n${nonce}\n\n`), merchantKey.publicKey, signature),
    ).toBe(true);
  });

  it('never uses a nonce twice', () => {
    const nonces = new Set(Array.from({ length: 500 }, newNonce));
    expect(nonces.size).toBe(500);
    for (const one of nonces) expect(one).toMatch(/^[0-9A-Z]{32}$/);
  });
});
