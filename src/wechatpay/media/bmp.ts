import type { ImageFault } from './content';

const FILE_HEADER_BYTES = 14;
/** Of BITMAPCOREHEADER, BITMAPINFOHEADER and the ones that grew out of it. */
const INFO_HEADER_BYTES = [12, 40, 52, 56, 64, 108, 124];
const BITS_PER_PIXEL = [1, 4, 8, 16, 24, 32];

/** Two letters are no signature ("BMW"), so the size of the second header has to be a known one. */
export function isBmp(bytes: Buffer): boolean {
  return (
    bytes.toString('latin1', 0, 2) === 'BM' &&
    bytes.length >= FILE_HEADER_BYTES + 4 &&
    INFO_HEADER_BYTES.includes(bytes.readUInt32LE(FILE_HEADER_BYTES))
  );
}

/** Holds a BMP against the sizes that its headers state. Source: Microsoft, "Bitmap storage". */
export function bmpFault(bytes: Buffer): ImageFault | undefined {
  const stated = bytes.readUInt32LE(2);
  if (stated > bytes.length) return 'truncated';
  if (stated < bytes.length) return 'trailing';
  if (FILE_HEADER_BYTES + bytes.readUInt32LE(FILE_HEADER_BYTES) > bytes.length) return 'truncated';
  const { width, height, bits, compressedBytes } = sizes(bytes);
  if (width <= 0 || height === 0 || !BITS_PER_PIXEL.includes(bits)) return 'damaged';
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const pixelBytes = compressedBytes ?? rowBytes * Math.abs(height);
  return bytes.readUInt32LE(10) + pixelBytes > bytes.length ? 'truncated' : undefined;
}

interface Sizes {
  readonly width: number;
  /** Negative when the first row is the top one. */
  readonly height: number;
  readonly bits: number;
  /** Only when the pixels are compressed. */
  readonly compressedBytes?: number;
}

function sizes(bytes: Buffer): Sizes {
  if (bytes.readUInt32LE(14) === 12) {
    return { width: bytes.readUInt16LE(18), height: bytes.readUInt16LE(20), bits: bytes.readUInt16LE(24) };
  }
  const compression = bytes.readUInt32LE(30);
  const plain = { width: bytes.readInt32LE(18), height: bytes.readInt32LE(22), bits: bytes.readUInt16LE(28) };
  // 0 is none; 3 and 6 only say which bits are which colour.
  return [0, 3, 6].includes(compression) ? plain : { ...plain, compressedBytes: bytes.readUInt32LE(34) };
}
