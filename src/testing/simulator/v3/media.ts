import { createHash } from 'node:crypto';
import type { TestCredentials } from '../../credentials';
import type { World } from '../world';
import { paramError } from './api-error';
import type { ApiError } from './api-error';

const MOST_BYTES = 2 * 1024 * 1024;

interface Part {
  readonly name: string | undefined;
  readonly filename: string | undefined;
  readonly content: Buffer;
}

const bad = (issue: string): ApiError =>
  paramError(`Parameter error: ${issue}`, `参数错误：${issue}`, { field: '/', issue, location: 'body' });

/** The parts of a multipart/form-data body, in order. */
export function parseMultipart(contentType: string | undefined, body: Buffer): Part[] {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(contentType ?? '')?.[1];
  if (boundary === undefined) throw bad('Content-Type must be multipart/form-data with a boundary');
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  const bytes = Buffer.concat([Buffer.from('\r\n'), body]);
  const parts: Part[] = [];
  for (let at = bytes.indexOf(delimiter); at >= 0;) {
    const start = at + delimiter.length;
    const end = bytes.indexOf(delimiter, start);
    if (end < 0) break;
    const part = bytes.subarray(start + 2, end);
    const blank = part.indexOf('\r\n\r\n');
    if (blank < 0) throw bad('a part without headers');
    const head = part.subarray(0, blank).toString('utf8');
    parts.push({
      name: /;\s*name="([^"]*)"/i.exec(head)?.[1],
      filename: /;\s*filename="([^"]*)"/i.exec(head)?.[1],
      content: part.subarray(blank + 4),
    });
    at = end;
  }
  return parts;
}

/** The part that is signed in place of the body. */
export function metaOf(contentType: string | undefined, body: Buffer): Buffer {
  const meta = parseMultipart(contentType, body).find(({ name }) => name === 'meta');
  if (!meta) throw bad('the part meta is missing');
  return meta.content;
}

/** `POST /v3/merchant/media/upload`: each upload gives another id, also for the same file. */
export function upload(world: World, merchant: TestCredentials, contentType: string | undefined, body: Buffer) {
  const parts = parseMultipart(contentType, body);
  const file = parts.find(({ name }) => name === 'file');
  const meta = readMeta(metaOf(contentType, body));
  if (!file) throw bad('the part file is missing');
  if (!/\.(jpe?g|bmp|png)$/i.test(meta.filename)) throw bad('filename must end in .jpg, .bmp or .png');
  if (file.filename !== meta.filename) throw bad('filename differs between meta and file');
  if (file.content.length > MOST_BYTES) throw bad('the file is larger than 2 MB');
  const sha256 = createHash('sha256').update(file.content).digest('hex');
  if (sha256 !== meta.sha256) throw bad('sha256 is not the digest of the file');
  world.ledger.record('uploaded', merchant.mchid, sha256, world.now());
  const number = world.stores.next('media');
  const media_id = createHash('sha512').update(`${sha256}/${number}`).digest('base64url');
  world.stores.media.add(media_id);
  return { media_id };
}

function readMeta(text: Buffer): { filename: string; sha256: string } {
  try {
    const { filename, sha256 } = JSON.parse(text.toString('utf8')) as Record<string, unknown>;
    if (typeof filename === 'string' && typeof sha256 === 'string') return { filename, sha256 };
  } catch {
    // Refused below.
  }
  throw bad('meta must be JSON with filename and sha256');
}
