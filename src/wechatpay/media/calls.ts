import { basename } from 'node:path';
import { AnswerFields, fieldMissing } from '../v3/answer-fields';
import type { V3Client } from '../v3/client';
import { parseImage } from './image';
import type { Image, ParseImageOptions } from './image';
import { readImageFile } from './image-file';
import { checkUnchanged, multipartUpload } from './multipart';

/** Answer of an upload. Source: WeChat Pay Global APIv3, "Image upload". */
export interface UploadedImage {
  /** Names the image in an application; at most 512 characters. How long it is valid is not documented: use it soon. */
  readonly media_id: string;
}

export interface UploadFileOptions extends ParseImageOptions {
  /** Name that WeChat Pay shows. Default: the file's own. */
  readonly filename?: string;
  /** The folder that the file may not be outside of, and where a relative path begins. Default: the path's own. */
  readonly folder?: string;
  /** SHA-256 that the file had when somebody looked at it, 64 lower-case hexadecimal digits. */
  readonly sha256?: string;
}

/** One attempt of an upload. Throws WechatPayError. A repeat is harmless: it gives another media id. */
export interface MediaCalls {
  /** @throws {InvalidInputError} with every problem of the image; nothing was sent */
  upload(image: Image, options?: ParseImageOptions): Promise<UploadedImage>;
  /** The same for a file. @throws {InvalidInputError} also for a file that cannot be read; nothing was sent */
  uploadFile(path: string, options?: UploadFileOptions): Promise<UploadedImage>;
}

export interface MediaCallsOptions {
  /** Default `/v3/merchant/media/upload`: without `/global`, unlike every other call. */
  readonly path?: string;
}

export function mediaCalls(
  client: V3Client,
  { path = '/v3/merchant/media/upload' }: MediaCallsOptions = {},
): MediaCalls {
  const upload: MediaCalls['upload'] = async (image, options) => {
    const name = 'media upload';
    const multipart = multipartUpload(parseImage(image, '$.image', options));
    checkUnchanged(multipart);
    const answer = await client.call({ name, method: 'POST', path, multipart });
    const media_id = new AnswerFields(answer.body).text('media_id');
    if (media_id === undefined) throw fieldMissing(name, 'media_id', answer.requestId);
    return { media_id };
  };
  return {
    upload,
    async uploadFile(file, options = {}) {
      const { filename = basename(file), folder, sha256 } = options;
      const content = await readImageFile(file, folder);
      return upload({ filename, content, ...(sha256 !== undefined && { sha256 }) }, options);
    },
  };
}
