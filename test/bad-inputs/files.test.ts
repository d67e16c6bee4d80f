import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { InvalidInputError } from '../../src/wechatpay/errors';
import type { Problem } from '../../src/wechatpay/errors';
import { mediaCalls } from '../../src/wechatpay/media/calls';
import type { MediaCalls } from '../../src/wechatpay/media/calls';
import { animatedPng, bmp, jpeg, png, pngOf, pngOfSize } from '../wechatpay/media/pictures';
import { scriptedClient } from '../wechatpay/v3/scripted-client';
import { proveGroup } from './table';

let root: string;
let outside: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'images-'));
  outside = await mkdtemp(join(tmpdir(), 'elsewhere-'));
  // Other accounts may look in; see `asNobody`.
  await Promise.all([
    chmod(root, 0o755),
    writeFile(join(root, 'shop.png'), png),
    writeFile(join(outside, 'own.png'), png),
  ]);
});
afterAll(() => Promise.all([root, outside].map((folder) => rm(folder, { recursive: true }))));

/** What an upload is refused for, by a gateway that has to stay unasked. */
async function refusal(upload: (media: MediaCalls) => Promise<unknown>): Promise<readonly Problem[]> {
  const { client, seen } = await scriptedClient({ media_id: 'm' });
  const error = await upload(mediaCalls(client)).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(seen, 'something was sent').toEqual([]);
  if (!(error instanceof InvalidInputError)) throw new Error('not refused as input', { cause: error });
  for (const { got = '', remedy } of error.problems) {
    expect(got.length).toBeLessThanOrEqual(64);
    expect(remedy).toMatch(/^[A-Z].{5,}[.;]$/);
  }
  return error.problems;
}

const ofBytes = (filename: string, content: Uint8Array): Promise<readonly Problem[]> =>
  refusal((media) => media.upload({ filename, content }));
const ofFile = (path: string, folder?: string): Promise<readonly Problem[]> =>
  refusal((media) => media.uploadFile(path, { ...(folder !== undefined && { folder }) }));

const TYPES = 'a JPG, BMP or PNG image of at most 2 MB (2,097,152 bytes)';
const text = (value: string): Buffer => Buffer.from(value);
const file = async (name: string, content: Buffer): Promise<string> => {
  await writeFile(join(root, name), content);
  return join(root, name);
};

