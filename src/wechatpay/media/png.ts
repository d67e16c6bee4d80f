import { crc32 } from 'node:zlib';
import type { ImageFault } from './content';

const SIGNATURE_BYTES = 8;
/** Length, type and checksum. */
const FRAME_BYTES = 12;

/**
 * Walks the chunks of a PNG from the first (`IHDR`) to the last (`IEND`), with their checksums.
 *
 * Source: PNG specification, "Datastream structure"; `acTL` is what makes it an animation (APNG).
 */
export function pngFault(bytes: Buffer): ImageFault | undefined {
  let pixels = false;
  for (let at = SIGNATURE_BYTES; at < bytes.length;) {
    if (at + FRAME_BYTES > bytes.length) return 'truncated';
    const length = bytes.readUInt32BE(at);
    const end = at + FRAME_BYTES + length;
    if (end > bytes.length) return 'truncated';
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (crc32(bytes.subarray(at + 4, end - 4)) !== bytes.readUInt32BE(end - 4)) return 'damaged';
    if ((type === 'IHDR') !== (at === SIGNATURE_BYTES)) return 'damaged';
    if (type === 'IHDR' && !hasSize(bytes, at + 8, length)) return 'damaged';
    if (type === 'acTL') return 'animated';
    if (type === 'IDAT') pixels = true;
    if (type === 'IEND') {
      if (!pixels) return 'damaged';
      return end === bytes.length ? undefined : 'trailing';
    }
    at = end;
  }
  return 'truncated';
}

function hasSize(bytes: Buffer, at: number, length: number): boolean {
  return length === 13 && bytes.readUInt32BE(at) > 0 && bytes.readUInt32BE(at + 4) > 0;
}
