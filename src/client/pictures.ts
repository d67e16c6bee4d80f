import { setTimeout as sleep } from 'node:timers/promises';
import { basename } from 'node:path';
import { InvalidInputError, WechatPayError } from '../wechatpay/errors';
import type { ErrorClass } from '../wechatpay/errors';
import { parseImage } from '../wechatpay/media/image';
import type { Image } from '../wechatpay/media/image';
import { readImageFile } from '../wechatpay/media/image-file';
import type { MediaCalls } from '../wechatpay/media/calls';
import { allProblems } from './all-problems';

/** Fields of an application or amendment whose values are pictures, as paths of files. */
export interface PictureFiles {
  readonly company_register_cert?: string;
  readonly website_business_page_pics?: readonly string[];
  readonly website_homepage_pics?: readonly string[];
}

export interface UploadPicturesOptions {
  /** The folder that no file may be outside of, and where relative paths begin. Default: each path's own. */
  readonly folder?: string;
}

/** An upload that is repeated makes another media id, which harms nobody. */
const UPLOADS_AT_MOST = 5;
const WORTH_REPEATING: readonly ErrorClass[] = ['UNAVAILABLE', 'OUTCOME_UNKNOWN', 'RATE_LIMITED'];
const LONGEST_WAIT = 30_000;

/**
 * Uploads the pictures of an application and gives back the same fields with WeChat Pay's media ids, to be spread into
 * it. Who calls it needs the merchant's keys; the bytes go to WeChat Pay and nowhere else, least of all into Temporal.
 * All files are looked into before the first is sent.
 *
 * @param media `connectMerchant(keys, gateway).v3.media` of `temporal-wechatpay/wechatpay`
 * @throws InvalidInputError with every problem of every file, WechatPayError
 */
export async function uploadPictures<Files extends PictureFiles>(
  media: Pick<MediaCalls, 'upload'>,
  files: Files,
  { folder }: UploadPicturesOptions = {},
): Promise<{ [Field in keyof Files]: Files[Field] extends readonly string[] | undefined ? string[] : string }> {
  const pictures: { readonly field: string; readonly many: boolean; readonly path: string; readonly at: string }[] = [];
  for (const [field, value] of Object.entries(files) as [string, string | readonly string[] | undefined][]) {
    if (value === undefined) continue;
    const many = typeof value !== 'string';
    const paths = many ? value : [value];
    paths.forEach((path, index) =>
      pictures.push({ field, many, path, at: many ? `$.${field}[${index}]` : `$.${field}` }),
    );
  }
  const read = await Promise.all(pictures.map(({ path, at }) => readPicture(path, at, folder)));
  const images = allProblems('pictures', read);
  const uploaded: Record<string, string | string[]> = {};
  for (const [index, { field, many }] of pictures.entries()) {
    const media_id = await uploadImage(media, images[index] as Image);
    if (many) uploaded[field] = [...(uploaded[field] ?? []), media_id];
    else uploaded[field] = media_id;
  }
  return uploaded as Awaited<ReturnType<typeof uploadPictures<Files>>>;
}

/** Reads now, and says later what was wrong with it, so that all problems come together. */
async function readPicture(path: string, at: string, folder: string | undefined): Promise<() => Image> {
  try {
    const content = await readImageFile(path, folder);
    return () => parseImage({ filename: basename(path), content }, at);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const problems = error.problems.map((problem) => ({ ...problem, path: at }));
    return () => {
      throw new InvalidInputError('pictures', problems);
    };
  }
}

/** Uploads one image; what may work in a moment is tried again. */
export async function uploadImage(media: Pick<MediaCalls, 'upload'>, image: Image): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return (await media.upload(image)).media_id;
    } catch (error) {
      const repeats = error instanceof WechatPayError && WORTH_REPEATING.includes(error.errorClass);
      if (!repeats || attempt >= UPLOADS_AT_MOST) throw error;
      await sleep(Math.min(error.retryAfterMs ?? 500 * 2 ** attempt, LONGEST_WAIT));
    }
  }
}
