import { randomBytes } from 'node:crypto';
import { WechatPayError } from '../errors';
import type { Multipart } from '../v3/client';
import { kindOfContent } from './content';
import type { ImageType } from './content';
import { digest } from './image';
import type { Image } from './image';

/** A body ready to be sent, and where in it the file is. */
export interface Upload extends Multipart {
  readonly sha256: string;
  /** Bytes of `content` that are the file: from the first to behind the last. */
  readonly file: readonly [start: number, end: number];
}

const MIME_TYPES: Readonly<Record<ImageType, string>> = { JPG: 'image/jpeg', PNG: 'image/png', BMP: 'image/bmp' };

/**
 * The two parts of an upload: `meta` (name and digest, the only part that is signed), then `file`. The image is copied,
 * so that nobody can change it on its way. A checked `filename` holds nothing that could end a header.
 *
 * Source: WeChat Pay Global APIv3, "Image upload".
 */
export function multipartUpload({ filename, content }: Image): Upload {
  const sha256 = digest(content);
  const signedPart = JSON.stringify({ filename, sha256 });
  // 128 random bits: neither to be guessed nor to be met in an image.
  const boundary = `temporal-wechatpay-${randomBytes(16).toString('hex')}`;
  const type = MIME_TYPES[kindOfContent(Buffer.from(content.subarray(0, 32))) as ImageType];
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="meta"\r\nContent-Type: application/json\r\n\r\n` +
      `${signedPart}\r\n` +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    content: Buffer.concat([head, content, tail]),
    signedPart,
    sha256,
    file: [head.length, head.length + content.byteLength],
  };
}

/**
 * Hashes the file again where it lies in the body. Memory that is shared with another thread can change between the
 * digest and the copy; what is signed would then not be what is sent.
 *
 * @throws {WechatPayError} `INPUT`; nothing was sent
 */
export function checkUnchanged({ content, sha256, file: [start, end] }: Upload): void {
  const now = digest(content.subarray(start, end));
  if (now === sha256) return;
  throw new WechatPayError('INPUT', `image: expected the content whose SHA-256 is ${sha256}, got ${now}`, {
    call: 'media upload',
    remedy: 'It changed while it was read: nothing was sent. Upload it when nobody writes it any more.',
  });
}
