import { describe, expect, it } from 'vitest';
import { imageFault, isImageType, kindOfContent } from '../../../src/wechatpay/media/content';
import {
  animatedPng,
  bmp,
  bmpOf,
  flipped,
  jpeg,
  oldBmpOf,
  png,
  pngOf,
  pngWithoutHeader,
  pngWithoutSize,
} from './pictures';

const verdict = (bytes: Buffer): string | undefined => {
  const kind = kindOfContent(bytes);
  return isImageType(kind) ? imageFault(bytes, kind) : kind;
};
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

describe('what bytes are', () => {
  it.each<[string, Buffer, string]>([
    ['a JPEG', jpeg, 'JPG'],
    ['a PNG', png, 'PNG'],
    ['a BMP', bmp, 'BMP'],
    ['an old BMP', oldBmpOf(), 'BMP'],
    ['a GIF', text('GIF89a\x01\0\x01\0'), 'a GIF image'],
    ['a WebP', text('RIFF\x10\0\0\0WEBPVP8 '), 'a WebP image'],
    ['a WAV', text('RIFF\x10\0\0\0WAVEfmt '), 'something else'],
    ['a TIFF of Intel', text('II*\0\x08\0\0\0'), 'a TIFF image'],
    ['a TIFF of Motorola', text('MM\0*\0\0\0\x08'), 'a TIFF image'],
    ['a HEIC', text('\0\0\0\x18ftypheic'), 'a HEIC or AVIF image, or a film'],
    ['a PDF', text('%PDF-1.7'), 'a PDF document'],
    ['a ZIP', text('PK\x03\x04\x14\0'), 'an archive or Office document'],
    ['an SVG', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'text with markup, such as SVG or HTML'],
    ['an SVG with a byte order mark', text('\u00ef\u00bb\u00bf <?xml'), 'text with markup, such as SVG or HTML'],
    ['words', text('hello'), 'text'],
    ['words that begin as a BMP does', text('BMW is a car, not a picture'), 'text'],
    ['two letters', text('BM'), 'text'],
    ['a program', text('\x7fELF\x02\x01'), 'something else'],
    ['the first two bytes of a JPEG', jpeg.subarray(0, 2), 'text'],
  ])('%s', (_, bytes, kind) => {
    expect(kindOfContent(bytes)).toBe(kind);
  });
});

describe('a whole still picture', () => {
  it.each<[string, Buffer]>([
    ['a JPEG', jpeg],
    ['a JPEG with zeros behind it', Buffer.concat([jpeg, Buffer.alloc(7)])],
    ['a JPEG with a preview behind it, as cameras write it', Buffer.concat([jpeg, Buffer.alloc(2), jpeg])],
    ['a JPEG with fill bytes', Buffer.concat([jpeg.subarray(0, 2), text('\xff\xff'), jpeg.subarray(2)])],
    ['a PNG', png],
    ['a PNG with two parts of pixels and a comment', pngOf(['tEXt', text('Comment\0a < b')], ['IDAT'], ['IDAT'])],
    ['a BMP', bmp],
    ['a BMP from the top down', bmpOf({ height: -2 })],
    ['a BMP with compressed pixels', bmpOf({ bits: 8, compression: 1, compressedBytes: 16 })],
    ['an old BMP', oldBmpOf()],
  ])('%s', (_, bytes) => {
    expect(verdict(bytes)).toBeUndefined();
  });

  it.each<[string, Buffer, number]>([
    ['PNG', png, 8],
    ['JPEG', jpeg, 3],
    ['BMP', bmp, 18],
    ['old BMP', oldBmpOf(), 18],
  ])('is no %s that ends anywhere before its end', (_, whole, first) => {
    for (let end = first; end < whole.length; end += 1) {
      expect(verdict(whole.subarray(0, end)), `cut to ${end} of ${whole.length}`).toBe('truncated');
    }
  });

  it.each<[string, Buffer]>([
    ['PNG', png],
    ['BMP', bmp],
    ['old BMP', oldBmpOf()],
    ['JPEG', jpeg],
  ])('is no %s with something behind it', (_, whole) => {
    expect(verdict(Buffer.concat([whole, text('<html>')]))).toBe('trailing');
    expect(verdict(Buffer.concat([whole, text('PK\x03\x04')]))).toBe('trailing');
  });

  it('is no film in a JPEG', () => {
    expect(verdict(Buffer.concat([jpeg, text('\0\0\0\x18ftypmp42')]))).toBe('trailing');
  });

  it('is no animation', () => {
    expect(verdict(animatedPng)).toBe('animated');
  });

  it.each(['<html>', '<HTML\n', '<!doctype html', '<script>', '<body ', '<head>', '<iframe src='])(
    'has no %s in it',
    (tag) => {
      expect(verdict(pngOf(['tEXt', text(`Comment\0${tag}`)], ['IDAT']))).toBe('markup');
      const comment = Buffer.concat([text('\xff\xfe\x00\x20'), text(tag.padEnd(30))]);
      expect(verdict(Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]))).toBe('markup');
    },
  );

  it('may mention a tag that makes no page', () => {
    expect(verdict(pngOf(['iTXt', text('XML\0<x:xmpmeta><rdf:RDF></rdf:RDF>')], ['IDAT']))).toBeUndefined();
  });

  it.each<[string, Buffer]>([
    ['a PNG without header', pngWithoutHeader],
    ['a PNG without height', pngWithoutSize],
    ['a PNG without pixels', pngOf()],
    ['a PNG with a second header', pngOf(['IHDR', Buffer.alloc(13, 1)], ['IDAT'])],
    ['a PNG with a wrong checksum', flipped(png, png.length - 1)],
    ['a PNG with a changed pixel', flipped(png, png.indexOf('IDAT') + 6)],
    ['a JPEG without frame and scan', Buffer.concat([jpeg.subarray(0, 2), text('\xff\xd9')])],
    ['a JPEG with something between its segments', flipped(jpeg, jpeg.indexOf(Buffer.from('ffc0', 'hex')))],
    ['a JPEG without height', withoutHeight(jpeg)],
    ['a BMP without width', bmpOf({ width: 0 })],
    ['a BMP without height', bmpOf({ height: 0 })],
    ['a BMP of negative width', bmpOf({ width: -2 })],
    ['a BMP of 7 bits a pixel', bmpOf({ bits: 7 })],
  ])('is not %s', (_, bytes) => {
    expect(verdict(bytes)).toBe('damaged');
  });

  it.each<[string, Buffer]>([
    ['a BMP that states more pixels than it has', bmpOf({ height: 1_000_000 })],
    ['a compressed BMP that states more bytes than it has', bmpOf({ bits: 8, compression: 1, compressedBytes: 17 })],
    ['an old BMP that states more pixels than it has', oldBmpOf(2, 3)],
    ['a PNG whose last part is longer than the file', withLength(png, 0x7fffffff)],
  ])('is not %s', (_, bytes) => {
    expect(verdict(bytes)).toBe('truncated');
  });
});

function withoutHeight(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(0, copy.indexOf(Buffer.from('ffc0', 'hex')) + 5);
  return copy;
}

function withLength(bytes: Buffer, length: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(length, copy.indexOf('IDAT') - 4);
  return copy;
}