/** Root may read everything, so for this one proof it is somebody else. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

proveGroup('files', {
  B214: async () => {
    const tooLarge = [
      { code: 'length', expected: TYPES, got: '2,097,153 bytes', remedy: 'Reduce its size or quality.' },
    ];
    const content = pngOfSize(2 * 1024 * 1024 + 1);
    expect(await ofBytes('a.png', content)).toMatchObject([{ ...tooLarge[0], path: '$.image.content' }]);
    expect(await ofFile(await file('large.png', content))).toMatchObject([{ ...tooLarge[0], path: '$.path' }]);
  },
  B215: async () => {
    const empty = { code: 'empty', expected: TYPES, got: '0 bytes' };
    expect(await ofBytes('a.png', Buffer.alloc(0))).toMatchObject([{ ...empty, path: '$.image.content' }]);
    expect(await ofFile(await file('empty.png', Buffer.alloc(0)))).toMatchObject([{ ...empty, path: '$.path' }]);
  },
  B216: async () => {
    const wrong = { code: 'image-type', path: '$.image.content', expected: TYPES, got: 'text' };
    expect(await ofBytes('notes.jpg', text('buy milk'))).toMatchObject([wrong]);
    expect(await ofFile(await file('notes.jpg', text('buy milk')))).toMatchObject([wrong]);
    const misnamed = { ...wrong, expected: 'a JPG image, as its name says', got: 'a PNG image' };
    expect(await ofBytes('shop.jpg', png)).toMatchObject([misnamed]);
    expect(await ofBytes('shop.bmp', jpeg)).toMatchObject([
      { ...misnamed, expected: 'a BMP image, as its name says', got: 'a JPG image' },
    ]);
  },
  B217: async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
    const wrong = { code: 'image-type', path: '$.image.content', got: 'text with markup, such as SVG or HTML' };
    expect(await ofBytes('logo.png', text(svg))).toMatchObject([wrong]);
    expect(await ofBytes('logo.png', text(`<?xml version="1.0"?>${svg}`))).toMatchObject([wrong]);
    expect(await ofBytes('logo.svg', text(svg))).toMatchObject([
      { code: 'extension', path: '$.image.filename' },
      wrong,
    ]);
  },
  B218: async () => {
    const page = '<html><script>alert(1)</script></html>';
    const behind = { code: 'trailing-content', path: '$.image.content', got: 'an image followed by something else' };
    expect(await ofBytes('a.png', Buffer.concat([png, text(page)]))).toMatchObject([behind]);
    expect(await ofBytes('a.jpg', Buffer.concat([jpeg, text(page)]))).toMatchObject([behind]);
    expect(await ofBytes('a.bmp', Buffer.concat([bmp, text(page)]))).toMatchObject([behind]);
    const inside = { code: 'markup', path: '$.image.content', got: 'an image with a web page inside' };
    expect(await ofBytes('a.png', pngOf(['tEXt', text(`Comment\0${page}`)], ['IDAT']))).toMatchObject([inside]);
  },
  B219: async () => {
    // Somebody made a digest, and the file is another now.
    const seen = createHash('sha256').update(jpeg).digest('hex');
    const now = createHash('sha256').update(png).digest('hex');
    const changed = {
      code: 'changed',
      path: '$.image.content',
      expected: `the content whose SHA-256 is ${seen}`,
      got: now,
    };
    const path = join(root, 'shop.png');
    expect(await refusal((media) => media.uploadFile(path, { sha256: seen }))).toMatchObject([changed]);
    expect(await refusal((media) => media.upload({ filename: 'a.png', content: png, sha256: seen }))).toMatchObject([
      changed,
    ]);
    // Somebody writes into the memory after it was handed over: what was hashed is what is sent.
    const { client, seen: sent } = await scriptedClient({ media_id: 'm' });
    const content = Buffer.from(png);
    const uploading = mediaCalls(client).upload({ filename: 'a.png', content });
    content.fill(0);
    await uploading;
    expect(sent[0]?.body.includes(png)).toBe(true);
    expect(sent[0]?.body.toString('latin1')).toContain(`"sha256":"${now}"`);
  },
  B220: async () => {
    const name = `${'x'.repeat(125)}.png`;
    expect(await ofBytes(name, png)).toMatchObject([
      { code: 'length', path: '$.image.filename', expected: 'at most 128 characters', got: '129 characters' },
    ]);
    expect(await ofFile(await file(name, png))).toMatchObject([{ code: 'length', path: '$.image.filename' }]);
  },
  B221: async () => {
    for (const name of ['../shop.png', '/etc/shop.png', 'a\\b.png', './shop.png']) {
      expect(await ofBytes(name, png), name).toMatchObject([
        { code: 'path', path: '$.image.filename', remedy: 'Give the bare name, without folders.' },
      ]);
    }
  },
  B222: async () => {
    for (const name of ['a\r\nX-Evil: 1.png', 'a\n.png', 'a\0.png']) {
      expect(await ofBytes(name, png), JSON.stringify(name)).toMatchObject([
        { code: 'characters', path: '$.image.filename', got: expect.stringMatching(/^U\+00.. at position 1$/) },
      ]);
    }
    expect(await ofBytes('a"; name="meta.png', png)).toMatchObject([
      { code: 'characters', path: '$.image.filename', got: '""" at position 1' },
    ]);
  },
  B223: async () => {
    const missing = { code: 'missing-file', path: '$.path', expected: 'a file that is there' };
    expect(await ofFile(join(root, 'none.png'))).toMatchObject([missing]);
    expect(await ofFile(join(root, 'shop.png', 'none.png'))).toMatchObject([missing]);
    expect(await ofFile('none.png', join(root, 'none'))).toMatchObject([{ ...missing, got: 'no file at "none.png"' }]);
    expect(await ofFile('')).toMatchObject([{ code: 'type', path: '$.path', expected: 'the path of a file' }]);
    expect(await ofFile('shop.png\0.jpg', root)).toMatchObject([{ code: 'type', path: '$.path' }]);
  },
  B224: async () => {
    await mkdir(join(root, 'folder.png'));
    expect(await ofFile('folder.png', root)).toMatchObject([
      { code: 'not-a-file', path: '$.path', expected: 'a file', got: 'a folder: "folder.png"' },
    ]);
    // A pipe that nobody writes would keep a reader waiting for ever.
    execFileSync('mkfifo', [join(root, 'pipe.png')]);
    expect(await ofFile('pipe.png', root)).toMatchObject([{ code: 'not-a-file', got: 'a device or pipe: "pipe.png"' }]);
  },
  B225: async () => {
    await chmod(await file('locked.png', png), 0o000);
    expect(await asNobody(() => ofFile('locked.png', root))).toMatchObject([
      { code: 'unreadable', path: '$.path', expected: 'a file that can be read', got: 'EACCES: "locked.png"' },
    ]);
  },
  B226: async () => {
    const out = { code: 'outside-folder', path: '$.path', expected: 'a file inside its folder' };
    await symlink(join(outside, 'own.png'), join(root, 'link.png'));
    await symlink(outside, join(root, 'linked'));
    expect(await ofFile(join(root, 'link.png'))).toMatchObject([out]);
    expect(await ofFile('link.png', root)).toMatchObject([{ ...out, got: 'a way out of it: "link.png"' }]);
    expect(await ofFile('linked/own.png', root)).toMatchObject([out]);
    expect(await ofFile('../shop.png', join(root, 'folder.png'))).toMatchObject([out]);
    expect(await ofFile(join(outside, 'own.png'), root)).toMatchObject([out]);
    expect(await ofFile('', root)).toMatchObject([{ code: 'type' }]);
    await symlink('loop.png', join(root, 'loop.png'));
    expect(await ofFile('loop.png', root)).toMatchObject([{ code: 'unreadable', got: 'ELOOP: "loop.png"' }]);
  },
  B227: async () => {
    expect(await ofBytes('a.png', animatedPng)).toMatchObject([{ code: 'animated', got: 'an animation' }]);
    expect(await ofBytes('a.png', text('GIF89a\x01\0\x01\0'))).toMatchObject([
      { code: 'image-type', got: 'a GIF image' },
    ]);
    for (const [name, whole] of [
      ['a.png', png],
      ['a.jpg', jpeg],
      ['a.bmp', bmp],
    ] as const) {
      expect(await ofBytes(name, whole.subarray(0, whole.length - 3))).toMatchObject([
        { code: 'truncated', path: '$.image.content', expected: 'a whole image', got: 'an image without its end' },
      ]);
    }
  },
});
