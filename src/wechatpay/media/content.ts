import { bmpFault, isBmp } from './bmp';
import { jpegFault } from './jpeg';
import { pngFault } from './png';

/** The kinds of images that WeChat Pay takes. */
export type ImageType = 'JPG' | 'PNG' | 'BMP';

/**
 * Why bytes that begin as an image are not one whole still picture.
 *
 * - `truncated` – the end is missing.
 * - `damaged` – what its own structure demands is missing or wrong.
 * - `animated` – more than one picture follows in time; a reviewer would see the first.
 * - `trailing` – something else follows the image: an archive, a film, a web page.
 * - `markup` – a web page is hidden inside.
 */
export type ImageFault = 'truncated' | 'damaged' | 'animated' | 'trailing' | 'markup';

/** The first row that matches decides. Source of the first three: WeChat Pay Global APIv3, "Image upload". */
const SIGNATURES: readonly (readonly [kind: string, matches: (bytes: Buffer) => boolean])[] = [
  ['JPG', startsWith('ffd8ff')],
  ['PNG', startsWith('89504e470d0a1a0a')],
  ['BMP', isBmp],
  ['a GIF image', startsWith('47494638')],
  ['a WebP image', (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'],
  ['a TIFF image', (bytes) => startsWith('49492a00')(bytes) || startsWith('4d4d002a')(bytes)],
  ['a HEIC or AVIF image, or a film', (bytes) => bytes.toString('latin1', 4, 8) === 'ftyp'],
  ['a PDF document', startsWith('25504446')],
  ['an archive or Office document', startsWith('504b0304')],
  [
    'text with markup, such as SVG or HTML',
    (bytes) => /^[\s\u00ef\u00bb\u00bf]*</.test(bytes.toString('latin1', 0, 256)),
  ],
  ['text', (bytes) => !/[\u0000-\u0008\u000e-\u001a\u007f]/.test(bytes.toString('latin1', 0, 256))],
];

function startsWith(hex: string): (bytes: Buffer) => boolean {
  const signature = Buffer.from(hex, 'hex');
  return (bytes) => bytes.subarray(0, signature.length).equals(signature);
}

/** What bytes are by their beginning, whatever the file is called. */
export function kindOfContent(bytes: Buffer): string {
  return SIGNATURES.find(([, matches]) => matches(bytes))?.[0] ?? 'something else';
}

export function isImageType(kind: string): kind is ImageType {
  return kind === 'JPG' || kind === 'PNG' || kind === 'BMP';
}

const FAULTS: Readonly<Record<ImageType, (bytes: Buffer) => ImageFault | undefined>> = {
  JPG: jpegFault,
  PNG: pngFault,
  BMP: bmpFault,
};

/** Tags by which a browser that ignores the type would take the file for a page. Five bytes do not occur by chance. */
const PAGE = /<(?:!doctype|html|head|body|script|iframe)[\s>]/i;

/** What is wrong with an image; `undefined` for one whole still picture and nothing else. */
export function imageFault(bytes: Buffer, type: ImageType): ImageFault | undefined {
  return FAULTS[type](bytes) ?? (PAGE.test(bytes.toString('latin1')) ? 'markup' : undefined);
}
