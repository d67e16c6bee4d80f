import type { ImageFault } from './content';

const END_OF_IMAGE = 0xd9;
const START_OF_SCAN = 0xda;

/**
 * Walks the segments of a JPEG from its start to its end. Cameras put previews behind the picture, each a whole JPEG
 * again; anything else there is not part of an image.
 *
 * Source: ITU-T T.81, annex B.
 */
export function jpegFault(bytes: Buffer): ImageFault | undefined {
  for (let at = 0; at < bytes.length;) {
    const end = endOfJpeg(bytes, at);
    if (typeof end !== 'number') return end;
    at = end;
    while (bytes[at] === 0) at += 1;
    if (at < bytes.length && !isStart(bytes, at)) return 'trailing';
  }
  return undefined;
}

function isStart(bytes: Buffer, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff;
}

/** Position behind the end mark of the JPEG that begins at `start`. */
function endOfJpeg(bytes: Buffer, start: number): number | ImageFault {
  let frame = false;
  let scan = false;
  for (let at = start + 2; at < bytes.length;) {
    if (bytes[at] !== 0xff) return 'damaged';
    while (bytes[at] === 0xff) at += 1;
    const marker = bytes[at] ?? 0;
    at += 1;
    if (marker === END_OF_IMAGE) return frame && scan ? at : 'damaged';
    if (at + 2 > bytes.length) return 'truncated';
    const length = bytes.readUInt16BE(at);
    if (length < 2) return 'damaged';
    if (at + length > bytes.length) return 'truncated';
    if (isFrame(marker)) {
      if (length < 8 || bytes.readUInt16BE(at + 3) === 0 || bytes.readUInt16BE(at + 5) === 0) return 'damaged';
      frame = true;
    }
    at += length;
    if (marker === START_OF_SCAN) {
      scan = true;
      at = endOfScan(bytes, at);
    }
  }
  return 'truncated';
}

/** Start of frame, C0 to CF; C4, C8 and CC among them are something else. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}

/** The next mark behind compressed pixels, in which FF 00 is a pixel and FF D0 to FF D7 are restarts. */
function endOfScan(bytes: Buffer, start: number): number {
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}
