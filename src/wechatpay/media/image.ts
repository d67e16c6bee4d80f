import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Problem } from '../errors';
import { describeValue, field, parseInput, record, warningsOf } from '../validation';
import type { Complaint, Rule, Verdict } from '../validation';
import { quotedCharacter } from '../validation/shown';
import { judgeText } from '../validation/text';
import { imageFault, isImageType, kindOfContent } from './content';
import type { ImageFault, ImageType } from './content';

/** 2 MB: the Global page's limit. The domestic page of the same call says 5 MB. */
export const MAX_IMAGE_BYTES = 2 * 1024 * 1024;

/**
 * An image for an application: a certificate of incorporation, a picture of a web site.
 *
 * Source: WeChat Pay Global APIv3, "Image upload".
 */
export interface Image {
  /** Name that WeChat Pay shows; 1 to 128 characters, without folders, ending in `.jpg`, `.jpeg`, `.bmp` or `.png`. */
  readonly filename: string;
  /** The bytes of one whole still picture, at most 2 MB. */
  readonly content: Uint8Array;
  /** SHA-256 that the content had when somebody looked at it, 64 lower-case hexadecimal digits. */
  readonly sha256?: string;
}

export interface ParseImageOptions {
  /** Collects what is unusual but not wrong. */
  readonly warnings?: Problem[];
}

const EXTENSIONS: Readonly<Record<string, ImageType>> = { jpg: 'JPG', jpeg: 'JPG', png: 'PNG', bmp: 'BMP' };

function typeByName(filename: unknown): ImageType | undefined {
  const extension = typeof filename === 'string' ? /.\.([A-Za-z]{1,8})$/.exec(filename)?.[1]?.toLowerCase() : undefined;
  return extension !== undefined && Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
}

