import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { uploadPictures } from '../../src/client';
import { WechatPayError } from '../../src/wechatpay/errors';
import { pngOf } from '../wechatpay/media/pictures';
import { simulated } from '../wechatpay/simulated';

const folder = mkdtempSync(join(tmpdir(), 'temporal-wechatpay-test-'));
afterAll(() => rm(folder, { recursive: true }));

const picture = (name: string): string => {
  const file = join(folder, name);
  writeFileSync(file, pngOf(['IDAT']));
  return file;
};

describe('the pictures of an application', () => {
  it('come back as the same fields with media ids, ready to be spread into it', async () => {
    const { media, simulator } = await simulated();
    const uploaded = await uploadPictures(media, {
      company_register_cert: picture('certificate.png'),
      website_homepage_pics: [picture('home.png'), picture('shop.png')],
    });
    expect(uploaded).toEqual({
      company_register_cert: expect.any(String) as string,
      website_homepage_pics: [expect.any(String), expect.any(String)],
    });
    expect(simulator.calls({ call: 'media/upload' })).toMatchObject([{ count: 3 }]);
  });

  it('are all looked into before the first is sent', async () => {
    const { media, simulator } = await simulated();
    const text = join(folder, 'text.png');
    writeFileSync(text, 'not a picture');
    const uploading = uploadPictures(media, {
      company_register_cert: picture('certificate.png'),
      website_homepage_pics: [picture('home.png'), text, join(folder, 'missing.png')],
    });
    await expect(uploading).rejects.toMatchObject({
      name: 'InvalidInputError',
      problems: [
        { path: expect.stringContaining('$.website_homepage_pics[1]') as string },
        { path: '$.website_homepage_pics[2]' },
      ],
    });
    expect(simulator.calls({ call: 'media/upload' })).toEqual([]);
  });

  it('may not be outside of the folder that the caller names', async () => {
    const { media } = await simulated();
    picture('home.png');
    const inside = await uploadPictures(media, { company_register_cert: 'home.png' }, { folder });
    expect(inside.company_register_cert).toEqual(expect.any(String));
    await expect(uploadPictures(media, { company_register_cert: '/etc/hostname' }, { folder })).rejects.toMatchObject({
      name: 'InvalidInputError',
    });
  });

  it('are sent again after an answer that was lost, five times at most', async () => {
    const { media, simulator } = await simulated();
    simulator.faults({ kind: 'act-and-drop', call: 'media/upload', times: 1 });
    const file = picture('home.png');
    await expect(uploadPictures(media, { company_register_cert: file })).resolves.toBeDefined();
    let asked = 0;
    const gone = {
      upload: () => {
        asked += 1;
        return Promise.reject(new WechatPayError('OUTCOME_UNKNOWN', 'gone', { retryAfterMs: 1 }));
      },
    };
    await expect(uploadPictures(gone, { company_register_cert: file })).rejects.toThrow('gone');
    expect(asked).toBe(5);
  });

  it('are not sent again after a refusal', async () => {
    let asked = 0;
    const refusing = {
      upload: () => {
        asked += 1;
        return Promise.reject(new WechatPayError('REFUSED', 'no'));
      },
    };
    await expect(uploadPictures(refusing, { company_register_cert: picture('home.png') })).rejects.toThrow('no');
    expect(asked).toBe(1);
  });
});
