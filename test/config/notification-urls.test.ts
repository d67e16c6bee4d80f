import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notificationUrls } from '../../src/config/notificationUrls';

describe('notification URLs', () => {
  const urls = notificationUrls('https://pay.example.com/hooks/');

  it('lead to the routes of the webhook, below any path', () => {
    expect(urls.h5('1900000109', '1900000110')).toBe(
      'https://pay.example.com/hooks/wechatpay/1900000109/h5/1900000110',
    );
    expect(urls.h5Domain('1900000109', 'A-1')).toBe('https://pay.example.com/hooks/wechatpay/1900000109/h5-domain/A-1');
    expect(urls.payment('1900000109')).toBe('https://pay.example.com/hooks/wechatpay/1900000109/payment');
    expect(urls.contract('1900000109')).toBe('https://pay.example.com/hooks/wechatpay/1900000109/contract');
    expect(urls.debit('1900000109')).toBe('https://pay.example.com/hooks/wechatpay/1900000109/debit');
  });

  it('encode an order number that holds | or @', () => {
    expect(urls.contract('1900000109', 'A|1*@_-')).toBe(
      'https://pay.example.com/hooks/wechatpay/1900000109/contract/A%7C1*%40_-',
    );
  });

  it('come from a file that imports nothing', () => {
    const source = readFileSync(join(__dirname, '../../src/config/notificationUrls.ts'), 'utf8');
    expect(source).not.toMatch(/^import|require\(/m);
  });
});
