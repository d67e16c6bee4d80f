import { crc32, deflateSync } from 'node:zlib';

/* Small real images, and ways to spoil them. */

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, checksum]);
}

const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/** Width and height, 8 bits of grey. */
function header(width: number, height: number): Buffer {
  const data = Buffer.from('00000000000000000800000000', 'hex');
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  return chunk('IHDR', data);
}

const pixels = chunk('IDAT', deflateSync(Buffer.from([0, 255, 0, 0, 0, 255])));

/** A PNG of these chunks between its header and its end. */
export function pngOf(...chunks: readonly (readonly [type: string, data?: Buffer])[]): Buffer {
  const middle = chunks.map(([type, data]) => (type === 'IDAT' && data === undefined ? pixels : chunk(type, data)));
  return Buffer.concat([PNG_SIGNATURE, header(2, 2), ...middle, chunk('IEND')]);
}

export const png = pngOf(['IDAT']);
export const pngWithoutSize = Buffer.concat([PNG_SIGNATURE, header(2, 0), pixels, chunk('IEND')]);
export const pngWithoutHeader = Buffer.concat([PNG_SIGNATURE, pixels, chunk('IEND')]);
export const animatedPng = pngOf(['acTL', Buffer.alloc(8)], ['IDAT']);

/** A PNG of exactly so many bytes. */
export function pngOfSize(bytes: number): Buffer {
  return pngOf(['IDAT'], ['noIs', Buffer.alloc(bytes - png.length - 12)]);
}

/** 2 x 2 grey pixels, from the JPEG encoder of the Go project. */
export const jpeg = Buffer.from(
  '/9j/2wCEAP////////////////////////////////////////////////////////////////////////////////////8B//////////////' +
    '/////////////////////////////////////////////////////////////////////////AAAsIAAIAAgEBEQD/xADSAAABBQEBAQEBAQAA' +
    'AAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKC' +
    'kqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfI' +
    'ycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAAgBAQAAPwCOv//Z',
  'base64',
);

export interface BmpOptions {
  readonly width?: number;
  readonly height?: number;
  readonly bits?: number;
  readonly compression?: number;
  /** What the header says the compressed pixels take. */
  readonly compressedBytes?: number;
}

/** 24 bits a pixel, 2 x 2, rows padded to 8 bytes. */
export function bmpOf({
  width = 2,
  height = 2,
  bits = 24,
  compression = 0,
  compressedBytes = 0,
}: BmpOptions = {}): Buffer {
  const bytes = Buffer.alloc(14 + 40 + 16);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(compression, 30);
  bytes.writeUInt32LE(compressedBytes, 34);
  return bytes;
}

export const bmp = bmpOf();

/** With the header of OS/2: 12 bytes, sizes of 16 bits. */
export function oldBmpOf(width = 2, height = 2): Buffer {
  const bytes = Buffer.alloc(14 + 12 + 16);
  bytes.write('BM', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(26, 10);
  bytes.writeUInt32LE(12, 14);
  bytes.writeUInt16LE(width, 18);
  bytes.writeUInt16LE(height, 20);
  bytes.writeUInt16LE(24, 24);
  return bytes;
}

/** A copy with one byte changed. */
export function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0xff;
  return copy;
}
