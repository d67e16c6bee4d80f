import { describe, expect, it } from 'vitest';
import { notificationUrls } from '../../src/config/notificationUrls';
import { parseRoute } from '../../src/webhook/routes';

const M = '1900000109';

describe('a route', () => {
  const urls = notificationUrls('https://pay.example.com');
  it.each([
    ['h5', urls.h5(M, '1900000200'), { kind: 'h5', protocol: 'v3', mchid: M, key: '1900000200' }],
    ['h5-domain', urls.h5Domain(M, 'A-1'), { kind: 'h5-domain', protocol: 'v3', mchid: M, key: 'A-1' }],
    ['payment', urls.payment(M), { kind: 'payment', protocol: 'v2', mchid: M }],
    ['contract', urls.contract(M), { kind: 'contract', protocol: 'v2', mchid: M }],
    [
      'contract of an order',
      urls.contract(M, 'A|1*@_-'),
      { kind: 'contract', protocol: 'v2', mchid: M, key: 'A|1*@_-' },
    ],
    ['debit', urls.debit(M), { kind: 'debit', protocol: 'v2', mchid: M }],
  ])('%s is what its notification URL leads to', (_name, url, route) => {
    expect(parseRoute(new URL(url).pathname)).toEqual(route);
  });

  it('may stand below the path of the notification base URL, if that is configured', () => {
    const path = new URL(notificationUrls('https://example.com/hooks/a').payment(M)).pathname;
    expect(parseRoute(path, ['/hooks/a'])).toEqual({ kind: 'payment', protocol: 'v2', mchid: M });
    expect(parseRoute(path)).toBeUndefined();
  });
});

describe('what leads nowhere', () => {
  it.each([
    '',
    '/',
    '/wechatpay',
    `/wechatpay/${M}`,
    `/wechatpay/${M}/`,
    `/wechatpay/${M}/refund`,
    `/wechatpay/${M}/toString`,
    `/wechatpay/${M}/h5`,
    `/wechatpay/${M}/h5/`,
    `/wechatpay/${M}/h5/1/2`,
    `/wechatpay/${M}/payment/`,
    `/wechatpay/${M}/payment/1`,
    `/wechatpay/${M}/payment?x=1`,
    `/wechatpay/${M}/contract/a%2Fb`,
    `/wechatpay/${M}/contract/%`,
    `/wechatpay/${M}/contract/%FF`,
    `/wechatpay/${M}/contract/a%0Ab`,
    `/wechatpay/${M}/contract/..`,
    `/wechatpay/${M}/contract/%2E%2E`,
    `/wechatpay/${M}/contract/${'a'.repeat(65)}`,
    `//wechatpay/${M}/payment`,
    `/wechatpay//${M}/payment`,
    `/x/../wechatpay/${M}/payment`,
    `/WechatPay/${M}/payment`,
    '/wechatpay/190000010/payment',
    '/wechatpay/%31900000109/payment',
    `http://example.com/wechatpay/${M}/payment`,
  ])('%j', (path) => {
    expect(parseRoute(path)).toBeUndefined();
  });
});
