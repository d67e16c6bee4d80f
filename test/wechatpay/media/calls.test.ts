import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Problem } from '../../../src/wechatpay/errors';
import { mediaCalls } from '../../../src/wechatpay/media/calls';
import { parseImage } from '../../../src/wechatpay/media/image';
import { checkUnchanged, multipartUpload } from '../../../src/wechatpay/media/multipart';
import { simulated } from '../simulated';
import { scriptedClient } from '../v3/scripted-client';
import { bmp, jpeg, png, pngOfSize } from './pictures';

const MEDIA_ID =
  '6uqyGjGrCf2GtyXP8bxrbuH9-aAoTjH-rKeSl3Lf4_So6kdkQu4w8BYVP3bzLtvR38lxt4PjtCDXsQpzqge_hQEovHzOhsLleGFQVRF-U_0';
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('an upload', () => {
  it('has two parts, of which the first is signed and the second is the file, byte for byte', async () => {
    const { client, seen } = await scriptedClient({ media_id: MEDIA_ID });
    expect(await mediaCalls(client).upload({ filename: 'filea.jpg', content: jpeg })).toEqual({ media_id: MEDIA_ID });
    const { method, path, headers, body } = seen[0]!;
    expect([method, path]).toEqual(['POST', '/v3/merchant/media/upload']);
    const boundary = /^multipart\/form-data; boundary=([0-9a-z-]{20,70})$/.exec(headers['content-type'] ?? '')?.[1];
    const meta = `{"filename":"filea.jpg","sha256":"${sha256(jpeg)}"}`;
    const expected = Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n${meta}\r\n` +
          `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="filea.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`,
      ),
      jpeg,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]);
    expect(body.equals(expected)).toBe(true);
    expect(headers['content-length']).toBe(String(expected.length));
  });

  it('has another boundary each time', () => {
    const image = { filename: 'a.png', content: png };
    expect(multipartUpload(image).contentType).not.toBe(multipartUpload(image).contentType);
  });

  it.each([
    ['shop.PNG', png, 'image/png'],
    ['shop.bmp', bmp, 'image/bmp'],
    ['shop.jpeg', jpeg, 'image/jpeg'],
    ['营业执照 1.jpg', jpeg, 'image/jpeg'],
  ])('of %s states what it is', async (filename, content, type) => {
    const { client, seen } = await scriptedClient({ media_id: MEDIA_ID });
    await mediaCalls(client).upload({ filename, content });
    const body = seen[0]!.body.toString('utf8');
    expect(body).toContain(`filename="${filename}"\r\nContent-Type: ${type}\r\n`);
    expect(body).toContain(`{"filename":"${filename}","sha256":"${sha256(content)}"}`);
  });

  it('goes where the merchant says', async () => {
    const { client, seen } = await scriptedClient({ media_id: MEDIA_ID });
    await mediaCalls(client, { path: '/v3/global/merchant/media/upload' }).upload({ filename: 'a.png', content: png });
    expect(seen[0]?.path).toBe('/v3/global/merchant/media/upload');
  });

  it.each([{}, { media_id: '' }])('is not believed without a media id: %j', async (answer) => {
    const { client } = await scriptedClient(answer);
    await expect(mediaCalls(client).upload({ filename: 'a.png', content: png })).rejects.toMatchObject({
      errorClass: 'OUTCOME_UNKNOWN',
      requestId: 'REQ-1',
    });
  });

  it('warns of the ending that only one page names', () => {
    const warnings: Problem[] = [];
    parseImage({ filename: 'a.jpeg', content: jpeg }, '$.image', { warnings });
    expect(warnings).toMatchObject([{ path: '$.image.filename', expected: 'a name that ends in .jpg' }]);
    const none: Problem[] = [];
    parseImage({ filename: 'a.jpg', content: jpeg }, '$.image', { warnings: none });
    expect(none).toEqual([]);
  });

  it('refuses a body whose file is not what was hashed', () => {
    const upload = multipartUpload({ filename: 'a.png', content: png });
    checkUnchanged(upload);
    const at = upload.content.indexOf(png);
    upload.content[at + 20] = (upload.content[at + 20] ?? 0) ^ 1;
    expect(() => checkUnchanged(upload)).toThrow(/^image: expected the content whose SHA-256 is [0-9a-f]{64}, got/);
  });
});

describe('to WeChat Pay', () => {
  it('goes with a signature over meta alone, and gives another id each time', async () => {
    const { media, simulator } = await simulated();
    const image = { filename: 'shop.png', content: png, sha256: sha256(png) };
    const first = await media.upload(image);
    expect(first.media_id).toMatch(/^[\w-]{40,512}$/);
    expect((await media.upload(image)).media_id).not.toBe(first.media_id);
    expect(simulator.ledger({ effect: 'uploaded' })).toMatchObject([{ key: sha256(png), count: 2 }]);
  });

  it('goes with exactly 2 MB', async () => {
    const { media } = await simulated();
    const content = pngOfSize(2 * 1024 * 1024);
    expect(content).toHaveLength(2_097_152);
    expect(await media.upload({ filename: 'large.png', content })).toHaveProperty('media_id');
  });

  it('goes from a file, under its own name or another', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'image-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'licence.jpg'), jpeg);
    const { media, simulator } = await simulated();
    await media.uploadFile(join(folder, 'licence.jpg'));
    await media.uploadFile('licence.jpg', { folder, filename: 'other.jpg', sha256: sha256(jpeg) });
    expect(simulator.ledger({ effect: 'uploaded' })).toMatchObject([{ key: sha256(jpeg), count: 2 }]);
    expect(await readFile(join(folder, 'licence.jpg'))).toEqual(jpeg);
  });

  it.each([
    ['429', 'RATE_LIMITED'],
    ['401', 'CONFIGURATION'],
    ['503', 'OUTCOME_UNKNOWN'],
    ['act-and-drop', 'OUTCOME_UNKNOWN'],
    ['bad-signature', 'OUTCOME_UNKNOWN'],
  ] as const)('tells a failure apart: %s', async (kind, errorClass) => {
    const { media, simulator } = await simulated();
    simulator.faults({ call: 'media/upload', kind });
    await expect(media.upload({ filename: 'a.png', content: png })).rejects.toMatchObject({
      errorClass,
      call: 'media upload',
    });
  });
});