/** The length is documented for a sibling of this call only. */
function filename(): z.ZodType<string> {
  const expected = 'a file name of 1 to 128 characters that ends in .jpg, .jpeg, .bmp or .png';
  return field<string>(expected, (value) => {
    const wrong = judgeText(value, { max: 128 });
    if (wrong !== undefined) return wrong;
    const name = String(value);
    if (/[/\\]/.test(name)) return { code: 'path', remedy: 'Give the bare name, without folders.' };
    const at = name.search(/["<>|:*?;]/);
    if (at !== -1) {
      const got = quotedCharacter(name, at);
      return { code: 'characters', got, remedy: 'Leave these out of a file name: " < > | : * ? ;' };
    }
    if (typeByName(name) === undefined) return { code: 'extension', remedy: 'Name it by what it is: shop.png.' };
    return undefined;
  });
}

const CONTENT = 'a JPG, BMP or PNG image of at most 2 MB (2,097,152 bytes)';

function judgeContent(bytes: Uint8Array): Verdict {
  const wrongSize = sizeComplaint(bytes.byteLength);
  if (wrongSize !== undefined) return wrongSize;
  const content = asBuffer(bytes);
  const kind = kindOfContent(content);
  if (!isImageType(kind)) {
    return { code: 'image-type', got: kind, remedy: 'Convert it; another name does not make it an image.' };
  }
  const fault = imageFault(content, kind);
  return fault === undefined ? undefined : FAULTS[fault];
}

/** What is wrong with a size in bytes, known before the content is read. */
export function sizeComplaint(bytes: number): Complaint | undefined {
  if (bytes === 0) {
    return { code: 'empty', expected: CONTENT, got: '0 bytes', remedy: 'The file is empty: save the image again.' };
  }
  if (bytes <= MAX_IMAGE_BYTES) return undefined;
  return {
    code: 'length',
    expected: CONTENT,
    got: `${bytes.toLocaleString('en-US')} bytes`,
    remedy: 'Reduce its size or quality.',
  };
}

const FAULTS: Readonly<Record<ImageFault, Complaint>> = {
  truncated: {
    code: 'truncated',
    expected: 'a whole image',
    got: 'an image without its end',
    remedy: 'The file was cut off: copy or save it again.',
  },
  damaged: {
    code: 'damaged',
    expected: 'an image that can be shown',
    got: 'an image with damaged parts',
    remedy: 'Open it in an image program and save it anew.',
  },
  animated: {
    code: 'animated',
    expected: 'a still image',
    got: 'an animation',
    remedy: 'Save one picture of it: a reviewer sees only the first.',
  },
  trailing: {
    code: 'trailing-content',
    expected: 'an image and nothing behind it',
    got: 'an image followed by something else',
    remedy: 'Open it in an image program and save it anew, without film or sound.',
  },
  markup: {
    code: 'markup',
    expected: 'an image and nothing else',
    got: 'an image with a web page inside',
    remedy: 'Open it in an image program and save it anew, without comments.',
  },
};

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function sha256(): z.ZodType<string> {
  return field<string>('a SHA-256 of 64 lower-case hexadecimal digits', (value) =>
    isDigest(value)
      ? undefined
      : { code: 'pattern', remedy: 'Leave it out, or give the digest of the bytes in hexadecimal.' },
  );
}

function nameFits(bytes: Uint8Array | undefined): Rule {
  return ({ filename: name }, report) => {
    const named = typeByName(name);
    const kind = bytes === undefined ? '' : kindOfContent(asBuffer(bytes));
    if (named === undefined || !isImageType(kind) || kind === named) return;
    report(['content'], {
      code: 'image-type',
      expected: `a ${named} image, as its name says`,
      got: `a ${kind} image`,
      remedy: 'Name it by what it is.',
    });
  };
}

function isWhatWasSeen(bytes: Uint8Array | undefined): Rule {
  return ({ sha256: seen }, report) => {
    if (bytes === undefined || bytes.byteLength > MAX_IMAGE_BYTES || !isDigest(seen)) return;
    const now = digest(bytes);
    if (now === seen) return;
    report(['content'], {
      code: 'changed',
      expected: `the content whose SHA-256 is ${seen}`,
      got: now,
      remedy: 'It was changed since its digest was made: look at it again.',
    });
  };
}

/** @throws {InvalidInputError} with every problem of it; never shows the content */
export function parseImage(input: unknown, path = '$.image', options: ParseImageOptions = {}): Image {
  const { fields, bytes } = takeBytes(input);
  const content = field<Uint8Array>(CONTENT, () =>
    bytes === undefined ? { code: 'type', remedy: 'Give the bytes as a Buffer or Uint8Array.' } : judgeContent(bytes),
  );
  const image = record(
    { filename: filename(), content, sha256: sha256().optional() },
    nameFits(bytes),
    isWhatWasSeen(bytes),
  );
  const parsed: Image = { ...parseInput('image', path, image, fields), ...(bytes && { content: bytes }) };
  options.warnings?.push(...warningsOf(path, parsed, [shortEnding]));
  return parsed;
}

/** Bytes are no JSON, so they are not copied with the rest; a text stands where they were. */
function takeBytes(input: unknown): { readonly fields: unknown; readonly bytes?: Uint8Array } {
  try {
    const { content, ...others } = input as Partial<Image>;
    if (content instanceof Uint8Array) return { fields: { ...others, content: '' }, bytes: content };
  } catch {
    // Nothing, or a getter that throws: what is wrong is said where the rest is read.
  }
  return { fields: input };
}

/** Source: WeChat Pay Global APIv3, "Image upload": only the English text names `jpeg`. */
const shortEnding: Rule = ({ filename: name }, report) => {
  if (typeof name !== 'string' || !/\.jpeg$/i.test(name)) return;
  report(['filename'], {
    code: 'unusual',
    expected: 'a name that ends in .jpg',
    got: describeValue(name),
    remedy: 'Call it .jpg: WeChat Pay may refuse the longer ending.',
  });
};

/** SHA-256, lower-case hexadecimal. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The same bytes, not copied. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
